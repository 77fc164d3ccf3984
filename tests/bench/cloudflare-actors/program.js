// The program on npm's @cloudflare/actors.
import { Actor, handler } from "@cloudflare/actors";

const ROWS = 1000;

export class Bench extends Actor {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS readings (id INTEGER NOT NULL PRIMARY KEY, sensor TEXT NOT NULL,
        value REAL NOT NULL, note TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS counter (id INTEGER NOT NULL PRIMARY KEY, runs INTEGER NOT NULL) STRICT;
    `);
  }

  static async nameFromRequest(request) {
    return new URL(request.url).pathname.split("/")[2];
  }

  async onRequest(request) {
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
        for (let number = 0; number < count; number++) {
          await this.alarms.schedule(new Date(due), "tick", number);
        }
        return new Response(null, { status: 204 });
      }
      case "load": {
        const { count, due } = await request.json();
        await this.load(count, due);
        return new Response(null, { status: 204 });
      }
      case "runs":
        return Response.json(this.runs());
      default:
        return new Response("not found", { status: 404 });
    }
  }

  empty() {}

  upsert(word, count) {
    this.sql`INSERT INTO words (word, count) VALUES (${word}, ${count})
      ON CONFLICT (word) DO UPDATE SET count = excluded.count`;
  }

  row(id) {
    return this.sql`SELECT * FROM readings WHERE id = ${id}`[0];
  }

  objects(items) {
    return items;
  }

  insert() {
    this.sql`DELETE FROM readings`;
    for (let id = 0; id < ROWS; id++) {
      const note = id % 2 === 0 ? `note ${id}` : null;
      this.sql`INSERT INTO readings (id, sensor, value, note)
        VALUES (${id}, ${`sensor ${id % 10}`}, ${id / 4}, ${note})`;
    }
  }

  sum() {
    return this.sql`SELECT * FROM readings`.reduce((total, row) => total + sum(row), 0);
  }

  singles() {
    let total = 0;
    for (let id = 0; id < ROWS; id++) total += sum(this.row(id));
    return total;
  }

  // `schedule` reads all rows each time, which takes hours for 100,000: so all but the first go
  // straight into its table.
  async load(count, due) {
    await this.alarms.schedule(new Date(due), "tick", 0);
    this.ctx.storage.sql.exec(
      `INSERT INTO _actor_alarms (id, callback, payload, type, time, identifier)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       SELECT 'load' || random() || i, 'tick', i, 'scheduled', ?2, ?3 FROM n`,
      count - 1, Math.floor(due / 1000), this.name,
    );
  }

  tick(_number) {
    this.sql`INSERT INTO counter (id, runs) VALUES (0, 1)
      ON CONFLICT (id) DO UPDATE SET runs = runs + 1`;
  }

  runs() {
    return this.sql`SELECT runs FROM counter`[0]?.runs ?? 0;
  }

  shouldUpgradeSocket() {
    return true;
  }

  onWebSocketMessage(socket, message) {
    const { type, text } = JSON.parse(message);
    const { name } = socket.deserializeAttachment().queryParams;
    const said = JSON.stringify({ type: "said", who: name, text });
    if (type === "echo") socket.send(said);
    else this.sockets.message(said, "*");
  }
}

const sum = ({ id, sensor, value, note }) => id + value + sensor.length + (note?.length ?? 0);

export default handler(Bench);
