// What a person does who opens the chat twice. `node chat.mjs <modules> <chromium> <url> <folder>`
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, executablePath, url, folder] = process.argv.slice(2);
const puppeteer = createRequire(join(modules, "-"))("puppeteer-core");

const browser = await puppeteer.launch({
  executablePath,
  headless: "shell",
  // In a container Chromium is often root, and then has no sandbox of its own.
  args: ["--no-sandbox", "--disable-setuid-sandbox", "--disable-dev-shm-usage"],
});
const problems = [];

// A window of its own, with no data of another's.
async function open(path) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 800, height: 480 });
  page.on("pageerror", ({ message }) => problems.push(message));
  await page.goto(url + path);
  return page;
}

async function enter(name, room = "attic") {
  const page = await open("/chat");
  await page.locator("#name").fill(name);
  await page.locator("#which").fill(room);
  await page.locator("#enter button").click();
  return page;
}

const text = (page, selector) => page.$eval(selector, (element) => element.innerText);
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.innerText));

// Waits until the page shows that.
async function shows(page, selector, wanted) {
  const is = (selector, wanted) => document.querySelector(selector).innerText.includes(wanted);
  await page.waitForFunction(is, { timeout: 10_000 }, selector, wanted).catch(async () => {
    assert.fail(`${selector} does not show "${wanted}" but "${await text(page, selector)}"`);
  });
}

async function say(page, line) {
  await page.type("#text", line);
  await page.keyboard.press("Enter");
}

try {
  const list = await open("/");
  for (const name of ["chat", "rate_limiter"]) await shows(list, "dl", name);
  await list.locator("a[href='/chat']").click();
  await list.waitForSelector("#enter[open]");

  const ann = await enter("ann");
  await shows(ann, "#status", "as ann");
  const bob = await enter("bob");
  await shows(bob, "#status", "as bob");
  for (const page of [ann, bob]) await shows(page, "#here", "ann\nbob");
  await shows(ann, "#lines", "bob came in");

  await say(ann, "hello bob");
  for (const page of [ann, bob]) await shows(page, "#lines", "ann: hello bob");
  await bob.type("#text", "hi");
  await shows(ann, "#typing", "bob is typing…");
  await ann.screenshot({ path: join(folder, "typing.png") });
  await bob.keyboard.press("Enter");
  await shows(ann, "#lines", "bob: hi");
  await shows(bob, "#lines", "bob: hi");
  assert.equal(await text(ann, "#typing"), "");

  // What others write is text, and nothing else.
  const markup = "<img src=x onerror=\"document.title = 'taken over'\">";
  await say(bob, markup);
  await shows(ann, "#lines", markup);
  assert.equal(await ann.title(), "actors: chat");
  assert.equal(await ann.$("#lines img"), null);

  const other = await enter("ann");
  await shows(other, "#refusal", "taken");
  const elsewhere = await enter("ann", "cellar");
  await shows(elsewhere, "#here", "ann");
  assert.deepEqual(await texts(elsewhere, "#lines li"), []);

  const cid = await enter("cid");
  await shows(cid, "#lines", "ann: hello bob");
  await ann.screenshot({ path: join(folder, "chat.png") });
  await bob.close();
  await shows(ann, "#lines", "bob left");
  assert.deepEqual(await texts(ann, "#here li"), ["ann", "cid"]);
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
