import { checkInputPath } from "../api/input-paths.ts";
import type { InputRead } from "./plan-reads.ts";
import type { InputPath } from "./requirements.ts";

/** The header in which ext_authz says whether the body is whole. */
const PARTIAL_BODY = "x-envoy-auth-partial-body";

/**
 * Holds every path a policy looks at against the input document's schema, which opa itself can't do where the path is
 * an argument of object.get. A path that holds nothing would be undefined for ever, a denial that never comes; so would
 * a header by a name in upper case.
 *
 * @returns the faults, in opa's own form, one for each place.
 */
export function checkInputReads(reads: readonly InputRead[]): string[] {
	const faults = new Set<string>();
	for (const { path, place } of reads) {
		const header = headerName(path);
		if (header === PARTIAL_BODY) {
			faults.add(`${place.file}:${place.row}: header "${PARTIAL_BODY}" is never there: read input.truncated_body`);
		}
		if (header !== undefined && header !== header.toLowerCase()) {
			const name = JSON.stringify(header);
			faults.add(`${place.file}:${place.row}: header ${name}: the input has headers by their names in lower case`);
		}
		const check = checkInputPath(path);
		if (check.ok) continue;
		const upTo = path.slice(0, path.lastIndexOf(check.have) + 1);
		const want = check.wantOneOf.map((name) => JSON.stringify(name)).join(" ");
		const hint = want === "" ? "nothing stands below it" : `want (one of): [${want}]`;
		const lines = [
			`${place.file}:${place.row}: undefined ref: ${["input", ...upTo].join(".")}`,
			`\thave: ${JSON.stringify(check.have)}`,
			`\t${hint}`,
		];
		faults.add(lines.join("\n"));
	}
	return [...faults];
}

/** The header a path names; undefined where it names none. */
function headerName(path: InputPath): string | undefined {
	const map = path.findIndex((segment) => segment === "headers" || segment === "header_values");
	return map < 0 ? undefined : path[map + 1];
}
