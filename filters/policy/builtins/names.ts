import { Slice } from "../../wire/slice";

/** The built-ins that the proxy can run; their order is that of names.json, the list for who builds policies. */
export enum Builtin {
	JwtDecode,
	JwtDecodeVerify,
	JwtVerifyEs256,
	JwtVerifyEs384,
	JwtVerifyEs512,
	JwtVerifyRs256,
	JwtVerifyRs384,
	JwtVerifyRs512,
	ObjectSubset,
	Sprintf,
	AnyPrefixMatch,
	AnySuffixMatch,
	TimeAddDate,
	TimeClock,
	TimeDate,
	TimeDiff,
	TimeFormat,
	TimeNow,
	TimeParseDuration,
	TimeParse,
	TimeParseRfc3339,
	TimeWeekday,
}

/** OPA's names, by `Builtin`. */
export const builtinNames: StaticArray<Slice> = [
	Slice.of("io.jwt.decode"),
	Slice.of("io.jwt.decode_verify"),
	Slice.of("io.jwt.verify_es256"),
	Slice.of("io.jwt.verify_es384"),
	Slice.of("io.jwt.verify_es512"),
	Slice.of("io.jwt.verify_rs256"),
	Slice.of("io.jwt.verify_rs384"),
	Slice.of("io.jwt.verify_rs512"),
	Slice.of("object.subset"),
	Slice.of("sprintf"),
	Slice.of("strings.any_prefix_match"),
	Slice.of("strings.any_suffix_match"),
	Slice.of("time.add_date"),
	Slice.of("time.clock"),
	Slice.of("time.date"),
	Slice.of("time.diff"),
	Slice.of("time.format"),
	Slice.of("time.now_ns"),
	Slice.of("time.parse_duration_ns"),
	Slice.of("time.parse_ns"),
	Slice.of("time.parse_rfc3339_ns"),
	Slice.of("time.weekday"),
];

/** How many arguments each takes. */
export const builtinArguments: StaticArray<i32> = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4, 1, 1, 2, 1, 0, 1, 2, 1, 1];
