/** Go's units, in nanoseconds. */
const units: Readonly<Record<string, bigint>> = {
	ns: 1n,
	us: 1_000n,
	µs: 1_000n,
	μs: 1_000n,
	ms: 1_000_000n,
	s: 1_000_000_000n,
	m: 60_000_000_000n,
	h: 3_600_000_000_000n,
};

const HOURS: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 };

const BOUND = 2n ** 63n;

/**
 * A duration as Go writes them, and with days, weeks and years of 365 days, in nanoseconds.
 *
 * @throws Error in OPA's words.
 */
export function parseDuration(text: string): bigint {
	if (!/[dwy]/.test(text)) return parseGoDuration(text);
	const rewritten = withoutDays(text);
	try {
		if (rewritten !== undefined) return parseGoDuration(rewritten);
	} catch (error) {
		// It is told of the duration as it was written.
		const said = error instanceof Error ? error.message : "";
		throw new Error(`${said.slice(0, said.lastIndexOf(" "))} ${JSON.stringify(text)}`);
	}
	throw invalid(text);
}

/** Days and more in hours; undefined where it is no duration. */
function withoutDays(text: string): string | undefined {
	const [, sign, segments] = /^([-+]?)((?:[0-9.]+(?:ms|us|µs|ns|[a-z]))+)$/.exec(text) ?? [];
	if (sign === undefined || segments === undefined) return undefined;
	let rewritten = sign;
	for (const [all, digits = "", unit = ""] of segments.matchAll(/([0-9.]+)(ms|us|µs|ns|[a-z])/g)) {
		const hours = HOURS[unit];
		if (hours !== undefined && !/^(?:\d+\.?\d*|\.\d+)$/.test(digits)) return undefined;
		rewritten += hours === undefined ? all : `${withoutExponent(Number(digits) * hours)}h`;
	}
	return rewritten;
}

function withoutExponent(value: number): string {
	return /e/.test(String(value))
		? value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 })
		: String(value);
}

function parseGoDuration(text: string): bigint {
	const [, sign, magnitude = ""] = /^([-+]?)(.*)$/s.exec(text) ?? [];
	if (magnitude === "0") return 0n;
	let rest = magnitude;
	let total = 0n;
	while (rest !== "") {
		const [part, whole = "", fraction = ""] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) ?? [""];
		if (whole + fraction === "") throw invalid(text);
		rest = rest.slice(part.length);
		const unit = /^[^.0-9]+/.exec(rest)?.[0] ?? "";
		if (unit === "") throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
		rest = rest.slice(unit.length);
		total += nanoseconds(whole, fraction, unit, text);
		if (total > BOUND) throw invalid(text);
	}
	if (magnitude === "" || (total === BOUND && sign !== "-")) throw invalid(text);
	return sign === "-" ? -total : total;
}

function nanoseconds(whole: string, fraction: string, unit: string, text: string): bigint {
	const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
	if (size === undefined)
		throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
	const value = BigInt(`0${whole}`);
	if (value > BOUND / size) throw invalid(text);
	// Go keeps of a fraction the digits that fit into 63 bits, and multiplies them as a double.
	const digits = fraction.slice(0, 18);
	const part = Number(BigInt(`0${digits}`)) * (Number(size) / 10 ** digits.length);
	return value * size + BigInt(Math.trunc(part));
}

function invalid(text: string): Error {
	return new Error(`time: invalid duration ${JSON.stringify(text)}`);
}
