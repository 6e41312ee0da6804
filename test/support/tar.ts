/** An entry of an archive; `type` as tar has it, a file if left out. */
export interface TarFile {
	readonly name: string;
	readonly content?: string;
	readonly type?: string;
}

const BLOCK_BYTES = 512;

/** An archive in the ustar format, with whatever names and types are asked for. */
export function tarOf(files: readonly TarFile[]): Buffer {
	const entries = files.flatMap(({ name, content = "", type = "0" }) => {
		const bytes = Buffer.from(content);
		const padding = Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES);
		return [headerOf(name, bytes.length, type), bytes, padding];
	});
	return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function headerOf(name: string, sizeBytes: number, type: string): Buffer {
	const header = Buffer.alloc(BLOCK_BYTES);
	header.write(name, 0, 100);
	header.write("0000644\0", 100);
	header.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124);
	header.write("        ", 148);
	header.write(type, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return header;
}
