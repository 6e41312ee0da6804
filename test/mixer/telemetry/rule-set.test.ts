import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MetricRule } from "../../../galley/telemetry-rule.ts";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { compileRules } from "../../../mixer/telemetry/rule-set.ts";
import { logRule, metricRule } from "./rules.ts";

function instances(rule: Partial<MetricRule>, records: readonly TelemetryRecord[]) {
	const { metricMakers } = compileRules([metricRule(rule)], { random: () => 0 });
	return records.map((record) => {
		const made = metricMakers[0]?.(record);
		return made && { labels: made.labels, value: made.value };
	});
}

function fieldsOf(fields: [string, string][], record: TelemetryRecord) {
	return compileRules([logRule({ fields })], { random: () => 0 }).logMakers[0]?.(record)?.fields;
}

const failed: TelemetryRecord = {
	"request.method": "GET",
	"request.host": "shop",
	"request.headers": new Map([["x-team", "books"]]),
	"request.time": 1_700_000_000_123_456_789n,
	"request.total_size": 300,
	"response.code": 503,
	"response.duration": 1_500_000_000,
	"connection.mtls": true,
	"source.ip": "10.0.0.1",
	"context.time": 1_700_000_001_000_000_000n,
};

describe("a metric rule", () => {
	test("labels by attributes of every type that has a text, and by expressions", () => {
		const labels: [string, string][] = [
			["method", "request.method"],
			["code", "response.code"],
			["class", "string(response.code / 100) + 'xx'"],
			["mtls", "connection.mtls ? 'mutual_tls' : 'none'"],
			["ip", "source.ip"],
			["slow", "response.duration > duration('1s')"],
			["team", "request.headers['x-team']"],
			["year", "request.time.getFullYear()"],
			["grpc", "has(response.grpc_status) ? string(response.grpc_status) : ''"],
			["route", "route.?name.orValue('no route')"],
		];
		assert.deepEqual(instances({ labels }, [failed]), [
			{ labels: ["GET", "503", "5xx", "mutual_tls", "10.0.0.1", "true", "books", "2023", "", "no route"], value: 1 },
		]);
	});

	test("labels unknown what has no value: an absent attribute, a missing key, a division by zero", () => {
		const labels: [string, string][] = [
			["route", "route.name"],
			["team", "request.headers['x-other']"],
			["none", "request.header_values['a'][0]"],
			["zero", "string(1 / (response.code - response.code))"],
		];
		assert.deepEqual(instances({ labels }, [failed]), [{ labels: Array(4).fill("unknown"), value: 1 }]);
	});

	test("makes nothing of a record that does not match, or whose match has no value", () => {
		const records = [failed, { ...failed, "response.code": 200 }, {}];
		const match = ["response.code >= 500", "request.host == 'shop'"];
		assert.deepEqual(instances({ match }, records), [{ labels: [], value: 1 }, undefined, undefined]);
	});

	for (const [value, unit, expected] of [
		["request.total_size", undefined, 300],
		["request.total_size * 2", undefined, 600],
		["response.duration", "s", 1.5],
		["response.duration", "ms", 1500],
		["response.duration + duration('1s')", "ms", 2500],
		["2.5", undefined, 2.5],
		["upstream.address == 'x' ? 1 : 2", undefined, undefined],
		["response.total_size", undefined, undefined],
	] as const) {
		test(`has ${expected} as its value of ${value}${unit ? ` in ${unit}` : ""}`, () => {
			const [made] = instances({ type: "gauge", value, ...(unit && { unit }) }, [failed]);
			assert.equal(made?.value, expected);
		});
	}

	test("counts nothing negative", () => {
		assert.deepEqual(instances({ value: "0 - response.code" }, [failed]), [undefined]);
		assert.deepEqual(instances({ type: "gauge", value: "0 - response.code" }, [failed]), [{ labels: [], value: -503 }]);
	});

	test("gives the same list for the same attributes, and tells an empty one from an absent one", () => {
		const labels: [string, string][] = [["host", "has(request.host) ? 'there:' + request.host : 'absent'"]];
		const { metricMakers } = compileRules([metricRule({ labels }), metricRule({ name: "n", labels })], {
			random: () => 0,
		});
		const [one, other] = metricMakers;
		const of = (record: TelemetryRecord) => [one?.(record)?.labels, other?.(record)?.labels];
		const [first, second] = [of({ "request.host": "a" }), of({ "request.host": "a", "request.method": "GET" })];
		assert.ok(first[0] !== undefined && first.concat(second).every((list) => list === first[0]));
		assert.deepEqual([of({ "request.host": "" })[0], of({})[0]], [["there:"], ["absent"]]);
	});

	test("goes on with more label values than are remembered", () => {
		const { metricMakers } = compileRules([metricRule({ labels: [["id", "'id ' + request.id"]] })], {
			random: () => 0,
		});
		for (let i = 0; i < 25_000; i++) {
			assert.equal(metricMakers[0]?.({ "request.id": String(i) })?.labels[0], `id ${i}`);
		}
	});

	test("keeps the definition that is unchanged, and makes another where anything differs", () => {
		const [before] = compileRules([metricRule({})], { random: () => 0 }).metrics;
		assert.ok(before !== undefined);
		const again = (more: Partial<MetricRule>) => {
			return compileRules([metricRule(more)], { random: () => 0, before: [before] }).metrics[0] === before;
		};
		assert.deepEqual([again({ match: ["true"], value: "2" }), again({ help: "other" })], [true, false]);
	});
});

