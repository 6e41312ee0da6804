/** The part of the WebAssembly JavaScript API that is used here: TypeScript has it in the browser's library only. */
declare namespace WebAssembly {
	class Module {
		constructor(bytes: Uint8Array);
		static imports(module: Module): { module: string; name: string; kind: string }[];
		static exports(module: Module): { name: string; kind: string }[];
	}
	class Memory {
		constructor(pages: { initial: number; maximum?: number });
		readonly buffer: ArrayBuffer;
		grow(pages: number): number;
	}
	class Instance {
		constructor(module: Module, imports: Record<string, Record<string, unknown>>);
		readonly exports: Readonly<Record<string, unknown>>;
	}
	interface WebAssemblyInstantiatedSource {
		readonly module: Module;
		readonly instance: Instance;
	}
	class Global {
		value: unknown;
	}
	class CompileError extends Error {}
	class LinkError extends Error {}
	class RuntimeError extends Error {}
	class Exception {}
	function compile(bytes: Uint8Array): Promise<Module>;
}
