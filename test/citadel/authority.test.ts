import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import { Authority, type Leaf } from "../../citadel/authority.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;
const leaf: Leaf = { spiffeId: "spiffe://cluster.local/ns/edge/sa/gateway", dnsNames: ["gw", "gw.edge"], days: 30 };

async function rootAndLeaf(more: Partial<Leaf> = {}, issuedMs = NOW) {
	const root = await Authority.create({ name: "Sluice", nowMs: NOW });
	const made = await Authority.open(root).issue({ ...leaf, ...more }, issuedMs);
	return {
		root,
		made,
		rootCertificate: new X509Certificate(root.certificate),
		certificate: new X509Certificate(made.certificate),
	};
}

describe("a root", () => {
	test("is an authority of its own, for ten years, of ECDSA P-256", async () => {
		const { certificate, notAfterMs, key } = await Authority.create({ name: "Sluice", nowMs: NOW });
		const root = new X509Certificate(certificate);
		assert.deepEqual([root.ca, root.subject, root.issuer], [true, "CN=Sluice", "CN=Sluice"]);
		assert.ok(root.checkIssued(root) && root.verify(root.publicKey));
		assert.equal(root.validFromDate.getTime(), NOW - 2 * MINUTE);
		assert.deepEqual([root.validToDate.getTime(), notAfterMs], [NOW + 3652 * DAY, NOW + 3652 * DAY]);
		assert.deepEqual(root.publicKey.asymmetricKeyDetails, { namedCurve: "prime256v1" });
		assert.ok(root.checkPrivateKey(createPrivateKey(key)));
	});

	test("is another one each time, whatever its name", async () => {
		const [one, other] = [await rootAndLeaf(), await rootAndLeaf()];
		assert.equal(one.certificate.verify(other.rootCertificate.publicKey), false);
		assert.notEqual(one.rootCertificate.serialNumber, other.rootCertificate.serialNumber);
	});

	test("does not open with another one's key", async () => {
		const [one, other] = [await rootAndLeaf(), await rootAndLeaf()];
		assert.throws(() => Authority.open({ certificate: one.root.certificate, key: other.root.key }), {
			name: "CitadelError",
			message: "is not an authority that sluice cert init has made",
		});
	});
});

describe("a leaf", () => {
	test("is signed by its root, named by SPIFFE ID and DNS, for servers and clients", async () => {
		const { rootCertificate, certificate, made } = await rootAndLeaf();
		assert.ok(certificate.checkIssued(rootCertificate) && certificate.verify(rootCertificate.publicKey));
		assert.equal(certificate.subjectAltName, "URI:spiffe://cluster.local/ns/edge/sa/gateway, DNS:gw, DNS:gw.edge");
		assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
		assert.equal(certificate.ca, false);
		assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)));
		assert.notEqual(made.key, (await rootAndLeaf()).made.key);
	});

	test("is valid two minutes before it is made, and as long as is asked", async () => {
		const { certificate, made } = await rootAndLeaf({ days: 7 });
		assert.equal(certificate.validFromDate.getTime(), NOW - 2 * MINUTE);
		assert.deepEqual([certificate.validToDate.getTime(), made.notAfterMs], [NOW + 7 * DAY, NOW + 7 * DAY]);
	});

	test("lives 90 days at most", async () => {
		assert.equal((await rootAndLeaf({ days: 365 })).made.notAfterMs, NOW + 90 * DAY);
	});

	test("does not outlive its root", async () => {
		const { made, root } = await rootAndLeaf({}, NOW + 3650 * DAY);
		assert.equal(made.notAfterMs, root.notAfterMs);
	});

	test("is not made by a root whose time is over", async () => {
		await assert.rejects(rootAndLeaf({}, NOW + 3652 * DAY), {
			name: "CitadelError",
			message: "expired at 2036-02-29T12:00:00.000Z: make another",
		});
	});
});
