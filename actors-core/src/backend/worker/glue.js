// What only JavaScript can do for the Rust side, with as few calls as possible.
import { DurableObject } from "cloudflare:workers";

// ---- errors -----------------------------------------------------------------

function failure(name, message) {
  const error = new Error(message);
  error.name = name;
  if (name === "Unavailable" || name === "Busy") error.retryable = true;
  return error;
}

export { failure };

// ---- panics -----------------------------------------------------------------

// A panic aborts the whole Wasm instance. Its hook runs before that and reports it here, so
// that everybody who waits for this instance gets an error.
const pending = new Set();
let panic;

export class Deferred {
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    pending.add(this);
  }

  resolve(value) {
    pending.delete(this);
    this.settle.resolve(value);
  }

  reject(error) {
    pending.delete(this);
    this.settle.reject(error);
  }
}

// The objects that run alarms, and what cut that short, by object: the alarm whose handler
// has panicked and its message, a panic elsewhere, or (an empty list) a trap.
const ringing = new Set();
const losses = new Map();

export function ringBegins(object) {
  ringing.add(object);
  const loss = losses.get(object);
  losses.delete(object);
  return loss;
}

export function ringEnds(object) {
  ringing.delete(object);
}

export function panicked(message, current, object, alarm) {
  panic = failure("Panic", message);
  current?.reject(panic);
  lose("another one in its isolate panicked", [undefined, message]);
  if (object !== undefined) losses.set(object, [alarm, message]);
}

function lose(why, loss) {
  for (const object of ringing) losses.set(object, loss);
  ringing.clear();
  for (const deferred of pending) {
    deferred.reject(failure("Unavailable", `the object was lost: ${why}`));
  }
}

// An instance may also end without a panic, when it runs out of memory or stack.
function isTrap(error) {
  const isOverflow = error instanceof RangeError && error.message.includes("call stack");
  return isOverflow || error instanceof WebAssembly.RuntimeError;
}

function trapped({ message }) {
  // Has worker-build replace the instance before the next event, which it does by itself for other
  // ends. wasm-bindgen would do so in the midst of the event, whose arguments are in the old one.
  const state = globalThis.__worker_init_state;
  if (state) state.criticalError = true;
  lose(`its Wasm instance trapped: ${message}`, []);
  return failure("Panic", `trapped: ${message}`);
}

// Only this learns of a task that traps.
addEventListener("error", ({ error }) => {
  if (isTrap(error)) trapped(error);
});

// ---- classes ----------------------------------------------------------------

const FETCH = -1;
const ALARM = -2;
const MESSAGE = -3;
const CLOSE = -4;
const ERROR = -5;
const declared = new WeakSet();

// Turns a class exported by wasm-bindgen into one for which the runtime accepts RPC calls:
// it extends DurableObject, and has the actor's methods and no others.
export function declare(instance, methods, answersRequests, hasSockets, hearsTheirEnd, maxBytes) {
  const Class = instance.constructor;
  if (declared.has(Class)) return; // the instance was made anew, the class was not
  declared.add(Class);
  const { prototype } = Class;
  const { dispatch } = prototype;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key !== "constructor") delete prototype[key];
  }
  // `give` passes the event on, together with what is packed, in one call.
  const define = (name, give) =>
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(...values) {
        panic = undefined;
        try {
          return give(this, values);
        } catch (error) {
          // A panic only throws "unreachable"; the hook has reported why.
          throw isTrap(error) ? (panic ?? trapped(error)) : error;
        }
      },
    });
  methods.forEach((name, number) =>
    define(name, (object, values) => {
      if (values.length === 0) return dispatch.call(object, number);
      const cells = packedValues(values);
      return dispatch.call(object, number, cells, packedTexts(), packedBytes());
    }),
  );
  const give = (object, event, about, cells, texts, bytes) =>
    dispatch.call(object, event, cells, texts, bytes, about);
  if (answersRequests || hasSockets) {
    define("fetch", (object, [request]) => give(object, FETCH, request));
  }
  if (hasSockets) {
    define("webSocketMessage", (object, [socket, message]) => {
      const isText = typeof message === "string";
      // UTF-8 has at least one byte for each unit of a string.
      const length = isText ? message.length : message.byteLength;
      if (length > maxBytes) return give(object, MESSAGE, socket, [length]);
      if (isText) return give(object, MESSAGE, socket, undefined, message);
      return give(object, MESSAGE, socket, undefined, undefined, new Uint8Array(message));
    });
  }
  if (hasSockets && hearsTheirEnd) {
    define("webSocketClose", (object, [socket, code, reason, wasClean]) =>
      give(object, CLOSE, socket, [code, wasClean ? 1 : 0], reason),
    );
    define("webSocketError", (object, [socket, error]) =>
      give(object, ERROR, socket, undefined, `${error?.message ?? error}`),
    );
  }
  if (hasSockets) answerCloses(prototype);
  define("alarm", (object, [info]) => {
    const time = info?.scheduledTime;
    return give(object, ALARM, undefined, time === undefined ? undefined : [Number(time)]);
  });
  const { alarm } = prototype;
  prototype.alarm = async function (info) {
    try {
      await alarm.call(this, info);
    } catch (error) {
      // The next ring is already set. The platform would retry only a few times.
      if (error.name !== "Panic" && error.name !== "Unavailable") throw error;
    }
  };
  Object.setPrototypeOf(Class, DurableObject);
  Object.setPrototypeOf(prototype, DurableObject.prototype);
}

