import { goFloat } from "./go-float.ts";
import type { HostBuiltin } from "./host-builtin.ts";
import { text as stringValue } from "./make-value.ts";
import { operand, stringOperand } from "./operands.ts";
import { goQuote, printValue, type RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/** A value as OPA hands it to Go's fmt: whole numbers, other numbers, and everything else as text. */
type Formatted =
	| { type: "int64" | "*big.Int"; value: bigint }
	| { type: "float64"; value: number }
	| { type: "string"; value: string };

/** Longest output of one width or precision: a policy's format is not a way to fill the Mixer's memory. */
const MAX_WIDTH = 10_000;

const VERB = /%([-+# 0]*)(\d*)(?:\.(\d*))?([^\d]|$)/gsu;

/**
 * sprintf as OPA has it, which is Go's fmt.Sprintf: wrong verbs, missing and extra values show in the text. What is
 * rare is an error instead of a guess: the flag #, %+q, %p, %w, %q of numbers, %x and %b of fractions, `*` and `[n]`.
 */
export const sprintf: HostBuiltin = (args) => {
	const format = stringOperand(args, 0);
	const values = operand(args, 1, "array").items.map(toFormatted);
	let used = 0;
	const text = format.replace(
		VERB,
		(_all, flags: string, width: string, precision: string | undefined, verb: string) => {
			if (verb === "%") return "%";
			if (verb === "") return "%!(NOVERB)";
			const value = values[used++];
			if (value === undefined) return `%!${verb}(MISSING)`;
			return formatValue(verb, value, { flags, width: Number(width), digits: digitsOf(precision) });
		},
	);
	const extra = values.slice(used).map((value) => `${value.type}=${formatValue("v", value, plain)}`);
	return stringValue(extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(", ")})`);
};

interface Spec {
	readonly flags: string;
	readonly width: number;
	/** The precision. */
	readonly digits: number | undefined;
}

const plain: Spec = { flags: "", width: 0, digits: undefined };

function digitsOf(precision: string | undefined): number | undefined {
	return precision === undefined ? undefined : Number(precision);
}

function toFormatted(value: RegoValue): Formatted {
	if (value.type === "string") return { type: "string", value: value.value };
	if (value.type !== "number") return { type: "string", value: printValue(value) };
	if (/^-?\d+$/.test(value.text)) {
		const whole = BigInt(value.text);
		return { type: BigInt.asIntN(64, whole) === whole ? "int64" : "*big.Int", value: whole };
	}
	const double = Number(value.text);
	// What a double can't hold is shown as it is written.
	return Number.isFinite(double) ? { type: "float64", value: double } : { type: "string", value: value.text };
}

function formatValue(verb: string, value: Formatted, spec: Spec): string {
	if (spec.width > MAX_WIDTH || (spec.digits ?? 0) > MAX_WIDTH)
		throw new UnsupportedError(`width or precision over ${MAX_WIDTH}`);
	if ("pw".includes(verb) || (verb === "q" && spec.flags.includes("+")) || spec.flags.includes("#")) {
		throw new UnsupportedError(`%${spec.flags}${verb} is not supported here`);
	}
	if (verb === "T") return pad(value.type, { ...spec, digits: undefined }, "string");
	const text = formatOf(verb, value, spec);
	// Go says which type the verb doesn't fit, and shows the value as %v would.
	if (text === undefined) {
		const name = value.type.replace("*", "");
		return `%!${verb}(${name}=${formatValue("v", value, value.type === "*big.Int" ? plain : spec)})`;
	}
	return pad(text, spec, value.type);
}

function formatOf(verb: string, value: Formatted, spec: Spec): string | undefined {
	switch (value.type) {
		case "string":
			return formatString(verb, value.value, spec);
		case "int64":
			return formatInt(verb, value.value, spec);
		case "*big.Int":
			return "bodxXOsv".includes(verb) ? formatInt(verb === "s" ? "d" : verb, value.value, spec) : undefined;
		case "float64":
			return formatFloat(verb, value.value, spec);
	}
}

function formatString(verb: string, text: string, { digits }: Spec): string | undefined {
	const cut = digits === undefined ? text : [...text].slice(0, digits).join("");
	if (verb === "v" || verb === "s") return cut;
	if (verb === "q") return goQuote(cut);
	if (verb === "x") return Buffer.from(cut).toString("hex");
	if (verb === "X") return Buffer.from(cut).toString("hex").toUpperCase();
	return undefined;
}

const radixes: Readonly<Partial<Record<string, number>>> = { v: 10, d: 10, x: 16, X: 16, o: 8, O: 8, b: 2 };

function formatInt(verb: string, value: bigint, { flags, digits }: Spec): string | undefined {
	if (verb === "q") throw new UnsupportedError("%q of a number is not supported here");
	if (verb === "c") return value >= 0n && value <= 0x10ffffn ? character(Number(value)) : "\ufffd";
	if (verb === "U") return codePoint(value, flags, digits);
	const radix = radixes[verb];
	if (radix === undefined) return undefined;
	const magnitude = (value < 0n ? -value : value).toString(radix).padStart(digits ?? 0, "0");
	return sign(value < 0n, flags) + (verb === "O" ? "0o" : "") + (verb === "X" ? magnitude.toUpperCase() : magnitude);
}

/** Halves of a pair are no characters. */
function character(code: number): string {
	return code >= 0xd800 && code < 0xe000 ? "\ufffd" : String.fromCodePoint(code);
}

function codePoint(value: bigint, flags: string, digits: number | undefined): string {
	if (value < 0n || flags.includes("+"))
		throw new UnsupportedError("%U of a negative number, and %+U, are not supported here");
	return `U+${value
		.toString(16)
		.toUpperCase()
		.padStart(Math.max(digits ?? 4, 4), "0")}`;
}

function formatFloat(verb: string, value: number, { flags, digits }: Spec): string | undefined {
	if (verb === "x" || verb === "X" || verb === "b")
		throw new UnsupportedError(`%${verb} of a fraction is not supported here`);
	const magnitude = goFloat(
		verb.replace(/[EG]/, (each) => each.toLowerCase()),
		Math.abs(value),
		digits,
	);
	if (magnitude === undefined) return undefined;
	return sign(value < 0, flags) + ("EG".includes(verb) ? magnitude.toUpperCase() : magnitude);
}

function sign(negative: boolean, flags: string): string {
	if (negative) return "-";
	if (flags.includes("+")) return "+";
	return flags.includes(" ") ? " " : "";
}

function pad(text: string, { flags, width, digits }: Spec, type: Formatted["type"]): string {
	const missing = width - [...text].length;
	if (missing <= 0) return text;
	if (flags.includes("-")) return text + " ".repeat(missing);
	// A precision of a whole number is its number of digits, and takes the place of padding with zeros.
	if (!flags.includes("0") || (type !== "string" && type !== "float64" && digits !== undefined))
		return " ".repeat(missing) + text;
	const signed = type !== "string" && /^[-+ ]/.test(text) ? 1 : 0;
	return text.slice(0, signed) + "0".repeat(missing) + text.slice(signed);
}
