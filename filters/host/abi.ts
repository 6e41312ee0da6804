/*
 * Envoy's Wasm ABI (proxy-wasm 0.2.1) where @solo-io/proxy-runtime/assembly/imports declares it wrongly, and what the
 * guard linked into every build (setup/guard.mjs) provides. Everything else is imported from that package directly.
 */

/** proxy-runtime has ten parameters; the ABI has twelve: the pairs of initial metadata come before the request. */
@external("env", "proxy_grpc_call")
export declare function proxy_grpc_call(
  service: usize, serviceSize: usize,
  name: usize, nameSize: usize,
  method: usize, methodSize: usize,
  initialMetadata: usize, initialMetadataSize: usize,
  request: usize, requestSize: usize,
  timeoutMs: u32, token: usize): u32;

/** Throws a Wasm exception, which the guard around the callback catches. Does not return. */
@external("guard", "throw")
export declare function throwException(): void;
