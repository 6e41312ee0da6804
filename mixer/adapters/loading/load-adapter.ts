import { pathToFileURL } from "node:url";
import { MixerError } from "../../error.ts";
import type { Adapter } from "../adapter.ts";
import { isAdapter, shapeFaults } from "./adapter-shape.ts";

/** A module that takes longer waits for something that a module should not wait for. */
const MAX_LOAD_MS = 10_000;

/**
 * Loads an adapter of someone's own, TypeScript as it is. The same object each time: Node keeps modules, so another
 * version of the file takes another process.
 *
 * @throws MixerError "invalid", whose message goes on behind the file's name.
 */
export async function loadAdapter(file: string): Promise<Adapter> {
	const exported = await importModule(file);
	const adapter = [exported.default, exported.adapter].find(isSomething);
	if (adapter === undefined) throw invalid(`exports no adapter: ${WANTED}${others(exported)}`);
	if (isAdapter(adapter)) return adapter;
	throw invalid(`exports no adapter that can be used: ${shapeFaults(adapter).join("; ")}`);
}

const WANTED = "its default export must be {name, signals, configSchema, build}";

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const expire = () => reject(invalid(`cannot be loaded: it takes more than ${MAX_LOAD_MS / 1000} s`));
	const timer = setTimeout(expire, MAX_LOAD_MS);
	try {
		return await Promise.race([import(pathToFileURL(file).href), late]);
	} catch (error) {
		if (error instanceof MixerError) throw error;
		throw new MixerError("invalid", `cannot be loaded: ${reason(error)}`, { cause: error });
	} finally {
		clearTimeout(timer);
	}
}

function reason(error: unknown): string {
	if (!(error instanceof Error)) return `it throws ${String(error)}`;
	const code = "code" in error ? error.code : undefined;
	if (code === "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING") return "a package must hold JavaScript: compile it first";
	const [message = ""] = error.message.split("\n");
	if (/'sluice\/adapter'|'sluice'/.test(message)) return "sluice/adapter holds types only: write import type";
	// Where the text is no module, only the stack's first line says where.
	const [, place] = /^(?:file:\/\/)?(\/\S+:\d+)$/.exec((error.stack ?? "").split("\n", 1).join()) ?? [];
	return `${error.name}: ${message}${place === undefined ? "" : ` (${place})`}`;
}

function others(exported: object): string {
	const names = Object.keys(exported).filter((name) => name !== "default" && name !== "module.exports");
	return names.length === 0 ? "" : ` (it exports ${names.slice(0, 10).join(", ")})`;
}

/** A file that exports nothing at all may pass for CommonJS, whose default export is an empty object. */
function isSomething(value: unknown): value is object {
	return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function invalid(text: string): MixerError {
	return new MixerError("invalid", text);
}
