import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MixerError } from "../../../../mixer/error.ts";
import { checkout } from "../../../support/programs.ts";
import { opaEval } from "../opa-eval.ts";
import { buildFiles, policyDocument, policyFolder } from "../policy-folder.ts";
import { startPeer } from "./http-peer.ts";
import { policyCall } from "./policy-call.ts";

const get = (url: string, more: object = {}) => ({ method: "get", url, ...more });

test("http.send answers as opa's own", async (context) => {
	const { url, port } = await startPeer(context);
	const requests = [
		get(`${url}/text?body=hello`),
		get(`${url}/json?body={"a":1.0}&header=content-type:application/json;charset=utf-8`),
		get(`${url}/json?body={"a":1.0}&header=content-type:application/problem%2Bjson`),
		get(`${url}/json?body={"a":1.0}`, { force_json_decode: true }),
		get(`${url}/json?body={&header=content-type:application/json`),
		get(`${url}/yaml?body=a:%20[1,%20x]&header=content-type:application/yaml`),
		get(`${url}/yaml?body=a:%20yes`, { force_yaml_decode: true }),
		get(`${url}/none?status=404&body=gone`),
		get(`${url}/none?status=204&body=`),
		get(`${url}/gzip`),
		{
			method: "post",
			url: `${url}/echo`,
			body: { b: [1, "<x>"], a: null },
			headers: { "X-A": "1", Authorization: "Bearer x" },
		},
		{ method: "PUT", url: `${url}/echo?x=%2F`, raw_body: "plain" },
		{ method: "delete", url: `${url}/echo` },
		get(`${url}/moved?status=302&header=location:/echo&body=`),
		get(`${url}/moved?status=302&header=location:/echo&body=`, {
			enable_redirect: true,
			headers: { Authorization: "x" },
		}),
		{ method: "post", url: `${url}/moved?status=307&header=location:/echo&body=`, body: 1, enable_redirect: true },
		{ method: "post", url: `${url}/moved?status=303&header=location:/echo&body=`, body: 1, enable_redirect: true },
	];
	const expression = 'object.remove(http.send(input), ["headers"])';
	const dir = await policyFolder(context, { "shop/authz.rego": `package shop.authz\n\ndecision := ${expression}\n` });
	const expected = await opaEval({ dir: `${dir}/shop`, rule: "data.shop.authz.decision", inputs: requests });
	const call = await policyCall(context, { expression, network: { hosts: [`127.0.0.1:${port}`] } });
	for (const [i, request] of requests.entries()) assert.deepEqual(call(request), expected[i], JSON.stringify(request));
});

test("shows headers as lists under their names in lower case", async (context) => {
	const { url, port } = await startPeer(context);
	const network = { hosts: [`127.0.0.1:${port}`] };
	const call = await policyCall(context, { expression: "http.send(input).headers", network });
	const headers = call(get(`${url}/text?header=X-Made:by hand`));
	assert.deepEqual(Reflect.get(Object(headers), "x-made"), ["by hand"]);
});

test("asks no host that is not listed, by whatever way", async (context) => {
	const { url, port } = await startPeer(context);
	const call = await policyCall(context, {
		expression: "http.send(input)",
		network: { hosts: [`127.0.0.1:${port}`, "*.example.com"] },
	});
	const refusal = (host: string) =>
		new MixerError(
			"policy",
			`http.send: disallowed host: ${host} is not listed in spec.httpSend.hosts of the Settings`,
		);
	for (const { to, host } of [
		{ to: "http://127.0.0.1:1/", host: "127.0.0.1:1" },
		{ to: "http://localhost/", host: "localhost" },
		{ to: "http://127.0.0.1.example.org/", host: "127.0.0.1.example.org" },
		{ to: "http://example.com/", host: "example.com" },
		{ to: "http://evilexample.com/", host: "evilexample.com" },
		{ to: "http://a.example.com:8080/", host: "a.example.com:8080" },
		{ to: "http://127.0.0.1:1@other/", host: "other" },
	]) {
		assert.throws(() => call(get(to)), refusal(host));
		assert.throws(
			() => call(get(`${url}/moved?status=302&header=location:${to}`, { enable_redirect: true })),
			refusal(host),
		);
	}
	assert.throws(
		() => call(get("file:///etc/passwd")),
		new MixerError("policy", 'http.send: unsupported protocol scheme "file"'),
	);
});

test("an answer that is late, too large or doesn't come fails, and is a value where errors are not raised", async (context) => {
	const { url, port } = await startPeer(context);
	const call = await policyCall(context, {
		expression: "http.send(input)",
		network: { hosts: [`127.0.0.1:${port}`, "127.0.0.1:1"] },
	});
	const failures = [
		{ request: get(`${url}/never`, { timeout: "50ms" }), message: "request timed out" },
		{
			request: get(`${url}/big?size=10001`),
			message: "the response is over 10000 bytes (spec.httpSend.responseBytes)",
		},
		{ request: get(`${url}/reset`), message: "socket hang up" },
		{ request: get("http://127.0.0.1:1/"), message: "connect ECONNREFUSED 127.0.0.1:1" },
	];
	for (const { request, message } of failures) {
		assert.throws(() => call(request), new MixerError("policy", `http.send: ${message}`));
		const error = { code: "eval_http_send_network_error", message };
		assert.deepEqual(call({ ...request, raise_error: false }), { status_code: 0, error });
	}
	assert.deepEqual(Reflect.get(Object(call(get(`${url}/big?size=10000`))), "status_code"), 200);
});

