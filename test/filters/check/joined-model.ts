import { toBytes } from "../../support/fake-host-module.ts";
import { blocksOf, keyOf } from "./cache-model.ts";
import type { Asked } from "./cache-module.ts";

export const MAX_OPEN = 256;
export const MAX_WAITERS = 1000;

interface Call {
	readonly key: string;
	readonly blocks: number;
	readonly waiting: number[];
	open: boolean;
	answered: boolean;
}

/** What JoinedChecks does, in lists. */
export class JoinedModel {
	private readonly calls = new Map<number, Call>();
	private readonly maxBlocks: number;

	constructor({ maxBytes }: { maxBytes: number }) {
		this.maxBlocks = Math.floor(maxBytes / 128);
	}

	get tokens(): number[] {
		return [...this.calls.keys()];
	}

	waiting(token: number): readonly number[] {
		return this.calls.get(token)?.waiting ?? [];
	}

	add(token: number, asked: Asked, stream: number): void {
		const blocks = blocksOf(toBytes(asked.input).length);
		const open = [...this.calls.values()].filter((call) => call.open);
		const used = open.reduce((sum, call) => sum + call.blocks, 0);
		const joinable = open.length < MAX_OPEN && used + blocks <= this.maxBlocks;
		this.calls.set(token, { key: keyOf(asked), blocks, waiting: [stream], open: joinable, answered: false });
	}

	/** The calls that may be joined for this: any of them will do. */
	candidates(asked: Asked): number[] {
		const may = ({ open, key, waiting }: Call) => open && key === keyOf(asked) && waiting.length < MAX_WAITERS;
		return this.tokens.filter((token) => {
			const call = this.calls.get(token);
			return call !== undefined && may(call);
		});
	}

	joined(token: number, stream: number): void {
		this.calls.get(token)?.waiting.push(stream);
	}

	take(token: number): number {
		const call = this.calls.get(token);
		if (call === undefined) return 0;
		call.open = false;
		call.answered = true;
		const stream = call.waiting.shift() ?? 0;
		if (call.waiting.length === 0) this.calls.delete(token);
		return stream;
	}

	remove(token: number, stream: number): boolean {
		const call = this.calls.get(token);
		if (call === undefined || !call.waiting.includes(stream)) return false;
		call.waiting.splice(call.waiting.indexOf(stream), 1);
		if (call.waiting.length > 0) return false;
		this.calls.delete(token);
		return !call.answered;
	}
}
