import { Slice } from "../../wire/slice";

/** The algorithms of JOSE (RFC 7518 and 8037) that OPA knows. */
export enum JwsAlgorithm {
	/** No name. */
	None = 0,
	/** A name that is none of these. */
	Unknown = 1,
	Rs256 = 2,
	Rs384 = 3,
	Rs512 = 4,
	Es256 = 5,
	Es384 = 6,
	Es512 = 7,
	Ps256 = 8,
	Ps384 = 9,
	Ps512 = 10,
	Hs256 = 11,
	Hs384 = 12,
	Hs512 = 13,
	EdDsa = 14,
}

const names: StaticArray<Slice> = [
	Slice.of("RS256"),
	Slice.of("RS384"),
	Slice.of("RS512"),
	Slice.of("ES256"),
	Slice.of("ES384"),
	Slice.of("ES512"),
	Slice.of("PS256"),
	Slice.of("PS384"),
	Slice.of("PS512"),
	Slice.of("HS256"),
	Slice.of("HS384"),
	Slice.of("HS512"),
	Slice.of("EdDSA"),
];

const SHA256 = Slice.of("sha256");
const SHA384 = Slice.of("sha384");
const SHA512 = Slice.of("sha512");

/** The algorithm of a name; names differ by case. */
export function algorithmNamed(ptr: usize, size: i32): JwsAlgorithm {
	if (size == 0) return JwsAlgorithm.None;
	for (let i = 0; i < names.length; i++) {
		if (unchecked(names[i]).equals(ptr, size)) return JwsAlgorithm.Rs256 + i;
	}
	return JwsAlgorithm.Unknown;
}

/** Whether it is one of RS256, RS384, RS512. */
export function isRsa(algorithm: JwsAlgorithm): bool {
	return algorithm >= JwsAlgorithm.Rs256 && algorithm <= JwsAlgorithm.Rs512;
}

/** Whether it is one of ES256, ES384, ES512. */
export function isEcdsa(algorithm: JwsAlgorithm): bool {
	return algorithm >= JwsAlgorithm.Es256 && algorithm <= JwsAlgorithm.Es512;
}

/** Whether it is one of PS256, PS384, PS512. */
export function isPss(algorithm: JwsAlgorithm): bool {
	return algorithm >= JwsAlgorithm.Ps256 && algorithm <= JwsAlgorithm.Ps512;
}

/** Whether it is one of HS256, HS384, HS512. */
export function isHmac(algorithm: JwsAlgorithm): bool {
	return algorithm >= JwsAlgorithm.Hs256 && algorithm <= JwsAlgorithm.Hs512;
}

/** Envoy's name of the hash of one of RS* and ES*. */
export function hashOf(algorithm: JwsAlgorithm): Slice {
	switch (algorithm) {
		case JwsAlgorithm.Rs256:
		case JwsAlgorithm.Es256:
			return SHA256;
		case JwsAlgorithm.Rs384:
		case JwsAlgorithm.Es384:
			return SHA384;
		default:
			return SHA512;
	}
}
