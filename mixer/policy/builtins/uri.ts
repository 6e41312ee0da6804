import { type ParsedUrl, parseUrl } from "./go-url.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean, record, text } from "./make-value.ts";
import { argument, stringOperand } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** uri.* */
export const uriBuiltins: BuiltinFamily = [
	["uri.parse", (args) => describe(parseUrl(stringOperand(args, 0)))],
	["uri.is_valid", isValid],
];

function describe({ scheme, host, path, rawPath, rawQuery, fragment }: ParsedUrl): RegoValue {
	const { hostname, port } = splitPort(host);
	const present = (value: string) => (value === "" ? undefined : text(value));
	return record({
		scheme: present(scheme),
		hostname: present(hostname),
		port: present(port),
		path: present(path),
		raw_path: present(rawPath || path),
		raw_query: present(rawQuery),
		fragment: present(fragment),
	});
}

function isValid(args: Arguments): RegoValue {
	const value = argument(args, 0);
	if (value.type !== "string" || value.value === "") return boolean(false);
	try {
		parseUrl(value.value);
		return boolean(true);
	} catch {
		return boolean(false);
	}
}

function splitPort(host: string): { hostname: string; port: string } {
	const colon = host.lastIndexOf(":");
	const hasPort = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon));
	const name = hasPort ? host.slice(0, colon) : host;
	return { hostname: name.replace(/^\[(.*)\]$/s, "$1"), port: hasPort ? host.slice(colon + 1) : "" };
}
