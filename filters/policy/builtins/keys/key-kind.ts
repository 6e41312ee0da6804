/** What a key can verify, and so what it costs. */
export enum KeyKind {
	/** Nothing that is verified here: X25519, or a kind that Go doesn't know in a certificate. */
	Other = 0,
	Rsa = 1,
	P224 = 2,
	P256 = 3,
	P384 = 4,
	P521 = 5,
	Ed25519 = 6,
	/** A secret. */
	Octets = 7,
}

/** Whether it is a point of an elliptic curve. */
export function isCurve(kind: KeyKind): bool {
	return kind >= KeyKind.P224 && kind <= KeyKind.P521;
}

/** The bytes of one coordinate, and of each half of a signature. */
export function coordinateBytes(kind: KeyKind): i32 {
	switch (kind) {
		case KeyKind.P224:
			return 28;
		case KeyKind.P256:
			return 32;
		case KeyKind.P384:
			return 48;
		default:
			return 66;
	}
}

/** What one signature takes Envoy with a key, in microseconds, as measured in Envoy 1.40 and rounded up. */
export function verifyingUs(kind: KeyKind, bits: i32): i32 {
	switch (kind) {
		case KeyKind.P224:
			return 200;
		case KeyKind.P256:
			return 80;
		case KeyKind.P384:
			return 520;
		case KeyKind.P521:
			return 1300;
		default:
			return bits <= 2048 ? 20 : bits <= 4096 ? 65 : 380;
	}
}
