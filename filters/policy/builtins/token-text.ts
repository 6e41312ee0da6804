import { Bytes } from "../../wire/bytes";
import { writeJsonInt } from "../../wire/json-writer";
import { Slice } from "../../wire/slice";
import { decodeBase64Url } from "./base64";
import { fail, faultWords } from "./fault";
import { TokenPart } from "./token-part";

/** Tokens inside of tokens; each is a quarter smaller than the one around it. */
export const MAX_NESTED: i32 = 16;

const DOT: u32 = 0x2e;

/** A token in its compact form (RFC 7515): where its three parts are, and its header, decoded. Reused. */
@final
export class TokenText {
	/** The whole, and what is signed of it: all before the second dot. */
	whole: Slice = new Slice();
	signed: Slice = new Slice();
	header: TokenPart = new TokenPart();
	payload: TokenPart = new TokenPart();
	signature: Bytes = new Bytes(512, 1 << 20);
	private firstDot: usize = 0;

	/** Finds the parts; the text has to stay where it is. False: a fault. */
	split(ptr: usize, size: i32): bool {
		let dots = 0;
		for (let i = 0; i < size; i++) {
			if (load<u8>(ptr + i) != DOT) continue;
			if (dots == 0) this.firstDot = ptr + i;
			else if (dots == 1) this.signed.set(ptr, i);
			dots++;
		}
		this.whole.set(ptr, size);
		if (dots == 2) return true;
		if (dots == 0) {
			fail("encoded JWT had no period separators");
		} else {
			fail("encoded JWT must have 3 sections, found ");
			writeJsonInt(faultWords(), dots + 1);
		}
		return false;
	}

	/** Decodes the header, which has to be a JSON object that says nothing of encryption. */
	decodeHeader(): bool {
		const size = <i32>(this.firstDot - this.whole.ptr);
		if (!this.header.decode(this.whole.ptr, size, "JWT header had invalid encoding: ")) return false;
		if (!this.header.parse("bad JWT header: ")) return false;
		if (this.header.member("enc") < 0) return true;
		fail("JWT is a JWE object, which is not supported");
		return false;
	}

	/** Decodes the payload's bytes; what is in them is read by `payload.parse`. */
	decodePayload(): bool {
		const from = this.firstDot + 1;
		const size = <i32>(this.signed.ptr + this.signed.size - from);
		return this.payload.decode(from, size, "JWT payload had invalid encoding: ");
	}

	/** Decodes the signature; where it can't, the fault has these words before OPA's. */
	decodeSignature(words: string): bool {
		this.signature.reset();
		const before = faultWords().size;
		fail(words);
		const from = this.signed.ptr + this.signed.size + 1;
		const size = <i32>(this.whole.ptr + this.whole.size - from);
		if (!decodeBase64Url(this.signature, from, size)) return false;
		faultWords().size = before;
		return true;
	}
}

/** The token of the built-in that runs. */
export const token = new TokenText();

/** A token found inside of another, which has to stay while it is read. */
export const nested = new Bytes(256, 1 << 20);
