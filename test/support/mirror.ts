import assert from "node:assert/strict";
import type { Arrival } from "./echo-upstream.ts";
import { type Answer, sendRaw } from "./http-client.ts";
import { Mesh } from "./mesh.ts";

/** What the policy saw, as test/testdata/e2e/security/mirror has the upstream told. */
export interface Seen {
	readonly path: string | null;
	readonly segments: readonly string[] | null;
	readonly query: string | null;
	readonly host: string | null;
	readonly sourceIp: string | null;
	readonly roles: readonly string[] | null;
	readonly joinedRoles: string | null;
	readonly cookies: readonly string[] | null;
	/** Of all headers. */
	readonly names: readonly string[];
}

/** The filter's answer to a request that it can't make an input of. */
export const BAD_INPUT =
	"the request cannot be decided on: its path, host, headers or body are malformed or too large\n";

/** A mesh whose policy tells the upstream what it saw: what a test holds against what the upstream got. */
export class Mirror {
	readonly mesh: Mesh;

	private constructor(mesh: Mesh) {
		this.mesh = mesh;
	}

	static async start(): Promise<Mirror> {
		const attributes = ["request.path", "response.code_details", "check.policy", "check.outcome"] as const;
		return new Mirror(await Mesh.start({ configuration: "security", attributes }));
	}

	/** Forgets what arrived. */
	clear(): void {
		this.mesh.upstream.arrivals.length = 0;
	}

	/** Sends a request that passes; what came of it, what the policy saw, what the upstream got. */
	async ask(head: string | Buffer): Promise<{ answer: Answer; seen: Seen; arrival: Arrival }> {
		const end = Buffer.from("connection: close\r\n\r\n");
		const answer = await sendRaw(this.mesh.envoy.port, Buffer.concat([Buffer.from(head), end]));
		assert.equal(answer.status, 200, `${answer.status} ${answer.body}`);
		return { answer, ...this.arrived() };
	}

	/** Sends a request that is refused, and makes sure that the upstream got nothing. */
	async refusal(head: string): Promise<{ status: number; body: string }> {
		const bytes = Buffer.from(`${head}connection: close\r\n\r\n`, "latin1");
		const { status, body } = await sendRaw(this.mesh.envoy.port, bytes);
		assert.deepEqual(this.mesh.upstream.arrivals, []);
		return { status, body };
	}

	/** The one request that has arrived, and what the policy saw of it. */
	arrived(): { seen: Seen; arrival: Arrival } {
		const arrival = this.mesh.upstream.only();
		const [saw = "null"] = arrival.headers.get("x-saw") ?? [];
		return { seen: JSON.parse(Buffer.from(saw, "latin1").toString()), arrival };
	}

	stop(): Promise<void> {
		return this.mesh.stop();
	}
}
