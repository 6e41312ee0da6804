import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { scaled } from "../../support/scale.ts";
import { ModelProxy } from "./model-proxy.ts";
import { protocols, type Speech } from "./speech.ts";

const RUNS = scaled({ quick: 500, full: 20_000 });

/** More answers than it may take until nothing is left to say. */
const LAST_ANSWERS = 3;

const steps = ["publish", "accept", "refuse", "reconnect", "restart", "toggle"] as const;

/** Whatever happened, a proxy that accepts what it gets ends up with the newest revision. */
function play(speech: Speech, script: readonly (typeof steps)[number][]): void {
	let published = 0;
	const proxy = new ModelProxy(speech);
	const act = {
		publish: () => speech.publish(String(++published)),
		accept: () => proxy.answer(true),
		refuse: () => proxy.answer(false),
		reconnect: () => proxy.reconnect(),
		restart: () => proxy.restart(),
		toggle: () => proxy.toggle(),
	};
	for (const step of script) {
		act[step]();
		proxy.hear();
	}
	if (!proxy.isThere) proxy.toggle();
	act.publish();
	for (let answers = 0; answers < LAST_ANSWERS; answers++) {
		proxy.hear();
		proxy.answer(true);
	}
	assert.equal(proxy.held, String(published));
	proxy.hear();
	assert.equal(proxy.open, undefined);
}

for (const [name, speech] of protocols) {
	test(`${name}: whatever happened, a proxy ends up with the newest revision, and gets none it has`, () => {
		const scripts = fc.array(fc.constantFrom(...steps), { maxLength: 40 });
		fc.assert(
			fc.property(scripts, (script) => play(speech(), script)),
			{ numRuns: RUNS },
		);
	});
}
