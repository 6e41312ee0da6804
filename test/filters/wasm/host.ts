import { nowNs } from "../../../filters/host/clock";
import { readPluginConfiguration, readVmConfiguration, setTickPeriod } from "../../../filters/host/configuration";
import { callGrpc, cancelGrpc, GrpcTarget, lastGrpcToken, readGrpcMessage } from "../../../filters/host/grpc";
import { HeaderList } from "../../../filters/host/header-list";
import * as headers from "../../../filters/host/headers";
import { logCritical, logDebug, logError, logInfo, logWarn } from "../../../filters/host/log";
import { HostBytes } from "../../../filters/host/memory";
import * as metrics from "../../../filters/host/metrics";
import { IntCell, PropertyPath, readInt, readProperty, writeProperty } from "../../../filters/host/properties";
import { lastCas, readShared, writeShared } from "../../../filters/host/shared-data";
import { continueRequest, selectStream, sendLocalResponse } from "../../../filters/host/stream";
import { Bytes } from "../../../filters/wire/bytes";
import { Slice } from "../../../filters/wire/slice";

/* filters/host as functions over numbers, for test/filters/host. Texts come in through two places, go out through one. */

const IN_BYTES: i32 = 1 << 17;
const first: usize = heap.alloc(IN_BYTES);
const second: usize = heap.alloc(IN_BYTES);
const out = new Bytes(64, 1 << 20);
const bytes = new HostBytes();
const pairs = new headers.HeaderPairs();
const list = new HeaderList();
const cell = new IntCell();
const slice = new Slice();
const service = Slice.of("sluice.mixer.v1.Mixer");
const method = Slice.of("Check");
const details = Slice.of("sluice_denied");
let target = new GrpcTarget("cluster");

export { malloc } from "../../../filters/host/memory";
export function proxy_abi_version_0_2_1(): void {}
export function firstPtr(): usize {
	return first;
}
export function secondPtr(): usize {
	return second;
}
export function outPtr(): usize {
	return out.ptr;
}
export function outSize(): i32 {
	return out.size;
}

/** Copies what the host handed over to `out` and frees it. */
function take(status: i32): i32 {
	out.reset();
	out.raw(bytes.ptr, bytes.size);
	bytes.free();
	return status;
}
function text(size: i32): string {
	return String.UTF8.decodeUnsafe(first, size);
}
function key(size: i32): Slice {
	slice.set(first, size);
	return slice;
}

export function pairsRead(map: i32): i32 {
	return pairs.read(map);
}
export function pairsCount(): i32 {
	return pairs.count;
}
export function pairsName(i: i32): void {
	out.reset();
	out.raw(pairs.namePtr(i), pairs.nameSize(i));
}
export function pairsValue(i: i32): void {
	out.reset();
	out.raw(pairs.valuePtr(i), pairs.valueSize(i));
}
export function pairsFind(size: i32, from: i32): i32 {
	return pairs.find(key(size), from);
}
export function pairsFree(): void {
	pairs.free();
}
export function add(map: i32, nameSize: i32, valueSize: i32): i32 {
	return headers.addHeader(map, first, nameSize, second, valueSize);
}
export function replace(map: i32, nameSize: i32, valueSize: i32): i32 {
	return headers.replaceHeader(map, first, nameSize, second, valueSize);
}
export function remove(map: i32, nameSize: i32): i32 {
	return headers.removeHeader(map, first, nameSize);
}

export function property(size: i32): i32 {
	return take(readProperty(PropertyPath.of(text(size)), bytes));
}
export function int(size: i32): i32 {
	return readInt(PropertyPath.of(text(size)), cell);
}
export function intValue(): i64 {
	return cell.value;
}
export function setProperty(nameSize: i32, valueSize: i32): i32 {
	return writeProperty(PropertyPath.of(text(nameSize)), second, valueSize);
}
export function now(): u64 {
	return nowNs();
}
export function log(level: i32, size: i32): void {
	const line = text(size);
	if (level == 1) logDebug(line);
	else if (level == 2) logInfo(line);
	else if (level == 3) logWarn(line);
	else if (level == 4) logError(line);
	else logCritical(line);
}
export function pluginConfiguration(): i32 {
	return take(readPluginConfiguration(bytes));
}
export function vmConfiguration(): i32 {
	return take(readVmConfiguration(bytes));
}
export function tickEvery(ms: i32): i32 {
	return setTickPeriod(ms);
}

export function setCluster(size: i32): void {
	target = new GrpcTarget(text(size));
}
export function call(requestSize: i32, timeoutMs: u32): i32 {
	return callGrpc(target, service, method, first, requestSize, timeoutMs);
}
export function token(): u32 {
	return lastGrpcToken();
}
export function cancel(token: u32): i32 {
	return cancelGrpc(token);
}
export function proxy_on_grpc_receive(_root: u32, token: u32, size: i32): void {
	logInfo(`received ${token} ${take(readGrpcMessage(size, bytes))} ${size}`);
}
export function proxy_on_grpc_close(_root: u32, token: u32, status: u32): void {
	logInfo(`closed ${token} ${status}`);
}
export function proxy_on_tick(_root: u32): void {
	logInfo("tick");
}
export function proxy_on_request_headers(_id: u32, _count: u32, _end: u32): i32 {
	return 1;
}
export function proxy_on_response_headers(id: u32, count: u32, _end: u32): i32 {
	logInfo(`response of ${id} with ${count} headers`);
	return 0;
}
export function proxy_on_log(id: u32): void {
	logInfo(`log of ${id}`);
}

export function select(id: u32): i32 {
	return selectStream(id);
}
export function resume(): i32 {
	return continueRequest();
}
export function listReset(): void {
	list.reset();
}
export function listAdd(nameSize: i32, valueSize: i32): bool {
	return list.add(first, nameSize, second, valueSize);
}
export function respond(status: u32, bodySize: i32, grpcStatus: i32): i32 {
	return sendLocalResponse(status, details, first, bodySize, list, grpcStatus);
}

export function shared(keySize: i32): i32 {
	return take(readShared(key(keySize), bytes));
}
export function cas(): u32 {
	return lastCas();
}
export function share(keySize: i32, valueSize: i32, cas: u32): i32 {
	return writeShared(key(keySize), second, valueSize, cas);
}

export function counter(size: i32): u32 {
	return metrics.defineCounter(text(size));
}
export function gauge(size: i32): u32 {
	return metrics.defineGauge(text(size));
}
export function histogram(size: i32): u32 {
	return metrics.defineHistogram(text(size));
}
export function increment(id: u32, by: i64): void {
	metrics.increment(id, by);
}
export function record(id: u32, value: u64): void {
	metrics.recordMetric(id, value);
}
