import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Command } from "commander";
import { addCertCommand } from "../../cli/commands/cert.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const DAY = 86_400_000;

/** Runs `sluice cert` with these words; rejects where it fails, with what it says. */
async function cert(words: readonly string[], nowMs = NOW): Promise<string> {
	let said = "";
	let complained = "";
	const program = new Command("sluice").exitOverride();
	const complain = (text: string) => {
		complained += text;
	};
	const say = (text: string) => {
		said += text;
	};
	program.configureOutput({ writeErr: complain });
	const streams = { stdout: { write: say }, stderr: { write: () => {} } };
	addCertCommand(program, streams, () => nowMs);
	const all = program.commands.flatMap((command) => [command, ...command.commands]);
	for (const command of all) command.exitOverride().copyInheritedSettings(program);
	try {
		await program.parseAsync(["node", "sluice", "cert", ...words]);
	} catch (error) {
		throw complained === "" ? error : new Error(complained.trim(), { cause: error });
	}
	return said;
}

async function folderWithAuthority(): Promise<string> {
	const dir = await temporaryFolder("sluice-cert-");
	await cert(["init", "--out", dir]);
	return dir;
}

async function certificateIn(dir: string, name: string): Promise<X509Certificate> {
	return new X509Certificate(await readFile(join(dir, `${name}.crt`)));
}

describe("sluice cert init", () => {
	test("makes an authority in a new folder, its key for the owner's eyes alone", async () => {
		const dir = join(await temporaryFolder(), "new", "certs");
		const said = await cert(["init", "--out", dir]);
		const key = `${dir}/ca.key   its key, for nobody but who issues certificates`;
		assert.equal(said, ` ✓ ${dir}/ca.crt   authority, until 2036-11-25\n ✓ ${key}\n`);
		assert.deepEqual(await readdir(dir), ["ca.crt", "ca.key"]);
		assert.equal((await stat(join(dir, "ca.key"))).mode & 0o777, 0o600);
		assert.equal((await certificateIn(dir, "ca")).ca, true);
	});

	test("never replaces an authority, unless it is forced to", async () => {
		const dir = await folderWithAuthority();
		const before = await readFile(join(dir, "ca.key"), "utf8");
		const message = `${dir}/ca.crt is there already: say --force to replace it`;
		await assert.rejects(cert(["init", "--out", dir]), { name: "MixerError", code: "invalid", message });
		assert.equal(await readFile(join(dir, "ca.key"), "utf8"), before);
		await cert(["init", "--out", dir, "--force", "--name", "Other"]);
		assert.notEqual(await readFile(join(dir, "ca.key"), "utf8"), before);
		assert.equal((await certificateIn(dir, "ca")).subject, "CN=Other");
	});

	test("says why it can't write", async () => {
		const dir = await temporaryFolder();
		await writeFile(join(dir, "file"), "");
		await assert.rejects(cert(["init", "--out", join(dir, "file")]), {
			code: "invalid",
			message: new RegExp(`^${join(dir, "file")} cannot be written: EEXIST`),
		});
	});
});

