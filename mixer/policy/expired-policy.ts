import type { Asker } from "./compile.ts";
import type { Plan } from "./plan.ts";
import { dataReadsOf } from "./plan-analysis.ts";
import { isBelow } from "./plan-reads.ts";
import type { RequiredPolicy } from "./policy-requirements.ts";
import type { InputPath } from "./requirements.ts";
import type { SourceData } from "./source-data.ts";

/** What a Policy answers whose data have expired. */
const ENTRYPOINT = "sluice/data_source/expired";

/** A module that the build adds. */
export interface GeneratedModule {
	readonly path: string;
	readonly text: string;
}

/** It is in every module that policies are compiled into, so that nothing has to be compiled when data expire. */
export const expiredModule: GeneratedModule = {
	path: "sluice.data_source.rego",
	text: `package sluice.data_source

expired := {
	"allowed": false,
	"http_status": 503,
	"rule": "data_source_expired",
	"reason": "the data that the policy reads have expired",
	"body": "the data that the policy reads have expired\\n",
}
`,
};

/** Who asks for it when it is compiled. */
export const expiredAsker: Asker = {
	name: "expired data",
	entrypoint: ENTRYPOINT,
	bundle: "sluice",
	file: expiredModule.path,
	line: 1,
};

/**
 * The Policies, where those that read a source that denies answer with that: whatever their own failure mode is, since
 * this answer can be had, and has to be.
 */
export function withExpired(
	required: readonly RequiredPolicy[],
	{ plan, sources }: { plan: Plan; sources: readonly SourceData[] },
): readonly RequiredPolicy[] {
	const denying = sources.filter(({ denies }) => denies);
	if (denying.length === 0) return required;
	return required.map((each) => {
		const reads = dataReadsOf(plan, each.policy.entrypoint);
		return denying.some(({ path }) => isRead(path, reads)) ? expired(each) : each;
	});
}

/** The sources that no Policy reads, as warnings with their places. */
export function unreadSources(
	required: readonly RequiredPolicy[],
	{ plan, sources }: { plan: Plan; sources: readonly SourceData[] },
): string[] {
	const reads = required.map(({ policy }) => dataReadsOf(plan, policy.entrypoint));
	const unread = sources.filter(({ path }) => !reads.some((each) => isRead(path, each)));
	return unread.map(({ file, line, name, path }) => {
		return `${file}:${line}: warning: DataSource ${name}: no Policy reads data.${path.join(".")}`;
	});
}

/** Whether a place, one in it or all that it stands in is among what is read. */
function isRead(path: InputPath, reads: ReturnType<typeof dataReadsOf>): boolean {
	return reads.some((read) => (!isBelow(path, read.path) ? startsWith(read.path, path) : read.whole));
}

function startsWith(path: InputPath, beginning: InputPath): boolean {
	return beginning.every((segment, i) => path[i] === segment);
}

function expired({ policy, requirements, explanation }: RequiredPolicy): RequiredPolicy {
	return {
		policy: { ...policy, entrypoint: ENTRYPOINT, failureMode: "deny" },
		requirements: {
			...requirements,
			entrypoint: ENTRYPOINT,
			inputs: [],
			body: "none",
			builtins: [],
			deterministic: true,
			strictBuiltinErrors: true,
		},
		explanation,
	};
}
