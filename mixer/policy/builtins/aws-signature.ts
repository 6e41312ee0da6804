import { createHash, createHmac } from "node:crypto";
import { escapeUrl } from "./go-escape.ts";
import { goJson } from "./go-json.ts";
import { type ParsedUrl, parseUrl } from "./go-url.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { checkRequestNames } from "./http-request.ts";
import { member, type RegoObject } from "./jwt-token.ts";
import { object, set, text } from "./make-value.ts";
import { argument, OperandError, operand, wholeNumber, wrongType } from "./operands.ts";
import { printValue, type RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** providers.aws.sign_req: a request with the headers of AWS's signature, version 4. */
export const awsBuiltins: BuiltinFamily = [["providers.aws.sign_req", signRequest]];

const REQUIRED = ["aws_service", "aws_access_key", "aws_secret_access_key", "aws_region"];

/** Headers that may change on the way and are not signed. */
const IGNORED = new Set(["authorization", "user-agent", "x-amzn-trace-id"]);

/** Services that want to know the body's hash. */
const HASHED = new Set(["s3", "glacier"]);

function signRequest(args: Arguments): RegoValue {
	const request = operand(args, 0, "object");
	const config = operand([args[1] ?? request], 0, "object");
	checkConfig(config);
	const time = signingTime(args);
	checkRequestNames(request);
	const written = member(request, "headers") ?? object([]);
	if (written.type !== "object") throw wrongType(-1, written, "object");
	const { url, method } = target(request);
	const sent = new Map(written.members.map(([name, value]) => [textOr(name), textOr(value)]));
	const isUnsigned = disablesPayload(config);
	const payload = isUnsigned ? "UNSIGNED-PAYLOAD" : sha256(bodyOf(request));
	const added = awsHeaders(config, { host: url.host, time, payload });
	const authorization = authorize({ config, method, url, time, payload, headers: signedHeaders(sent, added) });
	const headers = new Map([...sent, ["Authorization", authorization], ...added]);
	const value = object([...headers].map(([name, header]) => [text(name), text(header)] as const));
	return object([...request.members, [text("headers"), value]]);
}

function checkConfig(config: RegoObject): void {
	const missing = REQUIRED.filter((name) => member(config, name) === undefined);
	if (missing.length > 0) throw new OperandError(1, `missing required AWS config parameters(s): ${names(missing)}`);
	const invalid = REQUIRED.filter((name) => member(config, name)?.type !== "string");
	if (invalid.length === 0) return;
	throw new OperandError(1, `invalid values for required AWS config parameters(s): ${names(invalid)}`);
}

function names(list: readonly string[]): string {
	return printValue(set(list.map(text)));
}

function textOr(value: RegoValue | undefined): string {
	return value?.type === "string" ? value.value : "";
}

/** In AWS's way to write it. */
function signingTime(args: Arguments): string {
	const value = argument(args, 2);
	if (value.type !== "number") throw wrongType(0, value, "number");
	const ns = wholeNumber(value.text);
	if (ns === undefined || BigInt.asIntN(64, ns) !== ns) {
		throw new OperandError(2, "could not convert time_ns value into a unix timestamp");
	}
	const seconds = new Date(Math.floor(Number(ns) / 1e9) * 1000).toISOString();
	return seconds.replace(/[-:]|\.000/g, "");
}

function target(request: RegoObject): { url: ParsedUrl; method: string } {
	const [url, method] = [member(request, "url"), member(request, "method")];
	const invalid = [...(url?.type === "string" ? [] : ["url"]), ...(method?.type === "string" ? [] : ["method"])];
	if (invalid.length > 0) {
		throw new OperandError(0, `invalid values for required request parameters(s): ${names(invalid)}`);
	}
	return { url: parseUrl(textOr(url)), method: textOr(method) };
}

function disablesPayload(config: RegoObject): boolean {
	const value = member(config, "disable_payload_signing");
	if (value === undefined || value.type === "boolean") return value?.value ?? false;
	throw new OperandError(1, "invalid value for 'disable_payload_signing' in AWS config");
}

function bodyOf(request: RegoObject): string {
	const [raw, body] = [member(request, "raw_body"), member(request, "body")];
	if (raw !== undefined) return textOr(raw);
	return body === undefined ? "" : goJson(body);
}

interface Signing {
	readonly host: string;
	readonly time: string;
	readonly payload: string;
}

function awsHeaders(config: RegoObject, { host, time, payload }: Signing): Map<string, string> {
	const headers = new Map([
		["host", host],
		["x-amz-date", time],
	]);
	if (HASHED.has(textOr(member(config, "aws_service")))) headers.set("x-amz-content-sha256", payload);
	const session = textOr(member(config, "aws_session_token"));
	if (session !== "") headers.set("x-amz-security-token", session);
	return headers;
}

function signedHeaders(sent: ReadonlyMap<string, string>, added: ReadonlyMap<string, string>): Map<string, string> {
	const own = [...sent].map(([name, value]) => [name.toLowerCase(), value] as const);
	const all = new Map([...added, ...own.filter(([name]) => !IGNORED.has(name))]);
	return new Map([...all].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

function authorize(signed: {
	config: RegoObject;
	method: string;
	url: ParsedUrl;
	time: string;
	payload: string;
	headers: ReadonlyMap<string, string>;
}): string {
	const { config, method, url, time, payload, headers } = signed;
	const [service = "", accessKey = "", secretKey = "", region = ""] = REQUIRED.map((name) =>
		textOr(member(config, name)),
	);
	const list = [...headers.keys()].join(";");
	const lines = [...headers].map(([name, value]) => `${name}:${value}\n`).join("");
	const canonical = [method, escapedPath(url), url.rawQuery, lines, list, payload].join("\n");
	const day = time.slice(0, 8);
	const scope = `${day}/${region}/${service}/aws4_request`;
	const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
	const key = [day, region, service, "aws4_request"].reduce<Buffer>(mac, Buffer.from(`AWS4${secretKey}`));
	const signature = mac(key, toSign).toString("hex");
	return `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${list},Signature=${signature}`;
}

function mac(key: Buffer, message: string): Buffer {
	return createHmac("sha256", key).update(message).digest();
}

function sha256(content: string): string {
	return createHash("sha256").update(content).digest("hex");
}

/** The path as it is written where that is well-formed. */
function escapedPath({ path, rawPath }: ParsedUrl): string {
	return /^[\w\-.~!$&'()*+,;=:@[\]%/]+$/.test(rawPath) ? rawPath : escapeUrl(path, "path");
}
