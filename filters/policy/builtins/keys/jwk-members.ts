import { Slice } from "../../../wire/slice";
import { RegoKind, RegoTape } from "../rego-tape";

/** The members of a JWK (RFC 7517, 7518, 8037) that are looked at. */
export enum JwkMember {
	Kty = 0,
	Alg = 1,
	Kid = 2,
	N = 3,
	E = 4,
	Crv = 5,
	X = 6,
	Y = 7,
	K = 8,
	D = 9,
	KeyOps = 10,
	X5c = 11,
	Use = 12,
	X5t = 13,
	X5tS256 = 14,
	X5u = 15,
}

const names: StaticArray<Slice> = [
	Slice.of("kty"),
	Slice.of("alg"),
	Slice.of("kid"),
	Slice.of("n"),
	Slice.of("e"),
	Slice.of("crv"),
	Slice.of("x"),
	Slice.of("y"),
	Slice.of("k"),
	Slice.of("d"),
	Slice.of("key_ops"),
	Slice.of("x5c"),
	Slice.of("use"),
	Slice.of("x5t"),
	Slice.of("x5t#S256"),
	Slice.of("x5u"),
];

const ABSENT: i32 = -1;

const nodes = new StaticArray<i32>(16);

/**
 * Finds the members of the object at a node. False where Go might find others: a name twice, or one that is `kty` or `d`
 * to whom case is the same.
 */
export function findMembers(tape: RegoTape, object: i32): bool {
	nodes.fill(ABSENT);
	const count = tape.at(object).count;
	for (let i = 0; i < count; i++) {
		const name = tape.at(tape.child(object, i << 1));
		const member = memberNamed(name.ptr, name.size);
		if (member == ABSENT) {
			if (mayBeFolded(name.ptr, name.size)) return false;
			continue;
		}
		if (unchecked(nodes[member]) != ABSENT) return false;
		nodes[member] = tape.child(object, (i << 1) + 1);
	}
	return true;
}

/** The node of a member of the object looked at last; -1 where it has none. */
export function memberNode(member: JwkMember): i32 {
	return unchecked(nodes[member]);
}

/** Whether a member is a string, null or absent: null is the empty string to Go. */
export function isOptionalText(tape: RegoTape, member: JwkMember): bool {
	const node = memberNode(member);
	return node < 0 || tape.at(node).kind == RegoKind.String || tape.at(node).kind == RegoKind.Null;
}

/** A member's string; empty where it is none. */
export function memberText(tape: RegoTape, member: JwkMember, out: Slice): void {
	const node = memberNode(member);
	if (node >= 0 && tape.at(node).kind == RegoKind.String) out.set(tape.at(node).ptr, tape.at(node).size);
	else out.set(0, 0);
}

function memberNamed(ptr: usize, size: i32): i32 {
	for (let i = 0; i < names.length; i++) {
		if (unchecked(names[i]).equals(ptr, size)) return i;
	}
	return ABSENT;
}

/** Unicode has letters outside of ASCII that are a k, so any such name may be one. */
function mayBeFolded(ptr: usize, size: i32): bool {
	if (size == 1) return load<u8>(ptr) == 0x44;
	for (let i = 0; i < size; i++) {
		if (load<u8>(ptr + i) >= 0x80) return true;
	}
	return (
		size == 3 &&
		(load<u8>(ptr) | 0x20) == 0x6b &&
		(load<u8>(ptr, 1) | 0x20) == 0x74 &&
		(load<u8>(ptr, 2) | 0x20) == 0x79
	);
}
