import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { askVersion, goVersion } from "../../setup/programs.mjs";
import { run } from "../../setup/run.mjs";
import { atLeast, needed } from "../../setup/versions.mjs";
import { checkout } from "./programs.ts";

/** What go says where it can't have the modules: no network, or nobody who answers. */
const withoutModules = /dial tcp|no such host|i\/o timeout|403 Forbidden|module lookup disabled/;

/** A program of test/peers, or why it is not there. */
export type Peer =
	| { readonly program: string; readonly missing?: undefined }
	| { readonly program?: undefined; readonly missing: string };

const building = new Map<string, Promise<Peer>>();

/** Builds a peer by its folder's name; Go sees by itself whether it is up to date. */
export function goPeer(name: string): Promise<Peer> {
	const peer = building.get(name) ?? build(name);
	building.set(name, peer);
	return peer;
}

async function build(name: string): Promise<Peer> {
	const version = await askVersion("go", goVersion);
	if (version === undefined) return { missing: `there is no Go to build test/peers/${name}` };
	if (!atLeast(version, needed.go)) {
		return { missing: `test/peers/${name} needs Go ${needed.go}, and this is ${version}` };
	}
	const program = join(checkout, "build/test", name);
	await mkdir(dirname(program), { recursive: true });
	// Another test may be building it too, or running it.
	const made = `${program}.${process.pid}`;
	const flags = ["build", "-trimpath", "-ldflags=-s -w", "-o", made, "."];
	const env = { ...process.env, GOWORK: "off", CGO_ENABLED: "0" };
	const built = await run("go", flags, { cwd: join(checkout, "test/peers", name), env });
	if (!built.succeeded && withoutModules.test(built.output)) {
		return { missing: `the Go modules of test/peers/${name} could not be fetched` };
	}
	if (!built.succeeded) throw new Error(`go build failed:\n${built.output}`);
	await rename(made, program);
	return { program };
}
