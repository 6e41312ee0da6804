import type { Build } from "./requirements.ts";

/**
 * The configuration of the filter's VMs: the revision, so that each has VMs of its own, a line feed, and the policies'
 * data where a Policy runs in the proxy.
 */
export function vmConfig({ requirements, data }: Pick<Build, "requirements" | "data">): string {
	const inProxy = requirements.policies.some(({ placement }) => placement === "proxy");
	return `${requirements.revision}\n${inProxy ? Buffer.from(data).toString("utf8") : ""}`;
}
