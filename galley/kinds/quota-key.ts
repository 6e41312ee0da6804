import * as z from "zod";

/** Values of a key: more than anyone counts by. */
export const MAX_KEY_VALUES = 8;

/** Bytes of a key as it is sent. Keys are kept for as long as they count, and an answer in the admin port shows them. */
export const MAX_KEY_BYTES = 1024;

/** Before each value: its type and its length. */
export const KEY_HEAD_BYTES = 3;

/** Characters of one value of a key. */
const MAX_KEY_CHARACTERS = 256;

/** What a quota is counted by: one that could not be sent could not be counted. */
export const quotaKeySchema = z
	.array(z.union([z.string().max(MAX_KEY_CHARACTERS), z.number(), z.boolean()]))
	.max(MAX_KEY_VALUES)
	.superRefine((key, context) => {
		const bytes = key.reduce<number>((sum, value) => sum + KEY_HEAD_BYTES + sizeOf(value), 0);
		if (bytes <= MAX_KEY_BYTES) return;
		const message = `is ${bytes} bytes with its lengths and must be at most ${MAX_KEY_BYTES}`;
		context.addIssue({ code: "custom", message });
	});

function sizeOf(value: string | number | boolean): number {
	if (typeof value === "boolean") return 1;
	return Buffer.byteLength(typeof value === "number" ? JSON.stringify(value) : value);
}
