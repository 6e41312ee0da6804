import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Decision_Status } from "../../../../mixer/api/generated/mixer_pb.js";
import type { FakeHost } from "../../../support/fake-host.ts";
import type { FakeGrpcCall } from "../../../support/fake-host-grpc.ts";
import type { FakeStream } from "../../../support/fake-host-stream.ts";
import { bodyOf, checks, counter, question, type Said, say, sealed } from "../../../support/filter-host.ts";

/** A request with headers that the random policies look at. */
export const request = fc.record({
	kind: fc.constant("request" as const),
	method: fc.constantFrom("GET", "GET", "PUT"),
	path: fc.constantFrom("/", "/a", "/a/b", "/b", "/c?x=1"),
	headers: fc.dictionary(fc.constantFrom("x-a", "x-b"), fc.constantFrom("1", "12", "staff", "guest", ""), {
		maxKeys: 2,
	}),
});
/** Something that happens to a filter; a reset is of the request with that number. */
export const event = fc.oneof(
	{ weight: 8, arbitrary: request },
	{ weight: 2, arbitrary: fc.constantFrom(1, 2, 50, 900, 11_000).map((ms) => ({ kind: "wait" as const, ms })) },
	{ weight: 1, arbitrary: fc.constant({ kind: "answer" as const }) },
	{ weight: 1, arbitrary: fc.nat({ max: 40 }).map((at) => ({ kind: "reset" as const, at })) },
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** What the Mixer says: like a policy, always the same of the same input. */
function mixersAnswer(entrypoint: string, input: string): Said {
	const [kind = 0, time = 0, ...rest] = createHash("sha256").update(`${entrypoint} ${input}`).digest();
	const forMs = [0, 3, 500, 5000, 100_000][time % 5] ?? 0;
	const headers = { "x-mixer": rest.slice(0, 4).join(".") };
	if (kind < 120) return { value: { allowed: true, headers }, forMs };
	if (kind < 200) return { value: { allowed: false, headers, body: entrypoint }, forMs };
	if (kind < 210) return { value: { allowed: 1 }, forMs };
	return { status: kind % 2 === 0 ? Decision_Status.UNAVAILABLE : Decision_Status.UNDEFINED, forMs };
}

function answerOpen(host: FakeHost): void {
	const open = (call: FakeGrpcCall) => call.state === "pending";
	for (const call of checks(host).filter(open)) {
		// One of those before can have ended this one's streams.
		if (!open(call)) continue;
		const { entrypoints, text } = question(call);
		say(call, ...entrypoints.map((entrypoint) => mixersAnswer(entrypoint, text)));
	}
}

/** All that a client and an upstream get. */
export function seen(stream: FakeStream) {
	const { localResponse } = stream;
	return {
		result: stream.result,
		sealed: sealed(stream),
		status: localResponse?.status,
		details: localResponse?.details,
		body: localResponse && bodyOf(stream),
		denial: localResponse?.headers.toText().filter(([name]) => name !== "x-sluice-decision-id"),
		upstream: stream.requestHeaders.toText(),
	};
}

/** One run of requests through two VMs, of which one keeps decisions and the other asks and evaluates always anew. */
export class Pair {
	private readonly streams: { kept: FakeStream; anew: FakeStream; wasReset: boolean }[] = [];
	readonly kept: FakeHost;
	readonly anew: FakeHost;

	constructor(kept: FakeHost, anew: FakeHost) {
		this.kept = kept;
		this.anew = anew;
	}

	play(events: readonly Event[]): void {
		for (const each of events) {
			if (each.kind === "answer") answerOpen(this.kept);
			else if (each.kind === "reset") this.reset(each.at);
			else if (each.kind === "request") this.request(each);
			else {
				answerOpen(this.kept);
				for (const host of [this.kept, this.anew]) host.advance(each.ms);
			}
		}
		answerOpen(this.kept);
	}

	private request({ method, path, headers }: Extract<Event, { kind: "request" }>): void {
		const pseudo = [[":method", method], [":path", path], [":authority", "shop.example"]] as const; // biome-ignore format: a row
		const [kept, anew] = [this.kept, this.anew].map((host) =>
			host.request({ headers: [...pseudo, ...Object.entries(headers)] }),
		);
		assert.ok(kept && anew);
		// At once, so that nobody waits for another's call.
		answerOpen(this.anew);
		this.streams.push({ kept, anew, wasReset: false });
	}

	private reset(at: number): void {
		const stream = this.streams[at];
		if (stream === undefined || stream.wasReset) return;
		stream.wasReset = true;
		stream.kept.end();
		stream.anew.end();
	}

	compare(): void {
		const compared = this.streams.filter(({ wasReset }) => !wasReset);
		assert.deepEqual(
			compared.map(({ kept }) => seen(kept)),
			compared.map(({ anew }) => seen(anew)),
		);
		if (compared.length < this.streams.length) return;
		for (const name of this.anew.metrics.names.filter((each) => each.includes("decisions.outcome"))) {
			assert.equal(counter(this.kept, name), counter(this.anew, name), name);
		}
	}
}
