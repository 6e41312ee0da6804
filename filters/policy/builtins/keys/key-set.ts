import { SignatureCheck, verifySignature } from "../../../host/signature";
import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { KeyKind } from "./key-kind";
import { writeCurveKey, writeRsaKey } from "./spki-writer";
import { VerificationKey } from "./verification-key";

/** The longest text of keys: with certificates, a key takes some 3 KiB, and providers publish up to a dozen. */
export const MAX_KEY_TEXT_BYTES: i32 = 1 << 16;
/** Keys of one set; each may have to be tried for a token. */
export const MAX_KEYS: i32 = 64;

const KEY_BYTES: i32 = <i32>offsetof<VerificationKey>();

const SHA256 = Slice.of("sha256");
const nothing = new Slice();
const spki = new Slice();

/** The keys that one argument of a built-in has, in their order, ready to be verified with. Reused. */
@final
export class KeySet {
	/** Another one for each text that was read into this set; 0: nothing was. */
	id: u32 = 0;
	/** Counts up with the use of all sets. */
	lastUse: u64 = 0;
	/** What the keys were read from. */
	text: Bytes = new Bytes(64, MAX_KEY_TEXT_BYTES);
	/** Keys in DER and names. A text never has more than itself, and what DER adds to a key. */
	private bytes: Bytes = new Bytes(64, MAX_KEY_TEXT_BYTES + 64 * MAX_KEYS);
	private keys: Bytes = new Bytes(KEY_BYTES, MAX_KEYS * KEY_BYTES);

	/** Empties it. */
	reset(): void {
		this.id = 0;
		this.text.reset();
		this.bytes.reset();
		this.keys.reset();
	}

	get count(): i32 {
		return this.keys.size / KEY_BYTES;
	}

	/** Whether there is room for another key. */
	get full(): bool {
		return this.count == MAX_KEYS;
	}

	/** A key; stale as soon as another is added. */
	at(i: i32): VerificationKey {
		return changetype<VerificationKey>(this.keys.ptr + <usize>(i * KEY_BYTES));
	}

	/** Adds a key that Envoy can't verify with; there must be room. */
	add(kind: KeyKind): VerificationKey {
		this.keys.reserve(KEY_BYTES);
		this.keys.size += KEY_BYTES;
		const key = this.at(this.count - 1);
		memory.fill(changetype<usize>(key), 0, KEY_BYTES);
		key.kind = kind;
		return key;
	}

	/** Adds an RSA key: modulus and exponent without zeros before them, neither of them empty. */
	addRsa(modulus: Slice, exponent: Slice): VerificationKey {
		const from = this.bytes.size;
		writeRsaKey(this.bytes, modulus, exponent);
		const key = this.addSpki(KeyKind.Rsa, from);
		key.bits = (modulus.size << 3) - (clz<i32>(load<u8>(modulus.ptr)) - 24);
		key.sound = key.bits >= 1024 && isOdd(modulus) && isOdd(exponent) && fits(exponent);
		return key;
	}

	/** Adds a point of a curve; false, and no key is added, where Envoy finds that it isn't one, or that it has no such curve. */
	addPoint(kind: KeyKind, x: usize, y: usize): bool {
		const from = this.bytes.size;
		writeCurveKey(this.bytes, kind, x, y);
		spki.set(this.bytes.ptr + from, this.bytes.size - from);
		if (verifySignature(SHA256, spki, nothing, nothing) != SignatureCheck.Invalid) return false;
		this.addSpki(kind, from);
		return true;
	}

	/** Gives a key its name. */
	name(key: VerificationKey, ptr: usize, size: i32): void {
		key.kidAt = this.bytes.size;
		key.kidSize = size;
		this.bytes.raw(ptr, size);
	}

	/** Takes the last key away. */
	drop(): void {
		this.keys.size -= KEY_BYTES;
	}

	/** Whether a key has this name. */
	isNamed(key: VerificationKey, kid: Slice): bool {
		return kid.equals(this.bytes.ptr + key.kidAt, key.kidSize);
	}

	/** A key's SubjectPublicKeyInfo. */
	spki(key: VerificationKey, out: Slice): void {
		out.set(this.bytes.ptr + key.spkiAt, key.spkiSize);
	}

	/** Whether all of it fitted. */
	get complete(): bool {
		return !this.bytes.overflowed && !this.text.overflowed;
	}

	private addSpki(kind: KeyKind, from: i32): VerificationKey {
		const key = this.add(kind);
		key.spkiAt = from;
		key.spkiSize = this.bytes.size - from;
		return key;
	}
}

/** Whether a number, of which there is at least a byte, is odd. */
export function isOdd(number: Slice): bool {
	return (load<u8>(number.ptr + number.size - 1) & 1) != 0;
}

/** Whether it is from 2 to 2^31 - 1. */
function fits(exponent: Slice): bool {
	const first: u32 = load<u8>(exponent.ptr);
	return exponent.size < 4 ? exponent.size > 1 || first > 1 : exponent.size == 4 && first < 0x80;
}
