// What a page sees of a stream that is read across reloads and lost connections.
// `node streams.mjs <modules> <chromium> <url>`
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, executablePath, url] = process.argv.slice(2);
const puppeteer = createRequire(join(modules, "-"))("puppeteer-core");

const browser = await puppeteer.launch({
  executablePath,
  headless: "shell",
  args: ["--no-sandbox", "--disable-setuid-sandbox", "--disable-dev-shm-usage"],
});

async function ask(method, ...values) {
  const call = { binding: "TELLER", name: "a", method, values: ["words", ...values] };
  const answer = await fetch(`${url}/call`, { method: "POST", body: JSON.stringify(call) });
  const { error, value } = await answer.json();
  assert.equal(error, undefined);
  return value;
}

// In the page: reads both ways, and keeps in its session what it has heard.
function read() {
  const keep = (key, change) => {
    sessionStorage[key] = JSON.stringify(change(JSON.parse(sessionStorage[key] ?? "[]")));
  };
  const last = (key) => JSON.parse(sessionStorage[key] ?? "[]").at(-1)?.[0] ?? 0;

  const source = new EventSource(`/tellers/a/events/words?from=${last("events")}`);
  const hear = ({ lastEventId, data }) =>
    keep("events", (heard) => [...heard, [Number(lastEventId), JSON.parse(data)]]);
  source.onmessage = hear;
  // It is not closed: the response to its next request ends it.
  source.addEventListener("end", hear);
  window.source = source;

  function connect() {
    const socket = new WebSocket(`/tellers/a/ws?stream=words&from=${last("socket")}`);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type !== "stream") return;
      keep("socket", (heard) => [...heard, [message.cursor, message.value ?? message.end]]);
      if ("end" in message) socket.onclose = null;
    };
    socket.onclose = () => setTimeout(connect, 100);
  }
  connect();
}

const heard = (page, key) => page.evaluate((key) => JSON.parse(sessionStorage[key] ?? "[]"), key);

async function hears(page, count) {
  const is = (count) =>
    ["events", "socket"].every((key) => JSON.parse(sessionStorage[key] ?? "[]").length >= count);
  await page.waitForFunction(is, { timeout: 20_000 }, count).catch(async () => {
    assert.fail(JSON.stringify([await heard(page, "events"), await heard(page, "socket")]));
  });
}

try {
  const page = await browser.newPage();
  const expected = [];
  for (let round = 0; round < 4; round++) {
    // Nobody reads the first of them live.
    await ask("say", [`${round} away`]);
    await page.goto(`${url}/meters/a`);
    await page.evaluate(read);
    await hears(page, expected.length + 1);
    await ask("say", [`${round} live`, "a\nb"]);
    await hears(page, expected.length + 3);
    expected.push(`${round} away`, `${round} live`, "a\nb");
  }
  await ask("close");
  expected.push("closed");
  await hears(page, expected.length);
  // After the end it comes once more, as after any lost connection, and is told not to again.
  await page.waitForFunction(() => window.source.readyState === EventSource.CLOSED, {
    timeout: 20_000,
  });
  const all = expected.map((value, index) => [index + 1, value]);
  assert.deepEqual(await heard(page, "events"), all);
  assert.deepEqual(await heard(page, "socket"), all);
} finally {
  await browser.close();
}
