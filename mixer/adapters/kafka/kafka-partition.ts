/** Of murmur2 as Kafka's own clients have it (org.apache.kafka.common.utils.Utils). */
const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;
const SHIFT = 24;

/**
 * A key's place by the rule of Kafka's own clients, still to be taken modulo the partitions: a key is in the same partition
 * whoever sends it. In time that grows with the key's length only; the library's own grows with its square.
 */
export function keyPlace(key: Uint8Array): number {
	return murmur2(key) & 0x7fffffff;
}

/** 32 bits, with a sign as in Java. */
export function murmur2(data: Uint8Array): number {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const whole = data.length - (data.length % 4);
	let hash = SEED ^ data.length;
	for (let i = 0; i < whole; i += 4) {
		const mixed = Math.imul(view.getInt32(i, true), MIX);
		hash = Math.imul(hash, MIX) ^ Math.imul(mixed ^ (mixed >>> SHIFT), MIX);
	}
	if (whole < data.length) {
		for (let i = whole; i < data.length; i++) hash ^= view.getUint8(i) << (8 * (i - whole));
		hash = Math.imul(hash, MIX);
	}
	hash = Math.imul(hash ^ (hash >>> 13), MIX);
	return hash ^ (hash >>> 15);
}
