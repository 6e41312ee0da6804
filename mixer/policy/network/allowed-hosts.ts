/** The ports of schemes that have none in a URL. */
const PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Holds a URL against the hosts that an operator lists: a name or address for the ports 80 and 443, with a port for that
 * one alone, `*.suffix` for every name below it.
 *
 * @throws RangeError where it is not listed, Error where it is no URL of http or https.
 */
export function checkHost(url: URL, hosts: readonly string[]): void {
	const own = PORTS[url.protocol];
	if (own === undefined) throw new Error(`unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
	const port = url.port === "" ? own : url.port;
	const isListed = hosts.some((host) => {
		const { name, port: only } = splitHost(host);
		const isPort = only === undefined ? Object.values(PORTS).includes(port) : port === only;
		return isPort && matches(url.hostname, name);
	});
	if (!isListed) throw notListed(url.host);
}

/** Holds a name alone against the list. @throws RangeError where it is not listed. */
export function checkName(name: string, hosts: readonly string[]): void {
	if (!hosts.some((host) => matches(name.toLowerCase(), splitHost(host).name))) throw notListed(name);
}

function splitHost(host: string): { name: string; port: string | undefined } {
	const [, name = host, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
	return { name, port };
}

function matches(name: string, listed: string): boolean {
	return listed.startsWith("*.") ? name.endsWith(listed.slice(1)) : name === listed;
}

function notListed(host: string): RangeError {
	return new RangeError(`disallowed host: ${host} is not listed in spec.httpSend.hosts of the Settings`);
}
