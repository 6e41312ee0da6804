import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { MixerError } from "../../../mixer/error.ts";
import { testDescriptors } from "../../support/grpc-descriptors.ts";
import { checkout } from "../../support/programs.ts";
import { type TarFile, tarOf } from "../../support/tar.ts";
import { sluiceImport, temporaryFolder } from "./sluice-import.ts";

const examples = join(checkout, "test/testdata/import");

const rego = 'package shop.authz\n\ndefault allow := false\n\nallow if input.attributes.request.http.method == "GET"\n';

const config = "plugins: {envoy_ext_authz_grpc: {path: shop/authz/allow}}\n";

/** A folder with these files; its path. */
async function folder(context: TestContext, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
	const dir = await temporaryFolder(context);
	for (const [name, content] of Object.entries(files)) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), content);
	}
	return dir;
}

function archive(...files: readonly TarFile[]): Buffer {
	return gzipSync(tarOf(files));
}

/** Imports `bundle` of a folder by config.yaml in it, and answers with the folder's own name taken out of all text. */
async function importFolder(context: TestContext, files: Readonly<Record<string, string | Buffer>>, ...more: string[]) {
	const dir = await folder(context, { "config.yaml": config, ...files });
	const bundle =
		["bundle", "bundle.tar.gz"].map((name) => join(dir, name)).find(existsSync) ?? join(dir, "policy.rego");
	const told = (text: string) => text.replaceAll(`${dir}/`, "");
	try {
		const run = await sluiceImport(context, [join(dir, "config.yaml"), "--bundle", bundle, ...more]);
		return { ...run, stdout: told(run.stdout), stderr: told(run.stderr), dir };
	} catch (error) {
		if (!(error instanceof MixerError)) throw error;
		throw new MixerError(error.code, told(error.message));
	}
}

test("writes a Policy and a Handler with the reasons above, and builds them", async (context) => {
	const run = await sluiceImport(context, [
		join(examples, "roles/config.yaml"),
		"--bundle",
		join(examples, "roles/v0"),
	]);
	assert.equal(
		await readFile(join(run.out, "sluice.yaml"), "utf8"),
		`# Imported from OPA's Envoy plugin, "config.yaml". docs/from-ext-authz.md has every difference.
#
# failureMode and deadline are what Envoy's ext_authz has as failure_mode_allow and as its service's timeout: OPA's
# configuration doesn't know them. These are ext_authz's own defaults.
#
# Nothing is to be done for:
# - config.yaml:4:5 plugins.envoy_ext_authz_grpc.addr: there is no server beside Envoy: the policy runs in its filter

apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata:
  name: shop-authz
spec:
  bundle: shop-authz
  entrypoint: shop/authz/allow
  regoVersion: v0
  mode: enforce
  failureMode: deny
  strictBuiltinErrors: false
  deadline: 200ms
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata:
  name: decisions
spec:
  adapter: jsonlog
`,
	);
	assert.equal(
		run.stdout,
		`Policy shop-authz (shop/authz/allow, enforce, Rego v0), 2 files → ${run.out}\n it builds, and runs in the proxy\n`,
	);
});

test("makes of dry-run a shadow that lets everything pass", async (context) => {
	const files = ["tenants/config.yaml", "tenants/v1"].map((name) => join(examples, name));
	const { out, stdout } = await sluiceImport(context, [files[0] ?? "", "--bundle", files[1] ?? ""]);
	const text = await readFile(join(out, "sluice.yaml"), "utf8");
	assert.match(text, /\n {2}mode: shadow\n/);
	assert.match(text, /kind: Settings\nmetadata:\n {2}name: settings\nspec:\n {2}default: allow\n/);
	assert.match(stdout, /it builds/);
	assert.match(
		text,
		/# - config\.yaml:8:5 plugins\["envoy\.ext_authz\.grpc"\]\.dry-run: is mode: shadow, and default: allow in Settings/,
	);
});

