// Calls the three implementations of the same work in turn, and takes the time.
import { DurableObject } from "cloudflare:workers";
import Entry, * as built from "./index.js";

export const Readings = built.Readings;
export const ByHand = built.ByHand;

const sum = ({ id, value, sensor, note }) => id + value + sensor.length + (note ? note.length : 0);

// The work as a Durable Object in JavaScript does it.
export class Plain extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`CREATE TABLE IF NOT EXISTS readings (id INTEGER NOT NULL PRIMARY KEY,
      at INTEGER NOT NULL, sensor TEXT NOT NULL, value REAL NOT NULL, note TEXT) STRICT`);
  }

  fill(count) {
    this.sql.exec("DELETE FROM readings");
    for (let id = 0; id < count; id++) {
      this.sql.exec(
        "INSERT INTO readings (id, at, sensor, value, note) VALUES (?, ?, ?, ?, ?)",
        id, Date.now(), `sensor ${id % 10}`, id / 3, id % 2 === 0 ? `note ${id}` : null,
      );
    }
  }

  all() {
    return this.sql.exec("SELECT * FROM readings").toArray().reduce((total, row) => total + sum(row), 0);
  }

  each() {
    let total = 0;
    for (const row of this.sql.exec("SELECT * FROM readings")) total += sum(row);
    return total;
  }

  singles(count) {
    let total = 0;
    for (let id = 0; id < count; id++) {
      total += sum(this.sql.exec("SELECT * FROM readings WHERE id = ?", id).one());
    }
    return total;
  }
}

function work(env, who) {
  const object = env[who].getByName("bench");
  if (who !== "BY_HAND") return (what, count) => (count ? object[what](count) : object[what]());
  return async (what, count) => {
    const response = await object.fetch(`http://object/${what}?${count}`);
    if (!response.ok) throw new Error(await response.text());
    return Number(await response.text());
  };
}

export default {
  // `?who=…&what=…&count=…&times=…`: the milliseconds that all of them took, and the last answer.
  async fetch(request, env) {
    const query = new URL(request.url).searchParams;
    const [count, times] = [Number(query.get("count")), Number(query.get("times"))];
    const run = work(env, query.get("who"));
    await run(query.get("what"), count);
    let answer;
    const start = Date.now();
    for (let turn = 0; turn < times; turn++) answer = await run(query.get("what"), count);
    return Response.json({ millis: Date.now() - start, answer: answer ?? null });
  },
};
