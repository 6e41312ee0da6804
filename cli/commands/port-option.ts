import { InvalidArgumentError } from "commander";

const MAX_PORT = 65_535;

/** Parses an option that is a port, from `least` on: 0 has the system choose one. */
export function portFrom(least: 0 | 1): (text: string) => number {
	return (text) => {
		const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
		if (port < least || port > MAX_PORT) {
			throw new InvalidArgumentError(`a port is a number from ${least} to ${MAX_PORT}.`);
		}
		return port;
	};
}
