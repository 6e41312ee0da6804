import { Slice } from "../../../wire/slice";

/*
 * What a JWK's `alg` may say beside the algorithms that OPA verifies (RFC 7518 and 8812): such a key is passed over. Any
 * other name makes OPA refuse the whole set.
 */

const names: StaticArray<Slice> = [
	Slice.of("RSA-OAEP"),
	Slice.of("RSA-OAEP-256"),
	Slice.of("RSA-OAEP-384"),
	Slice.of("RSA-OAEP-512"),
	Slice.of("RSA1_5"),
	Slice.of("ECDH-ES"),
	Slice.of("ECDH-ES+A128KW"),
	Slice.of("ECDH-ES+A192KW"),
	Slice.of("ECDH-ES+A256KW"),
	Slice.of("A128KW"),
	Slice.of("A192KW"),
	Slice.of("A256KW"),
	Slice.of("A128GCMKW"),
	Slice.of("A192GCMKW"),
	Slice.of("A256GCMKW"),
	Slice.of("PBES2-HS256+A128KW"),
	Slice.of("PBES2-HS384+A192KW"),
	Slice.of("PBES2-HS512+A256KW"),
	Slice.of("dir"),
	Slice.of("A128GCM"),
	Slice.of("A192GCM"),
	Slice.of("A256GCM"),
	Slice.of("A128CBC-HS256"),
	Slice.of("A192CBC-HS384"),
	Slice.of("A256CBC-HS512"),
	Slice.of("ES256K"),
	Slice.of("Ed25519"),
	Slice.of("none"),
];

/** Whether a name is one of them. */
export function isOtherAlgorithm(name: Slice): bool {
	for (let i = 0; i < names.length; i++) {
		if (unchecked(names[i]).equals(name.ptr, name.size)) return true;
	}
	return false;
}
