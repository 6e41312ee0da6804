import type { Build } from "../../mixer/policy/requirements.ts";

/** How many hex digits of a revision people are shown. */
const SHORT_REVISION = 6;

/** The column where a tried command's outcome stands, as wide as the longest command with ports of four digits. */
const OUTCOME_COLUMN = 57;

export interface BannerPorts {
	readonly listener: number;
	readonly envoyAdmin: number;
	readonly admin: number;
}

/** ` ✓ policy   1.6 s   bookstore@3f9a1c → mixer (reads 4 inputs, 6 tests pass)`, a line for each policy. */
export function policyLines(build: Pick<Build, "requirements" | "testsPassed">, elapsedMs: number): string {
	const { policies, revision } = build.requirements;
	const lines = policies.map((policy, index) => {
		const reads = counted(policy.inputs.length, "input");
		// The tests are the build's, not one policy's: they stand once.
		const tests = index === 0 ? `, ${counted(build.testsPassed, "test")} pass` : "";
		const head = index === 0 ? stepLine("policy", elapsedMs) : " ".repeat(stepLine("policy", elapsedMs).length);
		return `${head}   ${policy.name}@${revision.slice(0, SHORT_REVISION)} → ${policy.placement} (reads ${reads}${tests})\n`;
	});
	return lines.length > 0 ? lines.join("") : `${stepLine("policy", elapsedMs)}   none: the default decides\n`;
}

/** ` ✓ ready   23.4 s`, with the name in a column of its own. */
export function stepLine(name: string, elapsedMs: number): string {
	return ` ✓ ${name.padEnd(7)}${(elapsedMs / 1000).toFixed(1).padStart(5)} s`;
}

/**
 * Where everything is.
 *
 * @param page the address of the page of decisions.
 */
export function addressLines(ports: BannerPorts, page: string): string {
	const app = `http://127.0.0.1:${ports.listener}`.padEnd(28);
	return `
 app through Envoy  ${app} metrics    http://127.0.0.1:${ports.admin}/metrics
 Envoy admin        http://127.0.0.1:${ports.envoyAdmin}
 decisions, live    ${page}
`;
}

/** What to try on the bookstore, and what comes of it. */
export function tryLines(ports: BannerPorts): string {
	const app = `localhost:${ports.listener}`;
	const tries = [
		[`curl -i ${app}/books`, "200"],
		[`curl -i ${app}/admin -H 'x-role: reader'`, '403 "readers cannot open /admin"'],
		[`curl -i ${app}/internal`, '403 "no rule allows this path"'],
		[`curl -i ${app}/books/1 -H 'x-role: librarian'`, "200, x-policy-tier: staff"],
		[`curl -i '${app}/books?[1-6]' -H 'x-reader: ann'`, "200 five times, then 429"],
	] as const;
	const lines = tries.map(([command, outcome]) => ` ${command.padEnd(OUTCOME_COLUMN - 1)}→ ${outcome}\n`);
	return `\n Try:\n${lines.join("")} curl -s localhost:${ports.admin}/metrics | grep sluice_decisions\n`;
}

function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
