import { dirname, join } from "node:path";
import { mustRun } from "../run.mjs";
import { filesUnder, hashInputs, unlessUpToDate } from "../stamps.mjs";

const messages = ["mixer", "adapter"].flatMap((name) =>
	["js", "d.ts"].map((ending) => `mixer/api/generated/${name}_pb.${ending}`),
);

/** One of each folder that anything imports from. */
const envoyTypes = [
	"pilot/api/generated/envoy/config/core/v3/extension_pb.js",
	"pilot/api/generated/envoy/extensions/filters/http/wasm/v3/wasm_pb.js",
	"pilot/api/generated/envoy/extensions/wasm/v3/wasm_pb.js",
	"pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js",
	"pilot/api/generated/envoy/service/extension/v3/config_discovery_pb.js",
	"pilot/api/generated/google/rpc/status_pb.js",
];

/** One of each folder that anything imports from. */
const otlpTypes = [
	"mixer/adapters/otlp/api/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb.js",
	"mixer/adapters/otlp/api/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.js",
	"mixer/adapters/otlp/api/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.js",
	"mixer/adapters/otlp/api/generated/google/rpc/error_details_pb.js",
];

const vocabulary = [
	"mixer/api/generated/vocabulary.ts",
	"mixer/api/generated/input-schema.json",
	"mixer/api/generated/adapter.d.ts",
	"filters/attributes/generated/vocabulary.ts",
];

/** The contract of adapters, which what they import is made of. */
const contract = [
	"galley/telemetry-parts.ts",
	"mixer/adapters/adapter.ts",
	"mixer/adapters/signals.ts",
	"mixer/conformance/harness.ts",
];

/** Besides mixer/api itself. */
const messageInputs = [
	"mixer/api/mixer.proto",
	"mixer/api/adapter.proto",
	"buf.yaml",
	"buf.gen.yaml",
	"package-lock.json",
];

const envoyTypeInputs = ["pilot/api/envoy.binpb", "pilot/api/buf.gen.yaml", "buf.yaml", "package-lock.json"];

const otlpTypeInputs = [
	"mixer/adapters/otlp/api/otlp.binpb",
	"mixer/adapters/otlp/api/buf.gen.yaml",
	"buf.yaml",
	"package-lock.json",
];

/**
 * The code that is made from mixer/api, pilot/api and mixer/adapters/otlp/api: message types from mixer.proto,
 * adapter.proto, of Envoy's API and of OTLP, the vocabulary from attributes.yaml.
 *
 * @param {{root: string, node: string}} machine
 * @returns {Promise<boolean>} whether it had to work
 */
export async function generateCode({ root, node }) {
	const worked = await Promise.all([
		generateMessages(root, node),
		generateEnvoyTypes(root, node),
		generateOtlpTypes(root, node),
		generateVocabulary(root, node),
	]);
	return worked.includes(true);
}

function generateMessages(/** @type {string} */ root, /** @type {string} */ node) {
	const inputs = hashInputs(root, messageInputs);
	return unlessUpToDate({ root, name: "messages", inputs, outputs: messages }, () =>
		mustRun(join(root, "node_modules/.bin/buf"), ["generate"], {
			cwd: root,
			env: withNodeFirst(node),
			failure: "mixer/api/mixer.proto and adapter.proto could not be compiled: see below",
		}),
	);
}

function generateEnvoyTypes(/** @type {string} */ root, /** @type {string} */ node) {
	const folder = "pilot/api";
	const inputs = hashInputs(root, envoyTypeInputs);
	return unlessUpToDate({ root, name: "envoy-types", inputs, outputs: envoyTypes }, () =>
		generateFrom({ root, node, folder, image: "envoy.binpb" }),
	);
}

function generateOtlpTypes(/** @type {string} */ root, /** @type {string} */ node) {
	const folder = "mixer/adapters/otlp/api";
	const inputs = hashInputs(root, otlpTypeInputs);
	return unlessUpToDate({ root, name: "otlp-types", inputs, outputs: otlpTypes }, () =>
		generateFrom({ root, node, folder, image: "otlp.binpb" }),
	);
}

/** @param {{root: string, node: string, folder: string, image: string}} options */
function generateFrom({ root, node, folder, image }) {
	return mustRun(join(root, "node_modules/.bin/buf"), ["generate", "--template", `${folder}/buf.gen.yaml`], {
		cwd: root,
		env: withNodeFirst(node),
		failure: `${folder}/${image} could not be turned into code: see below`,
	});
}

function generateVocabulary(/** @type {string} */ root, /** @type {string} */ node) {
	const sources = filesUnder(root, "mixer/api").filter((path) => !path.includes("/generated/"));
	const inputs = hashInputs(root, [...sources, ...contract, "package-lock.json"]);
	return unlessUpToDate({ root, name: "vocabulary", inputs, outputs: vocabulary }, () =>
		mustRun(node, ["mixer/api/generate.ts"], {
			cwd: root,
			failure: "mixer/api/attributes.yaml could not be turned into code: see below",
		}),
	);
}

/** The environment in which `#!/usr/bin/env node` starts this Node. */
function withNodeFirst(/** @type {string} */ node) {
	return { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` };
}
