import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { BuiltinsModule } from "./builtins-module.ts";
import type { Call } from "./opa-answers.ts";
import { fraction, wholeNumber } from "./rego-values.ts";
import { assertSameAsOpa } from "./same-as-opa.ts";

let module: BuiltinsModule;
const numRuns = scaled({ quick: 1500, full: 30_000 });

before(async () => {
	module = await BuiltinsModule.build();
});

/** @param most how much of them may be not available. */
async function compare(calls: fc.Arbitrary<Call>, most = 0): Promise<void> {
	const list = fc.sample(calls, { numRuns, seed: 12 });
	const unavailable = await assertSameAsOpa(module, list);
	assert.ok(unavailable <= list.length * most, `${unavailable} of ${list.length} not available`);
}

const anyNs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const ns = fc.oneof(
	anyNs.map(String),
	fc.bigInt({ min: 0n, max: 4_000_000_000n }).map((seconds) => String(seconds * 1_000_000_000n)),
	fc.constantFrom("0", "-1", "951782400000000000", "1709164800000000000", "1e18", "1.5e18", "1.0", "0.0", "-1e3"),
);
const zone = fc.constantFrom('""', '"UTC"');
const time = fc.oneof(
	ns,
	ns.map((number) => `[${number}]`),
	fc.tuple(ns, zone).map((parts) => `[${parts.join(", ")}]`),
);

const layoutNames = [
	"ANSIC",
	"UnixDate",
	"RubyDate",
	"RFC822",
	"RFC822Z",
	"RFC850",
	"RFC1123",
	"RFC1123Z",
	"RFC3339",
	"RFC3339Nano",
];
const elements = [
	..."January Jan 1 01 Monday Mon 2 _2 02 __2 002 15 3 03 4 04 5 05 2006 06 PM pm MST Z0700 Z070000 Z07 Z07:00 Z07:00:00".split(
		" ",
	),
	..."-0700 -070000 -07 -07:00 -07:00:00 .000 .999 ,000000000 .9 .000000000000 .0".split(" "),
];
const literals = [" ", "  ", "T", "-", ":", "/", "_", "Monthly", "Janet", "0", "x", "é", ".", "_2006"];
const layout = fc.oneof(
	fc.constantFrom(...layoutNames),
	fc.array(fc.constantFrom(...elements, ...literals), { maxLength: 7 }).map((parts) => parts.join("")),
);

test("calendar, clock and weekday are opa's", () => {
	const name = fc.constantFrom("time.date", "time.clock", "time.weekday", "time.format");
	return compare(fc.tuple(name, time).map(([builtin, argument]) => ({ name: builtin, args: [argument] })));
});

test("a time is any number that stands for whole nanoseconds", () => {
	const number = fc.oneof(
		fraction,
		wholeNumber,
		fc.tuple(wholeNumber, fc.integer({ min: -25, max: 25 })).map(([digits, power]) => `${digits}e${power}`),
	);
	return compare(
		number.map((argument) => ({ name: "time.clock", args: [argument] })),
		0.5,
	);
});

test("dates are added as opa does", () => {
	const by = fc
		.oneof(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -200_000, max: 200_000 }), fc.constantFrom(0, 1, 12))
		.map(String);
	const odd = fc.constantFrom("1.0", "1.5", "1e2", "99999999999999999999");
	const operand = fc.oneof({ weight: 9, arbitrary: by }, odd);
	return compare(fc.tuple(time, operand, operand, operand).map((args) => ({ name: "time.add_date", args })));
});

test("differences are opa's", () => {
	const near = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 61n }), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }));
	const pair = fc.oneof(
		fc.tuple(time, time),
		near.map(([from, by]) => [String(from), String(from + by)]),
	);
	return compare(pair.map((args) => ({ name: "time.diff", args })));
});

test("every layout formats as in opa", () =>
	compare(
		fc.tuple(ns, zone, layout).map(([number, utc, words]) => ({
			name: "time.format",
			args: [`[${number}, ${utc}, ${JSON.stringify(words)}]`],
		})),
	));

test("what a layout formats, whole or changed, is parsed as in opa", async () => {
	const edit = fc.record({
		at: fc.nat(),
		cut: fc.nat(2),
		put: fc.constantFrom("", "", "", "0", "9", "-", "+", ":", " ", "Z", ".", ".5", "GMT+3", "CEST", "+23"),
	});
	const parts = fc.sample(fc.tuple(anyNs, layout, fc.option(edit, { freq: 2 })), { numRuns, seed: 13 });
	const calls = parts.map(([number, words, change]) => {
		const formatted = module.run("time.format", [`[${number}, "", ${JSON.stringify(words)}]`]);
		assert.ok(formatted.status === "ok");
		const whole = String(JSON.parse(formatted.value));
		const at = change === null ? 0 : change.at % (whole.length + 1);
		const changed = change === null ? whole : whole.slice(0, at) + change.put + whole.slice(at + change.cut);
		return { name: "time.parse_ns", args: [JSON.stringify(words), JSON.stringify(changed)] };
	});
	assert.equal(await assertSameAsOpa(module, calls), 0);
});

