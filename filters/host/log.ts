import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Bytes } from "../wire/bytes";

/** Envoy's log levels. */
export enum LogLevel {
	Trace = 0,
	Debug = 1,
	Info = 2,
	Warn = 3,
	Error = 4,
	Critical = 5,
}

/** A longer line is replaced by a note: whoever logs bounds what it quotes. */
const MAX_LINE_BYTES: i32 = 16384;

const QUESTION: u8 = 0x3f;

const line: Bytes = new Bytes(512, MAX_LINE_BYTES);

export function logDebug(text: string): void {
	log(LogLevel.Debug, text);
}

export function logInfo(text: string): void {
	log(LogLevel.Info, text);
}

export function logWarn(text: string): void {
	log(LogLevel.Warn, text);
}

export function logError(text: string): void {
	log(LogLevel.Error, text);
}

export function logCritical(text: string): void {
	log(LogLevel.Critical, text);
}

/** One line to Envoy's log, from bytes. */
export function logBytes(level: LogLevel, ptr: usize, size: i32): void {
	host.proxy_log(level, ptr, size);
}

function log(level: LogLevel, text: string): void {
	line.reset();
	line.text(text);
	if (line.overflowed) {
		line.reset();
		line.text("a log line of more than 16384 bytes was left out");
	}
	withoutControls(line);
	logBytes(level, line.ptr, line.size);
}

/** Control characters become question marks, C1's two bytes two of them: what is quoted can begin no line of its own. */
function withoutControls(line: Bytes): void {
	const end = line.ptr + line.size;
	let isC1 = false;
	for (let at = line.ptr; at < end; at++) {
		const byte: u32 = load<u8>(at);
		const beginsC1 = byte == 0xc2 && at + 1 < end && load<u8>(at + 1) < 0xa0;
		if (byte < 0x20 || byte == 0x7f || beginsC1 || isC1) store<u8>(at, QUESTION);
		isC1 = beginsC1;
	}
}
