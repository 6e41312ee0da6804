import assert from "node:assert/strict";
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { makeAuthority, makeLeaf } from "../../cli/cert/make-certificates.ts";
import { clusterPath } from "../../cli/up/envoy-config.ts";
import { testConfiguration } from "./configuration.ts";
import { checkout } from "./programs.ts";

/** Where envoy/mtls.yaml has a proxy's files. */
const PLACE = "/etc/sluice";

const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Certificates of an installation as docs/security.md makes them, each party's in a folder of its own. */
export class Installation {
	readonly root: string;
	readonly configDir: string;
	readonly stateDir: string;
	readonly serverDir: string;

	private constructor(root: string) {
		this.root = root;
		this.configDir = join(root, "configuration");
		this.stateDir = join(root, "state");
		this.serverDir = join(root, "server");
	}

	/** An authority, and a server's certificate beside a copy of testdata/e2e/mutual-tls. */
	static async make(): Promise<Installation> {
		const made = new Installation(await mkdtemp(join(tmpdir(), "sluice-secured-")));
		await cp(testConfiguration("mutual-tls"), made.configDir, { recursive: true });
		await made.makeAuthority("ca");
		await made.trustIn(made.serverDir, ["ca"]);
		await made.issue(made.serverDir, "sluice");
		return made;
	}

	/** Makes an authority, which issues what is told to be its. */
	async makeAuthority(name: string): Promise<void> {
		await makeAuthority({ out: join(this.root, name), name, force: false, nowMs: Date.now() });
	}

	/** Issues or renews a certificate in a party's folder. */
	async issue(dir: string, account: string, ca = "ca"): Promise<void> {
		const leaf = { spiffeId: `spiffe://cluster.local/ns/default/sa/${account}`, dnsNames: [], days: 30 };
		await makeLeaf({ out: dir, ca: join(this.root, ca), file: account, leaf, force: true, nowMs: Date.now() });
	}

	/** Has a party trust these authorities and no others from now on. */
	async trustIn(dir: string, authorities: readonly string[]): Promise<void> {
		await mkdir(dir, { recursive: true });
		const texts = authorities.map((name) => readFile(join(this.root, name, "ca.crt"), "utf8"));
		await writeFile(join(dir, "ca.crt.new"), (await Promise.all(texts)).join(""));
		await rename(join(dir, "ca.crt.new"), join(dir, "ca.crt"));
	}

	/** A proxy's folder, with the files of envoy/ that name what is in it. */
	async proxy(dir: string, options: { account?: string; ca?: string; trusts?: string } = {}): Promise<string> {
		const { account = "gateway", ca = "ca", trusts = "ca" } = options;
		const path = join(this.root, dir);
		await this.trustIn(path, [trusts]);
		await this.issue(path, account, ca);
		if (account !== "gateway") {
			for (const end of ["crt", "key"]) await copyFile(join(path, `${account}.${end}`), join(path, `gateway.${end}`));
		}
		for (const name of ["mtls-certificate.yaml", "mtls-authorities.yaml"]) {
			await writeFile(join(path, name), (await envoyText(name)).replaceAll(PLACE, path));
		}
		return path;
	}

	remove(): Promise<void> {
		return rm(this.root, { recursive: true, force: true });
	}
}

/** Adds envoy/mtls.yaml to a configuration as its comments say, with a proxy's files in this folder. */
export async function addMutualTls(dir: string, edit: (text: string) => string = (text) => text) {
	const text = edit((await envoyText("mtls.yaml")).replaceAll(PLACE, dir));
	const doc = parseDocument(text);
	return (config: Document) => {
		for (const cluster of ["sluice-mixer", "sluice-discovery"]) {
			if (!hasCluster(config, cluster)) continue;
			config.setIn([...clusterPath(config, cluster), "transport_socket"], doc.get("transport_socket"));
		}
		const options = [...clusterPath(config, "sluice-mixer"), "typed_extension_protocol_options", HTTP_OPTIONS];
		assert.ok(config.hasIn(options));
		const common = doc.get("common_http_protocol_options");
		assert.ok(common !== undefined);
		config.setIn([...options, "common_http_protocol_options"], common);
	};
}

function hasCluster(config: Document, name: string): boolean {
	return JSON.stringify(config.toJS()).includes(`"name":"${name}"`);
}

function envoyText(name: string): Promise<string> {
	return readFile(join(checkout, "envoy", name), "utf8");
}
