import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { Authority, type Issued } from "../../citadel/authority.ts";
import type { KeyFiles } from "../../citadel/key-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What servers are called in tests. */
export const SERVER_NAME = "sluice.test";

const SERVER_ID = "spiffe://cluster.local/ns/default/sa/sluice";

const DAYS = 30;

/** Whom a test's certificate is for. */
export interface TestLeaf {
	/** `spiffe://cluster.local/ns/edge/sa/gateway` if left out. */
	readonly spiffeId?: string;
	readonly dnsNames?: readonly string[];
	/** When it is made, milliseconds since 1970; now if left out. */
	readonly madeMs?: number;
}

/** An authority of a test. */
export class TestAuthority {
	readonly root: Issued;
	readonly #authority: Authority;

	private constructor(root: Issued) {
		this.root = root;
		this.#authority = Authority.open(root);
	}

	static async create(name = "test"): Promise<TestAuthority> {
		// Old enough for certificates that have expired.
		return new TestAuthority(await Authority.create({ name, nowMs: Date.now() - 400 * 86_400_000 }));
	}

	issue({ spiffeId = "spiffe://cluster.local/ns/edge/sa/gateway", dnsNames = [], madeMs }: TestLeaf = {}) {
		return this.#authority.issue({ spiffeId, dnsNames, days: DAYS }, madeMs ?? Date.now());
	}

	server(): Promise<Issued> {
		return this.issue({ spiffeId: SERVER_ID, dnsNames: [SERVER_NAME] });
	}

	/** What a client connects with; without a certificate of its own if `leaf` is left out. */
	channel(leaf?: Pick<Issued, "certificate" | "key">): ChannelCredentials {
		const root = Buffer.from(this.root.certificate);
		if (leaf === undefined) return credentials.createSsl(root);
		return credentials.createSsl(root, Buffer.from(leaf.key), Buffer.from(leaf.certificate));
	}
}

/** A server's files in a folder that ends with the test. */
export class KeyFolder implements KeyFiles {
	readonly certificate: string;
	readonly key: string;
	readonly clientAuthorities: string;

	private constructor(dir: string) {
		this.certificate = join(dir, "server.crt");
		this.key = join(dir, "server.key");
		this.clientAuthorities = join(dir, "ca.crt");
	}

	static async create(contents: { leaf: Issued; authorities: readonly TestAuthority[] }) {
		const folder = new KeyFolder(await temporaryFolder("sluice-keys-"));
		await folder.putLeaf(contents.leaf);
		await folder.putAuthorities(contents.authorities);
		return folder;
	}

	/** Replaces certificate and key, one after the other as people do. */
	async putLeaf(leaf: Issued): Promise<void> {
		await this.put("certificate", leaf.certificate);
		await this.put("key", leaf.key);
	}

	putAuthorities(authorities: readonly TestAuthority[]): Promise<void> {
		return this.put("clientAuthorities", authorities.map(({ root }) => root.certificate).join(""));
	}

	/** Replaces one file, whole. */
	async put(field: keyof KeyFiles, text: string): Promise<void> {
		await writeFile(`${this[field]}.new`, text);
		await rename(`${this[field]}.new`, this[field]);
	}
}
