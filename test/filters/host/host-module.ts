import { FakeHost, type FakeHostOptions } from "../../support/fake-host.ts";
import { type BytesLike, toBytes, toText } from "../../support/fake-host-module.ts";
import { buildTestFilter } from "../../support/test-filter.ts";

/** test/filters/wasm/host.ts in a fake host: calls its exports with texts, and reads what they wrote. */
export class HostModule {
	readonly host: FakeHost;

	private constructor(host: FakeHost) {
		this.host = host;
	}

	static async load(options: FakeHostOptions = {}): Promise<HostModule> {
		const wasm = await buildTestFilter("host", ["*"]);
		return new HostModule(await FakeHost.load(wasm, options));
	}

	/** Calls an export as if within a callback of this context. */
	call(context: number, name: string, ...args: number[]): number {
		this.host.contexts.effective = context;
		return this.host.module.call(name, ...args) ?? Number.NaN;
	}

	/** Puts the first text in place, and returns its size. */
	first(text: BytesLike): number {
		return this.put("firstPtr", text);
	}

	second(text: BytesLike): number {
		return this.put("secondPtr", text);
	}

	/** What the last call wrote. */
	out(): string {
		const { module } = this.host;
		return toText(module.read(module.call("outPtr") ?? 0, module.call("outSize") ?? 0));
	}

	private put(place: string, text: BytesLike): number {
		const bytes = toBytes(text);
		this.host.module.write(this.host.module.call(place) ?? 0, bytes);
		return bytes.length;
	}
}
