import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, DurationSchema } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import type { AdapterEnv, Handler } from "../../../../mixer/adapters/adapter.ts";
import { RetryInfoSchema } from "../../../../mixer/adapters/otlp/api/generated/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../../mixer/adapters/otlp/api/generated/google/rpc/status_pb.js";
import { ExportTraceServiceResponseSchema } from "../../../../mixer/adapters/otlp/api/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import type { Span as OtlpSpan } from "../../../../mixer/adapters/otlp/api/generated/opentelemetry/proto/trace/v1/trace_pb.js";
import { otlp } from "../../../../mixer/adapters/otlp/otlp.ts";
import type { Span } from "../../../../mixer/adapters/signals.ts";
import { TestAuthority } from "../../../support/key-folder.ts";
import { OtlpGrpcReceiver } from "../../../support/otlp-grpc-receiver.ts";
import { OtlpReceiver, type ReceiverTls } from "../../../support/otlp-receiver.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { KeptLog } from "../../server/running-mixer.ts";
import { adapterEnv } from "../adapter-env.ts";

const span: Span = {
	name: "GET",
	traceId: "0af7651916cd43dd8448eb211c80319c",
	spanId: "00f067aa0ba902b7",
	parentSpanId: "b7ad6b7169203331",
	kind: "server",
	startNs: 1_700_000_000_123_456_789n,
	endNs: 1_700_000_000_133_456_789n,
	status: "error",
	attributes: [["http.response.status_code", 503]],
	events: [{ name: "sluice.policy", timeNs: 1_700_000_000_124_000_000n, attributes: [["sluice.duration", 0.25]] }],
};

const batch = { signal: "span", items: [span, { ...span, spanId: "00f067aa0ba902b8" }] } as const;

async function open(t: TestContext, config: object, env: Partial<AdapterEnv> = {}): Promise<Handler> {
	const handler = await otlp.build(config, { ...adapterEnv(), ...env });
	t.after(() => handler.close());
	return handler;
}

/** What a receiver got, whichever way. */
interface Receiver {
	readonly url: string;
	readonly spans: () => OtlpSpan[];
	readonly header: (name: string) => unknown;
	/** Answers the next request so. */
	readonly answer: (reply: "unavailable" | { readonly rejectedSpans: bigint; readonly errorMessage: string }) => void;
}

const partially = (reply: { rejectedSpans: bigint; errorMessage: string }) =>
	toBinary(ExportTraceServiceResponseSchema, create(ExportTraceServiceResponseSchema, { partialSuccess: reply }));

const protocols: Readonly<Record<string, (t: TestContext, tls?: ReceiverTls) => Promise<Receiver>>> = {
	"http/protobuf": async (t, tls) => {
		const receiver = await OtlpReceiver.start(tls);
		t.after(() => receiver.stop());
		return {
			url: receiver.url,
			spans: () => receiver.spans(),
			header: (name) => receiver.requests.at(-1)?.headers[name],
			answer: (reply) =>
				receiver.answers.push(reply === "unavailable" ? { status: 503 } : { status: 200, body: partially(reply) }),
		};
	},
	grpc: async (t, tls) => {
		const receiver = await OtlpGrpcReceiver.start(tls);
		t.after(() => receiver.stop());
		return {
			url: receiver.url,
			spans: () => receiver.spans(),
			header: (name) => receiver.calls.at(-1)?.metadata.get(name)[0],
			answer: (reply) =>
				receiver.answers.push(
					reply === "unavailable" ? { code: status.UNAVAILABLE } : { code: status.OK, body: partially(reply) },
				),
		};
	},
};

