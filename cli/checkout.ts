import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const checkout: string = fileURLToPath(new URL("../", import.meta.url));

/** The filter that policies are linked into, as the set-up builds it. */
export const linkableFilter: string = join(checkout, "build/filter/http.link.wasm");

/** The list of OPA's built-ins that this filter has. */
export const proxyBuiltinsFile: string = join(checkout, "filters/policy/builtins/names.json");

/** JSON Schema of the document that policies read. */
export const inputSchemaFile: string = join(checkout, "mixer/api/generated/input-schema.json");

/** The types that an author of an adapter imports. */
export const adapterTypesFile: string = join(checkout, "mixer/api/generated/adapter.d.ts");