// ---- calls ------------------------------------------------------------------

export function stub(env, binding, name) {
  const namespace = env[binding];
  if (typeof namespace?.getByName !== "function") return undefined;
  return namespace.getByName(name);
}

export function call(stub, method, cells, texts, bytes) {
  return stub[method](...unpackedValues(cells, texts, bytes));
}

// ---- values -----------------------------------------------------------------

// The kinds of values, as in `packed.rs`, which documents what follows each.
const UNDEFINED = 0;
const NOTHING = 1;
const FALSE = 2;
const TRUE = 3;
const A_NUMBER = 4;
const A_TEXT = 5;
const A_DATE = 6;
const SOME_BYTES = 7;
const A_LIST = 8;
const AN_OBJECT = 9;
const A_BIGINT = 10;
const OTHER = 11;

// What a call may carry, as in `budget.rs`: that counts exactly; here only the room is
// limited.
const MOST_VALUES = 1_000_000;
const MOST_UNITS = 32 << 20;
const DEEPEST = 128;

const packing = {
  cells: new Float64Array(256),
  length: 0,
  texts: [],
  blobs: [],
  keys: new Map(),
  values: MOST_VALUES,
  units: MOST_UNITS,
};

function cell(cell) {
  if (packing.length === packing.cells.length) {
    const cells = new Float64Array(2 * packing.length);
    cells.set(packing.cells);
    packing.cells = cells;
  }
  packing.cells[packing.length++] = cell;
}

function text(kind, text) {
  // Half a surrogate pair would combine with a half that follows it.
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  cell(kind);
  cell(whole.length);
  packing.texts.push(whole);
}

// Takes room; once there is not enough, none is left at all.
function takes(what, count) {
  const left = packing[what] - count;
  packing[what] = Math.max(left, 0);
  return left >= 0;
}

function pack(value, depth) {
  switch (typeof value) {
    case "undefined":
      return cell(UNDEFINED);
    case "boolean":
      return cell(value ? TRUE : FALSE);
    case "number":
      cell(A_NUMBER);
      return cell(value);
    case "string":
      if (!takes("units", value.length)) return text(OTHER, "a part of a call of more than 32 MiB");
      return text(A_TEXT, value);
    case "bigint":
      return text(A_BIGINT, `${value}`);
    case "object":
      if (value !== null) return packObject(value, depth + 1);
      return cell(NOTHING);
    default:
      return text(OTHER, `a ${typeof value}`);
  }
}

