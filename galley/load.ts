import { resolve } from "node:path";
import * as z from "zod";
import { AdapterChecks } from "./adapter-checks.ts";
import { analyse } from "./analysis.ts";
import { assembleSnapshot } from "./assemble.ts";
import { checkBundle, checkFile } from "./bundle.ts";
import { ExpressionReader } from "./cel/expression.ts";
import { checkDocument } from "./check-document.ts";
import { sourceSchemas } from "./data-source-adapters.ts";
import type { Entry, Identity } from "./entry.ts";
import { adapterWarnings, type FindAdapter, findAdapters, usable } from "./found-adapters.ts";
import { compareMessages, type Message } from "./message.ts";
import { parseDocuments } from "./parse-documents.ts";
import { toMessage } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSourceFiles } from "./source-files.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";

/** A configuration that can be used, or everything that is wrong with it; messages in the order of files and lines. */
export type LoadResult =
	| { readonly ok: true; readonly snapshot: Snapshot; readonly warnings: Message[] }
	| { readonly ok: false; readonly messages: Message[] };

/** Adapters that Handlers and DataSources may have. */
export interface MoreAdapters {
	/** JSON Schema of a DataSource's `spec.config` by the adapter's name; others are loaded by their file or package. */
	readonly sources?: ReadonlyMap<string, object>;
	/** Looks for Handlers' adapters that are not known; there are no others if left out. */
	readonly find?: FindAdapter;
}

/**
 * Reads and checks the configuration in a folder: parse, default, validate, freeze. What a person wrote never makes it
 * throw; nothing is kept between calls.
 *
 * @param adapters - JSON Schema of `spec.config` by the adapter's name.
 * @param telemetry - What Telemetry documents are checked against.
 * @param more - Adapters beside those.
 * @throws {Error} when an adapter's schema is unusable.
 */
export async function loadSnapshot(
	dir: string,
	adapters: ReadonlyMap<string, object>,
	telemetry: TelemetryParts,
	{ sources = new Map(), find }: MoreAdapters = {},
): Promise<LoadResult> {
	const { files, messages: unread } = await readSourceFiles(dir);
	const parsed = files.map(parseDocuments);
	const documents = parsed.flatMap((part) => part.documents);
	const own = await sourceSchemas(dir, documents, sources);
	const found = await findAdapters(documents, { dir, known: adapters, find });
	const others = usable(found);
	const checks = {
		adapters: new AdapterChecks(adapters, found),
		sources: new AdapterChecks(own.schemas),
		expressions: new ExpressionReader(telemetry.attributes),
	};
	const checked = documents.map((document) => checkDocument(document, checks));
	const entries = checked.flatMap(({ entry }) => entry ?? []);
	const alone = [...unread, ...own.messages, ...[...parsed, ...checked].flatMap((part) => part.messages)];
	const identities = checked.flatMap(({ identity }) => identity ?? []);
	const signals = new Map([...telemetry.signals, ...Array.from(others, ([name, one]) => [name, one.signals] as const)]);
	const together = analyse({ identities, entries, complete: alone.length === 0, signals });
	const outside = [...(await checkBundles(dir, identities)), ...(await checkDescriptors(dir, entries))];
	const messages = [...alone, ...outside, ...together, ...adapterWarnings(documents, found)].sort(compareMessages);
	if (messages.some(({ level }) => level === "error")) return { ok: false, messages };
	return { ok: true, snapshot: assembleSnapshot(resolve(dir), entries, others), warnings: messages };
}

/** Of every Policy that names one, whatever else is wrong with it. */
async function checkBundles(dir: string, identities: readonly Identity[]): Promise<Message[]> {
	const messages: Message[] = [];
	for (const { kind, source } of identities) {
		const bundle = kind === "Policy" ? withBundle.safeParse(source.value).data?.spec.bundle : undefined;
		const fault = bundle === undefined ? undefined : await checkBundle(dir, bundle);
		const path = ["spec", "bundle"];
		if (fault) messages.push(toMessage(source, { code: "bad_bundle", path, at: "value", ...fault }));
	}
	return messages;
}

async function checkDescriptors(dir: string, entries: readonly Entry[]): Promise<Message[]> {
	const messages: Message[] = [];
	for (const entry of entries) {
		const file = entry.kind === "Settings" ? entry.value.spec.protoDescriptors : undefined;
		const fault = file === undefined ? undefined : await checkFile(dir, file);
		const path = ["spec", "protoDescriptors"];
		if (fault) messages.push(toMessage(entry.source, { code: "bad_file", path, at: "value", text: fault }));
	}
	return messages;
}

const withBundle = z.object({ spec: z.object({ bundle: z.string().min(1) }) });
