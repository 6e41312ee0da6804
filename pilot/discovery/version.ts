/** What a version of xDS says of a revision. */
export interface Version {
	readonly revision: string;
	/** When it was decided on, milliseconds since 1970; undefined where it is not told. */
	readonly order: number | undefined;
}

/**
 * A revision as proxies keep it and say it again when they come back: `1764115200123-3f9a1c…`. The revision says what it
 * is, the order which of two is the later one, also to a server that knows only one of them.
 */
export function formatVersion({ revision, order }: Version): string {
	return order === undefined ? revision : `${order}-${revision}`;
}

/** Reads any text: what is no version of ours is a revision without an order. */
export function parseVersion(text: string): Version {
	const [, order, revision] = /^(\d{1,15})-(.+)$/s.exec(text) ?? [];
	if (order === undefined || revision === undefined) return { revision: text, order: undefined };
	return { revision, order: Number(order) };
}

/** Whether one version comes after another, as far as both tell. */
export function isLater(one: Version, other: Version): boolean {
	return one.order !== undefined && other.order !== undefined && one.order > other.order;
}
