import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, get, limits, policy, startFilter } from "../../../support/filter-host.ts";
import { linkRego } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";

/** A chain of functions, each with so many variables of its own, entered where the header x-role says. */
function chain(functions: number, variables: number): string {
	const names = Array.from({ length: variables }, (_, i) => `v${i}`);
	const own = names.map((name, i) => `\t${name} := x + ${i}`).join("\n");
	const links = Array.from({ length: functions }, (_, i) => {
		const next = i + 1 < functions ? `f${i + 1}(x)` : "x";
		return `f${i}(x) := y + (${names.join(" + ")}) if {\n${own}\n\ty := ${next}\n}\n`;
	});
	const role = 'input.attributes.request.http.headers["x-role"]';
	return `package chain\n\n${links.join("\n")}
decision if ${role} == "visitor"\n\ndecision if {\n\t${role} == "attacker"\n\tf0(1) > 0\n}\n`;
}

const chains = [
	[800, 60],
	[500, 120],
] as const;

for (const [functions, variables] of chains.slice(0, scaled({ quick: 1, full: chains.length }))) {
	test(`${functions} functions within each other with ${variables} variables each end before the stack does`, async () => {
		const modules = { "chain.rego": chain(functions, variables) };
		const linked = await linkRego({ modules, entrypoints: ["chain/decision"], extraPages: 1024 });
		const inputs = [["attributes", "request", "http", "headers", "x-role"]];
		const chained = policy({ entrypoint: "chain/decision", placement: "proxy", inputs });
		const host = await startFilter({ policies: [chained], limits: limits({ fuel: 100_000_000 }) }, linked);
		assert.equal(get(host, "/", [["x-role", "visitor"]]).result, "continue");
		const attacked = get(host, "/", [["x-role", "attacker"]]);
		assert.equal(attacked.localResponse?.details, "sluice_policy_error");
		const [line = ""] = host.logLines(4);
		assert.match(line, /^sluice: policy bookstore: ran out of memory \(d-/);
		assert.equal(get(host, "/", [["x-role", "visitor"]]).result, "continue");
		assert.equal(counter(host, "sluice_callback_failures"), 0);
	});
}
