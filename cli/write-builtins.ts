// Writes the generated table of docs/builtins.md anew: node cli/write-builtins.ts
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withBuiltins } from "../mixer/policy/builtins/builtin-reference.ts";
import { opaBuiltins } from "../mixer/policy/builtins/opa-builtins.ts";
import { findTool } from "../setup/tools.mjs";
import { readFilter } from "./filter.ts";

const file = join(import.meta.dirname, "../docs/builtins.md");
const { builtins: proxy } = await readFilter();
const parts = { ...(await opaBuiltins(findTool("opa"))), proxy };
await writeFile(file, withBuiltins(await readFile(file, "utf8"), parts));
