// The small object on npm's @cloudflare/actors, for its size.
import { Actor, handler } from "@cloudflare/actors";

export class Board extends Actor {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS tasks (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL,
        person TEXT, done INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS people (name TEXT NOT NULL PRIMARY KEY, tasks INTEGER NOT NULL) STRICT;
    `);
  }

  static async nameFromRequest(request) {
    return new URL(request.url).pathname.split("/")[2];
  }

  async onRequest(request) {
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
    const [{ id }] = this.sql`SELECT COALESCE(MAX(id), 0) + 1 AS id FROM tasks`;
    this.sql`INSERT INTO tasks (id, text, person, done) VALUES (${id}, ${text}, NULL, 0)`;
    return id;
  }

  assign(id, person) {
    this.sql`UPDATE tasks SET person = ${person} WHERE id = ${id}`;
    const [found] = this.sql`SELECT tasks FROM people WHERE name = ${person}`;
    const tasks = (found?.tasks ?? 0) + 1;
    this.sql`INSERT INTO people (name, tasks) VALUES (${person}, ${tasks})
      ON CONFLICT (name) DO UPDATE SET tasks = excluded.tasks`;
    return tasks;
  }

  tasks() {
    return this.sql`SELECT * FROM tasks ORDER BY id`.map((row) => ({ ...row, done: row.done !== 0 }));
  }
}

export default handler(Board);
