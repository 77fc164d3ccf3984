// What only JavaScript can do for the Rust side, with as few calls as possible. Most objects are not
// long in memory, so that this is mostly interpreted: a list is not taken apart in what each event or
// statement runs, since that takes as long as several calls.
import * as workers from "cloudflare:workers";

const { DurableObject, WorkerEntrypoint } = workers;

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
export function isTrap(error) {
  const isOverflow = error instanceof RangeError && error.message.includes("call stack");
  return isOverflow || error instanceof WebAssembly.RuntimeError;
}

function trapped({ message }) {
  // Has worker-build replace the instance before the next event, which it does by itself for other
  // ends. wasm-bindgen would do so in the midst of the event, whose arguments are in the old one.
  state().criticalError = true;
  lose(`its Wasm instance trapped: ${message}`, []);
  return failure("Panic", `trapped: ${message}`);
}

// Only this learns of a task that traps.
addEventListener("error", ({ error }) => {
  if (isTrap(error)) trapped(error);
});

// ---- classes ----------------------------------------------------------------

// worker-build's record of the Wasm instance: its number, and whether it is to be replaced.
const state = () => globalThis.__worker_init_state ?? {};

const FETCH = -1;
const ALARM = -2;
const MESSAGE = -3;
const CLOSE = -4;
const ERROR = -5;
const declared = new WeakSet();
// The Worker's own classes, by the names that their bindings have.
const own = new Map();

