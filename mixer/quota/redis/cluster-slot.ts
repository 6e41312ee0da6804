/** Slots of a Redis Cluster. */
const SLOTS = 16_384;

/** CRC-16/XMODEM, as Redis Cluster's specification says: polynomial 0x1021, nothing reflected, from 0. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
	let crc = byte << 8;
	for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
	return crc & 0xffff;
});

/** The hash slot of a key whose hash tag is this text. */
export function slotOf(tag: string): number {
	let crc = 0;
	for (const byte of Buffer.from(tag)) crc = ((crc << 8) ^ (TABLE[((crc >> 8) ^ byte) & 255] ?? 0)) & 0xffff;
	return crc % SLOTS;
}