test("shows and writes nothing of services, credentials and keys", async (context) => {
	const secrets = `${config}keys: {global: {key: topsecret1, private_key: topsecret2}}
services:
  control:
    url: https://user:topsecret3@control.example
    headers: {authorization: topsecret4}
    credentials: {bearer: {token: topsecret5}, oauth2: {client_secret: topsecret6}}
unknown: topsecret7
plugins2: {x: topsecret8}
`;
	for (const output of ["text", "json"]) {
		const run = await importFolder(context, { "config.yaml": secrets, "policy.rego": rego }, "-o", output);
		const written = await readFile(join(run.out, "sluice.yaml"), "utf8");
		assert.doesNotMatch(`${run.stdout}${run.stderr}${written}`, /topsecret/);
		assert.match(written, /# - config\.yaml:2:1 keys: /);
	}
});

test("tells each field without a counterpart, and each unknown one with a suggestion", async (context) => {
	const { stderr } = await importFolder(context, {
		"policy.rego": rego,
		"config.yaml": `plugins:
  envoy_ext_authz_grpc:
    Path: shop/authz/allow
    dry_run: true
    enable-performance-metrics: true
    grpc-max-recv-msg-size: 1
  other_plugin: {x: 1}
bundles:
  authz: {service: s, resource: r, signing: {keyid: k}, pollng: {}}
decision_logs:
  console: true
  mask_decision: /system/log/mask
  reporting: {min_delay_seconds: 1, max_delay_secs: 2}
discovery: {decision: d}
laebls: {}
`,
	});
	const downloaded =
		"nothing is downloaded here: fetch the bundle where you deploy and import it again, or keep the written folder under version control";
	const unknown = "warning: is no field of OPA's or of its Envoy plugin, and is left out";
	const plugin = "plugins.envoy_ext_authz_grpc";
	assert.deepEqual(stderr.trimEnd().split("\n"), [
		`config.yaml:4:5 ${plugin}.dry_run: ${unknown} (did you mean dry-run?)`,
		`config.yaml:5:5 ${plugin}.enable-performance-metrics: info: Envoy has sluice_evaluation_us and sluice_check_latency_us, always (docs/metrics.md)`,
		`config.yaml:6:5 ${plugin}.grpc-max-recv-msg-size: warning: a request is bounded by spec.limits of Settings: inputBytes, and bodyBytes for a body that a policy reads`,
		`config.yaml:7:3 plugins.other_plugin: ${unknown}`,
		`config.yaml:8:1 bundles: info: ${downloaded}`,
		"config.yaml:9:36 bundles.authz.signing: warning: no signature is checked here: check it before an import, by opa build --bundle with --verification-key",
		`config.yaml:9:57 bundles.authz.pollng: ${unknown} (did you mean polling?)`,
		"config.yaml:12:3 decision_logs.mask_decision: warning: no mask is evaluated: name what is secret in spec.redaction of Settings",
		"config.yaml:13:3 decision_logs.reporting: info: a Handler has a bounded queue of its own, spec.queue, and sends by itself",
		`config.yaml:13:37 decision_logs.reporting.max_delay_secs: ${unknown} (did you mean max_delay_seconds?)`,
		"config.yaml:14:1 discovery: warning: a configuration is a folder here: discovery has to be resolved before an import",
		`config.yaml:15:1 laebls: ${unknown} (did you mean labels?)`,
	]);
});

const wrongConfigs: readonly (readonly [what: string, text: string, message: string])[] = [
	[
		"no plugin",
		"plugins: {envoy_ext_authz: {}}",
		"config.yaml:1:1 plugins: holds no envoy_ext_authz_grpc: this is not the configuration of OPA's Envoy plugin",
	],
	["nothing", "", "config.yaml: holds no configuration"],
	["a list", "- a", "config.yaml: must be a mapping, as OPA's configuration is"],
	["two documents", "a: 1\n---\nb: 1\n", "config.yaml: holds 2 documents, and OPA reads one"],
	[
		"a ConfigMap",
		"kind: ConfigMap\ndata: {}\n",
		"config.yaml: is a document of Kubernetes: write the file that OPA reads, which a ConfigMap has under data, into one of its own",
	],
	[
		"no YAML",
		"a: [",
		"config.yaml:1:5: Flow sequence in block collection must be sufficiently indented and end with a ]",
	],
	[
		"every field of a wrong type",
		"plugins: {envoy_ext_authz_grpc: {path: 7, dry-run: sure, skip-request-body-parse: 1}}\ndecision_logs: {console: stdout}\n",
		[
			"config.yaml:1:40 plugins.envoy_ext_authz_grpc.path: must be text",
			"config.yaml:1:52 plugins.envoy_ext_authz_grpc.dry-run: must be true or false",
			"config.yaml:1:83 plugins.envoy_ext_authz_grpc.skip-request-body-parse: must be true or false",
			"config.yaml:2:26 decision_logs.console: must be true or false",
		].join("\n"),
	],
	[
		"a path and a query",
		"plugins: {envoy_ext_authz_grpc: {path: a/b, query: data.a.b}}",
		"config.yaml:1:52 plugins.envoy_ext_authz_grpc.query: path is given too: OPA refuses both, leave this one out",
	],
	[
		"a query that is no path",
		"plugins: {envoy_ext_authz_grpc: {query: 'x = data.a.b'}}",
		"config.yaml:1:41 plugins.envoy_ext_authz_grpc.query: a query other than data.PACKAGE.RULE has no counterpart: make it a rule and name it in path",
	],
	[
		"a path that is no rule",
		"plugins: {envoy_ext_authz_grpc: {path: envoy}}",
		"config.yaml:1:40 plugins.envoy_ext_authz_grpc.path: must be a package and a rule, such as bookstore/authz/decision",
	],
	[
		"a variable",
		`plugins: {envoy_ext_authz_grpc: {path: "$\{POLICY}/allow"}}`,
		"config.yaml:1:40 plugins.envoy_ext_authz_grpc.path: has a variable of OPA's environment: write its value",
	],
];

for (const [what, text, message] of wrongConfigs) {
	test(`refuses a configuration with ${what}`, async (context) => {
		const importing = importFolder(context, { "config.yaml": text, "policy.rego": rego });
		await assert.rejects(importing, new MixerError("invalid", message));
	});
}

const wrongBundles: readonly (readonly [
	what: string,
	files: Readonly<Record<string, string | Buffer>>,
	message: string,
])[] = [
	["that is not there", {}, "--bundle policy.rego: there is no such file or folder"],
	["without Rego", { "bundle/data.json": "{}" }, "the bundle holds no .rego file"],
	[
		"that is compiled",
		{ "bundle/policy.wasm": "", "bundle/data.json": "{}" },
		"the bundle holds no .rego file, only bundle/policy.wasm: build it with --target rego and import that",
	],
	[
		"that is damaged",
		{ "bundle.tar.gz": Buffer.from([0x1f, 0x8b, 8, 0]) },
		"--bundle bundle.tar.gz: is no bundle.tar.gz, or is damaged",
	],
	["that is no archive", { "bundle.tar.gz": gzipSync(Buffer.alloc(512, "x")) }, "this is not a tar archive"],
	[
		"that leads out upwards",
		{ "bundle.tar.gz": archive({ name: "a/../../policy.rego", content: rego }) },
		'bundle.tar.gz: "a/../../policy.rego" would lead out of the folder it is unpacked into',
	],
	[
		"with a link",
		{ "bundle.tar.gz": archive({ name: "policy.rego", type: "2" }) },
		'bundle.tar.gz: "policy.rego" is a link or a device: bundles hold files only',
	],
	[
		"with a NUL in a name",
		{
			"bundle.tar.gz": archive(
				{ name: "x", type: "x", content: "17 path=a\0b.rego\n" },
				{ name: "b.rego", content: rego },
			),
		},
		'bundle.tar.gz: "a\\u0000b.rego" would lead out of the folder it is unpacked into',
	],
	[
		"that swells",
		{ "bundle.tar.gz": gzipSync(Buffer.alloc(140 * 1024 * 1024)) },
		`--bundle bundle.tar.gz: holds more than ${128 * 1024 * 1024} bytes`,
	],
	[
		"with more files than a configuration may have",
		{ "bundle.tar.gz": archive(...Array.from({ length: 2001 }, (_, i) => ({ name: `${i}.rego` }))) },
		"--bundle bundle.tar.gz: holds more than 2000 files: a configuration's bundle may not",
	],
	[
		"with a file twice",
		{ "bundle.tar.gz": archive({ name: "a.rego", content: rego }, { name: "/./a.rego", content: rego }) },
		"bundle.tar.gz/a.rego: bundle.tar.gz/a.rego has the same path in its bundle: rename one",
	],
];

for (const [what, files, message] of wrongBundles) {
	test(`refuses a bundle ${what}`, async (context) => {
		await assert.rejects(importFolder(context, files), new MixerError("invalid", message));
	});
}

test("takes absolute names in an archive as names below the bundle", async (context) => {
	const bundle = archive({ name: "/etc/policy.rego", content: rego }, { name: "./data.json", content: '{"a": 1}' });
	const { out, stdout } = await importFolder(context, { "bundle.tar.gz": bundle });
	assert.equal(await readFile(join(out, "shop-authz/etc/policy.rego"), "utf8"), rego);
	assert.equal(await readFile(join(out, "shop-authz/data.json"), "utf8"), '{"a": 1}');
	assert.match(stdout, /3 files/);
});

test("follows the links of a ConfigMap, and none that lead out of the bundle", async (context) => {
	const dir = await folder(context, { "config.yaml": config, "b/..data/policy.rego": rego, "secret.rego": rego });
	await symlink("..data/policy.rego", join(dir, "b/policy.rego"));
	const args = [join(dir, "config.yaml"), "--bundle", join(dir, "b")];
	const { out } = await sluiceImport(context, args);
	assert.equal(await readFile(join(out, "shop-authz/policy.rego"), "utf8"), rego);
	await symlink("../secret.rego", join(dir, "b/other.rego"));
	const message = `${join(dir, "b/other.rego")}: is a link that leads out of the bundle: copy the file there`;
	await assert.rejects(sluiceImport(context, args), new MixerError("invalid", message));
});

test("takes several bundles together, and files by their names", async (context) => {
	const dir = await folder(context, { "config.yaml": config, "policy.rego": rego, "more/data.json": "{}" });
	const args = ["config.yaml", "policy.rego", "more/data.json"].map((name) => join(dir, name));
	const [file = "", policy = "", data = ""] = args;
	const { out } = await sluiceImport(context, [file, "--bundle", policy, "--bundle", data]);
	assert.ok(existsSync(join(out, "shop-authz/policy.rego")) && existsSync(join(out, "shop-authz/data.json")));
});

test("takes the bundle that the configuration names as a file, and asks for one otherwise", async (context) => {
	const dir = await folder(context, { "config.yaml": config, "b.tar.gz": archive({ name: "p.rego", content: rego }) });
	const file = join(dir, "config.yaml");
	await assert.rejects(sluiceImport(context, [file]), {
		message:
			"no bundle: --bundle names the folder, the bundle.tar.gz or the files of Rego and data that OPA is started with",
	});
	await writeFile(file, `${config}bundles: {authz: {resource: "file://${join(dir, "b.tar.gz")}"}}\n`);
	const { out } = await sluiceImport(context, [file]);
	assert.equal(await readFile(join(out, "shop-authz/p.rego"), "utf8"), rego);
});

test("keeps the versions of Rego that a manifest says, and finds out the others", async (context) => {
	const old = "package shop.old\n\nok { true }\n";
	const both = 'package shop.both\n\nok = "both"\n';
	const manifest = JSON.stringify({ revision: "7", file_rego_versions: { "/both*": 0 } });
	const { out, stdout } = await importFolder(context, {
		"bundle/.manifest": manifest,
		"bundle/policy.rego": rego,
		"bundle/both.rego": both,
		"bundle/old.rego": old,
	});
	assert.match(stdout, /Rego v1\), 5 files/);
	const written: unknown = JSON.parse(await readFile(join(out, "shop-authz/.manifest"), "utf8"));
	assert.deepEqual(written, { rego_version: 1, file_rego_versions: { "/both.rego": 0, "/old.rego": 0 } });
	const forced = await importFolder(
		context,
		{ "bundle/policy.rego": both.replace("both\n", "authz\n") },
		"--rego-version",
		"v0",
	);
	assert.match(forced.stdout, /Rego v0\)/);
});

