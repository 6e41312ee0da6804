import { Quota } from "../config/config";
import { Draws } from "../quota/draws";
import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";
import { Slice } from "../wire/slice";
import { DecisionOperations } from "./decision-operations";
import { DecisionQuotas } from "./decision-quotas";
import { Operations } from "./operations";

/** What reading a decision came to. `Invalid` is a policy error: its `fault` names the field. */
export enum DecisionKind {
	Allowed = 0,
	Denied = 1,
	Invalid = 2,
}

const DEFAULT_DENIAL: i32 = 403;
const MIN_STATUS: i64 = 200;
const MAX_STATUS: i64 = 599;
const MAX_BODY_BYTES: i32 = 65536;
const MAX_TEXT_BYTES: i32 = 4096;
const MAX_DEPTH: i32 = 32;
const MAX_TTL_SECONDS: f64 = 3600;
const NONE: i32 = -1;

const ALLOWED = Slice.of("allowed");
const HTTP_STATUS = Slice.of("http_status");
const BODY = Slice.of("body");
const QUOTAS = Slice.of("quotas");
const REASON = Slice.of("reason");
const RULE = Slice.of("rule");
const TTL = Slice.of("ttl");

/** Reads what a policy decided: a boolean, or an object with the fields of OPA's Envoy plugin and ours. Reused. */
@final
export class Decision {
	/** The status of a denial. */
	status: i32 = DEFAULT_DENIAL;
	body: Bytes = new Bytes(256, MAX_BODY_BYTES);
	reason: Bytes = new Bytes(128, MAX_TEXT_BYTES);
	rule: Bytes = new Bytes(64, MAX_TEXT_BYTES);
	/** How long it holds, as it says itself; negative where it doesn't. */
	ttlMs: i64 = -1;
	/** Fields that mean nothing here; ignored as OPA's plugin does. */
	unknownFields: i32 = 0;
	/** What is wrong with an invalid one. */
	fault: string = "";

	private document: JsonDocument = new JsonDocument();
	private changes: DecisionOperations = new DecisionOperations();
	private quotas: DecisionQuotas;

	/** @param quotas of the configuration. */
	constructor(quotas: Array<Quota>) {
		this.quotas = new DecisionQuotas(quotas);
	}

	/**
	 * Reads one decision and adds what it does to the request to `operations` (a denial's headers too), and what the
	 * request draws on to `draws`.
	 */
	read(ptr: usize, size: i32, operations: Operations, draws: Draws): DecisionKind {
		this.status = DEFAULT_DENIAL;
		this.body.reset();
		this.reason.reset();
		this.rule.reset();
		this.ttlMs = -1;
		this.unknownFields = 0;
		this.fault = "";
		if (!this.document.parse(ptr, size, MAX_DEPTH)) return this.invalid("the decision is not JSON");
		let kind = this.document.kind(this.document.root);
		if (kind == JsonKind.True) return DecisionKind.Allowed;
		if (kind == JsonKind.False) return DecisionKind.Denied;
		if (kind != JsonKind.Object) return this.invalid("the decision is neither a boolean nor an object");
		return this.readObject(operations, draws);
	}

	private invalid(fault: string): DecisionKind {
		this.fault = fault;
		return DecisionKind.Invalid;
	}

	private readObject(operations: Operations, draws: Draws): DecisionKind {
		let document = this.document;
		let member = document.member(document.root, ALLOWED);
		if (member == NONE) return this.invalid("allowed is missing");
		let kind = document.kind(member);
		if (kind != JsonKind.True && kind != JsonKind.False) return this.invalid("allowed is not a boolean");
		let allowed = kind == JsonKind.True;
		this.changes.begin(document, allowed, operations);
		for (let node = document.first(document.root); node != NONE; node = document.next(node)) {
			if (!this.readField(node, draws)) return DecisionKind.Invalid;
		}
		if (!operations.complete) return this.invalid("the decision's headers are larger than 64 KiB together");
		return allowed ? DecisionKind.Allowed : DecisionKind.Denied;
	}

	private readField(node: i32, draws: Draws): bool {
		let document = this.document;
		if (document.keyIs(node, ALLOWED)) return true;
		if (document.keyIs(node, HTTP_STATUS)) return this.readStatus(node);
		if (document.keyIs(node, BODY)) return this.readText(node, this.body, "body");
		if (document.keyIs(node, REASON)) return this.readText(node, this.reason, "reason");
		if (document.keyIs(node, RULE)) return this.readText(node, this.rule, "rule");
		if (document.keyIs(node, TTL)) return this.readTtl(node);
		if (document.keyIs(node, QUOTAS)) return this.readQuotas(node, draws);
		if (!this.changes.isOurs(node)) {
			this.unknownFields++;
			return true;
		}
		return this.expect(this.changes.read(node), this.changes.fault);
	}

	private readQuotas(node: i32, draws: Draws): bool {
		let holds = this.quotas.read(this.document, node, draws);
		this.unknownFields += this.quotas.unknownFields;
		return this.expect(holds, this.quotas.fault);
	}

	private expect(holds: bool, fault: string): bool {
		if (!holds) this.fault = fault;
		return holds;
	}

	private readStatus(node: i32): bool {
		let document = this.document;
		let isWhole = document.kind(node) == JsonKind.Number && document.isInteger(node);
		if (!isWhole) return this.expect(false, "http_status is not a whole number");
		let status = document.integer(node);
		this.status = <i32>status;
		return this.expect(status >= MIN_STATUS && status <= MAX_STATUS, "http_status is not from 200 to 599");
	}

	/** In seconds, fractions too. */
	private readTtl(node: i32): bool {
		if (this.document.kind(node) != JsonKind.Number) return this.expect(false, "ttl is not a number");
		let seconds = this.document.double(node);
		this.ttlMs = <i64>max(0.0, min(seconds, MAX_TTL_SECONDS) * 1000.0);
		return true;
	}

	private readText(node: i32, out: Bytes, field: string): bool {
		if (this.document.kind(node) != JsonKind.String) return this.expect(false, field + " is not a string");
		this.document.text(node, out);
		return this.expect(!out.overflowed, field + " is too long");
	}
}
