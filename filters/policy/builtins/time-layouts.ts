import { Slice } from "../../wire/slice";

/** RFC 3339 with as many digits of a second as there are. */
export const RFC3339_NANO: Slice = Slice.of("2006-01-02T15:04:05.999999999Z07:00");
export const RFC3339: Slice = Slice.of("2006-01-02T15:04:05Z07:00");

const names: StaticArray<Slice> = [
	Slice.of("ANSIC"),
	Slice.of("UnixDate"),
	Slice.of("RubyDate"),
	Slice.of("RFC822"),
	Slice.of("RFC822Z"),
	Slice.of("RFC850"),
	Slice.of("RFC1123"),
	Slice.of("RFC1123Z"),
	Slice.of("RFC3339"),
	Slice.of("RFC3339Nano"),
];
const layouts: StaticArray<Slice> = [
	Slice.of("Mon Jan _2 15:04:05 2006"),
	Slice.of("Mon Jan _2 15:04:05 MST 2006"),
	Slice.of("Mon Jan 02 15:04:05 -0700 2006"),
	Slice.of("02 Jan 06 15:04 MST"),
	Slice.of("02 Jan 06 15:04 -0700"),
	Slice.of("Monday, 02-Jan-06 15:04:05 MST"),
	Slice.of("Mon, 02 Jan 2006 15:04:05 MST"),
	Slice.of("Mon, 02 Jan 2006 15:04:05 -0700"),
	RFC3339,
	RFC3339_NANO,
];

/** Puts the layout that OPA has a name for in the name's place; any other text is a layout itself. */
export function resolveLayout(layout: Slice): void {
	for (let i = 0; i < names.length; i++) {
		if (!unchecked(names[i]).equals(layout.ptr, layout.size)) continue;
		const known = unchecked(layouts[i]);
		layout.set(known.ptr, known.size);
		return;
	}
}
