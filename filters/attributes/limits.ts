/** What an input document may hold at most; a request beyond any of these is refused before a policy runs. */
@final
export class Limits {
	/** Bytes of the document, without a body. */
	inputBytes: i32 = 65536;
	/** Bytes of a request's body that policies read; a document that has it may be twice as much larger. */
	bodyBytes: i32 = 65536;
	/** Objects and arrays inside one another, the document itself among them. */
	inputDepth: i32 = 64;
	/** Keys of one object: OPA's object hash is unseeded, so many keys of one object can be made to collide. */
	inputKeys: i32 = 1024;
	/** How large a document can get that has a body: as text, and taken apart, or written with escapes. */
	get largestInputBytes(): i32 {
		return this.inputBytes + 2 * this.bodyBytes;
	}

	/** Digits of one number: OPA's numbers have any precision, and arithmetic on long ones takes seconds. */
	numberDigits: i32 = 64;
}
