import { Quota } from "../config/config";
import { Added, Draws, MAX_AMOUNT } from "../quota/draws";
import { KeyResult, writeKey } from "../quota/key";
import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";
import { Slice } from "../wire/slice";

/** What is quoted of a name that no Quota has. */
const MAX_NAME_BYTES: i32 = 63;
const NONE: i32 = -1;

const NAME = Slice.of("name");
const KEY = Slice.of("key");
const AMOUNT = Slice.of("amount");
const LIMIT = Slice.of("limit");

const KEY_FAULTS: StaticArray<string> = [
	"",
	"has a key that is not a list; write [] for one counter for all",
	"has a key with more than 8 values",
	"has a key with a value that is neither text nor a number nor a boolean",
	"has a key with a number larger than any double",
	"has a key of more than 1024 bytes",
];

/** The field `quotas` of a decision: what the request draws on. Reused. */
@final
export class DecisionQuotas {
	/** What is wrong with the field read last. */
	fault: string = "";
	/** Members of its entries that mean nothing. */
	unknownFields: i32 = 0;

	private name: Bytes = new Bytes(MAX_NAME_BYTES, MAX_NAME_BYTES);

	/** @param quotas of the configuration: a decision can name no other. */
	constructor(private quotas: Array<Quota>) {}

	/** Adds what is drawn to `draws`; false, with a fault, where something is wrong. */
	read(document: JsonDocument, list: i32, draws: Draws): bool {
		this.unknownFields = 0;
		if (document.kind(list) != JsonKind.Array) return this.refuse("is not a list");
		for (let node = document.first(list); node != NONE; node = document.next(node)) {
			if (document.kind(node) != JsonKind.Object) return this.refuse("has an entry that is not an object");
			if (!this.readEntry(document, node, draws)) return false;
		}
		return true;
	}

	private readEntry(document: JsonDocument, entry: i32, draws: Draws): bool {
		let nameNode = NONE;
		let keyNode = NONE;
		let amount: i64 = 1;
		let limit: i64 = 0;
		for (let node = document.first(entry); node != NONE; node = document.next(node)) {
			if (document.keyIs(node, NAME)) nameNode = node;
			else if (document.keyIs(node, KEY)) keyNode = node;
			else if (document.keyIs(node, AMOUNT)) amount = wholeNumber(document, node, 0);
			else if (document.keyIs(node, LIMIT)) limit = wholeNumber(document, node, 1);
			else this.unknownFields++;
		}
		let quota = this.quotaOf(document, nameNode);
		if (quota == NONE) return false;
		if (amount < 0) return this.refuse("has an amount that is not a whole number from 0 to 10^15");
		if (limit < 0) return this.refuse("has a limit that is not a whole number from 1 to 10^15");
		if (keyNode == NONE) return this.refuse("has an entry without key; write [] for one counter for all");
		let draw = draws.blank;
		draw.begin(quota, this.quotas[quota].name, amount, limit);
		let key = writeKey(document, keyNode, draw.id);
		if (key != KeyResult.Ok) return this.refuse(KEY_FAULTS[<i32>key]);
		return this.add(draws);
	}

	private quotaOf(document: JsonDocument, node: i32): i32 {
		if (node == NONE) return this.refuseName("has an entry without name");
		if (document.kind(node) != JsonKind.String) return this.refuseName("has a name that is not a string");
		let name = this.name;
		name.reset();
		document.text(node, name);
		if (name.overflowed) return this.refuseName("has a name that is no Quota's");
		for (let i = 0; i < this.quotas.length; i++) {
			if (unchecked(this.quotas[i]).name.equals(name.ptr, name.size)) return i;
		}
		let text = String.UTF8.decodeUnsafe(name.ptr, name.size);
		return this.refuseName("names a Quota that does not exist: " + text);
	}

	private add(draws: Draws): bool {
		switch (draws.add()) {
			case Added.TooMany:
				return this.refuse("has more than 8 entries, those of all the request's Policies together");
			case Added.OtherLimit:
				return this.refuse("has two entries of one quota and key with different limits");
			case Added.TooMuch:
				return this.refuse("draws more than 10^15 of one quota and key");
			default:
				return true;
		}
	}

	private refuse(what: string): bool {
		this.fault = "quotas " + what;
		return false;
	}

	private refuseName(what: string): i32 {
		this.refuse(what);
		return NONE;
	}
}

/** -1 where it is none, or not from `least` to 10^15. */
function wholeNumber(document: JsonDocument, node: i32, least: i64): i64 {
	if (document.kind(node) != JsonKind.Number) return -1;
	let value: i64 = -1;
	if (document.isInteger(node)) value = document.integer(node);
	else {
		// Rego calculates in decimals, and may write a whole number as 1e3 or 5.0.
		let double = document.double(node);
		if (abs(double) <= <f64>MAX_AMOUNT && trunc(double) == double) value = <i64>double;
	}
	return value >= least && value <= <i64>MAX_AMOUNT ? value : -1;
}
