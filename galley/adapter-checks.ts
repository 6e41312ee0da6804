import * as z from "zod";
import { checkValue } from "./check-value.ts";
import { showValue } from "./field-path.ts";
import type { FoundAdapters } from "./found-adapters.ts";
import type { Problem } from "./problem.ts";
import { closest } from "./suggestion.ts";

/** The part of a Handler that its adapter understands; all else is the kind's own business. */
const configured = z.object({
	spec: z.object({ adapter: z.string().min(1), config: z.record(z.string(), z.unknown()).prefault({}) }),
});

/** Holds Handlers' settings against their adapters' schemas. */
export class AdapterChecks {
	readonly #jsonSchemas: Map<string, object>;
	readonly #schemas = new Map<string, z.ZodType>();
	readonly #faults = new Map<string, string>();

	/**
	 * @param found those that don't come with the Mixer.
	 * @throws {Error} when the schema of one that does cannot be used: a defect of the adapter, not of a configuration.
	 */
	constructor(jsonSchemas: ReadonlyMap<string, object>, found: FoundAdapters = new Map()) {
		this.#jsonSchemas = new Map(jsonSchemas);
		for (const [name, jsonSchema] of jsonSchemas) this.#schemas.set(name, toSchema(name, jsonSchema));
		for (const [name, one] of found) {
			if ("fault" in one) this.#faults.set(name, one.fault);
			else this.#add(name, one.configSchema);
		}
	}

	/** A Handler document's `spec.config` with the adapter's defaults. Says nothing of what the kind's schema refuses. */
	check(document: unknown): { ok: true; value: Record<string, unknown> } | { ok: false; problems: Problem[] } {
		const handler = configured.safeParse(document);
		if (!handler.success) return { ok: true, value: {} };
		const { adapter, config } = handler.data.spec;
		const schema = this.#schemas.get(adapter);
		if (schema === undefined) return { ok: false, problems: [this.#unknownAdapter(adapter)] };
		const result = checkValue({ schema, jsonSchema: this.#jsonSchemas.get(adapter), value: config });
		if (result.ok) return { ok: true, value: settings.parse(result.value) };
		const problems = result.problems.map((problem) => ({ ...problem, path: ["spec", "config", ...problem.path] }));
		return { ok: false, problems };
	}

	#add(name: string, jsonSchema: object): void {
		try {
			this.#schemas.set(name, z.fromJSONSchema({ ...jsonSchema }));
			this.#jsonSchemas.set(name, jsonSchema);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#faults.set(name, `has a configSchema that cannot be used: ${reason}`);
		}
	}

	#unknownAdapter(adapter: string): Problem {
		const base = { path: ["spec", "adapter"], at: "value" } as const;
		const fault = this.#faults.get(adapter);
		const isPath = adapter.includes("/");
		const names = [...this.#schemas.keys()].sort();
		const suggestion = isPath ? undefined : closest(adapter, names);
		// Whoever misspelt a word of ours is helped by that word.
		if (fault !== undefined && suggestion === undefined) {
			return { ...base, code: "bad_adapter", text: `${showValue(adapter)} ${fault}` };
		}
		const list = suggestion === undefined ? ` (known: ${names.join(", ")})` : "";
		const text = `${showValue(adapter)} is not a known adapter${list}`;
		return { ...base, code: "unknown_adapter", text, suggestion };
	}
}

const settings = z.record(z.string(), z.unknown());

function toSchema(name: string, jsonSchema: object): z.ZodType {
	try {
		return z.fromJSONSchema({ ...jsonSchema });
	} catch (error) {
		throw new Error(`adapter ${name}: its configSchema cannot be used`, { cause: error });
	}
}
