import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { monitoring, panels } from "../samples/monitoring.ts";
import { prometheusPrograms } from "../support/prometheus-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const skip = prometheusPrograms === undefined && "there is no promtool here, and no apt to fetch it with";

/** Rejects with what promtool says where it finds a fault. */
async function promtool(...args: readonly string[]): Promise<string> {
	assert.ok(prometheusPrograms !== undefined);
	const { stdout } = await promisify(execFile)(prometheusPrograms.promtool, args, { cwd: monitoring });
	return stdout;
}

describe("promtool", { skip }, () => {
	test("finds the configuration and the alert rules in order", async () => {
		assert.match(await promtool("check", "config", "prometheus.yaml"), /SUCCESS: \d+ rules found/);
	});

	test("finds every alert where its test expects it", async () => {
		assert.match(await promtool("test", "rules", "alerts.test.yaml"), /SUCCESS/);
	});

	test("understands every expression of the dashboard", async () => {
		const file = join(await temporaryFolder(), "rules.yaml");
		const expressions = (await panels()).flatMap(({ targets }) => targets.map(({ expr }) => expr));
		// Grafana fills in the variable.
		const rules = expressions.map((expr, i) => {
			return { record: `panel:${i}`, expr: expr.replaceAll("$__rate_interval", "1m") };
		});
		await writeFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
		assert.match(await promtool("check", "rules", file), new RegExp(`SUCCESS: ${rules.length} rules found`));
	});
});
