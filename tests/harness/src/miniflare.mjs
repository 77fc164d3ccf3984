// Runs the Worker that a wrangler.toml describes, with everything that it is bound to, until stdin
// ends. Arguments: the folder of the npm packages, that of the Worker, one for what is stored, and options of
// miniflare's in place of others, as JSON.

import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { join } from "node:path";

const [packages, folder, storage, overriding] = process.argv.slice(2);
const require = createRequire(packages + "/");
const { Miniflare, convertV4MiniflareOptions: options } = require("miniflare");
const { unstable_getMiniflareWorkerOptions: described } = require("wrangler");

const { workerOptions } = described(join(folder, "wrangler.toml"));
const build = join(folder, "build");
const worker = {
  ...workerOptions,
  name: "worker",
  modulesRoot: build,
  modules: [
    { type: "ESModule", path: join(build, "index.js") },
    { type: "CompiledWasm", path: join(build, "index_bg.wasm") },
  ],
  ...JSON.parse(overriding),
};

// The other side, if there is one: a Worker in JavaScript.
const others = [];
const far = join(folder, "far.js");
if (existsSync(far)) {
  const { default: settings } = await import(join(folder, "far.config.js"));
  others.push({ name: "far", modules: [{ type: "ESModule", path: far }], ...settings });
  worker.outboundService = "far";
}

const miniflare = new Miniflare(options({
  host: "127.0.0.1",
  port: 0,
  unsafeTriggerHandlers: true,
  defaultPersistRoot: storage,
  workers: [worker, ...others],
}));
const url = await miniflare.ready;
console.log(`listening on ${url.origin}`);
process.stdin.on("end", async () => {
  await miniflare.dispose();
  process.exit();
});
process.stdin.resume();
