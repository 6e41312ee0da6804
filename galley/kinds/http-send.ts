import * as z from "zod";
import { checkedText, type TextRule } from "./checked-text.ts";
import { duration } from "./duration.ts";
import { host } from "./host.ts";

const KIB = 1024;

const HIGHEST_PORT = 65_535;

/** A host that policies may ask: a name or address, with a port or for 80 and 443, or `*.` and a suffix. */
const askedHost: TextRule = {
	check(text) {
		const { name, port } = splitPort(text);
		if (port !== undefined && (Number(port) < 1 || Number(port) > HIGHEST_PORT)) {
			return `must have a port from 1 to ${HIGHEST_PORT}`;
		}
		return name === "*" ? "must name a host: there is no way to list all of them" : host.check(name);
	},
	suggest(text) {
		const { name, port } = splitPort(text.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, ""));
		const suggested = host.suggest?.(name);
		return suggested && port !== undefined ? `${suggested}:${port}` : suggested;
	},
};

function splitPort(text: string): { name: string; port: string | undefined } {
	const [, name = text, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(text) ?? [];
	return { name, port };
}

/** What policies may do with http.send and net.lookup_ip_addr. */
export const httpSendSchema = z
	.strictObject({
		hosts: z
			.array(checkedText(askedHost))
			.default([])
			.describe(
				"Hosts that policies may ask, such as `api.example.com` (for the ports 80 and 443), `api.example.com:8443` or `*.example.com`. While there is none, a policy that calls `http.send` is refused.",
			),
		timeout: duration({
			min: "10ms",
			max: "1m",
			default: "5s",
			description: "How long one request may take; a policy can ask for less. Its own deadline counts as well.",
		}),
		// Above: the memory of the thread that reads it.
		responseBytes: z
			.int()
			.min(KIB)
			.max(16 * KIB * KIB)
			.default(KIB * KIB)
			.meta({ description: "Size of a response's body.", unit: "bytes" }),
		cacheBytes: z
			.int()
			.min(0)
			.max(256 * KIB * KIB)
			.default(8 * KIB * KIB)
			.meta({
				description:
					"Responses that each policy worker keeps for policies that ask for `cache` or `force_cache`; 0 keeps none.",
				unit: "bytes",
			}),
	})
	.prefault({})
	.describe("The network as policies in the Mixer may use it.");