test("zones, halves of days and days of years are parsed as in opa", () => {
	const value = fc.tuple(
		fc.constantFrom(
			..."MST|Z07:00|-0700|-07|Z070000|-07:00:00|3PM|03pm|2006 002|2006 __2|2006-01-02 002|15:04:05.000|5|_2 Jan|06".split(
				"|",
			),
		),
		fc.string({ unit: fc.constantFrom(..."0123456789+-:. ZGMTCUESPApamJn"), maxLength: 12 }),
	);
	const likely = fc.constantFrom(
		...[
			["MST", "GMT+3"],
			["MST", "WITA"],
			["MST", "ChST"],
			["MST", "+05"],
			["Z07:00", "+24:60"],
			["Z07:00", "+25:00"],
			["-07:00:00", "-00:00:01"],
		],
		...[
			["2006 002", "2024 366"],
			["2006 002", "2023 366"],
			["2006 002", "2024 060"],
			["2006-01-02 002", "2024-02-29 060"],
			["2006-01-02 002", "2024-02-28 060"],
		],
		...[
			["3PM", "12AM"],
			["3PM", "12PM"],
			["03pm", "13pm"],
			["06", "-1"],
			["06", "+5"],
			["06", "69"],
			["5", "59,25"],
			["15:04:05.000", "01:02:03.-12"],
		],
	);
	return compare(
		fc
			.oneof(value, likely)
			.map((args) => ({ name: "time.parse_ns", args: args.map((words) => JSON.stringify(words)) })),
	);
});

test("RFC 3339 is parsed as in opa", () => {
	const two = (most: number) => fc.nat(most).map((number) => String(number).padStart(2, "0"));
	const date = fc
		.tuple(fc.constantFrom("1970", "2024", "1677", "2262", "0000", "9999", "2023"), two(13), two(32))
		.map((parts) => parts.join("-"));
	const clock = fc.tuple(two(24), two(60), two(60)).map((parts) => parts.join(":"));
	const tail = fc.constantFrom(
		"Z",
		"z",
		"",
		".5Z",
		",25Z",
		".1234567891234Z",
		"+01:00",
		"-23:59",
		"+24:00",
		"+0100",
		".Z",
		"Z ",
		"+01:60",
	);
	return compare(
		fc
			.tuple(date, fc.constantFrom("T", "t", " "), clock, tail)
			.map((parts) => ({ name: "time.parse_rfc3339_ns", args: [JSON.stringify(parts.join(""))] })),
	);
});

test("durations are parsed as in opa", () => {
	const part = fc.tuple(
		fc.oneof(
			fc.nat(400).map(String),
			fc.constantFrom("1.5", ".5", "1.", ".", "1.2.3", "0.0000000001", "9223372036854775808", "106751", ""),
		),
		fc.constantFrom("ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w", "y", "x", "", "é", "dd"),
	);
	const sign = fc.constantFrom("", "", "", "-", "+", "+-");
	const duration = fc
		.tuple(sign, fc.array(part, { maxLength: 3 }))
		.map(([first, parts]) => first + parts.flat().join(""));
	return compare(duration.map((words) => ({ name: "time.parse_duration_ns", args: [JSON.stringify(words)] })));
});

test("wrong types are refused in opa's words", () => {
	const odd = fc.constantFrom(
		"null",
		"true",
		'"1"',
		"[]",
		'["1"]',
		"[1, 2]",
		"[1, null]",
		'[1, "", 3]',
		"{}",
		"{1}",
		"1",
		"1.5",
		"-1.0000000000001",
	);
	const call = fc.oneof(
		fc.tuple(
			fc.constantFrom("time.date", "time.format", "time.weekday", "time.parse_duration_ns", "time.parse_rfc3339_ns"),
			fc.tuple(odd),
		),
		fc.tuple(fc.constantFrom("time.diff", "time.parse_ns"), fc.tuple(odd, odd)),
		fc.tuple(fc.constant("time.add_date"), fc.tuple(odd, odd, odd, odd)),
	);
	return compare(call.map(([name, args]) => ({ name, args })));
});

test("now is what was set, to the nanosecond", () => {
	module.nowNs = 1_700_000_000_123_456_789n;
	assert.deepEqual(module.run("time.now_ns", []), { status: "ok", value: "1700000000123456789" });
	assert.deepEqual(module.run("time.now_ns", []), { status: "ok", value: "1700000000123456789" });
});

for (const name of ["Europe/Berlin", "Local", "UTC ", "utc"]) {
	test(`the time zone ${name} is not available`, () => {
		assert.deepEqual(module.run("time.clock", [`[0, ${JSON.stringify(name)}]`]), {
			status: "error",
			fault: `time.clock: the time zone ${name}: named time zones are not available in the proxy`,
			opas: false,
		});
	});
}

test("adding more than a billion is not available", () => {
	const answer = module.run("time.add_date", ["0", "1000000001", "0", "0"]);
	assert.deepEqual(answer, {
		status: "error",
		fault: "time.add_date: adding so much to a date is not available in the proxy",
		opas: false,
	});
});
