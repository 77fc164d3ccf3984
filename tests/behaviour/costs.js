// Counts what events cost: imported before what makes the Wasm instance.
export const costs = { crossings: 0, rowsRead: 0, rowsWritten: 0, alarms: 0 };

const { Instance } = WebAssembly;

function counted(functions) {
  const count = (value) =>
    typeof value !== "function"
      ? value
      : (...values) => {
          costs.crossings += 1;
          return value(...values);
        };
  return Object.fromEntries(Object.entries(functions).map(([name, value]) => [name, count(value)]));
}

// Crossings from Wasm into JavaScript: those that wasm-bindgen needs for itself, too.
WebAssembly.Instance = function (module, imports) {
  const each = Object.entries(imports).map(([name, functions]) => [name, counted(functions)]);
  return new Instance(module, Object.fromEntries(each));
};

let last;

// A cursor knows its rows when it has been drained: at the next one at the latest.
function settle() {
  if (last === undefined) return;
  costs.rowsRead += last.rowsRead;
  costs.rowsWritten += last.rowsWritten;
  last = undefined;
}

export function countRows({ sql }) {
  const exec = sql.exec.bind(sql);
  sql.exec = (...values) => {
    settle();
    last = exec(...values);
    return last;
  };
}

export function totals() {
  settle();
  return costs;
}
