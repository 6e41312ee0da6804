/** A line longer than this is hard to read beside an editor. */
const lineWidth = 110;

/**
 * Prints what is done, several steps to a line: ` ✓ node 24.21.0 4.1 s   ✓ packages 14.2 s`.
 *
 * @param {{write(text: string): unknown}} out
 */
export function createProgress(out) {
	let column = 0;
	const endLine = () => {
		if (column > 0) out.write("\n");
		column = 0;
	};
	const segment = (/** @type {string} */ text) => {
		if (column > 0 && column + text.length + 3 > lineWidth) endLine();
		const padded = column === 0 ? ` ${text}` : `   ${text}`;
		out.write(padded);
		column += padded.length;
	};
	return {
		/** A step is finished; `ms` only if it had to work. */
		done: (/** @type {string} */ label, /** @type {number | undefined} */ ms) =>
			segment(ms === undefined ? `✓ ${label}` : `✓ ${label} ${formatSeconds(ms)}`),
		/** Something takes long or wants to be known: a line of its own. */
		note(/** @type {string} */ text) {
			endLine();
			out.write(` … ${text}\n`);
		},
		endLine,
	};
}

/** Milliseconds for a person: `4.1 s`. */
export function formatSeconds(/** @type {number} */ ms) {
	return `${(ms / 1000).toFixed(1)} s`;
}
