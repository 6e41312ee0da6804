import assert from "node:assert/strict";
import { test } from "node:test";
import { onlyLoopback } from "../../../pilot/discovery/peer.ts";

for (const [address, isAllowed] of [
	["127.0.0.1:4711", true],
	["127.9.8.7:4711", true],
	["::1:4711", true],
	["::ffff:127.0.0.1:4711", true],
	["10.0.0.1:4711", false],
	["128.0.0.1:4711", false],
	["::2:4711", false],
	["::ffff:10.0.0.1:4711", false],
	["unknown", false],
	["", false],
] as const) {
	test(`${isAllowed ? "allows" : "refuses"} ${address === "" ? "no address" : address}`, () => {
		const peer = { address, certificate: undefined };
		assert.equal(onlyLoopback(peer, { id: "a", cluster: "" }, "sluice.http"), isAllowed);
	});
}
