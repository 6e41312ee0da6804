import type { Catalogue } from "./catalogue.ts";
import type { Publication } from "./publication.ts";
import { parseVersion } from "./version.ts";

/** A name that a proxy asks for, and what it has of it. */
interface Holding {
	/** Asked for by name, not as a part of all. */
	readonly byName: boolean;
	/** The version that the proxy has; undefined where it needs one whatever it has. */
	held: string | undefined;
	/** The last version that it refused: not offered again before another. */
	refused: string | undefined;
}

/** Something to be said of a name. */
export interface Due {
	readonly name: string;
	/** undefined: that there is nothing. */
	readonly publication: Publication | undefined;
	/** Notes what the proxy answers. If the name is asked for anew meanwhile, that is no answer to it. */
	readonly settle: (isAccepted: boolean) => void;
}

/** As a version: the proxy knows that there is nothing. */
const ABSENT = "";

/** What one stream asks of one type, and what the proxy has of it. */
export class Subscription {
	readonly #holdings = new Map<string, Holding>();
	#isToAll = false;

	get names(): readonly string[] {
		return [...this.#holdings.keys()];
	}

	/** Whether it is to everything of the type. */
	get isToAll(): boolean {
		return this.#isToAll;
	}

	/** Asks for a name, also again: it is due unless the proxy says which version it has. */
	add(name: string, held?: string): void {
		this.#holdings.set(name, { byName: true, held, refused: undefined });
	}

	/** Asks for everything of the type. `held`: what the proxy has, by name. */
	addAll(held: ReadonlyMap<string, string> = new Map()): void {
		this.#isToAll = true;
		for (const [name, version] of held) if (!this.#holdings.has(name)) this.#hold(name, version);
	}

	/** A name that is still asked for as a part of all is due again: the proxy can't tell what became of it. */
	remove(name: string): void {
		if (this.#isToAll) this.#hold(name, undefined);
		else this.#holdings.delete(name);
	}

	/** Asks for no more than is asked for by name. */
	removeAll(): void {
		this.#isToAll = false;
		for (const [name, { byName }] of this.#holdings) if (!byName) this.#holdings.delete(name);
	}

	/** What the proxy lacks, as the catalogue is now. */
	due(catalogue: Catalogue, typeUrl: string): readonly Due[] {
		const all = this.#isToAll ? new Set([...this.names, ...catalogue.names(typeUrl)]) : this.names;
		return [...all].flatMap((name) => {
			const holding = this.#holdings.get(name) ?? this.#hold(name, undefined);
			const found = catalogue.find(typeUrl, name, holding.held);
			if (found === "awaited" || (found === "withheld" && holding.held === undefined)) return [];
			const publication = typeof found === "string" ? undefined : found;
			const version = publication?.version ?? ABSENT;
			if ([holding.held, holding.refused].some((known) => isSame(version, known))) return [];
			return [{ name, publication, settle: (isAccepted) => settle(holding, version, isAccepted) }];
		});
	}

	#hold(name: string, held: string | undefined): Holding {
		const holding = { byName: false, held, refused: undefined };
		this.#holdings.set(name, holding);
		return holding;
	}
}

/** Versions of one revision are the same, whatever their order: a proxy that has it has it. */
function isSame(version: string, known: string | undefined): boolean {
	return known !== undefined && parseVersion(version).revision === parseVersion(known).revision;
}

function settle(holding: Holding, version: string, isAccepted: boolean): void {
	// After a refusal an Envoy may be between two versions: the next one is for it, even if it is the one it had.
	holding.held = isAccepted ? version : undefined;
	holding.refused = isAccepted ? undefined : version;
}
