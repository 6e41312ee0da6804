import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Document } from "yaml";
import type { Span } from "../../mixer/adapters/otlp/api/generated/opentelemetry/proto/trace/v1/trace_pb.js";
import { send } from "../support/http-client.ts";
import { hex, TracedMesh } from "../support/traced-mesh.ts";

const CALLER = "b7ad6b7169203331";
const TRACESTATE = { tracestate: "vendor=1" };

/** An id of a trace for each request, so that spans can be told apart. */
const traceId = (number: number) => `0af7651916cd43dd8448eb211c803${number}00`;
const SERVER_KIND = 2;
const ERROR_CODE = 2;

function attributesOf(from: Pick<Span, "attributes">): Readonly<Record<string, unknown>> {
	return Object.fromEntries(from.attributes.map(({ key, value }) => [key, value?.value.value]));
}

describe("a request's trace", () => {
	let traced: TracedMesh;

	before(async () => {
		traced = await TracedMesh.start({ sampling: 1 });
	});
	after(() => traced.stop());
	beforeEach(() => traced.mesh.forget());

	async function arrivalOf(headers: Readonly<Record<string, string>>) {
		const { mesh } = traced;
		assert.equal((await send({ port: mesh.envoy.port, path: "/shop/open", headers })).status, 200);
		const arrival = mesh.upstream.only();
		const [record] = await mesh.recordsOf(1);
		return { record, header: (name: string) => arrival.headers.get(name)?.join() };
	}

	for (const { what, id, headers, onward } of [
		{
			what: "traceparent",
			id: traceId(1),
			headers: { traceparent: `00-${traceId(1)}-${CALLER}-01`, ...TRACESTATE },
			onward: (span: string) => ({ traceparent: `00-${traceId(1)}-${span}-01`, ...TRACESTATE }),
		},
		{
			what: "b3",
			id: traceId(2),
			headers: { b3: `${traceId(2)}-${CALLER}-1` },
			onward: (span: string) => ({ b3: `${traceId(2)}-${span}-1-${CALLER}` }),
		},
		{
			what: "X-B3",
			id: traceId(3),
			headers: { "x-b3-traceid": traceId(3), "x-b3-spanid": CALLER, "x-b3-sampled": "1" },
			onward: (span: string) => ({
				"x-b3-traceid": traceId(3),
				"x-b3-spanid": span,
				"x-b3-parentspanid": CALLER,
				"x-b3-sampled": "1",
			}),
		},
	]) {
		test(`that comes as ${what} goes on, and its span is the record's`, async () => {
			const { record, header } = await arrivalOf(headers);
			const span = await traced.spanOf(id);
			const own = hex(span.spanId);
			for (const [name, value] of Object.entries(onward(own))) assert.equal(header(name), value, name);
			assert.equal(hex(span.parentSpanId), CALLER);
			assert.deepEqual(
				[record?.["trace.id"], record?.["trace.span_id"], record?.["trace.parent_span_id"]],
				[id, own, CALLER],
			);
			assert.deepEqual([span.name, span.kind, span.startTimeUnixNano], ["GET", SERVER_KIND, record?.["request.time"]]);
			assert.ok(span.endTimeUnixNano > span.startTimeUnixNano);
			const { decision, ...http } = attributesOf(span);
			assert.equal(decision, record?.["check.id"]);
			assert.equal(http["http.response.status_code"], 200n);
			assert.deepEqual([http["http.request.method"], http["url.path"]], ["GET", "/shop/open"]);
		});
	}

	test("has the decision and the Mixer's call as events in their order, within the span", async () => {
		await arrivalOf({ traceparent: `00-${traceId(4)}-${CALLER}-01` });
		const span = await traced.spanOf(traceId(4));
		assert.deepEqual(
			span.events.map(({ name }) => name),
			["sluice.callout", "sluice.policy"],
		);
		const times = [span.startTimeUnixNano, ...span.events.map((event) => event.timeUnixNano), span.endTimeUnixNano];
		assert.deepEqual(
			times,
			times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
		);
		const [callout, policy] = span.events.map(attributesOf);
		assert.equal(callout?.["rpc.method"], "sluice.mixer.v1.Mixer/Check");
		assert.deepEqual([policy?.["sluice.check.outcome"], policy?.["sluice.check.placement"]], ["allowed", "mixer"]);
	});

	test("begins here where there is none, and the upstream is told of it", async () => {
		const { record, header } = await arrivalOf({});
		const id = record?.["trace.id"] ?? "";
		const span = await traced.spanOf(id);
		assert.equal(header("traceparent"), `00-${id}-${hex(span.spanId)}-01`);
		assert.equal(span.parentSpanId.length, 0);
	});

	test("that is not sampled goes on as it came and leaves no span", async () => {
		const before = traced.spans;
		const traceparent = `00-${traceId(5)}-${CALLER}-00`;
		const { record, header } = await arrivalOf({ traceparent });
		assert.equal(header("traceparent"), traceparent);
		assert.deepEqual([record?.["trace.id"], record?.["trace.span_id"]], [traceId(5), undefined]);
		// What comes after it has arrived, so it would have as well.
		await traced.mesh.forget();
		const next = await arrivalOf({});
		await traced.spanOf(next.record?.["trace.id"] ?? "");
		assert.equal(traced.spans, before + 1);
	});

	test("has a span of a request that is denied, which is no error, and of one whose upstream fails", async () => {
		const { port } = traced.mesh.envoy;
		const headers = (number: number) => ({ traceparent: `00-${traceId(number)}-${CALLER}-01` });
		assert.equal((await send({ port, path: "/shop/teapot", headers: headers(6) })).status, 418);
		const denied = await traced.spanOf(traceId(6));
		assert.deepEqual([attributesOf(denied)["http.response.status_code"], denied.status?.code], [418n, undefined]);
		await traced.mesh.upstream.stop();
		assert.equal((await send({ port, path: "/shop/open", headers: headers(7) })).status, 503);
		const failed = await traced.spanOf(traceId(7));
		assert.deepEqual([attributesOf(failed)["error.type"], failed.status?.code], ["503", ERROR_CODE]);
	});
});