// Turns a class exported by wasm-bindgen into one for which the runtime accepts RPC calls:
// it extends DurableObject, and has the actor's methods and no others.
export function declare(
  instance,
  name,
  binding,
  methods,
  answersRequests,
  readsBodies,
  hasSockets,
  hearsTheirEnd,
  maxBytes,
) {
  const Class = instance.constructor;
  if (declared.has(Class)) return; // the instance was made anew, the class was not
  declared.add(Class);
  own.set(binding, name);
  const { prototype } = Class;
  const { dispatch } = prototype;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key !== "constructor") delete prototype[key];
  }
  const define = (name, value) =>
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  methods.forEach((name, number) =>
    define(name, function (...values) {
      try {
        const object = current(this);
        if (values.length === 0) return dispatch.call(object, number);
        const cells = packedValues(values);
        return dispatch.call(object, number, cells, packedTexts(), packedBytes());
      } catch (error) {
        throw reason(error);
      }
    }),
  );
  // The platform's own events have few values, and to take them out of a list would take longer than
  // the rest of this. `give` passes the event on, together with what is packed, in one call.
  const defineEvent = (name, begin) =>
    define(name, function (first, second, third, fourth) {
      try {
        return begin(current(this), first, second, third, fourth);
      } catch (error) {
        throw reason(error);
      }
    });
  const give = (object, event, about, cells, texts, bytes) =>
    dispatch.call(object, event, cells, texts, bytes, about);
  if (answersRequests || hasSockets) {
    defineEvent("fetch", (object, request, body) =>
      give(object, FETCH, request, undefined, undefined, body),
    );
  }
  if (readsBodies) readBodies(prototype);
  if (hasSockets) {
    defineEvent("webSocketMessage", (object, socket, message) => {
      const isText = typeof message === "string";
      // UTF-8 has at least one byte for each unit of a string.
      const length = isText ? message.length : message.byteLength;
      if (length > maxBytes) return give(object, MESSAGE, socket, [length]);
      if (isText) return give(object, MESSAGE, socket, undefined, message);
      return give(object, MESSAGE, socket, undefined, undefined, new Uint8Array(message));
    });
  }
  if (hasSockets && hearsTheirEnd) {
    defineEvent("webSocketClose", (object, socket, code, reason, wasClean) =>
      give(object, CLOSE, socket, [code, wasClean ? 1 : 0], reason),
    );
    defineEvent("webSocketError", (object, socket, error) =>
      give(object, ERROR, socket, undefined, `${error?.message ?? error}`),
    );
  }
  if (hasSockets) answerCloses(prototype);
  defineEvent("alarm", (object, info) => {
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

// The object in the current Wasm instance, for an event that begins.
function current(object) {
  panic = undefined;
  return object[LIFE]?.instance() ?? object;
}

// What has ended an event. A panic only throws "unreachable"; the hook has reported why.
function reason(error) {
  return isTrap(error) ? (panic ?? trapped(error)) : error;
}

// ---- exports ----------------------------------------------------------------

// Why the module can't start.
const faults = new Set();

// worker-build would export a Proxy of each class, whose instances are Proxies, whose methods are
// Proxies too: they replace the Wasm instance after its end, and cost up to a tenth of an event.
// What takes their place does the same, and asks for it once in an event.
const { Proxy } = globalThis;
globalThis.Proxy = new Proxy(Proxy, {
  construct(Proxy, [target, hooks]) {
    if (faults.size > 0) throw new Error(`this Worker can't start:\n  ${[...faults].join("\n  ")}`);
    if (declared.has(target)) return exported(target, hooks);
    return isEntry(target) ? entry(target, hooks) : new Proxy(target, hooks);
  },
});
// worker-build's module ends before the first microtask.
queueMicrotask(() => {
  globalThis.Proxy = Proxy;
});

const LIFE = Symbol("life");

function exported(Class, hooks) {
  return class extends Class {
    constructor(ctx, env) {
      renew(hooks);
      try {
        super(ctx, env);
      } catch (error) {
        state().criticalError = true;
        throw error;
      }
      this[LIFE] = new Life(this, hooks, () => new Class(ctx, env));
    }
  };
}

// The life of an object, which may be longer than that of a Wasm instance.
class Life {
  constructor(object, hooks, make) {
    Object.assign(this, { object, hooks, make, id: state().instanceId });
  }

  // The object in the current Wasm instance.
  instance() {
    const { criticalError, instanceId } = state();
    if (criticalError || this.id !== instanceId) this.replace();
    return this.object;
  }

  replace() {
    renew(this.hooks);
    const { instanceId } = state();
    if (this.id === instanceId) return;
    this.object = this.make();
    this.id = instanceId;
  }
}

// Replaces the Wasm instance if it has ended, as worker-build does before it makes any object.
function renew(hooks) {
  if (state().criticalError) hooks.construct(Object, [], Object);
}

// The events of a Worker that the runtime hands to an object as well as to a class.
const EVENTS = ["constructor", "fetch", "scheduled", "queue", "email"];

const isEntry = ({ prototype }) =>
  prototype instanceof WorkerEntrypoint &&
  Reflect.ownKeys(prototype).every((name) => EVENTS.includes(name));

// The Worker's own handlers as an object: of a class the runtime makes an instance for each event,
// which takes as long as all that `entry!` does.
function entry({ prototype }, hooks) {
  const handlers = {};
  for (const name of Reflect.ownKeys(prototype)) {
    if (name === "constructor") continue;
    handlers[name] = (event, env, ctx) => {
      renew(hooks);
      try {
        return prototype[name].call({ env, ctx }, event);
      } catch (error) {
        if (isTrap(error)) trapped(error);
        throw error;
      }
    };
  }
  return handlers;
}

// ---- bindings ---------------------------------------------------------------

// The bindings while the module starts; undefined if the Worker's compatibility flags, or an older
// runtime, give none to import.
export function importedEnv() {
  const { env } = workers;
  return env !== undefined && Object.keys(env).length > 0 ? env : undefined;
}

export function failToStart(why) {
  for (const text of why) faults.add(text);
}

export function textOf(env, name) {
  const value = env[name];
  return typeof value === "string" ? value : undefined;
}

export function jsonOf(env, name) {
  const value = env[name];
  return typeof value === "string" ? value : JSON.stringify(value);
}

// ---- calls ------------------------------------------------------------------

// The objects of a binding or, without one, of the Worker's own class.
function objects(env, binding) {
  const bound = env[binding];
  if (typeof bound?.getByName === "function") return bound;
  const known = workers.exports?.[own.get(binding)];
  return typeof known?.getByName === "function" ? known : undefined;
}

export function stub(env, binding, name) {
  const all = objects(env, binding);
  return all && of(all, all.getByName(name));
}

// Whose stubs they are: of some errors a stub is broken for ever, and another has to be made.
const namespaces = new WeakMap();

function of(namespace, stub) {
  namespaces.set(stub, namespace);
  return stub;
}

export function renewed(stub) {
  const namespace = namespaces.get(stub);
  // That of an entrypoint lasts.
  return namespace === undefined ? stub : of(namespace, namespace.get(stub.id));
}

// The object with that name or that id, or one of its own, at a certain place.
export function placed(env, binding, name, id, hint, jurisdiction, routing) {
  let all = objects(env, binding);
  if (all === undefined) return undefined;
  if (jurisdiction !== undefined) all = all.jurisdiction(jurisdiction);
  const options = { locationHint: hint, routingMode: routing };
  if (name !== undefined) return of(all, all.getByName(name, options));
  return of(all, all.get(id === undefined ? all.newUniqueId() : all.idFromString(id), options));
}

// Something of another Worker: an object if it has a name, or else an entrypoint.
export function far(env, binding, name) {
  const bound = env[binding];
  if (name === undefined) return typeof bound?.fetch === "function" ? bound : undefined;
  return typeof bound?.getByName === "function" ? of(bound, bound.getByName(name)) : undefined;
}

export function bookmark({ storage }, millis) {
  if (millis === undefined) return storage.getCurrentBookmark();
  return storage.getBookmarkForTime(millis);
}

export async function goBack(ctx, bookmark) {
  await ctx.storage.onNextSessionRestoreBookmark(bookmark);
  ctx.abort(failure("Unavailable", "the object was taken back to an earlier time"));
}

export function call(stub, method, cells, texts, bytes) {
  return stub[method](...unpackedValues(cells, texts, bytes));
}

// ---- values -----------------------------------------------------------------

// The kinds of values and the cells before them, as in `packed.rs`, which documents what follows
// each.
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
const HEAD = 4;

// What a call may carry, as in `budget.rs`: that counts exactly; here only the room is
// limited.
const MOST_VALUES = 1_000_000;
const MOST_UNITS = 32 << 20;
const DEEPEST = 128;

// What is being packed.
let cells = new Float64Array(256);
let length = 0;
let names = "";
let texts = "";
let blobs = [];
// The values that can't be packed.
let others = [];
let valuesLeft = 0;
let unitsLeft = 0;
// Whether a text may combine with the one before it, and whether texts are made well-formed.
let mayCombine = false;
let isCareful = false;
// Whether somebody has added to all objects, which is seen in one that has nothing of its own.
let isPolluted = false;
const EMPTY = {};

// The keys, by their numbers; their numbers; and the number of the key that has followed each:
// objects in a list, and calls of one method, tend to be alike. They are kept for the next call,
// which introduces each again, unless they are too long together.
let keys = [];
let followers = [];
const numbers = new Map();
let kept = 0;
const MOST_KEPT = 10_000;
let introduced = 0;
let last = 0;
let expected = 0;

// There is always room for a key and a value.
function makeRoom() {
  if (length + 4 <= cells.length) return;
  const more = new Float64Array(2 * cells.length);
  more.set(cells);
  cells = more;
}

function cell(cell) {
  cells[length++] = cell;
}

function text(kind, text) {
  const whole = wellFormed(text);
  cell(kind);
  cell(whole.length);
  texts += whole;
}

// Half a surrogate pair would combine with a half that follows it.
function wellFormed(text) {
  if (isCareful) return text.toWellFormed();
  const first = text.charCodeAt(0);
  if (first >= 0xdc00 && first <= 0xdfff) mayCombine = true;
  return text;
}

// Takes room; once there is not enough, none is left at all.
function takeValues(count) {
  const left = valuesLeft - count;
  valuesLeft = Math.max(left, 0);
  return left >= 0;
}

function takeUnits(count) {
  const left = unitsLeft - count;
  unitsLeft = Math.max(left, 0);
  return left >= 0;
}

function pack(value, depth) {
  makeRoom();
  switch (typeof value) {
    case "undefined":
      return cell(UNDEFINED);
    case "boolean":
      return cell(value ? TRUE : FALSE);
    case "number":
      cell(A_NUMBER);
      return cell(value);
    case "string":
      return takeUnits(value.length) ? text(A_TEXT, value) : tooLarge();
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
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) {
    if (value instanceof Date) {
      cell(A_DATE);
      return cell(value.getTime());
    }
    if (value instanceof Uint8Array) return packBytes(value);
    if (value instanceof ArrayBuffer) return packBytes(new Uint8Array(value));
  }
  if (depth > DEEPEST) return text(OTHER, `a value nested more than ${DEEPEST} deep`);
  if (isPlain) return packFields(value, depth);
  if (Array.isArray(value)) {
    // A list may be long but empty.
    if (!takeValues(value.length)) return tooMany();
    cell(A_LIST);
    cell(value.length);
    for (let at = 0; at < value.length; at++) pack(value[at], depth);
    return;
  }
  if (value instanceof Map) return packMap(value, depth);
  others.push(value);
  text(OTHER, `a ${value.constructor?.name || "object without a prototype"}`);
}

// In such a loop an engine finds the fields by their places.
function packFields(value, depth) {
  let count = 0;
  for (const key in value) if (isOwn(value, key)) count++;
  if (!takeValues(count)) return tooMany();
  cell(AN_OBJECT);
  cell(count);
  for (const key in value) {
    if (!isOwn(value, key)) continue;
    packKey(key);
    pack(value[key], depth);
  }
}

function isOwn(value, key) {
  return !isPolluted || Object.hasOwn(value, key);
}

function packMap(map, depth) {
  for (const key of map.keys()) {
    if (typeof key !== "string") return text(OTHER, "a Map with keys that are not text");
  }
  if (!takeValues(map.size)) return tooMany();
  cell(AN_OBJECT);
  cell(map.size);
  for (const [key, value] of map) {
    packKey(key);
    pack(value, depth);
  }
}

function packKey(key) {
  if (expected >= introduced || keys[expected] !== key) {
    expected = numberOf(key);
    if (introduced > 0) followers[last] = expected;
  }
  last = expected;
  expected = followers[last] ?? last + 1;
  cell(last);
  if (last < introduced) return;
  introduced++;
  const whole = wellFormed(key);
  cell(whole.length);
  names += whole;
}

// The number of a key that was not expected, or a new one.
function numberOf(key) {
  if (expected === introduced && keys[expected] === key) return expected;
  const number = numbers.get(key);
  if (number < introduced && keys[number] === key) return number;
  keys[introduced] = key;
  numbers.set(key, introduced);
  kept += key.length + 1;
  return introduced;
}

function packBytes(bytes) {
  if (!takeUnits(bytes.length)) return tooLarge();
  cell(SOME_BYTES);
  cell(bytes.length);
  blobs.push(bytes);
}

function tooLarge() {
  text(OTHER, "a part of a call of more than 32 MiB");
}

function tooMany() {
  text(OTHER, `one value of more than ${MOST_VALUES} in the call`);
}

function begin() {
  length = HEAD;
  names = texts = "";
  blobs = [];
  others = [];
  valuesLeft = MOST_VALUES;
  unitsLeft = MOST_UNITS;
  introduced = last = expected = 0;
}

function packAll(all) {
  begin();
  cells[0] = all.length;
  for (let at = 0; at < all.length; at++) {
    cells[1] = length;
    pack(all[at], 0);
  }
  cells[2] = names.length;
  cells[3] = 0;
}

function packedValues(all) {
  isPolluted = isCareful = mayCombine = false;
  for (const _ in EMPTY) isPolluted = true;
  packAll(all);
  texts = names + texts;
  if (mayCombine || !texts.isWellFormed()) {
    isCareful = true;
    packAll(all);
    texts = names + texts;
  }
  if (texts.length > SHORT) encodeTexts();
  if (kept > MOST_KEPT) forgetKeys();
  return cells.subarray(0, length);
}

function forgetKeys() {
  keys = [];
  followers = [];
  numbers.clear();
  kept = 0;
}

// wasm-bindgen reads a string unit by unit; texts that are not short go as bytes, before all others.
const SHORT = 200;
const encoder = new TextEncoder();

function encodeTexts() {
  const encoded = encoder.encode(texts);
  blobs.unshift(encoded);
  cells[3] = encoded.length;
  texts = "";
}

export function packed(value) {
  return packedValues([value]);
}

// The rest of what was packed last; only once, so that it is not kept in memory.
export function packedTexts() {
  const all = texts;
  names = texts = "";
  if (all !== "") return all;
}

export function packedBytes() {
  const all = blobs;
  if (all.length === 0) return undefined;
  blobs = [];
  return all.length === 1 ? all[0] : joined(all);
}

// What is being unpacked: the cells, texts and bytes, and how far each has been read.
const unpacking = {};

// The keys of values that were unpacked before, by their joined text: each as the engine's own
// copy, which finds a property much faster than another text that is equal.
const keysOf = new Map();
const MOST_TEXTS = 1000;
const MOST_NAMES = 1000;
const interned = (key) => Object.keys({ [key]: undefined })[0];

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
      const bytes = unpacking.bytes?.slice(start, unpacking.byte) ?? new Uint8Array();
      return streams.size > 0 ? (claimed(bytes) ?? bytes) : bytes;
    }
    case A_LIST: {
      // Made longer one by one: the platform takes a list that had holes for a sparse one.
      const list = [];
      for (let left = unpacking.cells[unpacking.at++]; left > 0; left--) list.push(unpack());
      return list;
    }
    case AN_OBJECT:
      return unpackObject(unpacking.cells[unpacking.at++]);
  }
}

