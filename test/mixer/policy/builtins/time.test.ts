import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scaled } from "../../../support/scale.ts";
import { sameAsOpa } from "./same-as-opa.ts";

const calls = {
	format: "time.format([input.ns, input.zone, input.layout])",
	plain: "[time.date(input.ns), time.clock(input.ns), time.weekday(input.ns)]",
	zoned:
		"[time.date([input.ns, input.zone]), time.clock([input.ns, input.zone]), time.weekday([input.ns, input.zone])]",
	add: "time.add_date(input.ns, input.years, input.months, input.days)",
	diff: "time.diff([input.ns, input.zone], [input.other, input.zone])",
	parse: "time.parse_ns(input.layout, input.text)",
	back: "time.parse_ns(input.layout, time.format([input.ns, input.zone, input.layout]))",
	rfc3339: "time.parse_rfc3339_ns(input.text)",
	duration: "time.parse_duration_ns(input.text)",
};

/** Numbers that a double holds exactly, so that JSON carries them: whole microseconds of the years 1690 to 2250. */
const ns = fc.oneof(
	fc.integer({ min: -8_836_000_000_000, max: 8_836_000_000_000 }).map((ms) => ms * 1_000_000),
	fc.integer({ min: 0, max: 2 ** 52 }),
	fc.constantFrom(
		0,
		951_782_400_000_000_000,
		1_711_846_800_000_000_000,
		1_730_595_600_000_000_000,
		4_102_444_800_000_000_000,
	),
);
/** Zones agree from 1970 on; before, each copy of the database has its own. */
const recent = fc.oneof(
	fc.integer({ min: 0, max: 8_836_000_000_000 }).map((ms) => ms * 1_000_000),
	fc.constantFrom(951_782_400_000_000_000, 1_711_846_800_000_000_000, 1_730_595_600_000_000_000),
);
const zone = fc.constantFrom(
	...["", "UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"],
	...["Asia/Tokyo", "America/Sao_Paulo", "Asia/Tehran", "Europe/Dublin", "Etc/GMT+5", "america/new_york", "Nowhere"],
);
const element = fc.constantFrom(
	...["2006", "06", "01", "1", "January", "Jan", "02", "_2", "2", "__2", "002", "Monday", "Mon", "15", "03", "3"],
	...["04", "4", "05", "5", "PM", "pm", "MST", "Z0700", "Z070000", "Z07:00", "Z07", "-0700", "-07:00:00", "-07"],
	...[".000", ".999", ",000000000", ".999999999", ".0", "-", " ", ":", "/", "T", "x", "at "],
);
const layout = fc.oneof(
	fc.constantFrom(
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
	),
	fc.array(element, { maxLength: 8 }).map((parts) => parts.join("")),
);
const stamp = fc
	.record({
		date: fc.constantFrom("2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "1700-01-01", "2024-13-01", "24-1-1"),
		time: fc.constantFrom("T00:00:00", "T23:59:59.5", "T24:00:00", "T12:30:61", "t12:00:00", " 12:00:00", "T1:02:03"),
		zone: fc.constantFrom("Z", "+02:00", "-23:59", "+24:00", "+25:00", "z", "", " UTC"),
	})
	.map((parts) => parts.date + parts.time + parts.zone);
const amount = fc.integer({ min: -800, max: 800 });
const durationPart = fc
	.tuple(
		fc.constantFrom("1", "1.5", "0", ".5", "90", "1000000", "9223372036854775807", "1.", "."),
		fc.constantFrom("ns", "us", "µs", "ms", "s", "m", "h", "d", "w", "y", "x", ""),
	)
	.map((parts) => parts.join(""));
const duration = fc
	.tuple(fc.constantFrom("", "-", "+"), fc.array(durationPart, { maxLength: 3 }))
	.map(([sign, parts]) => sign + parts.join(""));

const question = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ call: fc.constant("format"), ns: recent, zone, layout }) },
	fc.record({ call: fc.constant("plain"), ns }),
	fc.record({ call: fc.constant("zoned"), ns: recent, zone }),
	fc.record({
		call: fc.constant("add"),
		ns,
		zone,
		years: fc.integer({ min: -300, max: 300 }),
		months: amount,
		days: amount,
	}),
	fc.record({ call: fc.constant("diff"), ns: recent, zone, other: recent }),
	fc.record({
		call: fc.constant("parse"),
		layout: fc.oneof(layout, fc.constant("2006-01-02T15:04:05Z07:00")),
		text: stamp,
	}),
	{ weight: 3, arbitrary: fc.record({ call: fc.constant("back"), ns: recent, zone, layout }) },
	fc.record({ call: fc.constant("rfc3339"), text: stamp }),
	fc.record({ call: fc.constant("duration"), text: duration }),
);

test("time.* answers as opa's own", async (context) => {
	const inputs = fc.sample(question, { numRuns: scaled({ quick: 1500, full: 50_000 }), seed: 7 });
	assert.equal(await sameAsOpa(context, { calls, inputs }), 0);
});
