// Seals a request that asks for it with x-seal, and traps on one that asks with x-trap: what the native seal and
// FAIL_RELOAD are tested with.
import { HeaderMap, HeaderPairs } from "../../../filters/host/headers";
import { seal } from "../../../filters/verdict/seal";
import { Slice } from "../../../filters/wire/slice";

export { malloc } from "../../../filters/host/memory";

const SEAL = Slice.of("x-seal");
const TRAP = Slice.of("x-trap");
const headers = new HeaderPairs();

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_request_headers(_id: u32, _count: u32, _end: u32): i32 {
	headers.read(HeaderMap.Request);
	if (headers.find(TRAP) >= 0) unreachable();
	if (headers.find(SEAL) >= 0) seal();
	headers.free();
	return 0;
}
