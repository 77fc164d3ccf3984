// KV and queues, with one call for each operation.

// A stub of another Worker has every method, so the class decides.
const bound = (env, name, type) => {
  const value = env[name];
  return value?.constructor?.name === type ? value : undefined;
};

export const hasBinding = (env, name) => env[name] !== undefined;

// ---- KV ---------------------------------------------------------------------

export const kvOf = (env, name) => bound(env, name, "KvNamespace");

export async function kvGet(kv, key) {
  const { value, metadata } = await kv.getWithMetadata(key, "arrayBuffer");
  if (value === null) return undefined;
  return {
    bytes: new Uint8Array(value),
    metadata: metadata === null ? undefined : JSON.stringify(metadata),
  };
}

// The value is copied, since it is in Wasm's memory.
export async function kvPut(kv, key, value, expiration, metadata) {
  if (metadata !== undefined) metadata = JSON.parse(metadata);
  await kv.put(key, value.slice(), { expiration, metadata });
}

export async function kvList(kv, prefix, cursor, limit) {
  const page = await kv.list({ prefix, cursor, limit });
  return JSON.stringify({
    keys: page.keys,
    cursor: page.list_complete ? undefined : page.cursor,
  });
}

export async function kvDelete(kv, key) {
  await kv.delete(key);
}

// ---- queues -----------------------------------------------------------------

export const queueOf = (env, name) => bound(env, name, "WorkerQueue");

export async function queueSend(queue, messages, delaySeconds) {
  const batch = messages.map((text) => ({ body: JSON.parse(text), contentType: "json" }));
  await queue.sendBatch(batch, { delaySeconds });
}
