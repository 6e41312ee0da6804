import type { Outcome } from "../../../pilot/discovery/watch.ts";
import { deltaConversation, type Heard, sotwConversation } from "./conversation.ts";

const NAME = "sluice.http";
const refusal = { errorDetail: { code: 13, message: "no" } };

/** One protocol's words for what a proxy does, and the server's answers. */
export interface Speech {
	/** A new stream; `held` is what the proxy has, `isThere` whether it asks for the filter. */
	connect(proxy: { held?: string | undefined; isThere?: boolean }): Outcome | undefined;
	answer(answer: {
		nonce: string;
		held?: string | undefined;
		isThere?: boolean;
		isAccepted: boolean;
	}): Outcome | undefined;
	leave(nonce: string): void;
	comeBack(nonce: string): void;
	hear(): Heard | undefined;
	/** What the server has from now on. */
	publish(revision: string | undefined): void;
	/** Whether the proxy may have it from now on. */
	permit(isAllowed: boolean): void;
}

function sotwSpeech(): Speech {
	let talk = sotwConversation();
	const version = (held: string | undefined) => (held === undefined ? {} : { versionInfo: held });
	const names = (isThere: boolean) => ({ resourceNames: isThere ? [NAME] : [] });
	return {
		connect({ held, isThere = true }) {
			const { revision, isAllowed } = talk;
			talk = Object.assign(sotwConversation(), { revision, isAllowed });
			return isThere ? talk.ask({ ...names(true), ...version(held) }) : undefined;
		},
		answer({ nonce, held, isThere = true, isAccepted }) {
			const error = isAccepted ? {} : refusal;
			return talk.ask({ ...names(isThere), ...version(held), responseNonce: nonce, ...error });
		},
		leave: (responseNonce) => void talk.ask({ ...names(false), responseNonce }),
		comeBack: (responseNonce) => void talk.ask({ ...names(true), responseNonce }),
		hear: () => talk.hear(),
		publish: (revision) => void Object.assign(talk, { revision }),
		permit: (isAllowed) => void Object.assign(talk, { isAllowed }),
	};
}

function deltaSpeech(): Speech {
	let talk = deltaConversation();
	return {
		connect({ held, isThere = true }) {
			const { revision, isAllowed } = talk;
			talk = Object.assign(deltaConversation(), { revision, isAllowed });
			const versions = held === undefined ? {} : { initialResourceVersions: { [NAME]: held } };
			return isThere ? talk.ask({ resourceNamesSubscribe: [NAME], ...versions }) : undefined;
		},
		answer: ({ nonce, isAccepted }) => talk.ask({ responseNonce: nonce, ...(isAccepted ? {} : refusal) }),
		leave: () => void talk.ask({ resourceNamesUnsubscribe: [NAME] }),
		comeBack: () => void talk.ask({ resourceNamesSubscribe: [NAME] }),
		hear: () => talk.hear(),
		publish: (revision) => void Object.assign(talk, { revision }),
		permit: (isAllowed) => void Object.assign(talk, { isAllowed }),
	};
}

/** Both protocols, by name. */
export const protocols = [
	["state of the world", sotwSpeech],
	["delta", deltaSpeech],
] as const;
