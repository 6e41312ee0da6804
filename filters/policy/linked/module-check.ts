import { Bytes } from "../../wire/bytes";
import { Slice } from "../../wire/slice";
import { decodeBase64Url, decodePadded } from "../builtins/base64";
import { fail, startFault } from "../builtins/fault";
import { hasNumberOutOfRange } from "../builtins/number-range";
import { root, tape } from "../builtins/operands";
import { RegoKind } from "../builtins/rego-tape";
import { policy_parse_value } from "./abi";
import { endUnlessLenient, readOperand } from "./builtin-call";

/** What a built-in of OPA's module is asked with; mixer/policy/link/glue.ts has the numbers. */
enum Check {
	Divisor = 0,
	Modulus = 1,
	Base64 = 2,
	Base64Url = 3,
	Base64Validity = 4,
	Json = 5,
}

/** Text that is decoded only to see whether it can be. */
const MAX_DECODED_BYTES: i32 = 1048576;

const div = Slice.of("div");
const rem = Slice.of("rem");
const decoded = new Bytes(256, MAX_DECODED_BYTES);
const text = new Bytes(8, 8);

let answer: i32 = 0;

/**
 * Called by the glue before a built-in of OPA's own module, with the argument that it would answer otherwise than opa:
 * 1 where `policyCheckAnswer` is the answer instead, 0 where the module may go on. A division by zero ends the evaluation,
 * unless the Policy wants no value then.
 */
export function policyCheck(check: i32, value: i32): i32 {
	answer = 0;
	readOperand(value);
	const operand = tape.at(root(0));
	if (check <= Check.Modulus) return checkDivisor(check, operand.ptr, operand.size);
	// Every other type the module answers as opa does.
	if (operand.kind != RegoKind.String) return 0;
	switch (check) {
		case Check.Json:
			return hasNumberOutOfRange(operand.ptr, operand.size) ? 1 : 0;
		case Check.Base64Validity:
			return answerWith(decodes(check, operand.ptr, operand.size) ? "true" : "false");
		default:
			return checkBase64(check, operand.ptr, operand.size);
	}
}

/** The value to be answered; 0: none. */
export function policyCheckAnswer(): i32 {
	return answer;
}

/** Whether a number is 0 however it is written: no digit before its exponent is another. */
function checkDivisor(check: i32, ptr: usize, size: i32): i32 {
	for (let i = 0; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if ((byte | 0x20) == 0x65) break;
		if (byte - 0x31 < 9) return 0;
	}
	startFault(check == Check.Divisor ? div : rem);
	fail(check == Check.Divisor ? "divide by zero" : "modulo by zero");
	endUnlessLenient();
	return 1;
}

/** What is none has no value, as whatever fails inside the module. */
function checkBase64(check: i32, ptr: usize, size: i32): i32 {
	if (!decodes(check, ptr, size)) return 1;
	return decoded.size == 0 ? answerWith('""') : 0;
}

function decodes(check: i32, ptr: usize, size: i32): bool {
	decoded.reset();
	return check == Check.Base64Url ? decodeBase64Url(decoded, ptr, size) : decodePadded(decoded, ptr, size);
}

function answerWith(value: string): i32 {
	text.reset();
	text.text(value);
	answer = policy_parse_value(text.ptr, text.size);
	return 1;
}
