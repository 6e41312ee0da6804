/** What an element can say of itself. */
export type SvgAttributes = Readonly<Record<string, string | number>>;

/** An element with what is in it. Attributes and texts are escaped, children are elements already. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
	const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(show(value))}"`);
	const open = `<${name}${list.join("")}`;
	return children.length === 0 ? `${open}/>` : `${open}>${children.join("")}</${name}>`;
}

/** A line of text at a place, by its baseline. */
export function text(x: number, y: number, content: string, attributes: SvgAttributes = {}): string {
	return element("text", { x, y, ...attributes }, escapeText(content));
}

/** A straight line. */
export function line(from: Point, to: Point, attributes: SvgAttributes): string {
	return element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, ...attributes });
}

export interface Point {
	readonly x: number;
	readonly y: number;
}

function show(value: string | number): string {
	return typeof value === "number" ? String(Math.round(value * 10) / 10) : value;
}

function escapeText(content: string): string {
	return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
