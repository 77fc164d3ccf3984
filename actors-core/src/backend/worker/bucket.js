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
  const { offset = 0, length = object.size - offset } = object.range ?? {};
  const headers = { "content-length": length };
  return [json(object), offset, length, new Response(object.body, { headers })];
}

// The body is bytes, or a response. Returns false if a stream has another length.
export async function put(bucket, key, body, length, options) {
  const { http, custom, condition } = JSON.parse(options);
  if (http.cacheExpiry !== undefined) http.cacheExpiry = new Date(http.cacheExpiry);
  const onlyIf = condition ?? undefined;
  const settings = { httpMetadata: http, customMetadata: custom, onlyIf };
  if (body instanceof Uint8Array) return json(await bucket.put(key, body, settings));
  const { readable, writable } = new FixedLengthStream(length);
  const count = counter(length);
  const stream = body.body ?? new Response("").body;
  const sent = stream.pipeThrough(new TransformStream(count)).pipeTo(writable);
  try {
    const [object] = await Promise.all([bucket.put(key, readable, settings), sent]);
    return json(object);
  } catch (error) {
    if (count.isWrong) return false;
    throw error;
  }
}

// Sends each part when the next one is there: R2 stores what has reached the length, whatever
// follows.
function counter(length) {
  let [total, held] = [0, undefined];
  const check = (isRight) => {
    if (isRight) return;
    count.isWrong = true;
    throw new RangeError("the body has another length");
  };
  const count = {
    isWrong: false,
    transform(part, to) {
      total += part.byteLength;
      check(total <= length);
      if (part.byteLength === 0) return;
      if (held !== undefined) to.enqueue(held);
      held = part;
    },
    flush(to) {
      check(total === length);
      if (held !== undefined) to.enqueue(held);
    },
  };
  return count;
}

export async function list(bucket, options) {
  const { objects, delimitedPrefixes, cursor } = await bucket.list(JSON.parse(options));
  return JSON.stringify({ objects: objects.map(described), prefixes: delimitedPrefixes, cursor });
}

export function remove(bucket, keys) {
  return bucket.delete(keys);
}
