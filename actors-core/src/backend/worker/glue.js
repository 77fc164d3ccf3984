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
export function declare(instance, methods, answersRequests, hasSockets, hearsTheirEnd) {
  const Class = instance.constructor;
  if (declared.has(Class)) return; // the instance was made anew, the class was not
  declared.add(Class);
  const { prototype } = Class;
  const { dispatch } = prototype;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key !== "constructor") delete prototype[key];
  }
  const define = (name, event) =>
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(...values) {
        panic = undefined;
        try {
          return dispatch.call(this, event, values);
        } catch (error) {
          // A panic only throws "unreachable"; the hook has reported why.
          throw isTrap(error) ? (panic ?? trapped(error)) : error;
        }
      },
    });
  methods.forEach(define);
  if (answersRequests || hasSockets) define("fetch", FETCH);
  if (hasSockets) define("webSocketMessage", MESSAGE);
  if (hasSockets && hearsTheirEnd) {
    define("webSocketClose", CLOSE);
    define("webSocketError", ERROR);
  }
  if (hasSockets) answerCloses(prototype);
  define("alarm", ALARM);
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

export function call(stub, method, values) {
  return stub[method](...values);
}

// ---- requests ---------------------------------------------------------------

// The runtime passes on what a client has sent, including `/a/../b` and `/a/%2e%2e/b`, and
// turns one or both into `/b` later. Everything that reads a URL must read that form.
export function normalised(request) {
  const { url } = request;
  if (!URL.canParse(url)) return undefined;
  const { href } = new URL(url);
  return href === url ? request : new Request(href, request);
}

export function withoutUpgrade(request) {
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

// ---- SQL --------------------------------------------------------------------

// The kinds of cells, as in `sql.rs`.
const NULL = 0;
const NUMBER = 1;
const TEXT = 2;
const BLOB = 3;

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
    const finish = (cursor) => cursor.next().done || cursor.toArray();
    return this.exec(statement, cells, texts, bytes, finish) ? this.cursor.rowsWritten : NaN;
  }

  exec(statement, cells, texts, bytes, drain) {
    const values = [];
    let [text, byte] = [0, 0];
    for (let at = 0; at < cells.length; at += 2) {
      const size = cells[at + 1];
      switch (cells[at]) {
        case NULL:
          values.push(null);
          break;
        case NUMBER:
          values.push(size);
          break;
        case TEXT:
          values.push(texts?.substring(text, (text += size)) ?? "");
          break;
        case BLOB:
          values.push(bytes?.slice(byte, (byte += size)) ?? new Uint8Array());
          break;
      }
    }
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
    const bytes = new Uint8Array(this.blobs.reduce((size, blob) => size + blob.byteLength, 0));
    let at = 0;
    for (const blob of this.blobs) {
      bytes.set(new Uint8Array(blob), at);
      at += blob.byteLength;
    }
    return bytes;
  }

  names() {
    return this.cursor.columnNames;
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
