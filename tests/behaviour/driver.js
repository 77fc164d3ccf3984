// What the tests talk to: it makes the calls that they describe, as any Worker
// would, and looks behind the objects where no call can.
import { DurableObject, env } from "cloudflare:workers";
import { costs, countRows, totals } from "./costs.js";
import Entry, * as built from "./index.js";

// By id, since an object that is made anew after a panic does not pass here again.
const contexts = new Map();

// How often an object's alarm was set, cancelled and delivered.
const settings = new Map();
const rings = new Map();
const ids = new WeakMap();

function count(counts, id) {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

// The storage with alarms that are counted.
function counted(ctx) {
  const id = ctx.id.toString();
  const { storage } = ctx;
  countRows(storage);
  for (const name of ["setAlarm", "deleteAlarm"]) {
    const method = storage[name].bind(storage);
    storage[name] = (...values) => {
      costs.alarms += 1;
      count(settings, id);
      return method(...values);
    };
  }
}

// A class that can be looked behind, which no actor of ours can.
function observed(Class) {
  return class extends Class {
    constructor(ctx, env) {
      super(ctx, env);
      contexts.set(ctx.id.toString(), ctx);
      counted(ctx);
      ids.set(this, ctx.id.toString());
    }

    alarm(info) {
      count(rings, ids.get(this));
      return super.alarm(info);
    }

    observe(id, what, ...values) {
      const { storage } = contexts.get(id);
      switch (what) {
        case "sql":
          return storage.sql.exec(...values).raw().toArray();
        case "alarm":
          return storage.getAlarm();
        case "alarm settings":
          return settings.get(id) ?? 0;
        case "rings":
          return rings.get(id) ?? 0;
        case "kind of answer": {
          const [method, ...rest] = values;
          const answer = this[method](...rest);
          return answer instanceof Promise ? "promise" : "value";
        }
        case "lose alarm":
          // Past what counts.
          return Object.getPrototypeOf(storage).deleteAlarm.call(storage);
        case "ring now":
          // What is due is what the table says; the object's own alarm only wakes it.
          if (values.length) storage.sql.exec(...values);
          return storage.setAlarm(Date.now());
      }
    }
  };
}

export const Arena = observed(built.Arena);
export const Bare = observed(built.Bare);
export const Bodiless = observed(built.Bodiless);
export const Caller = observed(built.Caller);
export const Clockwork = observed(built.Clockwork);
export const Contained = observed(built.Contained);
export const Instance = observed(built.Instance);
export const Metronome = observed(built.Metronome);
export const Crasher = observed(built.Crasher);
export const Customer = observed(built.Customer);
export const Crossing = observed(built.Crossing);
export const Doomed = observed(built.Doomed);
export const Friend = observed(built.Friend);
export const Keeper = observed(built.Keeper);
export const Labour = observed(built.Labour);
export const Ledger = observed(built.Ledger);
export const Meter = observed(built.Meter);
export const Mirror = observed(built.Mirror);
export const Notebook = observed(built.Notebook);
export const Parlour = observed(built.Parlour);
export const Pool = observed(built.Pool);
export const Queries = observed(built.Queries);
export const RateLimiter = observed(built.RateLimiter);
export const Reader = observed(built.Reader);
export const Room = observed(built.Room);
export const Served = observed(built.Served);
export const Seedling = observed(built.Seedling);
export const Shapes = observed(built.Shapes);
export const Shuffled = observed(built.Shuffled);
export const Shy = observed(built.Shy);
export const ShyAsync = observed(built.ShyAsync);
export const Sundial = observed(built.Sundial);
export const Statements = observed(built.Statements);
export const Tables = observed(built.Tables);
export const Teller = observed(built.Teller);
export const Till = observed(built.Till);
export const Undoing = observed(built.Undoing);
export const Versions = observed(built[`Versions${env.VERSION ?? 10}`]);
export const Web = observed(built.Web);
export const Witness = observed(built.Witness);
export const Workshop = observed(built.Workshop);
export const RawLedger = built.Ledger;
export class Plain extends DurableObject {}

// Of an error that crosses to another process only the text is left.
export class Distant extends DurableObject {
  fail(kind, message) {
    throw new Error(`${kind}: ${message}`);
  }

  lose(times) {
    this.lost = (this.lost ?? 0) + 1;
    if (this.lost <= times) throw new Error("Unavailable: lost");
    return this.lost;
  }

  lose_once(times) {
    return this.lose(times);
  }
}

// JSON, with what it has no form for as `{"$": kind, value}`.
function encode(value) {
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "number" && !Number.isFinite(value)) return { $: "number", value: `${value}` };
  if (typeof value === "bigint") return { $: "bigint", value: `${value}` };
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Date) return { $: "date", value: value.getTime() };
  if (value instanceof Uint8Array) return { $: "bytes", value: [...value] };
  if (Array.isArray(value)) return value.map(encode);
  if (Object.getPrototypeOf(value) !== Object.prototype) return { $: "instance", value: `${value}` };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, encode(part)]));
}

// Values that are small to send and large to look at.
function large(what) {
  switch (what) {
    case "sparse": return new Array(50_000_000);
    case "endless": return new Array(2 ** 32 - 1);
    case "pairs": {
      let pair = [];
      for (let depth = 0; depth < 24; depth++) pair = [pair, pair];
      return pair;
    }
    case "bytes": return new Array(100).fill(new Uint8Array(1_000_000));
  }
}

function decode(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(decode);
  switch (value.$) {
    case "undefined": return undefined;
    case "number": return Number(value.value);
    case "bigint": return BigInt(value.value);
    case "date": return new Date(value.value);
    case "bytes": return new Uint8Array(value.value);
    case "units": return String.fromCharCode(...value.value);
    case "large": return large(value.value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decode(part)]));
}

async function call(env, { binding, name, method, values }) {
  try {
    const stub = env[binding].getByName(name);
    if (method === "observe") values.unshift(stub.id.toString());
    const value = await stub[method](...decode(values));
    return { value: encode(value) };
  } catch ({ name, message, retryable }) {
    return { error: { name, message, retryable: retryable ?? false } };
  }
}

// The names that can be called on the object, of all that exist on its class, on
// the classes of wasm-bindgen, and on their like: those that a Durable Object
// without any method has too are not counted.
async function reachable(env) {
  const names = new Set(["dispatch", "free", "__destroy_into_raw", "__wbg_ptr", "ctx", "env"]);
  for (const value of Object.values(built)) {
    for (let object = value?.prototype; object; object = Object.getPrototypeOf(object)) {
      for (const name of Reflect.ownKeys(object)) if (typeof name === "string") names.add(name);
    }
  }
  const answers = async (binding, name) => {
    try {
      await env[binding].getByName("reach")[name]();
      return true;
    } catch ({ message }) {
      return !/does not implement|reserved method/.test(message);
    }
  };
  const reached = [];
  for (const name of [...names].sort()) {
    if (await answers("RAW_LEDGER", name) && !await answers("PLAIN", name)) reached.push(name);
  }
  return { reached, asked: names.size };
}

export default {
  async fetch(request, env, ctx) {
    switch (URL.parse(request.url)?.pathname) {
      case "/call":
        return Response.json(await call(env, await request.json()));
      case "/together": {
        const calls = await request.json();
        return Response.json(await Promise.all(calls.map((each) => call(env, each))));
      }
      case "/costs":
        return Response.json(totals());
      case "/reachable":
        return Response.json(await reachable(env));
    }
    return Entry.fetch(request, env, ctx);
  },
};
