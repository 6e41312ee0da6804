import { JwsAlgorithm } from "../jws-algorithm";
import { KeyKind } from "./key-kind";

/** One key of a set. Raw memory; its places count from the first of the set's bytes. */
@unmanaged
@final
export class VerificationKey {
	kind: KeyKind;
	/** The one algorithm that a JWK says it is for; `None` where nothing says. */
	algorithm: JwsAlgorithm;
	/** A JWK's name, empty without one. */
	kidAt: i32;
	kidSize: i32;
	/** SubjectPublicKeyInfo in DER; nothing for the kinds that can't be verified here. */
	spkiAt: i32;
	spkiSize: i32;
	/** Of RSA: the modulus's bits. */
	bits: i32;
	/** Of RSA: whether Go verifies with it at all: an odd exponent from 3 to 2^31 - 1, and a modulus of 1,024 bits. */
	sound: bool;
}
