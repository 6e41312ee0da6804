import { Bytes } from "../../wire/bytes";
import { JsonDocument } from "../../wire/json-reader";
import { Slice } from "../../wire/slice";
import {
	policy_abort_message,
	policy_builtins,
	policy_copy_out,
	policy_entrypoints,
	policy_evaluate,
	policy_fuel_left,
	policy_load,
	policy_present,
	policy_result,
	policy_text_size,
} from "./abi";
import { beginBuiltins, bindBuiltins, builtinFault } from "./builtin-call";

/** How an evaluation ended; all but `Undefined` are the glue's own (mixer/policy/link/glue.ts). */
export enum Evaluated {
	Ok = 0,
	/** OPA gave up: a conflict, a value it cannot hold. */
	Aborted = 1,
	OutOfFuel = 2,
	OutOfMemory = 3,
	/** A built-in failed. */
	BuiltinError = 4,
	/** The entrypoint has no value for this input. */
	Undefined = 5,
	/** OPA would have calculated with a number that it can't. */
	NumberTooLong = 6,
}

/** Longest decision taken out of the policy. */
const MAX_RESULT_BYTES: i32 = 1048576;
const MAX_TABLE_BYTES: i32 = 1048576;
const MAX_MESSAGE_BYTES: i32 = 512;
const TABLE_DEPTH: i32 = 4;
const OUT_OF_MEMORY_TEXT = "ran out of memory";
/** What OPA's module says where its memory may not grow. */
const OPAS_OUT_OF_MEMORY = "opa_malloc: failed";
/** Around the value of one result, as OPA writes a result set of one. */
const PREFIX = Slice.of('[{"result":');
const SUFFIX_BYTES: i32 = 2;
const NONE: i32 = -1;

/** The Rego policy linked into this module. There is one in a VM. */
@final
export class LinkedPolicy {
	/** The decision's JSON after Ok. */
	value: Slice = new Slice();

	private result: Bytes = new Bytes(1024, MAX_RESULT_BYTES);
	private tables: JsonDocument = new JsonDocument();
	private table: Bytes = new Bytes(1024, MAX_TABLE_BYTES);

	/** Whether this module has a policy. */
	get present(): bool {
		return policy_present() != 0;
	}

	/** Takes the data document (JSON); false where the policy can't hold it. */
	load(ptr: usize, size: i32): bool {
		if (policy_load(ptr, size) != Evaluated.Ok) return false;
		if (!this.readTable(policy_builtins())) return false;
		return bindBuiltins(this.tables);
	}

	/** OPA's number of an entrypoint; -1 where the policy has none of that name. */
	entrypoint(name: Slice): i32 {
		if (!this.readTable(policy_entrypoints())) return NONE;
		let member = this.tables.member(this.tables.root, name);
		return member == NONE ? NONE : <i32>this.tables.integer(member);
	}

	/** Evaluates one entrypoint over an input document, within `fuel` units of work. */
	evaluate(entrypoint: i32, input: Bytes, fuel: i64): Evaluated {
		this.value.set(0, 0);
		beginBuiltins();
		let ended = <Evaluated>policy_evaluate(entrypoint, input.ptr, input.size, fuel);
		if (ended != Evaluated.Ok) return ended;
		this.result.reset();
		if (!copyText(policy_result(), this.result)) return Evaluated.OutOfMemory;
		let size = this.result.size - PREFIX.size - SUFFIX_BYTES;
		if (size <= 0 || memory.compare(this.result.ptr, PREFIX.ptr, PREFIX.size) != 0) return Evaluated.Undefined;
		this.value.set(this.result.ptr + PREFIX.size, size);
		return Evaluated.Ok;
	}

	/** Units of work the last evaluation left; negative where it ran out. */
	get fuelLeft(): i64 {
		return policy_fuel_left();
	}

	/** What an evaluation that failed ran into, for Envoy's log. */
	describe(ended: Evaluated): string {
		switch (ended) {
			case Evaluated.OutOfFuel:
				return "ran out of fuel";
			case Evaluated.OutOfMemory:
				return OUT_OF_MEMORY_TEXT;
			case Evaluated.BuiltinError:
				return builtinFault();
			case Evaluated.Undefined:
				return "the decision is undefined";
			case Evaluated.NumberTooLong:
				return "calculates with a number of more than 256 characters, or an exponent of more than three digits";
			default:
				return this.abortMessage();
		}
	}

	private abortMessage(): string {
		let at = policy_abort_message();
		let message = new Bytes(64, MAX_MESSAGE_BYTES);
		if (at == 0 || !copyText(at, message)) return "OPA aborted";
		let text = String.UTF8.decodeUnsafe(message.ptr, message.size);
		heap.free(message.ptr);
		return text == OPAS_OUT_OF_MEMORY ? OUT_OF_MEMORY_TEXT : text;
	}

	private readTable(at: i32): bool {
		this.table.reset();
		return copyText(at, this.table) && this.tables.parse(this.table.ptr, this.table.size, TABLE_DEPTH);
	}
}

/** The one of this VM. */
export const linkedPolicy = new LinkedPolicy();

/** Appends a text in policy memory; false where it doesn't fit. */
function copyText(at: i32, out: Bytes): bool {
	let size = policy_text_size(at);
	if (!out.reserve(size)) return false;
	policy_copy_out(out.ptr + out.size, at, size);
	out.size += size;
	return true;
}