test("names what of a bundle is left out, or is not asked any more", async (context) => {
	const { stderr } = await importFolder(context, {
		"bundle/policy.rego": rego,
		"bundle/mask.rego": 'package system.log\n\nmask contains "/input"\n',
		"bundle/policy.wasm": "",
		"bundle/.signatures.json": "{}",
		"bundle/README.md": "",
		"bundle/roles.json": "{}",
	});
	assert.deepEqual(stderr.trimEnd().split("\n"), [
		".signatures.json: warning: is not checked: check it before an import, by opa build --bundle --verification-key",
		"README.md: warning: is no Rego and no data.json or data.yaml, so it is left out; the same of roles.json",
		"mask.rego: warning: package system.log is taken over, but nothing asks it: name what is secret in spec.redaction of Settings",
		"policy.wasm: warning: is left out: it is compiled again from the Rego",
	]);
});

test("says which line does not build, and leaves what it has written", async (context) => {
	const { out, stderr, stdout, status } = await importFolder(context, {
		"policy.rego": rego.replace("http.method", "http.metod"),
	});
	assert.equal(status, 1);
	assert.match(
		stderr,
		/shop-authz\/policy\.rego:5: rego_type_error: undefined ref: input\.attributes\.request\.http\.metod/,
	);
	assert.equal(
		stdout.split("\n")[1],
		` it does not build yet: put right what is said above, then sluice build ${out} --out build/shop-authz`,
	);
	assert.ok(existsSync(join(out, "sluice.yaml")));
});

