import type { DataSource, DataSourceAdapter, SourceReading } from "../../../mixer/data-sources/data-source.ts";

type Answer = SourceReading | "unchanged" | Error | "hangs";

/** A source that answers as it is told, and says when it was asked. */
export class ScriptedSource implements DataSource {
	readonly empty = "{}";
	readonly isLocal = true;
	answer: Answer;
	/** The tags it was asked with. */
	readonly asked: (string | undefined)[] = [];
	change = () => {};
	isWatched = false;

	constructor(answer: Answer) {
		this.answer = answer;
	}

	async read(tag: string | undefined): Promise<SourceReading | "unchanged"> {
		this.asked.push(tag);
		if (this.answer === "hangs") return new Promise(() => {});
		if (this.answer instanceof Error) throw this.answer;
		return this.answer;
	}

	watch(onChange: () => void): () => void {
		this.change = onChange;
		this.isWatched = true;
		return () => {
			this.isWatched = false;
		};
	}

	/** An adapter whose sources are this one. */
	get adapter(): DataSourceAdapter {
		return { name: "scripted", configSchema: {}, build: () => this };
	}
}

/** A document with these names in it. */
export function names(...all: readonly string[]): SourceReading {
	const document = JSON.stringify(Object.fromEntries(all.map((name) => [name, true])));
	return { document, entries: all.length, tag: all.join() };
}
