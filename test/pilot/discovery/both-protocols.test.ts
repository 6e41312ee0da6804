import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { protocols, type Speech } from "./speech.ts";

for (const [name, speak] of protocols) {
	describe(name, () => {
		let proxy: Speech;

		beforeEach(() => {
			proxy = speak();
			proxy.publish("r1");
		});

		/** Asks, hears the first revision and accepts it. */
		function subscribe(): void {
			proxy.connect({});
			assert.deepEqual(proxy.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
			const outcome = proxy.answer({ nonce: "1", held: "r1", isAccepted: true });
			assert.deepEqual(outcome, { kind: "accepted", revision: "r1" });
		}

		test("a first request is answered with what there is, its acceptance is not", () => {
			subscribe();
			assert.equal(proxy.hear(), undefined);
		});

		test("a first request is not answered before there is a revision, and then at once", () => {
			proxy.publish(undefined);
			proxy.connect({});
			assert.equal(proxy.hear(), undefined);
			proxy.publish("r1");
			assert.deepEqual(proxy.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
		});

		test("a proxy that comes back with the current version is noted and gets nothing until there is a newer one", () => {
			assert.deepEqual(proxy.connect({ held: "r1" }), { kind: "reconnected", revision: "r1" });
			assert.equal(proxy.hear(), undefined);
			proxy.publish("r2");
			assert.deepEqual(proxy.hear()?.revisions, ["r2"]);
		});

		test("a proxy that comes back with another version is noted and gets the current one", () => {
			assert.deepEqual(proxy.connect({ held: "r0" }), { kind: "reconnected", revision: "r0" });
			assert.deepEqual(proxy.hear(), { nonce: "1", revisions: ["r1"], removed: [] });
		});

		test("a proxy that comes back keeps what it has while there is no revision", () => {
			proxy.publish(undefined);
			assert.deepEqual(proxy.connect({ held: "r1" }), { kind: "reconnected", revision: "r1" });
			assert.equal(proxy.hear(), undefined);
			proxy.publish("r1");
			assert.equal(proxy.hear(), undefined);
		});

		test("a version too long to be one is none", () => {
			assert.equal(proxy.connect({ held: "x".repeat(129) }), undefined);
			assert.deepEqual(proxy.hear()?.revisions, ["r1"]);
		});

		test("a proxy that may not have the filter gets no answer until it may", () => {
			proxy.permit(false);
			proxy.connect({});
			assert.equal(proxy.hear(), undefined);
			proxy.permit(true);
			assert.deepEqual(proxy.hear()?.revisions, ["r1"]);
		});

		test("a proxy that comes back with the filter and may not have it is told that there is none, once", () => {
			proxy.permit(false);
			assert.equal(proxy.connect({ held: "r1" }), undefined);
			assert.deepEqual(proxy.hear(), { nonce: "1", revisions: [], removed: ["sluice.http"] });
			const outcome = proxy.answer({ nonce: "1", held: "r1", isAccepted: true });
			assert.deepEqual(outcome, { kind: "accepted", revision: undefined });
			assert.equal(proxy.hear(), undefined);
		});

		test("a proxy that may no longer have the filter is told that there is none", () => {
			subscribe();
			proxy.permit(false);
			assert.deepEqual(proxy.hear(), { nonce: "2", revisions: [], removed: ["sluice.http"] });
		});

		test("a refusal is noted, and the revision not sent again", () => {
			proxy.connect({});
			proxy.hear();
			const outcome = proxy.answer({ nonce: "1", isAccepted: false });
			assert.deepEqual(outcome, { kind: "refused", revision: "r1" });
			assert.equal(proxy.hear(), undefined);
			proxy.publish("r2");
			assert.deepEqual(proxy.hear()?.revisions, ["r2"]);
		});

		test("a refusal is followed by the revision before, once that is served again", () => {
			subscribe();
			proxy.publish("r2");
			proxy.hear();
			proxy.answer({ nonce: "2", held: "r1", isAccepted: false });
			proxy.publish("r1");
			assert.deepEqual(proxy.hear(), { nonce: "3", revisions: ["r1"], removed: [] });
		});

		test("an answer counts once", () => {
			subscribe();
			assert.equal(proxy.answer({ nonce: "1", held: "r1", isAccepted: true }), undefined);
			assert.equal(proxy.hear(), undefined);
		});

		for (const isAccepted of [true, false]) {
			test(`what is published before an answer follows as one when it is ${isAccepted ? "accepted" : "refused"}`, () => {
				proxy.connect({});
				proxy.hear();
				for (const revision of ["r2", "r3"]) {
					proxy.publish(revision);
					assert.equal(proxy.hear(), undefined);
				}
				proxy.answer({ nonce: "1", isAccepted });
				assert.deepEqual(proxy.hear(), { nonce: "2", revisions: ["r3"], removed: [] });
			});
		}

		test("a filter that is given up gets nothing more, and is sent when it is asked for again, unchanged too", () => {
			subscribe();
			proxy.leave("1");
			proxy.publish("r2");
			assert.equal(proxy.hear(), undefined);
			proxy.publish("r1");
			proxy.comeBack("1");
			assert.deepEqual(proxy.hear(), { nonce: "2", revisions: ["r1"], removed: [] });
		});
	});
}
