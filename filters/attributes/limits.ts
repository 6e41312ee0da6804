/** What an input document may hold at most; a request beyond any of these is answered 400 before a policy runs. */
@final
export class Limits {
	/** Bytes of the whole document. */
	inputBytes: i32 = 65536;
	/** Objects and arrays inside one another, the document itself among them. */
	inputDepth: i32 = 64;
	/** Keys of one object: OPA's object hash is unseeded, so many keys of one object can be made to collide. */
	inputKeys: i32 = 1024;
	/** Digits of one number: OPA's numbers have any precision, and arithmetic on long ones takes seconds. */
	numberDigits: i32 = 64;
}
