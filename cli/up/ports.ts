import { createServer } from "node:net";
import { MixerError } from "../../mixer/error.ts";

/** A port that is about to be used. */
export interface PortUse {
	readonly port: number;
	/** For people: Envoy's listener. */
	readonly purpose: string;
	/** The option that changes it. */
	readonly option: string;
}

/**
 * Checks that every port is free and used once, before anything starts.
 *
 * @param portOwner names the process that listens on a port, if that can be found out.
 * @throws MixerError unavailable, with a line for each port that is not.
 */
export async function checkPorts(
	uses: readonly PortUse[],
	portOwner: (port: number) => Promise<string | undefined>,
): Promise<void> {
	const lines: string[] = [];
	for (const [index, use] of uses.entries()) {
		const other = uses.slice(0, index).find((earlier) => earlier.port === use.port);
		if (other !== undefined) {
			lines.push(`port ${use.port} is asked for twice, for ${other.purpose} and ${use.purpose}: change ${use.option}`);
		} else if (!(await isFree(use.port))) {
			const owner = (await portOwner(use.port)) ?? "another process";
			lines.push(
				`port ${use.port} (${use.purpose}) is in use by ${owner}: stop it, or choose another with ${use.option}`,
			);
		}
	}
	if (lines.length > 0) throw new MixerError("unavailable", lines.join("\n"));
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