function packObject(value, depth) {
  if (value instanceof Date) {
    cell(A_DATE);
    return cell(value.getTime());
  }
  if (value instanceof Uint8Array) return packBytes(value);
  if (value instanceof ArrayBuffer) return packBytes(new Uint8Array(value));
  if (depth > DEEPEST) return text(OTHER, `a value nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) {
    // A list may be long but empty.
    if (!takes("values", value.length)) return tooMany();
    cell(A_LIST);
    cell(value.length);
    for (let at = 0; at < value.length; at++) pack(value[at], depth);
    return;
  }
  if (value instanceof Map) {
    for (const key of value.keys()) {
      if (typeof key !== "string") return text(OTHER, "a Map with keys that are not text");
    }
    return packFields(value.size, value, depth);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    const fields = Object.entries(value);
    return packFields(fields.length, fields, depth);
  }
  text(OTHER, `a ${value.constructor?.name || "object without a prototype"}`);
}

function packFields(count, fields, depth) {
  if (!takes("values", count)) return tooMany();
  cell(AN_OBJECT);
  cell(count);
  for (const [key, value] of fields) {
    const number = packing.keys.get(key);
    if (number === undefined) {
      text(packing.keys.size, key);
      packing.keys.set(key, packing.keys.size);
    } else {
      cell(number);
    }
    pack(value, depth);
  }
}

function packBytes(bytes) {
  if (!takes("units", bytes.length)) return text(OTHER, "a part of a call of more than 32 MiB");
  cell(SOME_BYTES);
  cell(bytes.length);
  packing.blobs.push(bytes);
}

function tooMany() {
  text(OTHER, `one value of more than ${MOST_VALUES} in the call`);
}

function packedValues(values) {
  packing.length = 0;
  packing.texts = [];
  packing.blobs = [];
  if (packing.keys.size > 0) packing.keys.clear();
  packing.values = MOST_VALUES;
  packing.units = MOST_UNITS;
  for (const value of values) pack(value, 0);
  return packing.cells.subarray(0, packing.length);
}

export function packed(value) {
  return packedValues([value]);
}

// The rest of what was packed last; only once, so that it is not kept in memory.
export function packedTexts() {
  const { texts } = packing;
  packing.texts = [];
  if (texts.length > 0) return texts.length === 1 ? texts[0] : texts.join("");
}

export function packedBytes() {
  const { blobs } = packing;
  packing.blobs = [];
  if (blobs.length > 0) return joined(blobs);
}

// What is being unpacked: the cells, texts and bytes, and how far each has been read.
const unpacking = { cells: [], at: 0, texts: "", text: 0, bytes: undefined, byte: 0, keys: [] };

function unpackedText() {
  const start = unpacking.text;
  unpacking.text += unpacking.cells[unpacking.at++];
  return unpacking.texts.substring(start, unpacking.text);
}

function unpack() {
  const kind = unpacking.cells[unpacking.at++];
  switch (kind) {
    case NOTHING:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case A_NUMBER:
      return unpacking.cells[unpacking.at++];
    case A_TEXT:
      return unpackedText();
    case A_DATE:
      return new Date(unpacking.cells[unpacking.at++]);
    case A_BIGINT:
      return BigInt(unpackedText());
    case SOME_BYTES: {
      const start = unpacking.byte;
      unpacking.byte += unpacking.cells[unpacking.at++];
      // A copy, since Wasm's memory must not be shared.
      return unpacking.bytes?.slice(start, unpacking.byte) ?? new Uint8Array();
    }
    case A_LIST: {
      const list = new Array(unpacking.cells[unpacking.at++]);
      for (let at = 0; at < list.length; at++) list[at] = unpack();
      return list;
    }
    case AN_OBJECT:
      return unpackObject(unpacking.cells[unpacking.at++]);
  }
}

function unpackObject(count) {
  const object = {};
  for (let at = 0; at < count; at++) {
    const number = unpacking.cells[unpacking.at++];
    if (number === unpacking.keys.length) unpacking.keys.push(unpackedText());
    const key = unpacking.keys[number];
    const value = unpack();
    // Defines an own property, whatever its name: setting `__proto__` would do something else.
    if (key === "__proto__") {
      const all = { configurable: true, enumerable: true, writable: true };
      Object.defineProperty(object, key, { value, ...all });
    } else {
      object[key] = value;
    }
  }
  return object;
}

function unpackedValues(cells, texts, bytes) {
  const start = { at: 0, text: 0, byte: 0, keys: [] };
  Object.assign(unpacking, start, { cells, texts: texts ?? "", bytes });
  const values = [];
  while (unpacking.at < cells.length) values.push(unpack());
  unpacking.cells = unpacking.texts = unpacking.bytes = undefined;
  return values;
}

export function unpacked(cells, texts, bytes) {
  return unpackedValues(cells, texts, bytes)[0];
}

// ---- requests ---------------------------------------------------------------

// The runtime passes on what a client has sent, including `/a/../b` and `/a/%2e%2e/b`, and
// turns one or both into `/b` later. Everything that reads a URL must read that form.
function canonical(url) {
  if (isPlain(url)) return url;
  return URL.canParse(url) ? new URL(url).href : undefined;
}

// Most URLs are already canonical, and parsing one takes longer than checking that.
const PLAIN_PATH = /^(?:\/(?!\.)[\w.~-]*)+(?:\?[\w.~=&-]*)?$/;
const plainOrigins = new Map();

function isPlain(url) {
  const slash = url.indexOf("/", 8);
  if (slash < 0 || !PLAIN_PATH.test(url.slice(slash))) return false;
  const origin = url.slice(0, slash);
  let known = plainOrigins.get(origin);
  if (known === undefined) {
    known = URL.canParse(origin) && new URL(origin).origin === origin;
    if (plainOrigins.size >= 100) plainOrigins.clear();
    plainOrigins.set(origin, known);
  }
  return known;
}

function headers(of) {
  let lines = "";
  for (const [name, value] of of.headers) lines += `\n${name}\n${value}`;
  return lines;
}

export function headOfRequest(request) {
  const { method } = request;
  const url = canonical(request.url);
  if (url === undefined) return undefined;
  // Accessing a body makes the runtime create a stream for it.
  const hasBody = method !== "GET" && method !== "HEAD" && request.body !== null;
  return `${hasBody ? 1 : 0}\n${method}\n${url}${headers(request)}`;
}

export function headOfResponse(response) {
  return `${response.body === null ? 0 : 1}\n${response.status}${headers(response)}`;
}

export async function bytesOf(body) {
  return new Uint8Array(await body.arrayBuffer());
}

function newHeaders(lines) {
  if (lines === undefined) return undefined;
  const headers = new Headers();
  const parts = lines.split("\n");
  for (let at = 0; at < parts.length; at += 2) headers.append(parts[at], parts[at + 1]);
  return headers;
}

// A body is copied, since Wasm's memory must not be shared.
export function respond(status, headers, body) {
  return new Response(body?.slice(), { status, headers: newHeaders(headers) });
}

export function newRequest(method, url, headers, body) {
  return new Request(url, { method, headers: newHeaders(headers), body: body?.slice() });
}

export function pathOf(request) {
  const url = canonical(request.url);
  return url === undefined ? undefined : new URL(url).pathname;
}

export function forward(env, binding, name, request, mayUpgrade) {
  const object = stub(env, binding, name);
  if (object === undefined) return undefined;
  const url = canonical(request.url);
  if (url !== request.url) request = new Request(url, request);
  return object.fetch(mayUpgrade ? request : withoutUpgrade(request));
}

function withoutUpgrade(request) {
  if (!request.headers.has("upgrade")) return request;
  const headers = new Headers(request.headers);
  headers.delete("upgrade");
  return new Request(request, { headers });
}

// ---- web sockets ------------------------------------------------------------

// The close codes that nobody may send; 1005 means that there was none.
const NO_CODE = 1005;
const isSendable = (code) => code >= 1000 && code < 5000 && ![1004, 1006, 1015].includes(code);

// The object has to acknowledge that a client closes its socket: until then the client
// waits. A client whose code violates the protocol is told so.
function answerCloses(prototype) {
  const { webSocketClose } = prototype;
  prototype.webSocketClose = function (socket, code, ...why) {
    try {
      if (code === NO_CODE) socket.close();
      else if (isSendable(code)) socket.close(code, why[0]);
      else socket.close(1002, "a close with this code can't be sent");
    } catch {} // the connection is lost, or was closed from here
    return webSocketClose?.call(this, socket, code, ...why);
  };
}

export function answerByItself(ctx, ping, pong) {
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
}

// The attachments of sockets that have been read: reading what the runtime has stored takes
// several times as long as everything else that a message does here.
const attachments = new WeakMap();

export function attachmentOf(socket) {
  let attachment = attachments.get(socket);
  if (attachment === undefined) {
    attachment = socket.deserializeAttachment();
    attachments.set(socket, attachment);
  }
  return attachment;
}

export function attach(socket, attachment) {
  socket.serializeAttachment(attachment);
  attachments.set(socket, attachment);
}

// Responds to an upgrade with one end of a new socket; the object hibernates with the other.
export function accept(ctx, tags, attachment, protocol, greetings) {
  const { 0: client, 1: server } = new WebSocketPair();
  attach(server, attachment);
  ctx.acceptWebSocket(server, tags);
  for (const greeting of greetings) server.send(greeting);
  const headers = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
  return new Response(null, { status: 101, webSocket: client, headers });
}

// Whether a socket with one tag also has the others, and is not excluded.
function isMeant(ctx, socket, tags, except) {
  if (except.length > 0 && except.includes(socket)) return false;
  return tags.length === 0 || tags.every((tag) => ctx.getTags(socket).includes(tag));
}

// The object's open sockets that have all the tags and are not in `except`.
export function select(ctx, [tag, ...tags], except) {
  const isOpen = (socket) => socket.readyState === WebSocket.OPEN;
  const sockets = ctx.getWebSockets(tag).filter(isOpen);
  return sockets.filter((socket) => isMeant(ctx, socket, tags, except));
}

// Sends to those; one that is not open throws, which does not affect the others.
export function broadcast(ctx, [tag, ...tags], except, message) {
  let sent = 0;
  for (const socket of ctx.getWebSockets(tag)) {
    try {
      if (!isMeant(ctx, socket, tags, except)) continue;
      socket.send(message);
      sent += 1;
    } catch {}
  }
  return sent;
}

// By its tag; a socket with ten tags of its own has no room for that, and is searched for.
export function withId(ctx, tag, id) {
  const isMeant = (socket) => {
    const [head] = JSON.parse(new TextDecoder().decode(attachmentOf(socket)));
    return head.id === id;
  };
  const found =
    ctx.getWebSockets(tag)[0] ??
    ctx.getWebSockets().find((socket) => ctx.getTags(socket).length === 10 && isMeant(socket));
  return found?.readyState === WebSocket.OPEN ? found : undefined;
}

function joined(blobs) {
  const bytes = new Uint8Array(blobs.reduce((size, blob) => size + blob.byteLength, 0));
  let at = 0;
  for (const blob of blobs) {
    bytes.set(blob instanceof ArrayBuffer ? new Uint8Array(blob) : blob, at);
    at += blob.byteLength;
  }
  return bytes;
}

// ---- SQL --------------------------------------------------------------------

// The kinds of cells, as in `sql.rs`.
const NULL = 0;
const NUMBER = 1;
const TEXT = 2;
const BLOB = 3;

// The values of statements, which are read one after the other.
class Values {
  constructor(cells, texts, bytes) {
    Object.assign(this, { cells, texts, bytes, at: 0, text: 0, byte: 0 });
  }

  // The values in the next cells.
  next(size) {
    const values = [];
    for (const end = this.at + size; this.at < end; this.at += 2) values.push(this.value());
    return values;
  }

  value() {
    const size = this.cells[this.at + 1];
    switch (this.cells[this.at]) {
      case NULL:
        return null;
      case NUMBER:
        return size;
      case TEXT:
        return this.texts?.substring(this.text, (this.text += size)) ?? "";
      case BLOB:
        return this.bytes?.slice(this.byte, (this.byte += size)) ?? new Uint8Array();
    }
  }
}

const finish = (cursor) => cursor.next().done || cursor.toArray();

// Runs statements and drains their cursors, since one left open slows down the next run of
// the same text. Values and rows are passed packed: kinds and numbers (or lengths) in one
// array, all texts in one string, all bytes in one array.
export class Sql {
  constructor(ctx) {
    this.sql = ctx.storage.sql;
    this.rowsRead = 0;
    this.rowsWritten = 0;
  }

  // Each cell is two numbers: its kind, and itself or its length. The first number is the
  // width; the array is empty if the statement failed.
  query(statement, cells, texts, bytes) {
    const rows = this.exec(statement, cells, texts, bytes, (cursor) => cursor.raw().toArray());
    if (!rows) return new Float64Array();
    const width = rows.length > 0 ? rows[0].length : 0;
    const packed = new Float64Array(1 + 2 * rows.length * width);
    packed[0] = width;
    this.texts = [];
    this.blobs = [];
    let at = 1;
    for (const row of rows) {
      for (let column = 0; column < width; column++) {
        const cell = row[column];
        if (typeof cell === "number") {
          packed[at] = NUMBER;
          packed[at + 1] = cell;
        } else if (typeof cell === "string") {
          packed[at] = TEXT;
          packed[at + 1] = cell.length;
          this.texts.push(cell);
        } else if (cell !== null) {
          packed[at] = BLOB;
          packed[at + 1] = cell.byteLength;
          this.blobs.push(cell);
        }
        at += 2;
      }
    }
    return packed;
  }

  // How many rows were written; NaN if the statement failed.
  run(statement, cells, texts, bytes) {
    return this.exec(statement, cells, texts, bytes, finish) ? this.cursor.rowsWritten : NaN;
  }

  // Runs a statement `count` times, each time with the next `size` cells. How many rows were
  // written; NaN if it failed, after as many runs as `runs` says.
  runEach(statement, size, count, cells, texts, bytes) {
    const values = new Values(cells, texts, bytes);
    let written = 0;
    for (this.runs = 0; this.runs < count; this.runs++) {
      if (!this.drained(statement, values.next(size), finish)) return NaN;
      written += this.cursor.rowsWritten;
    }
    return written;
  }

  exec(statement, cells, texts, bytes, drain) {
    return this.drained(statement, new Values(cells, texts, bytes).next(cells.length), drain);
  }

  drained(statement, values, drain) {
    // Caught here: an import that may throw costs wasm-bindgen a closure for each call.
    try {
      const cursor = this.sql.exec(statement, ...values);
      const rows = drain(cursor);
      this.rowsRead += cursor.rowsRead;
      this.rowsWritten += cursor.rowsWritten;
      this.cursor = cursor;
      return rows;
    } catch (error) {
      this.error = error;
    }
  }

  // The columns of the last query.
  allTexts() {
    return this.texts.length === 1 ? this.texts[0] : this.texts.join("");
  }

  allBlobs() {
    return joined(this.blobs);
  }

  names() {
    return this.cursor.columnNames.join("\0");
  }
}

// ---- time -------------------------------------------------------------------

export class Timer {
  constructor(millis) {
    this.promise = new Promise((resolve) => {
      this.id = setTimeout(resolve, millis);
    });
  }

  stop() {
    clearTimeout(this.id);
  }
}

// ---- time zones -------------------------------------------------------------

const clocks = new Map();

// The clocks of a zone in the IANA database, not of an offset such as "+01:00".
function clock(zone) {
  if (!clocks.has(zone) && /^[a-z]/i.test(zone)) {
    const options = { timeZone: zone, timeZoneName: "longOffset" };
    clocks.set(zone, new Intl.DateTimeFormat("en", options));
  }
  return clocks.get(zone);
}

// How many seconds they are ahead of UTC: "GMT" or "GMT-03:30".
export function utcOffset(zone, millis) {
  try {
    const { value } = clock(zone).formatToParts(millis).find(({ type }) => type === "timeZoneName");
    const [hours = 0, minutes = 0, seconds = 0] = (value.match(/\d+/g) ?? []).map(Number);
    return (value.includes("-") ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
  } catch {
    return undefined;
  }
}
