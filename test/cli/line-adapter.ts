import { connect } from "node:net";
import type { Adapter, HandleResult } from "../../mixer/adapters/adapter.ts";

/** An adapter for the backend that docs/adapters.md has a harness for: a batch as a line, answered with a word. */
const adapter: Adapter<{ readonly url: string }> = {
	name: "lines",
	signals: ["log"],
	configSchema: {
		type: "object",
		properties: { url: { type: "string" } },
		required: ["url"],
		additionalProperties: false,
	},
	build({ url }, env) {
		const { hostname, port } = new URL(url);
		const post = (line: string) =>
			new Promise<string>((resolve, reject) => {
				const socket = connect(Number(port), hostname);
				const stop = () => void socket.destroy(new Error("stopped"));
				env.signal.addEventListener("abort", stop, { once: true });
				socket.on("error", reject);
				socket.once("data", (word) => {
					resolve(String(word).trim());
					socket.destroy();
				});
				socket.once("close", () => env.signal.removeEventListener("abort", stop));
				socket.write(`${line}\n`);
			});
		return {
			async handle({ items }): Promise<HandleResult> {
				const text = JSON.stringify(items, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
				const word = await post(text);
				if (word === "ok") return "delivered";
				return word === "busy" ? "retry" : { rejected: "refused" };
			},
			async flush() {},
			async close() {},
		};
	},
};

export default adapter;
