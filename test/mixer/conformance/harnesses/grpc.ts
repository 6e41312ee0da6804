import { status } from "@grpc/grpc-js";
import { type HandleRequest, ItemResult_Status } from "../../../../mixer/api/generated/adapter_pb.js";
import type { Backend, Conduct, Harness } from "../../../../mixer/conformance/harness.ts";
import { ScriptedAdapter } from "../../../support/scripted-adapter.ts";

const DELIVERED = { status: ItemResult_Status.DELIVERED };
const REJECTED = { status: ItemResult_Status.REJECTED, reason: "never" };

/** An adapter at the other end that behaves as it is told. */
class RemoteBackend implements Backend {
	#adapter: ScriptedAdapter;
	#conduct: Conduct = "sound";
	#reached = 0;
	#held: (() => void)[] = [];

	private constructor(adapter: ScriptedAdapter) {
		this.#adapter = adapter;
		this.#script();
	}

	static async start(): Promise<RemoteBackend> {
		return new RemoteBackend(await ScriptedAdapter.start());
	}

	get url(): string {
		return this.#adapter.endpoint;
	}

	async behave(conduct: Conduct): Promise<void> {
		const before = this.#conduct;
		this.#conduct = conduct;
		if (conduct === "gone" && before !== "gone") this.#adapter.stop();
		if (conduct !== "gone" && before === "gone") {
			this.#adapter = await ScriptedAdapter.start({ port: this.#adapter.port });
			this.#script();
		}
		if (conduct !== "hanging") for (const answer of this.#held.splice(0)) answer();
	}

	reached(): number {
		return this.#reached;
	}

	stop(): void {
		this.#adapter.stop();
	}

	#script(): void {
		this.#adapter.answer = async (request) => {
			this.#reached++;
			if (this.#conduct === "hanging") await new Promise<void>((answer) => this.#held.push(answer));
			if (this.#conduct === "failing") return { fails: status.UNAVAILABLE };
			if (this.#conduct === "refusing") return { results: [REJECTED] };
			if (this.#conduct !== "partial") return { results: [DELIVERED] };
			const all = Array.from({ length: itemsOf(request) }, () => DELIVERED);
			return { results: [...all.slice(1), REJECTED] };
		};
	}
}

function itemsOf({ batch }: HandleRequest): number {
	switch (batch.case) {
		case "records":
			return batch.value.records.length;
		case "metrics":
			return batch.value.instances.length;
		case "logs":
			return batch.value.entries.length;
		case "spans":
			return batch.value.spans.length;
		default:
			return 0;
	}
}

export default {
	backend: () => RemoteBackend.start(),
	config: ({ url }) => ({ endpoint: url, deadline: "1s", headers: { authorization: { env: "TOKEN" } } }),
	wrong: [
		{ endpoint: "ftp://x" },
		{ endpoint: "http://adapters.example.com:1" },
		{ endpoint: "https://x", deadline: "1ms" },
	],
	environment: { TOKEN: "Bearer conformance-secret" },
} satisfies Harness;
