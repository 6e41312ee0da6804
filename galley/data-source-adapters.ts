import * as z from "zod";
import { showValue } from "./field-path.ts";
import { loadModule } from "./load-module.ts";
import type { Message } from "./message.ts";
import { type Problem, toMessage } from "./problem.ts";
import type { SourceDocument } from "./source-document.ts";

/** What is needed of an adapter to check its settings. */
const exported = z.object({
	name: z.string().min(1),
	configSchema: z.record(z.string(), z.unknown()),
	build: z.custom((value) => typeof value === "function"),
});

const named = z.object({ kind: z.literal("DataSource"), spec: z.object({ adapter: z.string().min(1) }) });

/** The JSON Schemas of DataSources' settings, by the word in `spec.adapter`, and what is wrong with people's own. */
export interface SourceSchemas {
	readonly schemas: ReadonlyMap<string, object>;
	readonly messages: readonly Message[];
}

/**
 * Adds to the adapters that are known those that documents name by file or package. What is not found at all is left to
 * the documents' own check.
 */
export async function sourceSchemas(
	dir: string,
	documents: readonly SourceDocument[],
	known: ReadonlyMap<string, object>,
): Promise<SourceSchemas> {
	const schemas = new Map(known);
	const messages: Message[] = [];
	for (const document of documents) {
		const adapter = named.safeParse(document.value).data?.spec.adapter;
		if (adapter === undefined || schemas.has(adapter)) continue;
		const loaded = await loadModule(dir, adapter);
		if (loaded === undefined) continue;
		const found = exported.safeParse("value" in loaded ? loaded.value : undefined);
		const schema = found.success ? usable(found.data.configSchema) : undefined;
		if (schema !== undefined) {
			schemas.set(adapter, schema);
			continue;
		}
		// Its settings can't be checked, which is no fault of theirs.
		schemas.set(adapter, {});
		const fault = "fault" in loaded ? loaded.fault : "must export name, configSchema (JSON Schema) and build";
		messages.push(toMessage(document, faultOf(`${showValue(adapter)} ${fault}`)));
	}
	return { schemas, messages };
}

function usable(schema: Record<string, unknown>): object | undefined {
	try {
		z.fromJSONSchema(schema);
		return schema;
	} catch {
		return undefined;
	}
}

function faultOf(text: string): Problem {
	return { code: "bad_module", path: ["spec", "adapter"], at: "value", text };
}