test("writes over nothing unless it is told to, and never through a link", async (context) => {
	const out = await folder(context, { "shop-authz/old.rego": "package old\n", "shop-authz/policy.rego": "mine" });
	const dir = await folder(context, { "config.yaml": config, "policy.rego": rego, elsewhere: "" });
	const args = [join(dir, "config.yaml"), "--bundle", join(dir, "policy.rego")];
	await assert.rejects(sluiceImport(context, args, out), {
		message: `--out ${out}: is not empty: give another folder, or --force to write over what it holds`,
	});
	assert.equal(await readFile(join(out, "shop-authz/policy.rego"), "utf8"), "mine");
	const { stderr } = await sluiceImport(context, [...args, "--force"], out);
	assert.equal(
		stderr,
		"shop-authz/old.rego: warning: was there before and is part of the bundle now: delete it if it is not meant to be\n",
	);
	assert.equal(await readFile(join(out, "shop-authz/policy.rego"), "utf8"), rego);
	const other = await temporaryFolder(context);
	await symlink(join(dir, "elsewhere"), join(other, "sluice.yaml"));
	await assert.rejects(sluiceImport(context, [...args, "--force"], other), {
		message: `${join(other, "sluice.yaml")}: is a symbolic link: delete it or give another folder`,
	});
	assert.equal(await readFile(join(dir, "elsewhere"), "utf8"), "");
	await assert.rejects(sluiceImport(context, args, join(dir, "elsewhere")), { message: /is a file: give a folder$/ });
});

