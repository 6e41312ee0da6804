import { create, toBinary } from "@bufbuild/protobuf";
import {
	type Attribute,
	AttributeSchema,
	RecordSchema,
	ReportRequestSchema,
} from "../../mixer/api/generated/mixer_pb.js";

/** Records of one batch, as many as the filter sends at once. */
export const BATCH_RECORDS = 100;

const METHODS = ["GET", "GET", "GET", "POST"];
const RULES = ["books_public", "books_staff", "staff_only"];

/** A batch as the filter sends it: what names it, and records. Messages of protobuf can be put one behind the other. */
export function reportBytes(sequence: bigint, records: Uint8Array): Uint8Array {
	const origin = { proxy: "edge-1", vm: 1, revision: "ab".repeat(32) };
	const head = create(ReportRequestSchema, { origin, epoch: 1_700_000_000_000_000_000n, sequence });
	return Buffer.concat([toBinary(ReportRequestSchema, head), records]);
}

/**
 * Records as the filter sends them for the handlers of policies/.
 *
 * @param first the number of the first; ids differ by it, and so do `values` different rules.
 */
export function recordsBytes({ first, values }: { first: number; values: number }): Uint8Array {
	const texts = new Map<string, number>();
	const text = (value: string) => {
		const index = texts.get(value) ?? texts.size;
		texts.set(value, index);
		return index;
	};
	const records = Array.from({ length: BATCH_RECORDS }, (_, i) => {
		const attributes = valuesOf(first + i, values, text).map(([name, value]) =>
			create(AttributeSchema, { name: text(name), value }),
		);
		return create(RecordSchema, { attributes });
	});
	return toBinary(ReportRequestSchema, create(ReportRequestSchema, { records, dictionary: [...texts.keys()] }));
}

type Value = Attribute["value"];

function valuesOf(number: number, values: number, text: (value: string) => number): [string, Value][] {
	const string = (value: string): Value => ({ case: "string", value: text(value) });
	const int64 = (value: number): Value => ({ case: "int64", value: BigInt(value) });
	const durationNs = (value: number): Value => ({ case: "durationNs", value: BigInt(value) });
	const rule = values > RULES.length ? `rule_${number % values}` : (RULES[number % RULES.length] ?? "");
	return [
		["request.id", string(`5f0c71a4-0000-4000-8000-${String(number).padStart(12, "0")}`)],
		["request.method", string(METHODS[number % METHODS.length] ?? "GET")],
		["request.url_path", string(`/books/${number % 500}`)],
		["request.host", string("shop.example.com")],
		["request.time", { case: "timestampNs", value: 1_700_000_000_123_456_789n + BigInt(number) * 1000n }],
		["request.total_size", int64(300 + (number % 400))],
		["response.code", int64(number % 20 === 0 ? 403 : 200)],
		["response.code_details", string("via_upstream")],
		["response.flags", int64(0)],
		["response.total_size", int64(5000 + (number % 900))],
		["response.duration", durationNs(1_000_000 + (number % 5000) * 1000)],
		["source.ip", { case: "ip", value: Uint8Array.of(10, 0, number % 200, 7) }],
		["destination.port", int64(8080)],
		["connection.mtls", { case: "bool", value: false }],
		["context.protocol", string("http")],
		["context.time", { case: "timestampNs", value: 1_700_000_001_000_000_000n + BigInt(number) * 1000n }],
		["context.reporter.uid", string("edge-1")],
		["route.name", string("books")],
		["upstream.address", string("127.0.0.1:3000")],
		["upstream.cluster", string("upstream")],
		["check.id", string(`d-5f0c71a4-${number.toString(16)}`)],
		["check.decision", string(number % 20 === 0 ? "deny" : "allow")],
		["check.outcome", string(number % 20 === 0 ? "denied" : "allowed")],
		["check.policy", string("bookstore")],
		["check.rule", string(rule)],
		["check.revision", string("ab".repeat(32))],
		["check.placement", string("proxy")],
		["check.duration", durationNs(9000 + (number % 1000))],
	];
}
