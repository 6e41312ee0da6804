import { Bytes } from "../wire/bytes";
import {
	beginMessage,
	endMessage,
	writeBoolField,
	writeBytesField,
	writeFixed64Field,
	writeVarintField,
} from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { CallItem } from "./call-item";

/** The values of sluice.mixer.v1.QuotaItem.Kind. */
export enum ItemKind {
	Charge = 1,
	Lease = 2,
	Settle = 3,
	Return = 4,
}

/** The fields of sluice.mixer.v1.AllocateRequest and QuotaItem. */
const ORIGIN: u32 = 1;
const DEDUP_ID: u32 = 2;
const ITEMS: u32 = 3;
const KIND: u32 = 1;
const QUOTA: u32 = 2;
const KEY: u32 = 3;
const AMOUNT: u32 = 4;
const BEST_EFFORT: u32 = 5;
const MINIMUM: u32 = 6;
const LIMIT: u32 = 7;
const POOL: u32 = 8;
const SEQUENCE: u32 = 9;
const HELD: u32 = 10;
const RESERVED: u32 = 11;
const CHARGED_AT_MS: u32 = 12;

/** Begins a call's message; items follow. */
export function beginAllocate(out: Bytes, origin: Bytes, dedupId: Bytes): void {
	out.reset();
	writeBytesField(out, ORIGIN, origin.ptr, origin.size);
	writeBytesField(out, DEDUP_ID, dedupId.ptr, dedupId.size);
}

/** Appends an item. @param quota the Quota's name. */
export function writeItem(out: Bytes, item: CallItem, quota: Slice): void {
	let draw = item.draw;
	let mark = beginMessage(out, ITEMS);
	writeVarintField(out, KIND, item.kind);
	writeBytesField(out, QUOTA, quota.ptr, quota.size);
	writeBytesField(out, KEY, draw.keyPtr, draw.keySize);
	writeNumber(out, AMOUNT, item.amount);
	if (item.bestEffort) writeBoolField(out, BEST_EFFORT, true);
	writeNumber(out, MINIMUM, item.minimum);
	writeNumber(out, LIMIT, draw.limit);
	if (item.pool != 0) writeFixed64Field(out, POOL, item.pool);
	writeNumber(out, SEQUENCE, item.sequence);
	writeNumber(out, HELD, item.held);
	writeNumber(out, RESERVED, item.reserved);
	writeNumber(out, CHARGED_AT_MS, item.chargedAtMs);
	endMessage(out, mark);
}

/** Nothing where it is 0, as proto3 has it. */
function writeNumber(out: Bytes, field: u32, value: u64): void {
	if (value != 0) writeVarintField(out, field, value);
}
