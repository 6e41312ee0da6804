import { MixerError } from "../error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Refuses what is not a JSON object in UTF-8. OPA's module would take such bytes for no input at all, and `allow if not
 * deny` would allow.
 *
 * @throws MixerError "policy".
 */
export function checkPolicyInput(input: Uint8Array): void {
	let value: unknown;
	try {
		value = JSON.parse(utf8.decode(input));
	} catch (error) {
		throw new MixerError("policy", "the input is not JSON in UTF-8", { cause: error });
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new MixerError("policy", "the input is not a JSON object");
	}
}
