/**
 * The order of a mapping's keys in go-yaml: as people sort, numbers within them by value, so that a2 comes before a10.
 */
export function compareYamlKeys(a: string, b: string): number {
	const [left, right] = [[...a], [...b]];
	let isBehindDigit = false;
	for (let i = 0; i < left.length && i < right.length; i++) {
		const [x, y] = [left[i] ?? "", right[i] ?? ""];
		if (x === y) isBehindDigit = isDigit(x);
		else return compareAt(left, right, i, isBehindDigit);
	}
	return left.length - right.length;
}

/** Where the two differ first. */
function compareAt(left: readonly string[], right: readonly string[], at: number, isBehindDigit: boolean): number {
	const [x, y] = [left[at] ?? "", right[at] ?? ""];
	const [xIsLetter, yIsLetter] = [isLetter(x), isLetter(y)];
	if (xIsLetter && yIsLetter) return order(x, y);
	if (xIsLetter || yIsLetter) return xIsLetter === isBehindDigit ? -1 : 1;
	const start = (x === "0" || y === "0") && isWithinNumber(left, at) ? "1" : "";
	const [p, q] = [digitsFrom(left, at), digitsFrom(right, at)];
	const [m, n] = [BigInt(`0${start}${p}`), BigInt(`0${start}${q}`)];
	if (m !== n) return m < n ? -1 : 1;
	return p.length !== q.length ? p.length - q.length : order(x, y);
}

/** Whether digits other than zeros stand right before. */
function isWithinNumber(chars: readonly string[], at: number): boolean {
	for (let i = at - 1; i >= 0 && isDigit(chars[i] ?? ""); i--) if (chars[i] !== "0") return true;
	return false;
}

function digitsFrom(chars: readonly string[], at: number): string {
	return /^[0-9]*/.exec(chars.slice(at).join(""))?.[0] ?? "";
}

function order(a: string, b: string): number {
	return (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
}

function isDigit(char: string): boolean {
	return /^\p{Nd}$/u.test(char);
}

function isLetter(char: string): boolean {
	return /^\p{L}$/u.test(char);
}
