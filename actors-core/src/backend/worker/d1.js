// D1 databases.

export function databaseOf(env, name) {
  const database = env[name];
  return typeof database?.prepare === "function" ? database : undefined;
}

const prepared = (database, [text, ...values]) => database.prepare(text).bind(...values);

// A statement is an array of its text and its values.
export async function run(database, statement) {
  const { meta } = await prepared(database, statement).run();
  return new Result([], [], meta);
}

export async function all(database, statement) {
  const [names, ...rows] = await prepared(database, statement).raw({ columnNames: true });
  return new Result(names ?? [], rows, {});
}

// D1 returns the rows of a batch as objects.
export async function batch(database, statements) {
  const results = await database.batch(statements.map((one) => prepared(database, one)));
  return results.map(({ results: rows, meta }) => {
    return new Result(Object.keys(rows[0] ?? {}), rows.map(Object.values), meta);
  });
}

// The kinds of cells, as in `glue.js`.
const NULL = 0;
const NUMBER = 1;
const TEXT = 2;
const BLOB = 3;

// Rows, packed as those of the object's own database are.
class Result {
  constructor(names, rows, meta) {
    this.width = names.length;
    this.names = names.join("\0");
    this.cells = new Float64Array(2 * rows.length * names.length);
    this.texts = "";
    let [at, blobs] = [0, []];
    for (const cell of rows.flat()) {
      let [kind, number] = [NULL, 0];
      if (typeof cell === "number") [kind, number] = [NUMBER, cell];
      if (typeof cell === "string") {
        [kind, number] = [TEXT, cell.length];
        this.texts += cell;
      }
      if (Array.isArray(cell)) {
        [kind, number] = [BLOB, cell.length];
        blobs.push(cell);
      }
      this.cells[at++] = kind;
      this.cells[at++] = number;
    }
    this.blobs = Uint8Array.from(blobs.flat());
    const { rows_read, rows_written, changes, last_row_id } = meta;
    this.meta = Float64Array.of(rows_read, rows_written, changes, last_row_id);
  }
}
