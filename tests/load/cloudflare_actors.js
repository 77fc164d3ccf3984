// The same load on npm's @cloudflare/actors.
import { Actor } from "@cloudflare/actors";

export class Loaded extends Actor {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, runs INTEGER)");
    ctx.storage.sql.exec("INSERT OR IGNORE INTO counter VALUES (0, 0)");
  }

  // Its own `schedule` looks for the earliest of all rows each time, so the rows go in at once.
  async load(count, at) {
    await this.alarms.schedule(new Date(at), "count", {});
    this.ctx.storage.sql.exec(
      `INSERT INTO _actor_alarms (id, callback, payload, type, time, identifier)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       SELECT 'load' || random() || i, 'count', '{}', 'scheduled', ?2, 'default' FROM n`,
      count - 1, Math.floor(at / 1000),
    );
  }

  count() {
    this.ctx.storage.sql.exec("UPDATE counter SET runs = runs + 1");
  }

  runs() {
    return this.ctx.storage.sql.exec("SELECT runs FROM counter").one().runs;
  }
}

export default {
  async fetch(request, env) {
    const { name, method, values } = await request.json();
    try {
      return Response.json({ value: await env.LOADED.getByName(name)[method](...values) });
    } catch ({ message }) {
      return Response.json({ error: { message } });
    }
  },
};
