import assert from "node:assert/strict";
import { type BytesLike, FakeHostModule, toBytes } from "../../support/fake-host-module.ts";
import { type Headers, HeaderTable } from "../../support/fake-host-pairs.ts";
import { type Properties, propertyBytes } from "../../support/fake-host-stream.ts";
import { buildTestFilter } from "../../support/test-filter.ts";

const exports = [
	"argumentAt",
	"resultAt",
	"resultSize",
	"begin",
	"release",
	"isValid",
	"setBody",
	"setGrpcTypes",
	"newPlan",
	"pathSegment",
	"endPath",
	"mergePath",
	"setLimits",
	"input",
	"inputTimes",
	"attribute",
	"redactHeader",
	"redactParameter",
	"newReport",
	"beginRecord",
	"reportAttribute",
	"endRecord",
	"recordTimes",
	"dictionaryIndex",
	"dictionaryCount",
	"dictionaryRewind",
	"setOutcome",
] as const;

export type Export = (typeof exports)[number];

/** The limits of an input document, as a configuration writes them. */
export interface InputLimits {
	readonly inputBytes: number;
	readonly inputDepth: number;
	readonly inputKeys: number;
	readonly numberDigits: number;
	readonly bodyBytes: number;
}

/** What a configuration without limits has. */
export const defaultLimits: InputLimits = {
	inputBytes: 65536,
	inputDepth: 64,
	inputKeys: 1024,
	numberDigits: 64,
	bodyBytes: 65536,
};

/** How much of the body is there: BodyStage of filters/attributes/body/body-state.ts. */
export const bodyStages = { unread: 0, whole: 1, truncated: 2, firstMessage: 3 } as const;

/** HttpRequestBody among the ABI's BufferTypes. */
const REQUEST_BODY = 0;

/** filters/attributes in real Wasm, with the few host functions it calls; what they answer is the test's to say. */
export class AttributeHost {
	headers: Headers = [];
	properties: Properties = {};
	clockNs = 0n;
	/** Properties that were read, and how often the pairs were. */
	readonly reads: string[] = [];
	readonly module: FakeHostModule;
	private pairs: Uint8Array = new Uint8Array();
	private body: { stage: number; bytes: Uint8Array } = { stage: bodyStages.unread, bytes: new Uint8Array() };

	private constructor(wasm: Uint8Array) {
		this.module = new FakeHostModule(wasm, {
			proxy_log: (_level: number, ptr: number, size: number) => assert.fail(this.module.readText(ptr, size)),
			proxy_get_current_time_nanoseconds: (ptr: number) => {
				this.module.writeU64(ptr, this.clockNs);
				return 0;
			},
			proxy_get_header_map_pairs: (_map: number, ptrPtr: number, sizePtr: number) => {
				this.reads.push("pairs");
				this.module.handOver(this.pairs, ptrPtr, sizePtr);
				return 0;
			},
			proxy_get_buffer_bytes: (buffer: number, start: number, size: number, ptrPtr: number, sizePtr: number) => {
				assert.equal(buffer, REQUEST_BODY);
				this.reads.push("body");
				this.module.handOver(this.body.bytes.subarray(start, start + size), ptrPtr, sizePtr);
				return 0;
			},
			proxy_get_property: (path: number, size: number, ptrPtr: number, sizePtr: number) => {
				const name = this.module.readText(path, size).replaceAll("\0", ".");
				this.reads.push(name);
				const value = this.properties[name];
				if (value === undefined) return 1;
				this.module.handOver(propertyBytes(value), ptrPtr, sizePtr);
				return 0;
			},
		});
		this.module.call("_initialize");
		this.call("newReport", 4096, 1 << 20);
	}

	static async build(): Promise<AttributeHost> {
		return new AttributeHost(await buildTestFilter("attributes-bag", exports));
	}

	call(name: Export, ...args: number[]): number {
		const result = this.module.call(name, ...args);
		assert.ok(result !== undefined, `the module has no ${name}`);
		return result;
	}

	/** Calls an export that takes a text. */
	callWith(name: Export, text: BytesLike): number {
		const bytes = toBytes(text);
		this.module.write(this.call("argumentAt", bytes.length), bytes);
		return this.call(name);
	}

	/** The request that the calls from now on are about. */
	request(headers: Headers, properties: Properties = {}): this {
		this.headers = headers;
		this.properties = properties;
		this.pairs = new HeaderTable(headers).serialize();
		this.body = { stage: bodyStages.unread, bytes: new Uint8Array() };
		return this;
	}

	/** The body of the request at hand. */
	withBody(bytes: BytesLike, stage: keyof typeof bodyStages = "whole"): this {
		this.body = { stage: bodyStages[stage], bytes: toBytes(bytes) };
		return this;
	}

	/** With which gRPC messages are read; throws where the filter has something against it. */
	grpcTypes(types: unknown): void {
		assert.equal(this.callWith("setGrpcTypes", JSON.stringify(types)), 0, this.result());
	}

	plan(paths: readonly (readonly string[])[], how: "endPath" | "mergePath" = "endPath"): void {
		this.call("newPlan");
		for (const path of paths) assert.equal(this.addPath(path, how), true, path.join("."));
	}

	addPath(path: readonly string[], how: "endPath" | "mergePath" = "endPath"): boolean {
		for (const segment of path) this.callWith("pathSegment", segment);
		return this.call(how) === 1;
	}

	/** The input document's text, or what came instead. */
	input(paths: readonly (readonly string[])[], limits: InputLimits = defaultLimits): string {
		this.plan(paths);
		return this.plannedInput(limits);
	}

	plannedInput(limits: InputLimits = defaultLimits): string {
		this.setLimits(limits);
		const result = this.between(() => this.call("input"));
		return result === 0 ? this.result() : "bad input";
	}

	setLimits({ inputBytes, inputDepth, inputKeys, numberDigits, bodyBytes }: InputLimits): void {
		this.call("setLimits", inputBytes, inputDepth, inputKeys, numberDigits, bodyBytes);
	}

	/** An attribute's value as the input document would have it; undefined where it is absent. */
	attribute(name: string): unknown {
		const known = this.between(() => this.callWith("attribute", name));
		return known === 1 ? JSON.parse(this.result()) : undefined;
	}

	isValid(): boolean {
		return this.between(() => this.call("isValid")) === 1;
	}

	/** A report of one record with those of these attributes that find room, and the others' names. */
	report(names: readonly string[]): { bytes: Uint8Array; full: string[] } {
		return this.between(() => {
			this.call("beginRecord");
			const full = names.filter((name) => this.callWith("reportAttribute", name) === 2);
			this.call("endRecord");
			return { bytes: this.resultBytes(), full };
		});
	}

	resultBytes(): Uint8Array {
		return this.module.read(this.call("resultAt"), this.call("resultSize"));
	}

	private result(): string {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.resultBytes());
	}

	private between<T>(use: () => T): T {
		assert.equal(this.call("begin"), 0);
		if (this.body.stage !== bodyStages.unread) this.call("setBody", this.body.stage, this.body.bytes.length);
		const result = use();
		this.call("release");
		return result;
	}
}