for (const [protocol, start] of Object.entries(protocols)) {
	describe(`otlp over ${protocol}`, () => {
		for (const compression of ["none", "gzip"]) {
			test(`sends spans with their ids, times, status and events, compression ${compression}`, async (t) => {
				const receiver = await start(t);
				const handler = await open(t, { protocol, compression, endpoint: receiver.url });
				assert.equal(await handler.handle(batch), "delivered");
				const [sent, other] = receiver.spans();
				assert.ok(sent !== undefined && other !== undefined);
				const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
				assert.deepEqual(
					[hex(sent.traceId), hex(sent.spanId), hex(sent.parentSpanId), hex(other.spanId)],
					[span.traceId, span.spanId, span.parentSpanId, "00f067aa0ba902b8"],
				);
				assert.deepEqual([sent.name, sent.kind, sent.flags, sent.status?.code], ["GET", 2, 0x301, 2]);
				assert.deepEqual([sent.startTimeUnixNano, sent.endTimeUnixNano], [span.startNs, span.endNs]);
				const value = (one?: { value?: { value: { value?: unknown } } | undefined }) => one?.value?.value.value;
				assert.deepEqual([sent.attributes[0]?.key, value(sent.attributes[0])], ["http.response.status_code", 503n]);
				const [event] = sent.events;
				assert.deepEqual(
					[event?.name, event?.timeUnixNano, event?.attributes[0]?.key, value(event?.attributes[0])],
					["sluice.policy", 1_700_000_000_124_000_000n, "sluice.duration", 0.25],
				);
			});
		}

		test("sends headers from the environment", async (t) => {
			const receiver = await start(t);
			const headers = { authorization: { env: "TOKEN" } };
			const handler = await open(
				t,
				{ protocol, endpoint: receiver.url, headers },
				{ environment: { TOKEN: "secret" } },
			);
			await handler.handle(batch);
			assert.equal(receiver.header("authorization"), "secret");
		});

		test("tells how many spans the receiver rejected, and logs why", async (t) => {
			const receiver = await start(t);
			const logger = new KeptLog();
			const handler = await open(t, { protocol, endpoint: receiver.url }, { logger });
			receiver.answer({ rejectedSpans: 1n, errorMessage: "too old" });
			assert.deepEqual(await handler.handle(batch), ["delivered", { rejected: "partial" }]);
			assert.match(JSON.stringify(logger.lines), /"rejected":1,"said":"too old"/);
		});

		test("rejects, to be tried again, where the receiver is not available", async (t) => {
			const receiver = await start(t);
			const handler = await open(t, { protocol, endpoint: receiver.url });
			receiver.answer("unavailable");
			await assert.rejects(async () => handler.handle(batch), { message: /^answered (503|UNAVAILABLE: )$/ });
			assert.equal(await handler.handle(batch), "delivered");
		});

		test("gives up what is under way when it is told to", async (t) => {
			const stopping = new AbortController();
			const handler = await open(t, { protocol, endpoint: (await start(t)).url }, { signal: stopping.signal });
			const under = handler.handle(batch);
			stopping.abort();
			await assert.rejects(async () => under);
		});

		test("shows its own certificate to a receiver that asks for one, and checks the receiver's", async (t) => {
			const authority = await TestAuthority.create();
			const folder = await temporaryFolder("sluice-otlp-tls-");
			const server = await authority.issue({ dnsNames: ["localhost"] });
			const client = await authority.issue();
			const files = { authorities: "ca.crt", certificate: "client.crt", key: "client.key" };
			const contents = [authority.root.certificate, client.certificate, client.key];
			await Promise.all(Object.values(files).map((file, i) => writeFile(join(folder, file), contents[i] ?? "")));
			const ca = authority.root.certificate;
			const receiver = await start(t, { key: server.key, cert: server.certificate, ca });
			const endpoint = receiver.url.replace("127.0.0.1", "localhost");
			const tls = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(folder, file)]));
			const trusted = await open(t, { protocol, endpoint, tls });
			assert.equal(await trusted.handle(batch), "delivered");
			const anonymous = await open(t, { protocol, endpoint, tls: { authorities: tls.authorities } });
			await assert.rejects(async () => anonymous.handle(batch));
			const suspicious = await open(t, { protocol, endpoint });
			await assert.rejects(async () => suspicious.handle(batch));
			assert.equal(receiver.spans().length, batch.items.length);
		});
	});
}

describe("otlp over grpc", () => {
	const retryInfo = (seconds: number) => {
		const info = create(RetryInfoSchema, { retryDelay: create(DurationSchema, { seconds: BigInt(seconds) }) });
		return toBinary(StatusSchema, create(StatusSchema, { details: [anyPack(RetryInfoSchema, info)] }));
	};

	for (const [code, isRetried] of [
		["CANCELLED", true],
		["DEADLINE_EXCEEDED", true],
		["ABORTED", true],
		["OUT_OF_RANGE", true],
		["UNAVAILABLE", true],
		["DATA_LOSS", true],
		["RESOURCE_EXHAUSTED", false],
		["INVALID_ARGUMENT", false],
		["UNAUTHENTICATED", false],
		["PERMISSION_DENIED", false],
		["UNIMPLEMENTED", false],
		["INTERNAL", false],
		["UNKNOWN", false],
	] as const) {
		test(`${isRetried ? "tries again after" : "gives up on"} ${code}`, async (t) => {
			const receiver = await OtlpGrpcReceiver.start();
			t.after(() => receiver.stop());
			const handler = await open(t, { protocol: "grpc", endpoint: receiver.url });
			receiver.answers.push({ code: status[code], details: "why" });
			const tried = async () => handler.handle(batch);
			if (isRetried) await assert.rejects(tried, { message: `answered ${code}: why` });
			else assert.deepEqual(await tried(), { rejected: `grpc_${code.toLowerCase()}` });
		});
	}

	test("tries again after RESOURCE_EXHAUSTED where the receiver says when, and waits for it", async (t) => {
		const receiver = await OtlpGrpcReceiver.start();
		t.after(() => receiver.stop());
		const stopping = new AbortController();
		const env = { signal: stopping.signal };
		const handler = await open(t, { protocol: "grpc", endpoint: receiver.url }, env);
		receiver.answers.push({ code: status.RESOURCE_EXHAUSTED, details: "", statusDetails: retryInfo(20) });
		await assert.rejects(async () => handler.handle(batch), { message: "answered RESOURCE_EXHAUSTED: " });
		const again = handler.handle(batch);
		await new Promise((resolve) => setImmediate(resolve));
		assert.equal(receiver.calls.length, 1, "nothing is sent before its time");
		// Waiting ends at once when the Mixer stops, and so does what comes after it.
		stopping.abort();
		await Promise.allSettled([again]);
	});

	test("refuses an endpoint with a path", async (t) => {
		await assert.rejects(open(t, { protocol: "grpc", endpoint: "http://127.0.0.1:4317/otlp" }), {
			message: "config.endpoint: /otlp: with protocol grpc there is no path: leave it out",
		});
	});
});
