// A small Durable Object, for its size: tasks and who does them, by HTTP and by RPC.
import { DurableObject } from "cloudflare:workers";

export class Board extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS tasks (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL,
        person TEXT, done INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS people (name TEXT NOT NULL PRIMARY KEY, tasks INTEGER NOT NULL) STRICT;
    `);
  }

  async fetch(request) {
    switch (request.method) {
      case "GET":
        return Response.json(this.tasks());
      case "POST":
        return Response.json(this.add(await request.text()), { status: 201 });
      default:
        return new Response("GET or POST", { status: 405 });
    }
  }

  add(text) {
    const { id } = this.sql.exec("SELECT COALESCE(MAX(id), 0) + 1 AS id FROM tasks").one();
    this.sql.exec("INSERT INTO tasks (id, text, person, done) VALUES (?, ?, NULL, 0)", id, text);
    return id;
  }

  assign(id, person) {
    this.sql.exec("UPDATE tasks SET person = ? WHERE id = ?", person, id);
    const [found] = this.sql.exec("SELECT tasks FROM people WHERE name = ?", person);
    const tasks = (found?.tasks ?? 0) + 1;
    this.sql.exec(
      "INSERT INTO people (name, tasks) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET tasks = excluded.tasks",
      person, tasks,
    );
    return tasks;
  }

  tasks() {
    const rows = this.sql.exec("SELECT * FROM tasks ORDER BY id").toArray();
    return rows.map((row) => ({ ...row, done: row.done !== 0 }));
  }
}

export default {
  fetch(request, env) {
    return env.BOARD.getByName(new URL(request.url).pathname.split("/")[2]).fetch(request);
  },
};
