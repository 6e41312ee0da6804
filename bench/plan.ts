import { MixerError } from "../mixer/error.ts";
import { BASE, VARIANTS, type Variant } from "./variants.ts";

/** How much is measured. */
export interface Plan {
	readonly variants: readonly Variant[];
	/** The variant that the others are compared with, round by round. */
	readonly base: Variant["id"];
	readonly rounds: number;
	/** Requests of each measurement as fast as answers come. */
	readonly requests: number;
	/** Kept connections of those. */
	readonly connections: number;
	/** Requests a second of the paced measurements. */
	readonly rates: readonly number[];
	/** Length of a paced measurement. */
	readonly pacedSeconds: number;
}

/** A real run takes some minutes; a quick one only shows that everything works. */
export const SIZES = {
	full: { rounds: 5, requests: 10_000, connections: 4, rates: [500, 1000, 2000, 4000], pacedSeconds: 2 },
	quick: { rounds: 1, requests: 200, connections: 4, rates: [100], pacedSeconds: 0.5 },
} as const;

/** What the command line says of it. */
export interface PlanOptions {
	readonly quick?: boolean;
	readonly rounds?: number;
	readonly requests?: number;
	readonly rates?: readonly number[];
	readonly variants?: readonly string[];
	readonly base?: string;
}

/** @throws MixerError invalid where a variant is asked for that doesn't exist, or a base that is not among them. */
export function planOf(options: PlanOptions): Plan {
	const size = options.quick ? SIZES.quick : SIZES.full;
	const variants = options.variants === undefined ? VARIANTS : chosen(options.variants);
	if (options.base !== undefined && !variants.some(({ id }) => id === options.base)) {
		const measured = variants.map(({ id }) => id).join(", ");
		throw new MixerError("invalid", `--base: ${options.base} is not measured; there are ${measured}`);
	}
	return {
		...size,
		rounds: options.rounds ?? size.rounds,
		requests: options.requests ?? size.requests,
		rates: options.rates ?? size.rates,
		variants,
		base: options.base ?? BASE,
	};
}

/** The command that asks for the same again. Where its results went is not part of it. */
export function commandOf({ quick, rounds, requests, rates, variants, base }: PlanOptions): string {
	const flags = [
		...(quick ? ["--quick"] : []),
		...(rounds === undefined ? [] : ["--rounds", rounds]),
		...(requests === undefined ? [] : ["--requests", requests]),
		...(rates === undefined ? [] : ["--rates", rates.join(",") || "none"]),
		...(variants === undefined ? [] : ["--variants", variants.join(",")]),
		...(base === undefined ? [] : ["--base", base]),
	];
	return flags.length === 0 ? "npm run bench" : `npm run bench -- ${flags.join(" ")}`;
}

function chosen(ids: readonly string[]): readonly Variant[] {
	const unknown = ids.filter((id) => !VARIANTS.some((variant) => variant.id === id));
	if (unknown.length > 0) {
		const known = VARIANTS.map(({ id }) => id).join(", ");
		throw new MixerError("invalid", `--variants: there is no ${unknown.join(", ")}; there are ${known}`);
	}
	return VARIANTS.filter(({ id }) => ids.includes(id));
}
