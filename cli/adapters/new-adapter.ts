import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { MixerError } from "../../mixer/error.ts";
import { adapterTypesFile } from "../checkout.ts";

/** What the template is called where a new adapter's name will stand. */
const TEMPLATE_NAME = "my-adapter";

/** npm's names that are a folder's and an adapter's as well. */
const NAME = /^[a-z][a-z0-9.-]{0,62}$/;

/** The template's files, each with the name it gets. Some would be taken for our own under that one. */
const FILES: readonly (readonly [template: string, name: string])[] = [
	["adapter.ts", "adapter.ts"],
	["adapter.test.ts", "adapter.test.ts"],
	["conformance.ts", "conformance.ts"],
	["package.template.json", "package.json"],
	["tsconfig.template.json", "tsconfig.json"],
	["README.template.md", "README.md"],
];

/**
 * Writes a working adapter into a folder of its name.
 *
 * @param folder a new one, or an empty one.
 * @returns the files, in order.
 * @throws MixerError "invalid" where something is there already, or the name can't be one.
 */
export async function newAdapter(folder: string): Promise<readonly string[]> {
	const name = basename(folder);
	if (!NAME.test(name)) {
		throw new MixerError(
			"invalid",
			`${name} can't be an adapter's name: use small letters, digits, - and ., from a letter on`,
		);
	}
	await makeEmpty(folder);
	const written: string[] = [];
	const write = async (file: string, text: string) => {
		await writeFile(join(folder, file), text, { flag: "wx" });
		written.push(file);
	};
	for (const [template, file] of FILES) {
		const text = await readFile(join(import.meta.dirname, "template", template), "utf8");
		await write(file, text.replaceAll(TEMPLATE_NAME, name));
	}
	await write("sluice-adapter.d.ts", await readFile(adapterTypesFile, "utf8"));
	return written;
}

async function makeEmpty(folder: string): Promise<void> {
	try {
		await mkdir(folder, { recursive: true });
		if ((await readdir(folder)).length === 0) return;
	} catch (cause) {
		throw new MixerError("invalid", `${folder} cannot be made: ${MixerError.from(cause).message}`, { cause });
	}
	throw new MixerError(
		"invalid",
		`${folder} is not empty: nothing is written over. Choose another name, or move what is there`,
	);
}
