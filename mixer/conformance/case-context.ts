import { Registry } from "prom-client";
import { AdapterChecks } from "../../galley/adapter-checks.ts";
import { formatPath } from "../../galley/field-path.ts";
import type { Adapter, AdapterLogger, Batch, Handler, ItemResult, Signal } from "../adapters/adapter.ts";
import { MixerError } from "../error.ts";
import { readAnswer } from "./answer.ts";
import { CaseFailure, NotRun } from "./case-failure.ts";
import type { Conduct, Harness } from "./harness.ts";
import { NO_HARNESS } from "./no-harness.ts";
import { SAMPLE_METRICS } from "./sample-batches.ts";
import { within } from "./within.ts";

/** What a case may do with the backend, which lives in another thread. */
export interface BackendLink {
	readonly url: string;
	/** Undefined where there is none. */
	readonly conducts: readonly Conduct[] | undefined;
	behave(conduct: Conduct): Promise<void>;
	reached(): Promise<number>;
}

/** A handler that a case has opened. */
export interface OpenHandler {
	readonly handler: Handler;
	readonly metrics: Registry;
	/** What the Mixer does at the end of its grace time. */
	abort(): void;
	/** Hands a batch over, and reads the answer. Rejects as `handle` does. */
	handle(batch: Batch): Promise<readonly ItemResult[]>;
	/** Flushes and closes it, as the Mixer does. */
	end(): Promise<void>;
}

/** What cases work with. */
export class CaseContext {
	readonly adapter: Adapter;
	readonly harness: Harness;
	readonly backend: BackendLink;
	/** What the handlers have logged and thrown, for who looks for secrets. */
	readonly said: string[] = [];
	readonly #folder: string;
	readonly #checks: AdapterChecks;
	readonly #open = new Set<OpenHandler>();

	constructor(parts: { adapter: Adapter; harness: Harness; backend: BackendLink; folder: string }) {
		this.adapter = parts.adapter;
		this.harness = parts.harness;
		this.backend = parts.backend;
		this.#folder = parts.folder;
		this.#checks = new AdapterChecks(new Map([[parts.adapter.name, parts.adapter.configSchema]]));
	}

	get signals(): readonly Signal[] {
		return this.adapter.signals;
	}

	/** The harness's configuration as it was written. */
	config(): object {
		return this.harness.config({ url: this.backend.url, folder: this.#folder });
	}

	/** A configuration with the schema's defaults, or what is wrong with it: as for a Handler of a configuration. */
	check(config: object): { readonly value: unknown } | { readonly faults: string } {
		const checked = this.#checks.check({ spec: { adapter: this.adapter.name, config } });
		if (checked.ok) return { value: checked.value };
		return { faults: checked.problems.map(({ path, text }) => `${formatPath(path)}: ${text}`).join("; ") };
	}

	/** @throws NotRun where the backend can't behave like this. */
	needs(conduct: Conduct): void {
		const { conducts } = this.backend;
		if (conducts === undefined) {
			const isUnknown = this.harness === NO_HARNESS;
			throw new NotRun(isUnknown ? "there is no conformance.ts that says what the backend is" : "there is no backend");
		}
		if (conducts.includes(conduct)) return;
		throw new NotRun(
			conduct === "partial" && this.harness.backend === "http"
				? "conformance.ts names no answer for it under partial"
				: `the backend of conformance.ts cannot be ${conduct}`,
		);
	}

	/** Opens a handler with the harness's configuration. */
	async open(): Promise<OpenHandler> {
		const checked = this.check(this.config());
		if ("value" in checked) return this.openWith(checked.value);
		throw new CaseFailure(
			`the configuration of conformance.ts is refused: ${checked.faults}`,
			"let its config() give one that works",
		);
	}

	/** Opens a handler; rejects as `build` does. */
	async openWith(config: unknown): Promise<OpenHandler> {
		const metrics = new Registry();
		const stop = new AbortController();
		const env = {
			...{ name: "conformance", logger: this.#logger(), now: Date.now, metrics, signal: stop.signal },
			environment: this.harness.environment ?? {},
		};
		const handler = await within(this.#build(config, env), "build");
		handler.define?.(SAMPLE_METRICS);
		const opened: OpenHandler = {
			...{ handler, metrics, abort: () => stop.abort() },
			handle: async (batch) => readAnswer(await this.#told(() => handler.handle(batch)), batch.items.length),
			end: async () => {
				this.#open.delete(opened);
				await within(
					this.#told(() => handler.flush()),
					"flush",
				);
				await within(
					this.#told(() => handler.close()),
					"close",
				);
			},
		};
		this.#open.add(opened);
		return opened;
	}

	/** Ends what a case left open, and makes the backend sound again. */
	async tidy(): Promise<void> {
		const left = [...this.#open];
		this.#open.clear();
		await this.backend.behave("sound");
		for (const opened of left) opened.abort();
		await Promise.allSettled(left.map(({ handler }) => within(Promise.resolve(handler.close?.()), "close")));
	}

	async #build(config: unknown, env: Parameters<Adapter["build"]>[1]): Promise<Handler> {
		const handler: unknown = await this.#told(() => this.adapter.build(config, env));
		if (isHandler(handler)) return handler;
		throw new CaseFailure("build gives no handler", "give {handle, flush, close}, all functions");
	}

	async #told<Value>(run: () => Value | Promise<Value>): Promise<Value> {
		try {
			return await run();
		} catch (error) {
			this.said.push(MixerError.from(error).message);
			throw error;
		}
	}

	#logger(): AdapterLogger {
		const keep = (fields: object, message: string) => {
			this.said.push(`${message} ${JSON.stringify(fields, errorText)}`);
		};
		return { info: keep, warn: keep, error: keep };
	}
}

function isHandler(value: unknown): value is Handler {
	if (typeof value !== "object" || value === null) return false;
	return ["handle", "flush", "close"].every((name) => typeof Reflect.get(value, name) === "function");
}

function errorText(_: string, value: unknown): unknown {
	return value instanceof Error ? `${value.message} ${value.stack}` : value;
}
