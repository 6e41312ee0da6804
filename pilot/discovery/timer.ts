/** Waiting as it is handed in, so that tests can let time pass themselves. */
export interface Timer {
	/** Calls `run` once after `delayMs`, unless the returned function is called before. */
	after(delayMs: number, run: () => void): () => void;
}