test("takes over the descriptors of gRPC messages, from where they are", async (context) => {
	const { bytes } = await testDescriptors();
	const grpc = "plugins: {envoy_ext_authz_grpc: {path: shop/authz/allow, proto-descriptor: shop.pb}}\n";
	const reads = rego.replace('attributes.request.http.method == "GET"', 'parsed_body.name == "ann"');
	const dir = await folder(context, { "config.yaml": grpc, "policy.rego": reads, "shop.pb": Buffer.from(bytes) });
	const args = [join(dir, "config.yaml"), "--bundle", join(dir, "policy.rego")];
	const { out, status } = await sluiceImport(context, args);
	assert.equal(status, 0);
	assert.ok((await readFile(join(out, "descriptors.binpb"))).equals(bytes));
	assert.match(await readFile(join(out, "sluice.yaml"), "utf8"), /\nspec:\n {2}protoDescriptors: descriptors\.binpb\n/);
	await rename(join(dir, "shop.pb"), join(dir, "other.pb"));
	const without = await sluiceImport(context, args);
	assert.match(
		without.stderr,
		/proto-descriptor: warning: cannot be read here \(ENOENT\): --proto-descriptor says where it is\. Without it parsed_body of gRPC calls is null\n/,
	);
	const told = await sluiceImport(context, [...args, "--proto-descriptor", join(dir, "other.pb")]);
	assert.ok((await readFile(join(told.out, "descriptors.binpb"))).equals(bytes));
});

test("answers as JSON with all of it", async (context) => {
	const { stdout, out } = await importFolder(
		context,
		{ "policy.rego": rego, "config.yaml": `${config}storage: {}\n` },
		"-o",
		"json",
	);
	assert.deepEqual(JSON.parse(stdout), {
		out,
		policy: { name: "shop-authz", entrypoint: "shop/authz/allow", mode: "enforce", regoVersion: "v1" },
		files: ["sluice.yaml", "shop-authz/policy.rego"],
		messages: [
			{
				level: "info",
				code: "no_counterpart",
				file: "config.yaml",
				line: 2,
				column: 1,
				field: "storage",
				text: "policies and data are in the filter, or in the memory of the Mixer",
			},
		],
		build: { ok: true, placement: "proxy", messages: [] },
	});
});
