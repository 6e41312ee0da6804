import assert from "node:assert/strict";
import { type BytesLike, toBytes, toText } from "../../support/fake-host-module.ts";
import { buildTestFilter } from "../../support/test-filter.ts";

type Numeric = number | bigint | boolean;

/** What a decision cache counts. */
export interface CacheCounts {
	readonly entries: number;
	readonly bytes: number;
	readonly evicted: number;
	readonly expired: number;
}

/** A question about an input, as the cache's key. */
export interface Asked {
	readonly question: bigint;
	readonly input: BytesLike;
}

/** test/filters/wasm/decision-cache.ts in Node: one decision cache and one JoinedChecks, made anew by `new…`. */
export class CacheModule {
	private readonly exports: Readonly<Record<string, unknown>>;
	private readonly memory: WebAssembly.Memory;

	private constructor(wasm: Uint8Array) {
		const proxy_log = (_level: number, ptr: number, size: number) => {
			throw new Error(toText(this.bytes(ptr, size)));
		};
		this.exports = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { proxy_log } }).exports;
		assert.ok(this.exports.memory instanceof WebAssembly.Memory);
		this.memory = this.exports.memory;
		this.call("_initialize");
	}

	static async build(): Promise<CacheModule> {
		return new CacheModule(await buildTestFilter("decision-cache", ["*"]));
	}

	/** @param colliding only four hashes for all keys. */
	newCache(options: { maxEntries: number; maxBytes: number; colliding?: boolean }): void {
		this.call("cacheNew", options.maxEntries, options.maxBytes, options.colliding ?? false);
	}

	get({ question, input }: Asked, nowNs: number): string | undefined {
		const found = this.with(input, (ptr, size) => this.number("cacheGet", question, ptr, size, BigInt(nowNs)));
		const size = this.number("outSize");
		if (found === 1) return toText(this.bytes(this.number("outPtr"), size));
		assert.equal(size, -1, "a miss gave something out");
		return undefined;
	}

	put({ question, input }: Asked, value: BytesLike, time: { expiresNs: number; nowNs: number }): void {
		const times = [BigInt(time.expiresNs), BigInt(time.nowNs)];
		this.with(input, (ptr, size) =>
			this.with(value, (valuePtr, valueSize) =>
				this.call("cachePut", question, ptr, size, valuePtr, valueSize, ...times),
			),
		);
	}

	/** Keeps the answer that `get` gave last, from where it gave it. */
	putGiven({ question, input }: Asked, time: { expiresNs: number; nowNs: number }): void {
		const times = [BigInt(time.expiresNs), BigInt(time.nowNs)];
		this.with(input, (ptr, size) => this.call("cachePutGiven", question, ptr, size, ...times));
	}

	get counts(): CacheCounts {
		const count = (name: string) => this.number(name);
		return {
			entries: count("cacheEntries"),
			bytes: count("cacheBytes"),
			evicted: count("cacheEvicted"),
			expired: count("cacheExpired"),
		};
	}

	newJoined(options: { maxBytes: number; colliding?: boolean }): void {
		this.call("joinedNew", options.maxBytes, options.colliding ?? false);
	}

	add(token: number, { question, input }: Asked, stream: number): void {
		this.with(input, (ptr, size) => this.call("joinedAdd", token, question, ptr, size, stream));
	}

	join({ question, input }: Asked, stream: number): number {
		return this.with(input, (ptr, size) => this.number("joinedJoin", question, ptr, size, stream));
	}

	take(token: number): number {
		return this.number("joinedTake", token);
	}

	remove(token: number, stream: number): boolean {
		return this.number("joinedRemove", token, stream) === 1;
	}

	/** Calls an export; its result as the number it is. */
	call(name: string, ...args: Numeric[]): number | bigint {
		const target = this.exports[name];
		assert.ok(typeof target === "function", name);
		const result: unknown = target(...args);
		return typeof result === "bigint" || typeof result === "number" ? result : 0;
	}

	number(name: string, ...args: Numeric[]): number {
		return Number(this.call(name, ...args));
	}

	/** Runs something with bytes in the module's memory, which are overwritten after it: nobody may have kept the place. */
	with<T>(input: BytesLike, use: (ptr: number, size: number) => T): T {
		const bytes = toBytes(input);
		const ptr = this.number("malloc", bytes.length) >>> 0;
		new Uint8Array(this.memory.buffer).set(bytes, ptr);
		try {
			return use(ptr, bytes.length);
		} finally {
			new Uint8Array(this.memory.buffer, ptr, bytes.length).fill(0xa5);
			this.call("free", ptr);
		}
	}

	get memoryBytes(): number {
		return this.memory.buffer.byteLength;
	}

	private bytes(ptr: number, size: number): Uint8Array {
		return new Uint8Array(this.memory.buffer, ptr >>> 0, size).slice();
	}
}