describe("a log rule", () => {
	test("writes attributes as the record has them, and expressions' values", () => {
		const fields: [string, string][] = [
			["method", "request.method"],
			["code", "response.code"],
			["began", "request.time"],
			["took", "response.duration"],
			["rounded", "true ? request.time : request.time"],
			["list", "[1, 2]"],
			["headers", "request.headers"],
			["map", "{'a': response.code}"],
			["route", "route.name"],
			["big", "9007199254740993"],
			["longer", "response.duration + duration('1s')"],
		];
		assert.deepEqual(fieldsOf(fields, failed), [
			["method", "GET"],
			["code", 503],
			["began", "2023-11-14T22:13:20.123456789Z"],
			["took", 1_500_000_000],
			["rounded", "2023-11-14T22:13:20.123Z"],
			["list", [1, 2]],
			["headers", new Map([["x-team", "books"]])],
			["map", new Map([["a", 503]])],
			["big", "9007199254740993"],
			["longer", 2_500_000_000],
		]);
	});

	test("has the record's time, its name and severity, and only records that match", () => {
		const rule = logRule({ severity: "error", match: ["response.code >= 500"], fields: [["host", "request.host"]] });
		const [maker] = compileRules([rule], { random: () => 0 }).logMakers;
		assert.deepEqual(maker?.(failed), {
			name: "entry",
			severity: "error",
			timeNs: 1_700_000_001_000_000_000n,
			fields: [["host", "shop"]],
		});
		assert.equal(maker?.({ ...failed, "response.code": 404 }), undefined);
	});

	test("keeps the share that its sampling says", () => {
		const chances = [0, 0.24, 0.25, 0.9];
		const [maker] = compileRules([logRule({ sampling: 0.25 })], { random: () => chances.shift() ?? 0 }).logMakers;
		assert.deepEqual(
			[1, 2, 3, 4].map(() => maker?.(failed) !== undefined),
			[true, true, false, false],
		);
	});
});

test("a rule that is not sound is refused, as only one that was kept can be", () => {
	assert.throws(() => compileRules([metricRule({ value: "request.hots" })], { random: () => 0 }), {
		name: "MixerError",
		code: "invalid",
		message: "request.hots: request.hots is not an attribute of records",
	});
});
