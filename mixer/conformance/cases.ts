import { backendCases } from "./backend-cases.ts";
import { batchCases } from "./batch-cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { contractCases } from "./contract-cases.ts";
import { resourceCases } from "./resource-cases.ts";

/** Everything an adapter promises, in the order in which it is tried. */
export const cases: readonly ConformanceCase[] = [...contractCases, ...batchCases, ...backendCases, ...resourceCases];
