// What a person does who opens the chat twice.
import assert from "node:assert/strict";
import { browser, open, picture, problems, shows, text, texts } from "./page.mjs";

async function enter(name, room = "attic") {
  const page = await open("/chat");
  await page.locator("#name").fill(name);
  await page.locator("#which").fill(room);
  await page.locator("#enter button").click();
  return page;
}

async function say(page, line) {
  await page.type("#text", line);
  await page.keyboard.press("Enter");
}

try {
  const list = await open("/");
  for (const name of ["chat", "rate_limiter", "session", "task_queue"]) await shows(list, "dl", name);
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
  await picture(ann, "typing");
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
  await picture(ann, "chat");
  await bob.close();
  await shows(ann, "#lines", "bob left");
  assert.deepEqual(await texts(ann, "#here li"), ["ann", "cid"]);
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
