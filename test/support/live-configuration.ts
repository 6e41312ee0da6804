import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_FILE_BYTES } from "../../galley/source-files.ts";
import { testConfiguration } from "./configuration.ts";

/** Puts what was broken right again. */
type Mend = () => Promise<void>;

/** A copy of testdata/e2e/revisions that is edited while it is served. */
export class LiveConfiguration {
	readonly dir: string;
	/** For a server's state; no part of the configuration. */
	readonly stateDir: string;

	private constructor(root: string) {
		this.dir = join(root, "configuration");
		this.stateDir = join(root, "state");
	}

	static async make(): Promise<LiveConfiguration> {
		const made = new LiveConfiguration(await mkdtemp(join(tmpdir(), "sluice-live-")));
		await cp(testConfiguration("revisions"), made.dir, { recursive: true });
		return made;
	}

	/** Decisions say this word from now on. */
	say(word: string): Promise<void> {
		return this.#write("words/data.json", JSON.stringify({ words: { word } }));
	}

	/** Adds a file that is wrong. */
	async break(file: string, text: string): Promise<Mend> {
		await this.#write(file, text);
		return () => rm(join(this.dir, file));
	}

	async remove(): Promise<void> {
		await rm(join(this.dir, ".."), { recursive: true, force: true });
	}

	/** As careful editors do: the file is whole at every moment. */
	async #write(file: string, text: string): Promise<void> {
		const temporary = join(this.dir, `.${Date.now()}.tmp`);
		await writeFile(temporary, text);
		await rename(temporary, join(this.dir, file));
	}
}

/** Every way in which an edit can be wrong, as a file, and how what is said of it begins. */
export const breaks: readonly {
	readonly what: string;
	readonly file: string;
	readonly text: string;
	readonly says: RegExp;
}[] = [
	{ what: "a syntax error", file: "words/wrong.rego", text: "package words\n\nx := \n", says: /rego_parse_error/ },
	{ what: "a type error", file: "words/wrong.rego", text: "package words\n\nx := 1 + {}\n", says: /rego_type_error/ },
	{
		what: "a path that the input does not have",
		file: "words/wrong.rego",
		text: "package words\n\nx := input.attributes.request.http.header\n",
		says: /undefined ref/,
	},
	{
		what: "a failing test",
		file: "words/wrong_test.rego",
		text: 'package words_test\n\ntest_word if data.words.words.word == "none"\n',
		says: /test/,
	},
	{
		what: "a built-in that there is not",
		file: "words/wrong.rego",
		text: "package words\n\nx := no.such_function(1)\n",
		says: /undefined function/,
	},
	{
		what: "a built-in that is run nowhere",
		file: "words/wrong.rego",
		text: "package words\n\ndecision := true if opa.runtime().env.SECRET\n",
		says: /opa\.runtime/,
	},
	{
		what: "a file that is too large",
		file: "large.yaml",
		text: `# ${"x".repeat(MAX_FILE_BYTES)}\n`,
		says: /must be at most 262144/,
	},
	{
		what: "a document that is none",
		file: "wrong.yaml",
		text: "apiVersion: sluice.dev/v1alpha1\nkind: Policie\nmetadata: {name: p}\nspec: {}\n",
		says: /kind/,
	},
];
