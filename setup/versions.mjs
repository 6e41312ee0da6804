/** The tools this checkout is made for. The cache keeps each by name and version, so clones of several ages get along. */
export const pinned = Object.freeze({
	node: "24.21.0",
	envoy: "1.40.0",
	opa: "1.22.2",
	redisWheel: "6.2.5.1",
	kafka: "4.3.1",
});

/** What a person must bring, and from which version on. */
export const needed = Object.freeze({ node: "20.0.0", python: "3.9.0", go: "1.26.0" });

/** The oldest Envoy that the filter was seen to load in. */
const oldestEnvoy = "1.36.0";

/** The oldest Java that Kafka runs on. */
export const oldestJava = 17;

/** The oldest Redis that the quota store works with. */
export const oldestRedis = "6.0.0";

/** The first three-part (or two-part) version number in a text, or undefined. */
export function findVersion(/** @type {string} */ text) {
	const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
	return found ? `${found[1]}.${found[2]}.${found[3] ?? 0}` : undefined;
}

/** Whether `version` is `least` or newer. Both have three parts. */
export function atLeast(/** @type {string} */ version, /** @type {string} */ least) {
	const have = version.split(".").map(Number);
	const want = least.split(".").map(Number);
	for (const [index, bound] of want.entries()) {
		const part = have[index] ?? 0;
		if (part !== bound) return part > bound;
	}
	return true;
}

/**
 * Whether this Node runs the project: TypeScript as it is, and Wasm modules with two memories. 22.18 is the first that
 * does without flags; of the odd line 23 only some do, and it is out of support.
 */
export function nodeRunsSluice(/** @type {string} */ version) {
	return atLeast(version, "24.0.0") || (atLeast(version, "22.18.0") && !atLeast(version, "23.0.0"));
}

/** Whether policies compiled by this `opa` are the ones the tests know. */
export function opaFits(/** @type {string} */ version) {
	return atLeast(version, "1.22.0") && !atLeast(version, "1.23.0");
}

/** Whether a person's own Envoy (ENVOY=) is worth starting. Only the pinned one is taken from PATH unasked. */
export function envoyFits(/** @type {string} */ version) {
	return atLeast(version, oldestEnvoy);
}

/** Whether this redis-server (or valkey-server) can be tested against: the first with ACL users and RESP 3. */
export function redisFits(/** @type {string} */ version) {
	return atLeast(version, oldestRedis);
}

/** What `envoyFits` asks for, for a message. */
export const envoyRange = `${oldestEnvoy} or newer`;

/** What `opaFits` asks for, for a message. */
export const opaRange = "1.22";
