import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { host } from "./host.ts";
import { envoyName } from "./names.ts";
import { pathPrefix } from "./path-prefix.ts";

const HIGHEST_PORT = 65_535;

/** A TCP port that can be listened on. */
export function port() {
	return z.int().min(1).max(HIGHEST_PORT);
}

/** One entry of a Policy's `targets`. */
export const targetSchema = z
	.strictObject({
		protocol: z
			.enum(["http", "tcp"])
			.exactOptional()
			.describe("`http`, if left out: requests. `tcp`: connections, where Envoy has the filter `sluice.tcp`."),
		listenerPort: port().exactOptional().describe("The port the client connected to."),
		host: checkedText(host)
			.exactOptional()
			.describe("The request's host in lower case without port, or `*.example.com` for every name below example.com."),
		pathPrefix: checkedText(pathPrefix)
			.exactOptional()
			.describe("Whole segments the path begins with: `/admin` matches `/admin` and `/admin/x`, not `/administrator`."),
		workload: checkedText(envoyName).exactOptional().describe("Envoy's node cluster (its `--service-cluster`)."),
	})
	.superRefine(({ protocol, host, pathPrefix }, context) => {
		if (protocol !== "tcp") return;
		const refuse = (field: string, text: string) => context.addIssue({ code: "custom", path: [field], message: text });
		if (host !== undefined) refuse("host", "is only for requests: a connection's SNI is the policy's to read");
		if (pathPrefix !== undefined) refuse("pathPrefix", "is only for requests: a connection has no path");
	})
	.describe("Every field given must match; without any the target is every request.");
