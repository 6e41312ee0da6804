import { Slice } from "../../wire/slice";
import { fail, unavailable } from "./fault";
import { algorithmNamed, JwsAlgorithm } from "./jws-algorithm";
import { RegoKind } from "./rego-tape";
import { TokenPart } from "./token-part";

/** Names that a header may demand to be understood: each is looked for among all of its names. */
const MAX_CRITICAL: i32 = 16;

/** What a token's header says (RFC 7515, section 4), as OPA reads it. Reused. */
@final
export class TokenHeader {
	algorithm: JwsAlgorithm = JwsAlgorithm.None;
	/** The algorithm's name, and the key's; empty where they are absent. They lie in the header. */
	name: Slice = new Slice();
	kid: Slice = new Slice();
	/** Whether the payload is another token. */
	nests: bool = false;
	/** Whether it has a name that `crit` demands to be understood, and nobody does. */
	demandsMore: bool = false;

	/** Reads a header that was decoded and parsed. False: a fault; of several the first by name, as in OPA. */
	read(header: TokenPart): bool {
		if (!readText(header, "alg", this.name) || !this.readCritical(header)) return false;
		const type = header.member("cty");
		if (type >= 0 && header.values.at(type).kind != RegoKind.String) return refuse("cty");
		this.nests = type >= 0 && isToken(header.values.at(type).ptr, header.values.at(type).size);
		if (!readText(header, "kid", this.kid) || !readText(header, "typ", unused)) return false;
		this.algorithm = algorithmNamed(this.name.ptr, this.name.size);
		return true;
	}

	private readCritical(header: TokenPart): bool {
		this.demandsMore = false;
		const list = header.member("crit");
		if (list < 0) return true;
		const values = header.values;
		if (values.at(list).kind != RegoKind.Array) return this.refuseCritical("must be a list");
		let count = 0;
		// OPA reads up to the first that is no string, and says nothing of it.
		while (count < values.at(list).count && values.at(values.child(list, count)).kind == RegoKind.String) count++;
		if (count == 0) return this.refuseCritical("must be a nonempty list");
		if (count > MAX_CRITICAL) {
			unavailable("a token with so many critical names is");
			return false;
		}
		for (let i = 0; i < count; i++) {
			const name = values.at(values.child(list, i));
			if (isUnknownName(header, name.ptr, name.size)) this.demandsMore = true;
		}
		return true;
	}

	private refuseCritical(words: string): bool {
		fail("crit: ");
		fail(words);
		return false;
	}
}

const unused = new Slice();

function readText(header: TokenPart, name: string, out: Slice): bool {
	out.set(0, 0);
	const node = header.member(name);
	if (node < 0) return true;
	const value = header.values.at(node);
	if (value.kind != RegoKind.String) return refuse(name);
	out.set(value.ptr, value.size);
	return true;
}

function refuse(name: string): bool {
	fail(name);
	fail(": must be a string");
	return false;
}

/** Whether the header has a member of this name, and it is none of those that are read. */
function isUnknownName(header: TokenPart, ptr: usize, size: i32): bool {
	for (let i = 0; i < header.count; i++) {
		const node = header.nameAt(i);
		const name = header.values.at(node);
		if (name.size != size || memory.compare(name.ptr, ptr, size) != 0) continue;
		return !(
			header.equals(node, "alg") ||
			header.equals(node, "kid") ||
			header.equals(node, "typ") ||
			header.equals(node, "cty") ||
			header.equals(node, "crit")
		);
	}
	return false;
}

/** "JWT" in whatever case. */
function isToken(ptr: usize, size: i32): bool {
	return (
		size == 3 &&
		(load<u8>(ptr) | 0x20) == 0x6a &&
		(load<u8>(ptr, 1) | 0x20) == 0x77 &&
		(load<u8>(ptr, 2) | 0x20) == 0x74
	);
}
