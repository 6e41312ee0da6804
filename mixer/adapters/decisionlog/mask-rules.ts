import { z } from "zod";
import { MixerError } from "../../error.ts";

/** What of an event a mask can reach. */
const PARTS = ["input", "result", "nd_builtin_cache"] as const;

/** Elements that a mask may add to a list. */
const MAX_LIST = 10_000;

const Rules = z.array(
	z.union([
		z.string(),
		z.object({ op: z.enum(["remove", "upsert"]), path: z.string(), value: z.unknown().optional() }),
	]),
);

/** One thing that a mask does, as OPA's `system.log.mask` has it. */
interface MaskRule {
	readonly op: "remove" | "upsert";
	/** Below the event. */
	readonly path: readonly string[];
	/** As it is written in `erased` and `masked`. */
	readonly text: string;
	readonly value: unknown;
}

/** What masks change of an event; they are its own. */
export interface Maskable {
	input?: unknown;
	result?: unknown;
}

/** What a mask did. */
export interface Masked {
	readonly erased: readonly string[];
	readonly masked: readonly string[];
}

/**
 * Does with an event what the value of a mask says: paths to remove, as text or `{op, path, value}`. What isn't there is
 * removed already.
 *
 * @param value as Rego gave it, a set as a list.
 * @throws MixerError "policy" where it is no such value, or a value has no place where it shall go: the event may be
 * changed in part and must not be shown.
 */
export function applyMask(event: Maskable, value: unknown): Masked {
	const parsed = Rules.safeParse(value);
	if (!parsed.success) throw new MixerError("policy", "the mask is no set of paths or of objects with op and path");
	const erased: string[] = [];
	const masked: string[] = [];
	for (const given of parsed.data) {
		const rule =
			typeof given === "string" ? ruleOf("remove", given, undefined) : ruleOf(given.op, given.path, given.value);
		// As in OPA: of what an event has not, nothing is changed.
		if (!Object.hasOwn(event, rule.path[0] ?? "")) continue;
		if (rule.op === "upsert") {
			upsert(event, rule);
			masked.push(rule.text);
		} else if (remove(event, rule.path)) erased.push(rule.text);
	}
	return { erased, masked };
}

function ruleOf(op: MaskRule["op"], path: string, value: unknown): MaskRule {
	const parts = path.split("/").slice(1);
	if (!path.startsWith("/") || !PARTS.some((part) => part === parts[0])) {
		throw new MixerError("policy", `the mask's path ${JSON.stringify(path)} must begin with /input or /result`);
	}
	return { op, path: parts, text: path, value: value ?? null };
}

/** @returns whether anything was there. */
function remove(node: unknown, path: readonly string[]): boolean {
	const [name = "", ...rest] = path;
	let removed = false;
	for (const key of keysOf(node, name)) {
		if (rest.length > 0) removed = remove(Reflect.get(Object(node), key), rest) || removed;
		else {
			if (Array.isArray(node)) node.splice(Number(key), 1);
			else Reflect.deleteProperty(Object(node), key);
			removed = true;
		}
	}
	return removed;
}

function upsert(event: Maskable, { path, value, text }: MaskRule): void {
	let node: unknown = event;
	for (const [depth, name] of path.entries()) {
		if (typeof node !== "object" || node === null) throw noPlace(text);
		const isLast = depth === path.length - 1;
		const [known] = keysOf(node, name);
		const key = known ?? name;
		if (Array.isArray(node) && !(/^\d{1,5}$/.test(key) && Number(key) < Math.min(MAX_LIST, node.length)))
			throw noPlace(text);
		if (isLast) setOwn(node, key, structuredClone(value));
		else if (known === undefined) setOwn(node, key, {});
		node = Reflect.get(node, key);
	}
}

function noPlace(path: string): MixerError {
	return new MixerError("policy", `the mask puts a value at ${JSON.stringify(path)}, where none can be`);
}

/** A name such as __proto__ is one like any other. */
function setOwn(node: object, key: string, value: unknown): void {
	Object.defineProperty(node, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The keys that a part of a path names: as it is, percent-decoded as OPA's, or with ~1 and ~0 as JSON pointers'. */
function keysOf(node: unknown, name: string): string[] {
	if (typeof node !== "object" || node === null) return [];
	const spellings = new Set([name, percentDecoded(name), name.replaceAll("~1", "/").replaceAll("~0", "~")]);
	if (Array.isArray(node)) return /^\d{1,5}$/.test(name) && Number(name) < node.length ? [name] : [];
	return [...spellings].filter((spelling) => Object.hasOwn(node, spelling));
}

function percentDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
