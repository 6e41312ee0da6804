const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL's host is this machine alone, so that nobody in between can read or change what is sent. */
export function isLoopback(hostname: string): boolean {
	return LOOPBACK.test(hostname);
}