for (const { option, message } of [
	{ option: { bad: 1 }, message: 'operand 1 invalid request parameters(s): {"bad"}' },
	{
		option: { tls_insecure_skip_verify: true },
		message: "tls_insecure_skip_verify is not supported: name the authority in tls_ca_cert",
	},
	{ option: { tls_ca_cert_file: "/etc/x" }, message: "tls_ca_cert_file is not supported here" },
	{ option: { tls_client_key_env_variable: "KEY" }, message: "tls_client_key_env_variable is not supported here" },
	{ option: { headers: { a: 1 } }, message: "invalid type for headers value 1" },
	{ option: { method: 1 }, message: '"method" must be a string' },
	{
		option: { force_cache: true },
		message: "'force_cache' set but 'force_cache_duration_seconds' parameter is missing",
	},
	{ option: { raise_error: 1 }, message: 'invalid value for "raise_error" field' },
]) {
	test(`refuses ${JSON.stringify(option)}`, async (context) => {
		const call = await policyCall(context, { expression: "http.send(input)" });
		assert.throws(() => call(get("http://127.0.0.1:1/", option)), new MixerError("policy", `http.send: ${message}`));
	});
}

test("keeps answers for other evaluations only as long as it is asked to", async (context) => {
	const { url, port } = await startPeer(context);
	let nowMs = Date.now();
	const network = { hosts: [`127.0.0.1:${port}`] };
	const call = await policyCall(context, { expression: "http.send(input).raw_body", network, now: () => nowMs });
	const ask = (path: string, more: object = {}) => call(get(`${url}${path}`, more));
	assert.deepEqual([ask("/plain"), ask("/plain")], ["1", "2"]);
	const aged = "/aged?header=cache-control:max-age=60";
	assert.deepEqual([ask(aged, { cache: true }), ask(aged, { cache: true }), ask(aged)], ["1", "1", "2"]);
	const stored = "/stored?header=cache-control:no-store";
	assert.deepEqual([ask(stored, { cache: true }), ask(stored, { cache: true })], ["1", "2"]);
	const forced = { force_cache: true, force_cache_duration_seconds: 60 };
	const header = (value: string) => ({ ...forced, headers: { "X-Id": value }, cache_ignored_headers: ["X-Id"] });
	assert.deepEqual([ask("/forced", header("a")), ask("/forced", header("b"))], ["1", "1"]);
	nowMs += 300_000;
	assert.deepEqual([ask("/forced", header("c")), ask(aged, { cache: true })], ["2", "3"]);
	assert.deepEqual([ask("/tagged", { cache: true }), ask("/tagged", { cache: true })], ["body 1", "body 1"]);
});

test("asks once for equal requests of one evaluation", async (context) => {
	const { url, port } = await startPeer(context);
	const expression = "[http.send(input).raw_body, http.send(input).raw_body]";
	const call = await policyCall(context, { expression, network: { hosts: [`127.0.0.1:${port}`] } });
	assert.deepEqual(call(get(`${url}/once`)), ["1", "1"]);
});

test("believes a server with a certificate of the authority that the request names, and no other", async (context) => {
	const read = (name: string) => readFileSync(join(checkout, "test/testdata/x509", name), "utf8");
	const cert = read("leaf.pem") + read("intermediate.pem");
	const { url, port } = await startPeer(context, { cert, key: read("leaf-key.pem") });
	const network = { hosts: [`127.0.0.1:${port}`] };
	const call = await policyCall(context, { expression: "http.send(input).status_code", network });
	assert.equal(call(get(`${url}/`, { tls_ca_cert: read("root.pem") })), 200);
	assert.equal(call(get(`${url}/`, { tls_ca_cert: read("root.pem"), tls_server_name: "leaf.example.com" })), 200);
	assert.throws(
		() => call(get(`${url}/`)),
		/self-signed certificate in certificate chain|unable to get (local )?issuer/,
	);
	assert.throws(() => call(get(`${url}/`, { tls_ca_cert: read("stranger.pem") })), /issuer certificate|self-signed/);
	assert.throws(
		() => call(get(`${url}/`, { tls_ca_cert: read("root.pem"), tls_server_name: "other.example.com" })),
		/does not match certificate's altnames/,
	);
});

test("looks up listed names alone", async (context) => {
	const call = await policyCall(context, {
		expression: "net.lookup_ip_addr(input.name)",
		network: { hosts: ["localhost"] },
	});
	assert.ok(["127.0.0.1", "::1"].some((address) => JSON.stringify(call({ name: "localhost" })).includes(address)));
	const refusal = "net.lookup_ip_addr: disallowed host: other is not listed in spec.httpSend.hosts of the Settings";
	assert.throws(() => call({ name: "other" }), new MixerError("policy", refusal));
});

const rego =
	'package shop.authz\n\ndecision := http.send({"method": "get", "url": "http://127.0.0.1:1/"}).status_code == 200\n';

test("is refused at build while no host is listed", async (context) => {
	const message =
		"shop/authz.rego:3: http.send may ask no host: list the hosts that policies may ask in spec.httpSend.hosts of the Settings";
	await assert.rejects(buildFiles(context, { "shop/authz.rego": rego }), new MixerError("invalid", message));
});

test("makes no request while a build is proven, and what it may ask is of the revision", async (context) => {
	const build = async (hosts: string) => {
		const document = `---\napiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: s}\nspec: {httpSend: {hosts: [${hosts}]}}\n`;
		return buildFiles(context, { "sluice.yaml": policyDocument() + document, "shop/authz.rego": rego });
	};
	const [one, other] = [await build("127.0.0.1:1"), await build("a.example.com")];
	assert.deepEqual(one.requirements.httpSend?.hosts, ["127.0.0.1:1"]);
	assert.notEqual(one.requirements.revision, other.requirements.revision);
	assert.equal(one.requirements.policies[0]?.deterministic, false);
});
