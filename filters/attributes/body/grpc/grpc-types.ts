import { Bytes } from "../../../wire/bytes";
import { Slice } from "../../../wire/slice";
import { PairTable } from "../../pair-table";
import { EnumType, MessageType } from "./message-type";

const SLASH: u32 = 0x2f;
/** Longer than the name of any method. */
const MAX_NAME_BYTES: i32 = 4096;

/** What is known of gRPC's methods: the descriptors that a configuration names, as far as they are needed. */
@final
export class GrpcTypes {
	messages: Array<MessageType> = [] as MessageType[];
	enums: Array<EnumType> = [] as EnumType[];
	/** By name, such as shop.Orders/Place, the place of a method's request among the messages. */
	private inputs: PairTable = new PairTable();
	private name: Bytes = new Bytes(128, MAX_NAME_BYTES);

	/** Adds a method by its name; `finish` has to follow. */
	addMethod(name: string, message: i32): void {
		let key = Slice.of(name);
		this.inputs.add(key.ptr, key.size, 0, message);
	}

	/** No more methods come. */
	finish(): void {
		this.inputs.sort();
	}

	/** The type of the message that a method takes; null where the method is not known, or takes a stream of them. */
	inputOf(service: Slice, method: Slice): MessageType | null {
		let name = this.name;
		name.reset();
		name.raw(service.ptr, service.size);
		name.byte(SLASH);
		name.raw(method.ptr, method.size);
		let place = name.overflowed ? -1 : this.inputs.find(name.ptr, name.size);
		return place < 0 ? null : unchecked(this.messages[this.inputs.valueSize(place)]);
	}
}
