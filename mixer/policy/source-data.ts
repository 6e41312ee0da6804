import { MixerError } from "../error.ts";

/** What one DataSource gives to the policies of a build. */
export interface SourceData {
	/** The DataSource's name. */
	readonly name: string;
	/** Where it stands below `data`; never empty. */
	readonly path: readonly string[];
	/** JSON. Numbers stay as they are written. */
	readonly document: string;
	/** What policies' own tests see in its place, JSON: what the world says today shall not fail them. */
	readonly empty: string;
	/** Whether every Policy that reads it denies now, and whether that can come. */
	readonly denies: boolean;
	readonly mayDeny: boolean;
	/** Where the DataSource is written. */
	readonly file: string;
	readonly line: number;
}

/**
 * The policies' data document with those of the sources in their places, which are free (policy-data.ts).
 *
 * @param data JSON as opa writes it.
 */
export function withSourceData(
	data: Uint8Array,
	sources: readonly Pick<SourceData, "path" | "document">[],
): Uint8Array {
	if (sources.length === 0) return data;
	const root = parseExact(Buffer.from(data).toString("utf8"));
	for (const { path, document } of sources) put(root, path, parseExact(document));
	return Buffer.from(JSON.stringify(root));
}

/** JSON with its numbers as they are written: some have more digits than a number here can hold. */
function parseExact(text: string): unknown {
	return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
		return typeof value === "number" && context?.source !== undefined ? rawJson(context.source) : value;
	});
}

function put(root: unknown, path: readonly string[], value: unknown): void {
	let parent = root;
	for (const name of path.slice(0, -1)) parent = memberOf(parent, name) ?? setMember(parent, name, {});
	setMember(parent, path.at(-1) ?? "", value);
}

function memberOf(parent: unknown, name: string): unknown {
	const isThere = typeof parent === "object" && parent !== null && Object.hasOwn(parent, name);
	return isThere ? Reflect.get(parent, name) : undefined;
}

function setMember(parent: unknown, name: string, value: unknown): unknown {
	if (typeof parent !== "object" || parent === null) throw new MixerError("internal", `data has no place for ${name}`);
	Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
	return value;
}

/** JSON.rawJSON, which the library's types do not know yet. */
function rawJson(text: string): unknown {
	const raw: unknown = Reflect.get(JSON, "rawJSON");
	if (typeof raw !== "function") throw new MixerError("internal", "this Node has no JSON.rawJSON: it is too old");
	return Reflect.apply(raw, JSON, [text]);
}