/** Envoy traces by itself; what it sends of it is refused, which nobody minds. */
function tracingOfItsOwn(config: Document): void {
	const provider = {
		name: "envoy.tracers.opentelemetry",
		typed_config: {
			"@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
			grpc_service: { envoy_grpc: { cluster_name: "sluice-mixer" }, timeout: "1s" },
			service_name: "edge",
		},
	};
	const manager = ["static_resources", "listeners", 0, "filter_chains", 0, "filters", 0, "typed_config"];
	config.setIn([...manager, "tracing"], config.createNode({ provider }));
}

test("behind Envoy's own tracing a trace goes on with Envoy's span, and ours stands beside it", async (t) => {
	const traced = await TracedMesh.start({ sampling: 0, change: tracingOfItsOwn });
	t.after(() => traced.stop());
	const { mesh } = traced;
	const headers = { traceparent: `00-${traceId(8)}-${CALLER}-01` };
	await send({ port: mesh.envoy.port, path: "/shop/open", headers });
	const span = await traced.spanOf(traceId(8));
	assert.equal(hex(span.parentSpanId), CALLER);
	const onward = mesh.upstream.only().headers.get("traceparent");
	assert.equal(onward?.length, 1);
	assert.match(onward?.[0] ?? "", new RegExp(`^00-${traceId(8)}-[0-9a-f]{16}-01$`));
	assert.doesNotMatch(onward?.[0] ?? "", new RegExp(`${hex(span.spanId)}|${CALLER}`));
	// One that begins in Envoy is unknown to the filter, which begins none beside it.
	await mesh.forget();
	await send({ port: mesh.envoy.port, path: "/shop/open" });
	const [record] = await mesh.recordsOf(1);
	assert.equal(record?.["trace.id"], undefined);
	assert.match(mesh.upstream.only().headers.get("traceparent")?.join() ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
});
