import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { checkout } from "../support/programs.ts";

/** The folder with the dashboard and the rules. */
export const monitoring = join(checkout, "samples/monitoring");

const Rules = z.object({
	groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const RuleTests = z.object({
	tests: z.array(
		z.object({
			alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
		}),
	),
});
const Dashboard = z.object({
	panels: z.array(
		z.object({
			id: z.number(),
			title: z.string(),
			type: z.string(),
			targets: z.array(z.object({ expr: z.string() })).default([]),
		}),
	),
});

/** The alert rules. */
export async function alertRules() {
	return Rules.parse(parse(await text("alerts.yaml"))).groups.flatMap(({ rules }) => rules);
}

/** What the rules' tests expect, alert by alert. */
export async function expectedAlerts() {
	const { tests } = RuleTests.parse(parse(await text("alerts.test.yaml")));
	return tests.flatMap(({ alert_rule_test }) => alert_rule_test);
}

/** The dashboard's panels; what Grafana fills in stands for itself. */
export async function panels() {
	return Dashboard.parse(JSON.parse(await text("grafana-dashboard.json"))).panels;
}

function text(name: string): Promise<string> {
	return readFile(join(monitoring, name), "utf8");
}
