import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkout } from "../support/programs.ts";
import { alertRules, expectedAlerts, panels } from "./monitoring.ts";

/** Prometheus' own. */
const OWN = ["up"];

/** Every name that a documented metric is scraped under. */
async function scraped(): Promise<ReadonlySet<string>> {
	const document = await readFile(join(checkout, "docs/metrics.md"), "utf8");
	const names = [...document.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].flatMap(([, name = "", type]) => {
		return type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name];
	});
	return new Set([...names, ...OWN]);
}

/** Names in an expression that stand where a metric does: neither called, nor labels, nor words of PromQL. */
function metricsIn(expression: string): string[] {
	const bare = expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without) \([^)]*\)/g, "");
	const words = bare.match(/[a-zA-Z_]\w*(?!\w*\s*\()/g) ?? [];
	return words.filter((word) => !["or", "and", "unless"].includes(word) && !/^(?:sum|increase|rate|topk)$/.test(word));
}

describe("samples/monitoring", () => {
	test("asks for metrics that docs/metrics.md has, and no others", async () => {
		const known = await scraped();
		const expressions = [
			...(await alertRules()).map(({ expr }) => expr),
			...(await panels()).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
		];
		for (const expression of expressions) {
			const names = metricsIn(expression);
			assert.ok(names.length > 0, `no metric in ${expression}`);
			for (const name of names) assert.ok(known.has(name), `${name} in ${expression}`);
		}
	});

	test("tests each alert, where it is to be heard and where it is not", async () => {
		const expected = await expectedAlerts();
		for (const { alert } of await alertRules()) {
			const own = expected.filter(({ alertname }) => alertname === alert);
			assert.ok(
				own.some(({ exp_alerts }) => exp_alerts.length > 0),
				`${alert} is never heard`,
			);
			const isQuiet = own.some(({ exp_alerts }) => exp_alerts.length === 0) || alert === "SluiceHandlerDrops";
			assert.ok(isQuiet, `${alert} is never quiet`);
		}
	});

	test("has a dashboard whose panels have numbers of their own and ask for something", async () => {
		const all = await panels();
		assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
		const idle = all.filter(({ type, targets }) => type !== "row" && targets.length === 0);
		assert.deepEqual(idle, []);
	});
});
