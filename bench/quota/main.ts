// `npm run bench:quota`: Allocates a second on one core, in memory and against a Redis, and the memory of a million keys.
import { Command } from "commander";
import { reportFailure } from "../../cli/failure.ts";
import { addOutputOptions, type OutputOptions, writeResult } from "../../cli/output.ts";
import { thisMachine } from "../measure/machine.ts";
import { measureKeys } from "./keys.ts";
import { measureRate, type Rate } from "./rate.ts";
import { withRedis } from "./redis.ts";

const command = new Command("npm run bench:quota --")
	.description("What the Mixer's quotas cost: Allocates a second on one core, and memory.")
	.option("--quick", "a smoke run; the numbers mean nothing");
addOutputOptions(command).action(bench);

try {
	await command.parseAsync();
} catch (error) {
	process.exitCode = reportFailure(error, process.stderr);
}

async function bench({ quick, ...output }: OutputOptions & { quick?: true }): Promise<void> {
	// More than the store remembers for retries: what it takes to forget is in the numbers.
	const calls = quick ? 200 : 500_000;
	const { MemoryQuotaStore } = await import("../../mixer/quota/memory-store.ts");
	const memory = await measureRate(new MemoryQuotaStore({ clock: Date }), { calls, atOnce: 1 });
	const redis = await withRedis((store) => measureRate(store, { calls, atOnce: 64 }));
	const keys = await measureKeys(quick ? 1000 : 1_000_000);
	const json = { machine: thisMachine(), memory, redis, keys };
	const text = [
		`memory: ${rateText(memory)}`,
		`Redis:  ${rateText(redis)}`,
		`keys:   ${keys.keys} keys of one charge each take ${Math.round(keys.bytes / 1024 / 1024)} MiB, ${Math.round(keys.bytes / keys.keys)} bytes each`,
	];
	await writeResult({ result: { text: `${text.join("\n")}\n`, json }, output, streams: process });
}

function rateText({ callsPerSecond, cpuUs, calls, items }: Rate): string {
	return `${Math.round(callsPerSecond)} Allocates a second of ${items} quotas each, ${cpuUs.toFixed(1)} µs of CPU in the Mixer (${calls} calls)`;
}
