import type { HttpSendSettings } from "../../../galley/snapshot.ts";
import type { HttpRequest } from "../network/http-exchange.ts";
import { parseDuration } from "./go-duration.ts";
import { goJson } from "./go-json.ts";
import type { RegoObject } from "./jwt-token.ts";
import { set } from "./make-value.ts";
import { OperandError, wholeNumber } from "./operands.ts";
import { printValue, type RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/** Attempts beyond the first: each may take the whole time. */
const MAX_RETRIES = 10;

/** What OPA reads from its own files and environment: a policy has no say over this machine's. */
const UNSUPPORTED = ["tls_ca_cert", "tls_client_cert", "tls_client_key"].flatMap((name) => [
	`${name}_file`,
	`${name}_env_variable`,
]);

const TEXTS = ["method", "url", "raw_body", "tls_ca_cert", "tls_client_cert", "tls_client_key", "tls_server_name"];

/** Read where the answer is. */
const OF_ANSWER = [
	...["cache", "caching_mode", "cache_ignored_headers", "force_cache", "force_cache_duration_seconds"],
	...["force_json_decode", "force_yaml_decode", "raise_error"],
];

const OTHERS = [
	...["body", "headers", "enable_redirect", "timeout", "max_retry_attempts"],
	...["tls_use_system_certs", "tls_insecure_skip_verify"],
];

const KNOWN = new Set([...TEXTS, ...OTHERS, ...OF_ANSWER, ...UNSUPPORTED]);

/** A request as a policy writes it. @throws Error in OPA's words, or that something is not supported. */
export function readRequest(request: RegoObject, { timeoutMs }: HttpSendSettings): HttpRequest {
	const options = new Map(
		request.members.map(([key, value]) => [key.type === "string" ? key.value : printValue(key), value]),
	);
	checkRequestNames(request);
	const unsupported = UNSUPPORTED.find((name) => options.has(name));
	if (unsupported !== undefined) throw new UnsupportedError(`${unsupported} is not supported here`);
	const flag = (name: string) => {
		const value = options.get(name);
		if (value === undefined || value.type === "boolean") return value?.value ?? false;
		throw new Error(`invalid value ${printValue(value)} for ${name}`);
	};
	if (flag("tls_insecure_skip_verify"))
		throw new UnsupportedError("tls_insecure_skip_verify is not supported: name the authority in tls_ca_cert");
	const text = (name: string) => textOption(options, name);
	const { cert, key } = { cert: text("tls_client_cert"), key: text("tls_client_key") };
	const headers = readHeaders(options.get("headers"));
	const host = Object.entries(headers).find(([name]) => name.toLowerCase() === "host")?.[1];
	const [ca, serverName] = [text("tls_ca_cert")?.replaceAll("\\n", "\n"), text("tls_server_name") ?? host];
	return {
		method: (text("method") ?? "").toUpperCase(),
		url: text("url") ?? "",
		headers,
		body: bodyOf(options),
		timeoutMs: Math.min(timeoutOf(options.get("timeout")) ?? timeoutMs, timeoutMs),
		followsRedirects: flag("enable_redirect"),
		retries: retriesOf(options.get("max_retry_attempts")),
		tls: {
			usesSystemCas: flag("tls_use_system_certs"),
			...(ca === undefined ? {} : { ca }),
			...(cert === undefined || key === undefined ? {} : { cert, key }),
			...(serverName === undefined ? {} : { serverName }),
		},
	};
}

/** @throws OperandError where a request has members that OPA doesn't know, or lacks some. */
export function checkRequestNames({ members }: RegoObject): void {
	const keys = members.map(([key]) => key);
	const unknown = keys.filter((key) => key.type !== "string" || !KNOWN.has(key.value));
	if (unknown.length > 0) throw new OperandError(0, `invalid request parameters(s): ${printValue(set(unknown))}`);
	const missing = ["method", "url"].filter((name) => !keys.some((key) => key.type === "string" && key.value === name));
	if (missing.length === 0) return;
	const names = set(missing.map((name) => ({ type: "string", value: name })));
	throw new OperandError(0, `missing required request parameters(s): ${printValue(names)}`);
}

function textOption(options: ReadonlyMap<string, RegoValue>, name: string): string | undefined {
	const value = options.get(name);
	if (value === undefined) return undefined;
	if (value.type !== "string") throw new Error(`"${name}" must be a string`);
	return value.value.replace(/^"+|"+$/g, "");
}

function bodyOf(options: ReadonlyMap<string, RegoValue>): string {
	const body = options.get("body");
	return textOption(options, "raw_body") ?? (body === undefined ? "" : goJson(body));
}

function readHeaders(value: RegoValue | undefined): Record<string, string> {
	if (value === undefined) return {};
	if (value.type !== "object") throw new Error("invalid type for headers key");
	const headers: Record<string, string> = {};
	for (const [key, header] of value.members) {
		if (header.type !== "string") throw new Error(`invalid type for headers value ${printValue(header)}`);
		headers[key.type === "string" ? key.value : printValue(key)] = header.value;
	}
	return headers;
}

/** Milliseconds of nanoseconds or of a duration. */
function timeoutOf(value: RegoValue | undefined): number | undefined {
	if (value === undefined) return undefined;
	if (value.type !== "number" && value.type !== "string") {
		throw new OperandError(0, `'timeout' must be one of {string, number} but got ${value.type}`);
	}
	const written = value.type === "number" ? value.text : value.value;
	const ns = wholeNumber(written) ?? (value.type === "string" ? parseDuration(written) : undefined);
	if (ns === undefined) throw new Error(`invalid timeout number value ${written}, must be int64`);
	// None at all is Go's way to say that there is no bound: then ours is.
	return ns <= 0n ? undefined : Math.max(Math.ceil(Number(ns) / 1e6), 1);
}

function retriesOf(value: RegoValue | undefined): number {
	if (value === undefined) return 0;
	const count = value.type === "number" ? Number(value.text) : -1;
	if (Number.isInteger(count) && count >= 0) return Math.min(count, MAX_RETRIES);
	throw new Error(`invalid value ${printValue(value)} for field "max_retry_attempts"`);
}
