/** Colours of processes and variants: of middle lightness, to be told apart on white and on black. */
export const PROCESS_COLOURS: ReadonlyMap<string, string> = new Map([
	["Envoy", "#3f83c4"],
	["Mixer", "#e08a3c"],
	["OPA", "#a56cc1"],
]);

const VARIANT_COLOURS = ["#8b949e", "#b0884a", "#2f9e5b", "#2a8be0", "#1aa6a6", "#d4569d", "#e0762c", "#d0413f"];

/** The colour of the variant at this place of the table. */
export function variantColour(index: number): string {
	return VARIANT_COLOURS[index % VARIANT_COLOURS.length] ?? "#8b949e";
}

/** Light, and dark where the reader's system is. */
export const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.soft { font-size: 12px; fill: #59636e }
.ground { fill: #ffffff }
.grid { stroke: #d8dee4 }
.whisker { stroke: #1f2328 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.soft { fill: #9198a1 }
.ground { fill: #0d1117 }
.grid { stroke: #30363d }
.whisker { stroke: #e6edf3 }
}`;
