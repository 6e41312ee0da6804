// Writes the generated tables of docs/configuration.md anew: node cli/write-reference.ts
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withReference } from "../galley/reference.ts";
import { adapterSchemas, sourceSchemas } from "./adapter-schemas.ts";

const file = join(import.meta.dirname, "../docs/configuration.md");
await writeFile(file, withReference(await readFile(file, "utf8"), adapterSchemas(), sourceSchemas()));
