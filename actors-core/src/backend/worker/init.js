// worker-build's record of the Wasm instance: its number, and whether it is to be replaced. The
// crate `worker` has the same one.
const state = { criticalError: false, instanceId: 0 };
globalThis.__worker_init_state = state;

export function record() {
  return state;
}

export function started() {
  state.instanceId++;
}

export function died(message) {
  console.error("Critical", new Error(`Rust panic: ${message}`));
  state.criticalError = true;
}