function unpackObject(count) {
  const object = {};
  for (let left = count; left > 0; left--) {
    const key = unpackedKey(unpacking.cells[unpacking.at++]);
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

function unpackedKey(number) {
  if (number === unpacking.introduced) introduce(number, unpacking.cells[unpacking.at++]);
  return unpacking.keys[number];
}

function introduce(number, length) {
  const start = unpacking.name;
  unpacking.name += length;
  unpacking.introduced++;
  if (unpacking.keys[number]?.length === length) return;
  // Other keys may have had the same joined text.
  if (unpacking.keys.length > number) unpacking.keys = unpacking.keys.slice(0, number);
  const key = unpacking.names.substring(start, unpacking.name);
  unpacking.keys.push(unpacking.names.length > MOST_NAMES ? key : interned(key));
}

function keysIn(names) {
  let keys = keysOf.get(names);
  if (keys !== undefined) return keys;
  keys = [];
  if (keysOf.size >= MOST_TEXTS) keysOf.clear();
  // A part of a text would keep all of it in memory.
  if (names.length <= MOST_NAMES) keysOf.set(interned(names), keys);
  return keys;
}

function unpackedValues(cells, texts = "", bytes) {
  unpacking.cells = cells;
  unpacking.at = HEAD;
  unpacking.texts = texts;
  unpacking.text = cells[2];
  unpacking.bytes = bytes;
  unpacking.byte = 0;
  unpacking.names = texts.substring(0, cells[2]);
  unpacking.name = 0;
  unpacking.keys = keysIn(unpacking.names);
  unpacking.introduced = 0;
  const all = [];
  for (let left = cells[0]; left > 0; left--) all.push(unpack());
  unpacking.cells = unpacking.texts = unpacking.names = unpacking.bytes = undefined;
  return all;
}

export function unpacked(cells, texts, bytes) {
  return unpackedValues(cells, texts, bytes)[0];
}

// ---- streams ----------------------------------------------------------------

// The streams on their way out, by their tickets: in the place of each, the packed values have its
// ticket, as bytes. A ticket can't be guessed, so that no bytes of a caller's are mistaken for one.
const streams = new Map();
const STREAM = "\0actors:stream:";
const TICKET_LENGTH = STREAM.length + 36;

export function keepStream(response) {
  const ticket = STREAM + crypto.randomUUID();
  // Only streams of the runtime's pass through a call.
  const stream = (response.body ?? new Response("").body).pipeThrough(new IdentityTransformStream());
  streams.set(ticket, stream);
  return ticket;
}

function claimed(bytes) {
  if (bytes.length !== TICKET_LENGTH) return undefined;
  const ticket = String.fromCharCode(...bytes);
  const stream = streams.get(ticket);
  streams.delete(ticket);
  return stream;
}

export function arrivedStream() {
  const at = others.findIndex((value) => value instanceof ReadableStream);
  return at < 0 ? undefined : new Response(others.splice(at, 1)[0]);
}

// ---- requests ---------------------------------------------------------------

// The runtime passes on what a client has sent, including `/a/../b` and `/a/%2e%2e/b`, and
// turns one or both into `/b` later. Everything that reads a URL must read that form.
function canonical(given) {
  // The Worker asks twice, and its object again.
  if (given !== seen.given) {
    seen = plain(given) ?? parsed(given);
    seen.given = given;
  }
  return seen;
}

let seen = {};

function parsed(given) {
  if (!URL.canParse(given)) return {};
  const { href, pathname } = new URL(given);
  return { url: href, path: pathname };
}

// Most URLs are already canonical, and parsing one takes longer than checking that.
const PLAIN_PATH = /^(?:\/(?!\.)[\w.~-]*)+(?:\?[\w.~=&-]*)?$/;
const plainOrigins = new Map();

function plain(url) {
  const slash = url.indexOf("/", 8);
  if (slash < 0 || !PLAIN_PATH.test(url.slice(slash))) return undefined;
  const origin = url.slice(0, slash);
  let known = plainOrigins.get(origin);
  if (known === undefined) {
    known = URL.canParse(origin) && new URL(origin).origin === origin;
    if (plainOrigins.size >= 100) plainOrigins.clear();
    plainOrigins.set(origin, known);
  }
  if (!known) return undefined;
  const query = url.indexOf("?", slash);
  return { url, path: url.slice(slash, query < 0 ? undefined : query) };
}

function headers(of) {
  let lines = "";
  of.headers.forEach((value, name) => {
    lines += `\n${name}\n${value}`;
  });
  return lines;
}

export function headOfRequest(request) {
  const { method } = request;
  const { url } = canonical(request.url);
  if (url === undefined) return undefined;
  return `${method}\n${url}${headers(request)}`;
}

export function headOfResponse(response) {
  return `${response.body === null ? 0 : 1}\n${response.status}${headers(response)}`;
}

export async function bytesOf(body) {
  return new Uint8Array(await body.arrayBuffer());
}

function newHeaders(lines) {
  if (lines === undefined) return undefined;
  const parts = lines.split("\n");
  const headers = [];
  for (let at = 0; at < parts.length; at += 2) headers.push([parts[at], parts[at + 1]]);
  return headers;
}

// A body is copied, since Wasm's memory must not be shared.
export function respond(status, headers, body, stream) {
  return new Response(body?.slice() ?? stream, { status, headers: newHeaders(headers) });
}

export function newRequest(method, url, headers, body, stream) {
  return new Request(url, {
    method,
    headers: newHeaders(headers),
    body: body?.slice() ?? stream,
  });
}

export function pathOf(request) {
  return canonical(request.url).path;
}

export function canonicalUrl(url) {
  return canonical(url).url;
}

// The request as the Worker has changed it.
export function changedRequest(original, method, url, headers, body, stream) {
  const { cf, signal } = original;
  const changed = { method, headers: newHeaders(headers), redirect: "manual", cf, signal };
  return new Request(url, { ...changed, body: body?.slice() ?? stream });
}

export function ask(env, binding, request) {
  return env[binding]?.fetch(request);
}

export function forward(env, binding, name, request, mayUpgrade) {
  const object = stub(env, binding, name);
  if (object === undefined) return undefined;
  const { given, url } = canonical(request.url);
  if (url !== given) request = new Request(url, request);
  return object.fetch(mayUpgrade ? request : withoutUpgrade(request));
}

function withoutUpgrade(request) {
  if (!request.headers.has("upgrade")) return request;
  const headers = new Headers(request.headers);
  headers.delete("upgrade");
  return new Request(request, { headers });
}

// A body that the handler takes as a whole is read here, before the event begins: that takes a
// fraction of the time that it takes from Rust.
function readBodies(prototype) {
  const { fetch } = prototype;
  prototype.fetch = function (request) {
    if (request.method === "GET" || request.method === "HEAD") return fetch.call(this, request);
    const begin = (body) => fetch.call(this, request, new Uint8Array(body));
    // The error of one that can't be read is for Rust to report.
    return request.arrayBuffer().then(begin, () => fetch.call(this, request));
  };
}

// ---- queues -----------------------------------------------------------------

export function delayed(delaySeconds) {
  return { delaySeconds };
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

// Whether a socket with the first tag also has the others, and is not excluded.
function isMeant(ctx, socket, tags, except) {
  if (except.length > 0 && except.includes(socket)) return false;
  return tags.length <= 1 || tags.every((tag) => ctx.getTags(socket).includes(tag));
}

// The object's open sockets that have all the tags and are not in `except`.
export function select(ctx, tags, except) {
  const isOpen = (socket) => socket.readyState === WebSocket.OPEN;
  const sockets = ctx.getWebSockets(tags[0]).filter(isOpen);
  return sockets.filter((socket) => isMeant(ctx, socket, tags, except));
}

// Sends to those; one that is not open throws, which does not affect the others.
export function broadcast(ctx, tags, except, message) {
  let sent = 0;
  for (const socket of ctx.getWebSockets(tags[0])) {
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
    const [json] = new TextDecoder().decode(attachmentOf(socket)).split("\x1e", 1);
    const [head] = JSON.parse(json);
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

// Runs statements and drains their cursors, since one left open slows down the next run of
// the same text. Values and small results are read and written where they are in Wasm's memory;
// larger ones are packed: kinds and numbers (or lengths) in one array, all texts in one string,
// all bytes in one array.
export class Sql {
  constructor(ctx, memory, cells, mostCells, texts, mostBytes) {
    this.sql = ctx.storage.sql;
    this.memory = memory;
    this.room = { cells: cells / 8, mostCells, texts, mostBytes };
    this.rowsRead = 0;
    this.rowsWritten = 0;
    this.look();
  }

  look() {
    this.numbers = new Float64Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  query(statement, cells, count, texts, bytes) {
    try {
      const cursor = this.sql.exec(statement, ...this.values(cells, count, texts, bytes));
      const rows = [];
      const raw = cursor.raw();
      for (let next = raw.next(); !next.done; next = raw.next()) rows.push(next.value);
      this.note(cursor);
      this.rows = rows;
      return this.write();
    } catch (error) {
      this.error = error;
      return NaN;
    }
  }

  // Runs the statement so many times, each time with the next `count` values. How many rows were
  // written; NaN if it failed, after as many runs as `runs` says. An import that may throw costs
  // wasm-bindgen a closure for each call.
  run(times, statement, cells, count, texts, bytes) {
    let written = 0;
    try {
      for (this.runs = 0; this.runs < times; this.runs++) {
        const values = this.values(cells + 16 * count * this.runs, count, texts, bytes);
        texts = this.endOfTexts;
        bytes = this.endOfBytes;
        const cursor = this.sql.exec(statement, ...values);
        if (!cursor.next().done) cursor.toArray();
        written += this.note(cursor);
      }
      return written;
    } catch (error) {
      this.error = error;
      return NaN;
    }
  }

  note(cursor) {
    const { rowsWritten } = cursor;
    this.rowsRead += cursor.rowsRead;
    this.rowsWritten += rowsWritten;
    this.cursor = cursor;
    return rowsWritten;
  }

  // Each cell is two numbers: its kind, and itself or its length in bytes.
  values(cells, count, text, byte) {
    if (this.numbers.length === 0) this.look(); // the memory has grown
    const values = new Array(count);
    let at = cells / 8;
    for (let place = 0; place < count; place++, at += 2) {
      const size = this.numbers[at + 1];
      switch (this.numbers[at]) {
        case NULL:
          values[place] = null;
          break;
        case NUMBER:
          values[place] = size;
          break;
        case TEXT:
          values[place] = textIn(this.bytes, text, (text += size));
          break;
        case BLOB:
          values[place] = this.bytes.slice(byte, (byte += size));
          break;
      }
    }
    this.endOfTexts = text;
    this.endOfBytes = byte;
    return values;
  }

  // Writes the rows into the room if they fit and their texts are ASCII: the width and the length
  // of all texts, and then each cell as above. Returns how many numbers that are.
  write() {
    const { rows, room, numbers, bytes } = this;
    const width = rows.length > 0 ? rows[0].length : 0;
    const count = 2 + 2 * rows.length * width;
    if (count > room.mostCells) return 0;
    let at = room.cells + 2;
    let text = room.texts;
    for (const row of rows) {
      for (let column = 0; column < width; column++, at += 2) {
        const cell = row[column];
        if (typeof cell === "number") {
          numbers[at] = NUMBER;
          numbers[at + 1] = cell;
        } else if (cell === null) {
          numbers[at] = NULL;
        } else {
          const end = text + cell.length;
          if (typeof cell !== "string" || end > room.texts + room.mostBytes) return 0;
          for (let index = 0; text < end; index++, text++) {
            const unit = cell.charCodeAt(index);
            if (unit > 127) return 0;
            bytes[text] = unit;
          }
          numbers[at] = TEXT;
          numbers[at + 1] = cell.length;
        }
      }
    }
    numbers[room.cells] = width;
    numbers[room.cells + 1] = text - room.texts;
    this.rows = undefined;
    return count;
  }

  // The rows of the last query, which have no room in Wasm's memory; the lengths of texts are those
  // of JavaScript.
  packed() {
    const { rows } = this;
    this.rows = undefined;
    const width = rows.length > 0 ? rows[0].length : 0;
    const packed = new Float64Array(2 + 2 * rows.length * width);
    packed[0] = width;
    this.texts = [];
    this.blobs = [];
    let at = 2;
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

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// The text in UTF-8 between two places; calling the decoder takes longer than a short loop.
function textIn(bytes, at, end) {
  if (end - at > 16) return decoder.decode(bytes.subarray(at, end));
  let text = "";
  for (let place = at; place < end; place++) {
    const byte = bytes[place];
    if (byte > 127) return decoder.decode(bytes.subarray(at, end));
    text += String.fromCharCode(byte);
  }
  return text;
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

// ---- the end of an object's memory ------------------------------------------

// The runtime stops whatever runs when it aborts an object, which nothing of Wasm would survive, nor
// a microtask: so this is a task of its own.
export function abort(state, reason) {
  setTimeout(() => state.abort(reason), 0);
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
