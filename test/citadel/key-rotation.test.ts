import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { describe, type TestContext, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { Server } from "@grpc/grpc-js";
import type { KeyFiles } from "../../citadel/key-files.ts";
import { KeyRotation } from "../../citadel/key-rotation.ts";
import { KeyFolder, SERVER_NAME, TestAuthority } from "../support/key-folder.ts";

const DAY = 86_400_000;

/** A clock by which the test says when the files are looked at; the rest is the machine's. */
class Looks {
	#run: (() => void) | undefined;
	#waiting = Promise.withResolvers<void>();
	readonly now = () => Date.now();

	after(_delayMs: number, run: () => void): () => void {
		this.#run = run;
		this.#waiting.resolve();
		return () => {
			this.#run = undefined;
		};
	}

	get isWaiting(): boolean {
		return this.#run !== undefined;
	}

	/** Returns when the files have been looked at. */
	async look(): Promise<void> {
		this.#waiting = Promise.withResolvers();
		const run = this.#run;
		assert.ok(run !== undefined, "somebody looks");
		run();
		await this.#waiting.promise;
	}
}

async function start(t: TestContext) {
	const authority = await TestAuthority.create();
	const folder = await KeyFolder.create({ leaf: await authority.server(), authorities: [authority] });
	const clock = new Looks();
	const used: number[] = [];
	const refused: string[] = [];
	const rotation = await KeyRotation.start({
		files: folder,
		clock,
		onUsed: ({ certificateEndMs }) => used.push(certificateEndMs),
		onRefused: (fault) => refused.push(fault),
	});
	t.after(() => rotation.stop());
	return { authority, folder, clock, used, refused, rotation };
}

describe("rotation of the files", () => {
	test("does nothing while they are the same", async (t) => {
		const { clock, used, refused, rotation } = await start(t);
		const before = rotation.material;
		await clock.look();
		await clock.look();
		assert.deepEqual([used, refused], [[], []]);
		assert.equal(rotation.material, before);
	});

	test("takes another certificate with its key, whichever file comes first", async (t) => {
		const { authority, folder, clock, used, refused, rotation } = await start(t);
		const next = await authority.server();
		await folder.put("key", next.key);
		await clock.look();
		await folder.put("certificate", next.certificate);
		await clock.look();
		assert.deepEqual([used, refused], [[next.notAfterMs], []]);
		assert.equal(rotation.material.cert.toString(), next.certificate);
	});

	test("takes other authorities", async (t) => {
		const { authority, folder, clock, used, rotation } = await start(t);
		const other = await TestAuthority.create();
		await folder.putAuthorities([authority, other]);
		await clock.look();
		assert.equal(used.length, 1);
		assert.equal(rotation.material.ca.toString(), authority.root.certificate + other.root.certificate);
	});

	test("says once, and only if it stays so, that a key is not the certificate's; and takes what is right later", async (t) => {
		const { authority, folder, clock, used, refused, rotation } = await start(t);
		const before = rotation.material;
		const next = await authority.server();
		await folder.put("key", next.key);
		await clock.look();
		assert.deepEqual(refused, []);
		await clock.look();
		await clock.look();
		assert.deepEqual(refused, [
			`spec.tls.key ${folder.key}: does not belong to the certificate in ${folder.certificate}`,
		]);
		assert.equal(rotation.material, before);
		await folder.put("certificate", next.certificate);
		await clock.look();
		assert.deepEqual(used, [next.notAfterMs]);
	});

	test("says that a file is gone, and goes on", async (t) => {
		const { folder, clock, refused, used } = await start(t);
		await rm(folder.clientAuthorities);
		for (let i = 0; i < 4; i++) await clock.look();
		assert.deepEqual(refused, [`spec.tls.clientAuthorities ${folder.clientAuthorities}: does not exist`]);
		assert.deepEqual(used, []);
	});

	test("stops", async (t) => {
		const { rotation, clock } = await start(t);
		rotation.stop();
		assert.equal(clock.isWaiting, false);
	});
});

describe("files that cannot be used", () => {
	const expired = () => Date.now() - 100 * DAY;
	const cases: readonly {
		name: string;
		field: keyof KeyFiles;
		text: (authority: TestAuthority) => string | Promise<string>;
		message: string | RegExp;
	}[] = [
		{
			name: "an expired certificate",
			field: "certificate",
			text: async (authority) => (await authority.issue({ madeMs: expired() })).certificate,
			message: /^expired at 20\d\d-\d\d-\d\dT[\d:.]+Z$/,
		},
		{
			name: "a certificate of tomorrow",
			field: "certificate",
			text: async (authority) => (await authority.issue({ madeMs: Date.now() + DAY })).certificate,
			message: /^is not valid before 20\d\d-\d\d-\d\dT[\d:.]+Z$/,
		},
		{ name: "no certificate", field: "certificate", text: () => "hello\n", message: "holds no PEM certificate" },
		{
			name: "a certificate that is none",
			field: "certificate",
			text: () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
			message: "its certificate 1 cannot be read",
		},
		{
			name: "a chain in the wrong order",
			field: "certificate",
			text: async (authority) => authority.root.certificate + (await authority.server()).certificate,
			message: "its certificate 1 is not signed by the next one",
		},
		{ name: "no key", field: "key", text: () => "", message: "holds no private key in PEM without a passphrase" },
		{
			name: "authorities that are none",
			field: "clientAuthorities",
			text: async (authority) => (await authority.server()).certificate,
			message: "holds no authority that is valid now",
		},
		{
			name: "more than is read",
			field: "clientAuthorities",
			text: () => "x".repeat(1024 * 1024 + 1),
			message: "1048577 bytes must be at most 1048576",
		},
	];
	for (const { name, field, text, message } of cases) {
		test(`${name} is said with its field and file`, async () => {
			const authority = await TestAuthority.create();
			const folder = await KeyFolder.create({ leaf: await authority.server(), authorities: [authority] });
			await folder.put(field, await text(authority));
			const clock = new Looks();
			const starting = KeyRotation.start({ files: folder, clock, onUsed: () => {}, onRefused: () => {} });
			await assert.rejects(starting, (error: Error) => {
				assert.equal(error.name, "CitadelError");
				const place = `spec.tls.${field} ${folder[field]}: `;
				assert.ok(error.message.startsWith(place), error.message);
				const rest = error.message.slice(place.length);
				if (typeof message === "string") assert.equal(rest, message);
				else assert.match(rest, message);
				return true;
			});
		});
	}
});

describe("a gRPC server with them", () => {
	async function listen(t: TestContext) {
		const parts = await start(t);
		const server = new Server();
		const port = await new Promise<number>((resolve, reject) => {
			server.bindAsync("127.0.0.1:0", parts.rotation.credentials, (error, bound) => {
				if (error === null) resolve(bound);
				else reject(error);
			});
		});
		t.after(() => server.forceShutdown());
		const client = await parts.authority.issue();
		const dial = async (more: object = {}): Promise<TLSSocket> => {
			const socket = connect({
				...{ port, host: "127.0.0.1", servername: SERVER_NAME, ALPNProtocols: ["h2"] },
				...{ ca: parts.authority.root.certificate, cert: client.certificate, key: client.key },
				...more,
			});
			t.after(() => socket.destroy());
			// With TLS 1.3 a refusal comes after the client's own handshake: what the server says first tells.
			const refused = once(socket, "close").then(() => Promise.reject(new Error("closed")));
			socket.on("error", () => {});
			await Promise.race([once(socket, "data"), refused]);
			return socket;
		};
		return { ...parts, dial };
	}

	const serial = (socket: TLSSocket) => socket.getPeerX509Certificate()?.serialNumber;

	test("shows the new certificate at the next handshake, and leaves connections as they are", async (t) => {
		const { dial, authority, folder, clock, rotation } = await listen(t);
		const before = await dial();
		const first = new X509Certificate(rotation.material.cert).serialNumber;
		const next = await authority.server();
		await folder.putLeaf(next);
		await clock.look();
		const after = await dial();
		assert.deepEqual([serial(before), serial(after)], [first, new X509Certificate(next.certificate).serialNumber]);
		assert.equal(before.destroyed, false);
		assert.equal(after.getProtocol(), "TLSv1.3");
	});

	test("knows clients by the authorities of the day", async (t) => {
		const { dial, folder, clock } = await listen(t);
		const other = await TestAuthority.create();
		const { certificate: cert, key } = await other.issue();
		await assert.rejects(dial({ cert, key }), { message: "closed" });
		await folder.putAuthorities([other]);
		await clock.look();
		await dial({ cert, key });
		await assert.rejects(dial(), { message: "closed" });
	});

	test("resumes no session: a client that is not known any more shows its certificate again", async (t) => {
		const { dial } = await listen(t);
		for (const maxVersion of ["TLSv1.3", "TLSv1.2"]) {
			const first = await dial({ maxVersion });
			const again = await dial({ maxVersion, session: first.getSession() });
			assert.equal(again.isSessionReused(), false);
		}
	});

	test("speaks nothing older than TLS 1.2", async (t) => {
		const { dial, authority, folder, clock } = await listen(t);
		const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
		await assert.rejects(dial(old), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
		await folder.putLeaf(await authority.server());
		await clock.look();
		await assert.rejects(dial(old), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
	});
});
