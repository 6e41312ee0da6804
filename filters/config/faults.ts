/** At most this many faults are listed; a configuration with more is wrong in kind, not in detail. */
const MAX_FAULTS: i32 = 50;

/** Everything wrong with a configuration, each as `path: what`. */
@final
export class Faults {
	private lines: Array<string> = new Array<string>();

	add(path: string, text: string): void {
		if (this.lines.length < MAX_FAULTS) this.lines.push(path + ": " + text);
	}

	get count(): i32 {
		return this.lines.length;
	}

	line(index: i32): string {
		return this.lines[index];
	}
}
