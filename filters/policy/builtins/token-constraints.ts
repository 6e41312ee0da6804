import { readDouble } from "../../wire/json-number";
import { Slice } from "../../wire/slice";
import { fail, faultWords, unavailable } from "./fault";
import { KeySet } from "./keys/key-set";
import { keySetOf } from "./keys/key-sets";
import { tape } from "./operands";
import { RegoKind } from "./rego-tape";

/** The constraints of io.jwt.decode_verify. Texts are empty where nothing is demanded, and lie in the argument. Reused. */
@final
export class TokenConstraints {
	/** The keys of `cert`; null without one. */
	keys: KeySet | null = null;
	secret: Slice = new Slice();
	algorithm: Slice = new Slice();
	issuer: Slice = new Slice();
	audience: Slice = new Slice();
	/** Nanoseconds since 1970. */
	timeNs: f64 = 0;

	/** Reads the object at a node. False: a fault; of several the first by name, as in OPA. */
	read(node: i32, nowNs: u64): bool {
		this.keys = null;
		this.secret.set(0, 0);
		this.algorithm.set(0, 0);
		this.issuer.set(0, 0);
		this.audience.set(0, 0);
		this.timeNs = <f64>nowNs;
		for (let i = 0; i < tape.at(node).count; i++) {
			if (!this.readMember(tape.child(node, i << 1), tape.child(node, (i << 1) + 1))) return false;
		}
		if (this.keys !== null && this.secret.size > 0) return refuse("duplicate key constraints");
		if (this.keys === null && this.secret.size == 0) return refuse("no key constraint");
		return true;
	}

	private readMember(name: i32, value: i32): bool {
		if (tape.at(name).kind != RegoKind.String) {
			unavailable("a constraint whose name is no string is");
			return false;
		}
		if (isNamed(name, "alg")) return readText("alg", value, this.algorithm);
		if (isNamed(name, "aud")) return readText("aud", value, this.audience);
		if (isNamed(name, "cert")) return this.readKeys(value);
		if (isNamed(name, "iss")) return readText("iss", value, this.issuer);
		if (isNamed(name, "secret")) return readText("secret", value, this.secret);
		if (isNamed(name, "time")) return this.readTime(value);
		fail("unknown token validation constraint: ");
		faultWords().raw(tape.at(name).ptr, tape.at(name).size);
		return false;
	}

	private readKeys(value: i32): bool {
		const text = tape.at(value);
		if (text.kind != RegoKind.String) return refuse("cert constraint: must be a string");
		this.keys = keySetOf(text.ptr, text.size);
		return this.keys !== null;
	}

	private readTime(value: i32): bool {
		const number = tape.at(value);
		if (number.kind != RegoKind.Number) return refuse("token time constraint: must be a number");
		this.timeNs = readDouble(number.ptr, number.size);
		if (abs(this.timeNs) > f64.MAX_VALUE) return refuse("token time constraint: unvalid float64");
		return this.timeNs >= 0 || refuse("token time constraint: must not be negative");
	}
}

function readText(name: string, value: i32, out: Slice): bool {
	const text = tape.at(value);
	if (text.kind == RegoKind.String) {
		out.set(text.ptr, text.size);
		return true;
	}
	fail(name);
	return refuse(" constraint: must be a string");
}

function isNamed(node: i32, name: string): bool {
	const text = tape.at(node);
	if (text.size != name.length) return false;
	for (let i = 0; i < text.size; i++) {
		if (<i32>load<u8>(text.ptr + i) != name.charCodeAt(i)) return false;
	}
	return true;
}

function refuse(words: string): bool {
	fail(words);
	return false;
}
