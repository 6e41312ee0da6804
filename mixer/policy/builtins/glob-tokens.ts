/** A part of a glob: the characters it stands for, as ranges of code points, and how often. */
export interface GlobToken {
	readonly chars: "any" | readonly (readonly [from: number, to: number])[];
	readonly flag: "" | "+" | "*";
}

/** The tokens of a glob: characters, `.`, sets in brackets, each with `+` or `*` behind it, `\` before what is special. */
export function parseGlob(glob: string): GlobToken[] {
	const reader = new GlobReader(glob);
	const tokens: GlobToken[] = [];
	for (let token = reader.token(); token !== undefined; token = reader.token()) {
		const last = tokens.at(-1);
		// A repetition behind one of the same adds nothing.
		if (last === undefined || last.flag === "" || token.flag === "" || !sameChars(last, token)) tokens.push(token);
		else tokens.splice(-1, 1, { ...last, flag: last.flag === "+" || token.flag === "+" ? "+" : "*" });
	}
	return tokens;
}

class GlobReader {
	readonly #glob: string;
	readonly #chars: readonly string[];
	#at = 0;

	constructor(glob: string) {
		this.#glob = glob;
		this.#chars = [...glob];
	}

	token(): GlobToken | undefined {
		const char = this.#next();
		if (char === undefined) return undefined;
		const chars = this.#charsOf(char);
		const flag = this.#chars[this.#at];
		if (flag !== "+" && flag !== "*") return { chars, flag: "" };
		this.#at++;
		return { chars, flag };
	}

	#charsOf({ char, isEscaped }: { char: string; isEscaped: boolean }): GlobToken["chars"] {
		if (!isEscaped) {
			if (char === ".") return "any";
			if (char === "[") return this.#set();
			if (char === "]") throw this.#fault("set-close ']' with no preceding '['");
			if (char === "+" || char === "*") throw this.#fault(`flag '${char}' must be preceded by a non-flag`);
		}
		return [rangeOf(char, char)];
	}

	#set(): (readonly [number, number])[] {
		const ranges: (readonly [number, number])[] = [];
		let previous: string | undefined;
		for (let item = this.#next(); item !== undefined; item = this.#next()) {
			const { char, isEscaped } = item;
			if (!isEscaped && char === "]") return merged(ranges);
			if (isEscaped || char !== "-") {
				ranges.push(rangeOf(char, char));
				previous = char;
				continue;
			}
			ranges.push(this.#range(previous));
			previous = undefined;
		}
		throw this.#fault("found [ without matching ]");
	}

	#range(from: string | undefined): readonly [number, number] {
		if (from === undefined) throw this.#fault("range character '-' must be preceded by a Unicode character");
		const to = this.#at >= this.#chars.length - 1 ? undefined : this.#next();
		if (to === undefined) throw this.#fault("range character '-' must be followed by a Unicode character");
		if (!to.isEscaped && (to.char === "]" || to.char === "-")) {
			throw this.#fault("range character '-' cannot be followed by a special symbol");
		}
		const range = rangeOf(from, to.char);
		if (range[0] <= range[1]) return range;
		throw this.#fault(`range is out of order: '${to.char}' comes before '${from}' in Unicode`);
	}

	#next(): { char: string; isEscaped: boolean } | undefined {
		const char = this.#chars[this.#at];
		if (char === undefined) return undefined;
		const escaped = this.#chars[this.#at + 1];
		this.#at += char === "\\" ? 2 : 1;
		if (char !== "\\") return { char, isEscaped: false };
		if (escaped !== undefined) return { char: escaped, isEscaped: true };
		this.#at--;
		throw this.#fault("input ends with a \\ (escape) character");
	}

	#fault(what: string): Error {
		return new Error(`input:${this.#glob}, pos:${this.#at}, ${what}: the input provided is invalid`);
	}
}

function rangeOf(from: string, to: string): readonly [number, number] {
	return [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
}

/** The same characters in as few ranges as can be, in order. */
function merged(ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
	const result: [number, number][] = [];
	for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const last = result.at(-1);
		if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
		else result.push([from, to]);
	}
	return result;
}

function sameChars(a: GlobToken, b: GlobToken): boolean {
	return JSON.stringify(a.chars) === JSON.stringify(b.chars);
}