describe("sluice cert issue", () => {
	test("issues a certificate for 90 days by the authority in the same folder", async () => {
		const dir = await folderWithAuthority();
		const said = await cert(["issue", "gateway", "--out", dir]);
		const id = "spiffe://cluster.local/ns/default/sa/gateway";
		assert.equal(said, ` ✓ ${dir}/gateway.crt   ${id}, until 2027-02-24\n ✓ ${dir}/gateway.key   its key\n`);
		const [leaf, root] = [await certificateIn(dir, "gateway"), await certificateIn(dir, "ca")];
		assert.ok(leaf.verify(root.publicKey));
		assert.equal(leaf.subjectAltName, `URI:${id}`);
		assert.ok(leaf.checkPrivateKey(createPrivateKey(await readFile(join(dir, "gateway.key")))));
		assert.equal((await stat(join(dir, "gateway.key"))).mode & 0o777, 0o600);
		assert.deepEqual(await readdir(dir), ["ca.crt", "ca.key", "gateway.crt", "gateway.key"], "nothing else is left");
	});

	test("names namespace, trust domain, DNS names and days as it is told, and says so in JSON", async () => {
		const [ca, dir] = [await folderWithAuthority(), await temporaryFolder()];
		const names = ["--trust-domain", "example.org", "--dns", "gw.example.org", "--dns", "gw"];
		const said = await cert(["issue", "edge/gw", "--ca", ca, "--out", dir, ...names, "--days", "7", "-o", "json"]);
		assert.deepEqual(JSON.parse(said), {
			certificate: join(dir, "gw.crt"),
			key: join(dir, "gw.key"),
			names: ["spiffe://example.org/ns/edge/sa/gw", "gw.example.org", "gw"],
			notAfter: new Date(NOW + 7 * DAY).toISOString(),
		});
		const { subjectAltName } = await certificateIn(dir, "gw");
		assert.equal(subjectAltName, "URI:spiffe://example.org/ns/edge/sa/gw, DNS:gw.example.org, DNS:gw");
	});

	test("takes a SPIFFE ID of another form", async () => {
		const dir = await folderWithAuthority();
		await cert(["issue", "gw", "--out", dir, "--spiffe", "spiffe://example.org/edge/gw"]);
		assert.equal((await certificateIn(dir, "gw")).subjectAltName, "URI:spiffe://example.org/edge/gw");
	});

	test("never replaces a certificate, unless it is forced to: that renews it", async () => {
		const dir = await folderWithAuthority();
		await cert(["issue", "gw", "--out", dir]);
		const message = `${dir}/gw.crt is there already: say --force to replace it`;
		await assert.rejects(cert(["issue", "gw", "--out", dir]), { code: "invalid", message });
		await cert(["issue", "gw", "--out", dir, "--force"], NOW + DAY);
		assert.equal((await certificateIn(dir, "gw")).validToDate.getTime(), NOW + 91 * DAY);
	});

	test("says where an authority comes from", async () => {
		const dir = await temporaryFolder();
		await assert.rejects(cert(["issue", "gw", "--out", dir]), {
			code: "invalid",
			message: `${dir}/ca.crt cannot be read: ENOENT: no such file or directory, open '${dir}/ca.crt': sluice cert init --out DIR makes an authority`,
		});
		assert.deepEqual(await readdir(dir), []);
	});

	test("says that the authority's key is another one's, and nothing of the key", async () => {
		const [dir, other] = [await folderWithAuthority(), await folderWithAuthority()];
		await writeFile(join(dir, "ca.key"), await readFile(join(other, "ca.key")));
		const message = `${dir}/ca.crt: is not an authority that sluice cert init has made`;
		await assert.rejects(cert(["issue", "gw", "--out", dir]), { code: "invalid", message });
	});

	for (const [what, words, message] of [
		["a path as a name", ["issue", "../gw"], "say ACCOUNT or NAMESPACE/ACCOUNT, of letters, digits, and - _ . inside."],
		[
			"a path in a namespace",
			["issue", "../../gw"],
			"say ACCOUNT or NAMESPACE/ACCOUNT, of letters, digits, and - _ . inside.",
		],
		["the authority's name", ["issue", "edge/CA"], "the authority's own files are called so."],
		[
			"a DNS name that is none",
			["issue", "gw", "--dns", "GW/x"],
			"a DNS name is in lower case, such as sluice.example.com.",
		],
		[
			"a SPIFFE ID as a DNS name",
			["issue", "gw", "--dns", "spiffe://a/b"],
			"a DNS name is in lower case, such as sluice.example.com.",
		],
		[
			"a SPIFFE ID that is none",
			["issue", "gw", "--spiffe", "spiffe://a/../b"],
			"it must be a trust domain and a path, such as spiffe://cluster.local/ns/edge/sa/gateway.",
		],
		[
			"a trust domain that is none",
			["issue", "gw", "--trust-domain", "a/b"],
			"it must be 1 to 255 lower-case letters, digits, dots, hyphens and underscores.",
		],
		["more days than it may live", ["issue", "gw", "--days", "91"], "a number of days from 1 to 90."],
		["no days", ["issue", "gw", "--days", "0"], "a number of days from 1 to 90."],
	] as const) {
		test(`refuses ${what}`, async () => {
			const dir = await temporaryFolder();
			await assert.rejects(cert([...words, "--out", dir]), (error: Error) => {
				assert.ok(error.message.endsWith(`. ${message}`), error.message);
				return true;
			});
			assert.deepEqual(await readdir(dir), []);
		});
	}
});
