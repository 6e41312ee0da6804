import type { Adapter, AdapterEnv, Handler } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";

/** How long an adapter may take to open what it needs: a change of the configuration waits for it. */
export const MAX_OPEN_MS = 30_000;

/**
 * Builds a handler. An adapter of someone's own may take for ever, or build anything.
 *
 * @param options.giveUp is called when it takes too long; what opens after all is closed.
 * @throws MixerError "invalid" where it is late or no handler; else whatever the adapter threw.
 */
export async function openHandler(
	{ adapter, config }: { readonly adapter: Adapter; readonly config: unknown },
	env: AdapterEnv,
	{ clock, giveUp }: { clock: Clock; giveUp: () => void },
): Promise<Handler> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const opening = open(adapter, config, env);
	const cancel = clock.after(MAX_OPEN_MS, () => {
		giveUp();
		opening.then(closeQuietly, () => {});
		reject(new MixerError("invalid", `is not open after ${MAX_OPEN_MS / 1000} s`));
	});
	try {
		return await Promise.race([opening, late]);
	} finally {
		cancel();
	}
}

async function open(adapter: Adapter, config: unknown, env: AdapterEnv): Promise<Handler> {
	const built: unknown = await adapter.build(config, env);
	const missing = ["handle", "flush", "close"].filter((name) => !hasFunction(built, name));
	if (isHandler(built, missing)) return built;
	throw new MixerError("invalid", `what it builds has no ${missing.join(", no ")}`);
}

function hasFunction(value: unknown, name: string): boolean {
	return typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";
}

function isHandler(_: unknown, missing: readonly string[]): _ is Handler {
	return missing.length === 0;
}

function closeQuietly(handler: Handler): void {
	Promise.resolve(handler.close()).catch(() => {});
}
