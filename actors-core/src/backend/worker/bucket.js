// R2 buckets. What describes an object, or is asked for, crosses as JSON.

export function bucketOf(env, name) {
  const bucket = env[name];
  return typeof bucket?.createMultipartUpload === "function" ? bucket : undefined;
}

function described({ key, size, etag, uploaded, httpMetadata, customMetadata }) {
  const http = { ...httpMetadata, cacheExpiry: httpMetadata?.cacheExpiry?.getTime() };
  return { key, size, etag, uploaded: uploaded.getTime(), http, custom: customMetadata };
}

const json = (object) => (object === null ? undefined : JSON.stringify(described(object)));

export async function head(bucket, key) {
  return json(await bucket.head(key));
}

export async function get(bucket, key, range) {
  const object = await bucket.get(key, { range: range && JSON.parse(range) });
  if (object === null) return undefined;
  const { offset, length } = object.range;
  const headers = { "content-length": length };
  return [json(object), offset, length, new Response(object.body, { headers })];
}

// The body is bytes, or a response.
export async function put(bucket, key, body, length, options) {
  const { http, custom, condition } = JSON.parse(options);
  const { cacheExpiry } = http;
  if (cacheExpiry !== undefined) http.cacheExpiry = new Date(cacheExpiry);
  const conditions = condition === null ? undefined : condition;
  const settings = { httpMetadata: http, customMetadata: custom, onlyIf: conditions };
  if (body instanceof Uint8Array) return json(await bucket.put(key, body, settings));
  const { readable, writable } = new FixedLengthStream(length);
  const sent = body.body === null ? writable.close() : body.body.pipeTo(writable);
  const [object] = await Promise.all([bucket.put(key, readable, settings), sent]);
  return json(object);
}

export async function list(bucket, options) {
  const { objects, delimitedPrefixes, cursor } = await bucket.list(JSON.parse(options));
  return JSON.stringify({ objects: objects.map(described), prefixes: delimitedPrefixes, cursor });
}

export function remove(bucket, keys) {
  return bucket.delete(keys);
}
