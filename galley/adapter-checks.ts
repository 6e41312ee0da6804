import * as z from "zod";
import { checkValue } from "./check-value.ts";
import { showValue } from "./field-path.ts";
import type { Problem } from "./problem.ts";
import { closest } from "./suggestion.ts";

/** The part of a Handler that its adapter understands; all else is the kind's own business. */
const configured = z.object({
	spec: z.object({ adapter: z.string().min(1), config: z.record(z.string(), z.unknown()).prefault({}) }),
});

/** Holds Handlers' settings against their adapters' schemas. */
export class AdapterChecks {
	readonly #jsonSchemas: ReadonlyMap<string, object>;
	readonly #schemas = new Map<string, z.ZodType>();

	/** @throws {Error} when an adapter's schema cannot be used: a defect of the adapter, not of a configuration. */
	constructor(jsonSchemas: ReadonlyMap<string, object>) {
		this.#jsonSchemas = jsonSchemas;
		for (const [name, jsonSchema] of jsonSchemas) this.#schemas.set(name, toSchema(name, jsonSchema));
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

	#unknownAdapter(adapter: string): Problem {
		const names = [...this.#schemas.keys()].sort();
		const suggestion = closest(adapter, names);
		const list = suggestion === undefined ? ` (known: ${names.join(", ")})` : "";
		const text = `${showValue(adapter)} is not a known adapter${list}`;
		return { code: "unknown_adapter", path: ["spec", "adapter"], at: "value", text, suggestion };
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
