import * as z from "zod";
import type { AdapterChecks } from "./adapter-checks.ts";
import type { ExpressionReader } from "./cel/expression.ts";
import { checkTelemetry } from "./check-telemetry.ts";
import { checkValue } from "./check-value.ts";
import type { Entry, Identity } from "./entry.ts";
import { showValue } from "./field-path.ts";
import { API_VERSION, metadataSchema } from "./kinds/document-kind.ts";
import { isKindName, jsonSchemas, KIND_NAMES, type KindName, schemas } from "./kinds/kinds.ts";
import type { Message } from "./message.ts";
import { type Problem, toMessage } from "./problem.ts";
import type { SourceDocument } from "./source-document.ts";
import { closest } from "./suggestion.ts";

/** What is known of one document: an entry if it is valid by itself, else everything that is wrong with it. */
export interface CheckedDocument {
	readonly identity?: Identity;
	readonly entry?: Entry;
	readonly messages: readonly Message[];
}

/** What documents are held against beside their schemas. */
export interface DocumentChecks {
	readonly adapters: AdapterChecks;
	/** Of DataSources. */
	readonly sources: AdapterChecks;
	readonly expressions: ExpressionReader;
}

/** Holds a document against its kind's schema and, for a Handler, its adapter's, as for a DataSource; a Telemetry's expressions are read. */
export function checkDocument(source: SourceDocument, checks: DocumentChecks): CheckedDocument {
	const { value } = source;
	if (!isMapping(value)) {
		const text = `${showValue(value)} must be a mapping with apiVersion, kind, metadata and spec`;
		return { messages: [toMessage(source, { code: "wrong_type", path: [], at: "value", text })] };
	}
	if (!isKindName(value.kind)) {
		const problems = [unknownKind(value), ...checkEnvelope(value)];
		return { messages: problems.map((problem) => toMessage(source, problem)) };
	}
	return checkKind(source, { kind: value.kind, name: nameOf(value), source }, checks);
}

function checkKind(source: SourceDocument, identity: Identity, checks: DocumentChecks): CheckedDocument {
	const checked = CHECKS[identity.kind](source, checks);
	if ("entry" in checked) return { identity, entry: checked.entry, messages: [] };
	return { identity, messages: checked.problems.map((problem) => toMessage(source, problem)) };
}

type Check = (source: SourceDocument, checks: DocumentChecks) => { entry: Entry } | { problems: Problem[] };

const CHECKS: Readonly<Record<KindName, Check>> = {
	Settings(source) {
		const result = checkValue({ schema: schemas.Settings, jsonSchema: jsonSchemas.Settings, value: source.value });
		return result.ok ? { entry: { kind: "Settings", value: result.value, source } } : result;
	},
	Policy(source) {
		const result = checkValue({ schema: schemas.Policy, jsonSchema: jsonSchemas.Policy, value: source.value });
		return result.ok ? { entry: { kind: "Policy", value: result.value, source } } : result;
	},
	Quota(source) {
		const result = checkValue({ schema: schemas.Quota, jsonSchema: jsonSchemas.Quota, value: source.value });
		return result.ok ? { entry: { kind: "Quota", value: result.value, source } } : result;
	},
	Handler(source, { adapters }) {
		const result = checkValue({ schema: schemas.Handler, jsonSchema: jsonSchemas.Handler, value: source.value });
		const config = adapters.check(source.value);
		if (!result.ok || !config.ok) return { problems: [result, config].flatMap((one) => (one.ok ? [] : one.problems)) };
		const value = { ...result.value, spec: { ...result.value.spec, config: config.value } };
		return { entry: { kind: "Handler", value, source } };
	},
	DataSource(source, { sources }) {
		const result = checkValue({ schema: schemas.DataSource, jsonSchema: jsonSchemas.DataSource, value: source.value });
		const config = sources.check(source.value);
		if (!result.ok || !config.ok) return { problems: [result, config].flatMap((one) => (one.ok ? [] : one.problems)) };
		const value = { ...result.value, spec: { ...result.value.spec, config: config.value } };
		return { entry: { kind: "DataSource", value, source } };
	},
	Telemetry(source, { expressions }) {
		const result = checkValue({ schema: schemas.Telemetry, jsonSchema: jsonSchemas.Telemetry, value: source.value });
		if (!result.ok) return result;
		const { rules, problems } = checkTelemetry(result.value, expressions);
		if (problems.length > 0) return { problems };
		return { entry: { kind: "Telemetry", value: result.value, rules, source } };
	},
};

function unknownKind(document: Readonly<Record<string, unknown>>): Problem {
	const { kind } = document;
	const kinds = KIND_NAMES.join(", ");
	if (kind === undefined) {
		return { code: "missing_field", path: ["kind"], at: "key", text: `is missing: it must be one of ${kinds}` };
	}
	const suggestion = typeof kind === "string" ? closest(kind, KIND_NAMES) : undefined;
	const text = `${showValue(kind)} must be one of ${kinds}`;
	return { code: "unknown_kind", path: ["kind"], at: "value", text, suggestion };
}

/** The fields that even a document of an unknown kind has. */
const envelopeSchema = z.object({ apiVersion: z.literal(API_VERSION), metadata: metadataSchema });

function checkEnvelope(value: unknown): Problem[] {
	const result = checkValue({ schema: envelopeSchema, jsonSchema: {}, value });
	return result.ok ? [] : result.problems;
}

function nameOf(document: Readonly<Record<string, unknown>>): string | undefined {
	const result = metadataSchema.safeParse(document.metadata);
	return result.success ? result.data.name : undefined;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
