import assert from "node:assert/strict";
import test from "node:test";
import { planOf } from "../../bench/plan.ts";
import { chart, wrap } from "../../bench/report/chart/chart.ts";
import { ticksAround } from "../../bench/report/chart/latency-lines.ts";
import { spreadLabels } from "../../bench/report/chart/spread-labels.ts";
import { makeReport, type Outcome, type Report } from "../../bench/report/report.ts";
import { cpuTable, markdownTable, pacedTable, plainTable } from "../../bench/report/tables.ts";
import { reportMarkdown, reportText } from "../../bench/report/text.ts";
import type { Variant } from "../../bench/variants.ts";

const plan = planOf({ rounds: 3, requests: 100, rates: [500, 1000], variants: ["bare", "regex", "mixer"] });
const [bare, regex, mixer] = plan.variants;

const about = {
	machine: { cpu: "CPU <1>", cores: 2, memoryGb: 24, kernel: "Linux 6", node: "24.0.0" },
	envoy: "1.40.0",
	command: "npm run bench",
	date: "2026-01-02",
};

/** Rounds in which a request costs these times in Envoy and, if given, as much again in the Mixer. */
function measured(variant: Variant, envoyUs: readonly number[], hasMixer: boolean): Outcome {
	const samples = envoyUs.flatMap((us, i) =>
		[undefined, 500, 1000].map((ratePerSecond) => ({
			id: variant.id,
			round: i + 1,
			...(ratePerSecond !== undefined && { ratePerSecond }),
			measurement: {
				cpuUs: new Map([["Envoy", us], ...(hasMixer ? [["Mixer", us] as const] : [])]),
				p50Us: 100,
				p99Us: 10 * us,
				// The Mixer's variant does not keep up with 1,000 a second.
				requestsPerSecond: Math.min(ratePerSecond ?? 2000, hasMixer ? 800 : 2000),
				unexpectedShare: 0,
			},
		})),
	);
	return { variant, state: "measured", samples };
}

function report(): Report {
	const missing: Outcome = { variant: regex ?? assert.fail(), state: "missing", note: "not available in this build" };
	const outcomes = [measured(bare ?? assert.fail(), [40, 50, 30], false), missing];
	return makeReport({ plan, about, outcomes: [...outcomes, measured(mixer ?? assert.fail(), [80, 100, 90], true)] });
}

test("ratios and differences are taken round by round", () => {
	const numbers = report().variants[2]?.numbers;
	assert.deepEqual(numbers?.cpuUs, { median: 180, min: 160, max: 200 });
	assert.deepEqual(numbers?.timesBase, { median: 4, min: 4, max: 6 });
	assert.deepEqual(numbers?.aboveBaseUs, { median: 150, min: 120, max: 150 });
	assert.deepEqual(
		numbers?.processes.map(({ name, cpuUs }) => [name, cpuUs.median]),
		[
			["Envoy", 90],
			["Mixer", 90],
		],
	);
});

test("a variant keeps up where it achieves the rate", () => {
	const held = report().variants.map(({ numbers }) => numbers?.paced.map(({ isHeld }) => isHeld));
	assert.deepEqual(held, [[true, true], undefined, [true, false]]);
});

test("the tables name medians, ranges and what has no numbers", () => {
	const [, first, second, third] = cpuTable(report());
	assert.deepEqual(first?.slice(0, 4), ["Envoy alone", "40 (30–50)", "Envoy 40", "1.00× (1.00×–1.00×)"]);
	assert.deepEqual(second?.slice(0, 3), ["Sluice, policy with a regex in Envoy", "not available in this build", ""]);
	assert.deepEqual(third?.slice(1, 4), ["180 (160–200)", "Envoy 90 + Mixer 90", "4.00× (4.00×–6.00×)"]);
	assert.deepEqual(pacedTable(report()), [
		["p99 ms at", "500/s", "1000/s"],
		["Envoy alone", "0.40 (0.30–0.50)", "0.40 (0.30–0.50)"],
		["Sluice, policy in the Mixer", "0.90 (0.80–1.00)", "does not keep up"],
	]);
});

test("tables are written aligned, and in Markdown", () => {
	const table = [
		["a", "bb"],
		["ccc", "d|e"],
	];
	assert.equal(plainTable(table), "a    bb\n───  ───\nccc  d|e\n");
	assert.equal(markdownTable(table), "| a | bb |\n| --- | --- |\n| ccc | d\\|e |\n");
});

test("the results in Markdown hold machine and command", () => {
	const text = reportMarkdown(report());
	assert.match(text, /\nCPU <1>, 2 cores, 24 GB, Linux 6, Node 24\.0\.0, Envoy 1\.40\.0, 2026-01-02\.\n/);
	assert.match(text, /\nnpm run bench: 3 rounds in random order, 100 requests over 4 connections each, /);
});

test("the chart is well-formed, escapes what it is given and has a dark side", () => {
	const svg = chart(report());
	const open = [...svg.matchAll(/<([a-z]+)(?: [^>]*[^/>])?>/g)].map(([, name]) => name);
	const closed = [...svg.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name);
	assert.deepEqual(open.toSorted(), closed.toSorted());
	assert.ok(svg.includes("CPU &lt;1>, 2 cores"));
	assert.ok(svg.includes("npm run bench"));
	assert.ok(svg.includes("@media (prefers-color-scheme: dark)"));
	assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test("the chart draws a bar for each process, a line for each variant and the reason where there is none", () => {
	const svg = chart(report());
	assert.equal(svg.match(/<rect [^>]*height="18"/g)?.length, 3);
	assert.equal(svg.match(/<polyline /g)?.length, 2);
	assert.ok(svg.includes(">not available in this build</text>"));
	assert.ok(svg.includes(">Sluice, policy in the Mixer (to 500/s)</text>"));
});

test("a chart of nothing measured is still one", () => {
	const outcomes: readonly Outcome[] = [{ variant: bare ?? assert.fail(), state: "failed", note: "wrong answers" }];
	assert.doesNotMatch(chart(makeReport({ plan, about, outcomes })), /NaN|Infinity|undefined/);
});

test("a run without paced loads says nothing of them", () => {
	const outcome = measured(bare ?? assert.fail(), [40], false);
	assert.ok(outcome.state === "measured");
	const samples = outcome.samples.filter(({ ratePerSecond }) => ratePerSecond === undefined);
	const closed = makeReport({ plan, about, outcomes: [{ ...outcome, samples }] });
	assert.doesNotMatch(`${reportText(closed)}${reportMarkdown(closed)}`, /p99 latency at|p99 ms at|paced/);
	assert.doesNotMatch(chart(closed), /against requests|paced/);
});

test("an axis begins and ends at round values", () => {
	assert.deepEqual(ticksAround([30, 480]), [20, 50, 100, 200, 500]);
	assert.deepEqual(ticksAround([100, 100]), [100]);
});

test("labels keep their distance, their order and the end", () => {
	assert.deepEqual(spreadLabels([50, 10, 12], { gap: 10, max: 100 }), [50, 10, 20]);
	assert.deepEqual(spreadLabels([98, 99], { gap: 10, max: 100 }), [90, 100]);
});

test("a caption is broken between words", () => {
	assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
});
