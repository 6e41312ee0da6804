import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const checkout: string = fileURLToPath(new URL("../", import.meta.url));

/** The filter, as the set-up builds it. */
export const filterModule: string = join(checkout, "build/filter/http.wasm");

/** JSON Schema of the document that policies read. */
export const inputSchemaFile: string = join(checkout, "mixer/api/generated/input-schema.json");
