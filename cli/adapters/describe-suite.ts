import type { CaseResult } from "../../mixer/conformance/run-suite.ts";
import type { AdapterUnderTest } from "./test-adapter.ts";

/** Which adapter is tested, and against what. */
export function describeUnderTest({ name, file, signals, harness }: AdapterUnderTest): string {
	return `${name}, ${file}: ${signals.join(", ")}; ${backendOf(harness?.value.backend)}\n`;
}

function backendOf(backend: "http" | "none" | object | undefined): string {
	if (backend === undefined) return "there is no conformance.ts beside it, so that nothing can be tried with a backend";
	if (backend === "none") return "no backend";
	return backend === "http" ? "with the suite's HTTP server behind it" : "with the backend of conformance.ts behind it";
}

/** One case in one line: kept, broken with what to do, or not run and why. */
export function describeCase(result: CaseResult): string {
	const name = result.name.padEnd(16);
	switch (result.status) {
		case "passed":
			return ` ✓ ${name} ${result.promise}\n`;
		case "failed":
			return ` ✗ ${name} ${result.what}${result.cure === undefined ? "" : `: ${result.cure}`}\n`;
		case "not_run":
			return ` – ${name} not run: ${result.reason}\n`;
	}
}

/** How many are kept. */
export function summarise(results: readonly CaseResult[]) {
	const count = (status: CaseResult["status"]) => results.filter((result) => result.status === status).length;
	return { passed: count("passed"), failed: count("failed"), notRun: count("not_run") };
}

/** The last line. */
export function describeSummary({ passed, failed, notRun }: ReturnType<typeof summarise>): string {
	const rest = notRun === 0 ? "" : `, ${notRun} not run`;
	const kept = `${passed} ${passed === 1 ? "promise" : "promises"} kept`;
	return failed === 0 ? `${kept}${rest}\n` : `${failed} of ${passed + failed} promises broken${rest}\n`;
}
