import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

/** An adapter in TypeScript that is right. */
export const SOUND = `interface Config { readonly to: string }
const schema = { type: "object", properties: { to: { type: "string" } }, required: ["to"], additionalProperties: false };
export default {
	name: "sound",
	signals: ["record"],
	configSchema: schema,
	build: (config: Config) => ({ handle: () => "delivered", async flush() {}, async close() {} }),
};
`;

/** A new folder of these files. */
export async function filesFolder(files: Readonly<Record<string, string>>): Promise<string> {
	const dir = await temporaryFolder();
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	return dir;
}

/** The files of an npm package in JavaScript. */
export function packageFiles(name: string, text: string, exports: unknown = "./index.js"): Record<string, string> {
	const manifest = JSON.stringify({ name, version: "1.0.0", type: "module", exports });
	return { [`node_modules/${name}/package.json`]: manifest, [`node_modules/${name}/index.js`]: text };
}
