// The program as a Durable Object in JavaScript does it.
import { DurableObject } from "cloudflare:workers";

const ROWS = 1000;
const BATCH = 1000;

export class Bench extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS readings (id INTEGER NOT NULL PRIMARY KEY, sensor TEXT NOT NULL,
        value REAL NOT NULL, note TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, due INTEGER NOT NULL,
        method TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS jobs_by_due ON jobs (due);
      CREATE TABLE IF NOT EXISTS counter (id INTEGER NOT NULL PRIMARY KEY, runs INTEGER NOT NULL) STRICT;
    `);
  }

  async fetch(request) {
    switch (new URL(request.url).pathname.split("/")[3]) {
      case "empty":
        return new Response(null, { status: 204 });
      case "upsert": {
        const { word, count } = await request.json();
        this.upsert(word, count);
        return new Response(null, { status: 204 });
      }
      case "insert":
        this.insert();
        return new Response(null, { status: 204 });
      case "sum":
        return Response.json(this.sum());
      case "singles":
        return Response.json(this.singles());
      case "echo":
        return Response.json(await request.json());
      case "schedule": {
        const { count, due } = await request.json();
        await this.schedule(count, due);
        return new Response(null, { status: 204 });
      }
      case "runs":
        return Response.json(this.runs());
      case "ws":
        return this.connect(request);
      default:
        return new Response("not found", { status: 404 });
    }
  }

  empty() {}

  upsert(word, count) {
    this.sql.exec(
      "INSERT INTO words (word, count) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET count = excluded.count",
      word, count,
    );
  }

  row(id) {
    return this.sql.exec("SELECT * FROM readings WHERE id = ?", id).one();
  }

  objects(items) {
    return items;
  }

  insert() {
    this.sql.exec("DELETE FROM readings");
    for (let id = 0; id < ROWS; id++) {
      this.sql.exec(
        "INSERT INTO readings (id, sensor, value, note) VALUES (?, ?, ?, ?)",
        id, `sensor ${id % 10}`, id / 4, id % 2 === 0 ? `note ${id}` : null,
      );
    }
  }

  sum() {
    let total = 0;
    for (const row of this.sql.exec("SELECT * FROM readings")) total += sum(row);
    return total;
  }

  singles() {
    let total = 0;
    for (let id = 0; id < ROWS; id++) total += sum(this.row(id));
    return total;
  }

  async schedule(count, due) {
    for (let number = 0; number < count; number++) {
      this.sql.exec(
        "INSERT INTO jobs (due, method, payload) VALUES (?, ?, ?)", due, "tick", JSON.stringify(number),
      );
    }
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || due < armed) await this.ctx.storage.setAlarm(due);
  }

  async alarm() {
    const due = this.sql.exec(
      "SELECT id, method, payload FROM jobs WHERE due <= ? ORDER BY due LIMIT ?", Date.now(), BATCH,
    ).toArray();
    for (const { id, method, payload } of due) {
      this[method](JSON.parse(payload));
      this.sql.exec("DELETE FROM jobs WHERE id = ?", id);
    }
    const [next] = this.sql.exec("SELECT due FROM jobs ORDER BY due LIMIT 1");
    if (next) await this.ctx.storage.setAlarm(next.due);
  }

  tick(_number) {
    this.sql.exec(
      "INSERT INTO counter (id, runs) VALUES (0, 1) ON CONFLICT (id) DO UPDATE SET runs = runs + 1",
    );
  }

  runs() {
    const [counter] = this.sql.exec("SELECT runs FROM counter");
    return counter?.runs ?? 0;
  }

  connect(request) {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("this path is for web sockets", { status: 426 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ name: new URL(request.url).searchParams.get("name") });
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, message) {
    const { type, text } = JSON.parse(message);
    const { name } = socket.deserializeAttachment();
    const said = JSON.stringify({ type: "said", who: name, text });
    if (type === "echo") return socket.send(said);
    for (const each of this.ctx.getWebSockets()) {
      try {
        each.send(said);
      } catch {
        // It is closing, which is no matter of the others.
      }
    }
  }
}

const sum = ({ id, sensor, value, note }) => id + value + sensor.length + (note?.length ?? 0);

export default {
  fetch(request, env) {
    return env.BENCH.getByName(new URL(request.url).pathname.split("/")[2]).fetch(request);
  },
};
