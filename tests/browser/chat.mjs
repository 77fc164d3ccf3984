// What a person does who opens the chat twice.
import assert from "node:assert/strict";
import { browser, open, pictures, problems, server, shows, text, texts } from "./page.mjs";

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

// What was said, without the time.
const lines = (page) => page.$$eval("#lines .line", (all) => all.map((line) => line.firstChild.textContent + line.childNodes[1].textContent));

async function until(page, names) {
  const are = (names) => [...document.querySelectorAll("#here li")].map((one) => one.innerText).join() === names;
  await page.waitForFunction(are, { timeout: 20_000 }, names.join()).catch(async () => {
    assert.deepEqual(await texts(page, "#here li"), names);
  });
}

try {
  const list = await open("/");
  for (const name of ["chat", "rate_limiter", "session", "task_queue"]) await shows(list, "dl", name);
  await pictures(list, "index");
  await list.locator("a[href='/chat']").click();
  await list.waitForSelector("#enter[open]");
  await pictures(list, "enter");

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
  await pictures(ann, "chat");

  // Bob loses his connection, and comes back: he has missed nothing, and sees nothing twice.
  await bob.evaluate(() => window.goAway());
  await shows(bob, "#status", "connection lost");
  await shows(ann, "#lines", "bob left");
  for (const line of ["one", "two", "three"]) await say(ann, line);
  await shows(ann, "#lines", "ann: three");
  await bob.evaluate(() => { window.away = false; });
  await shows(bob, "#status", "as bob");
  await shows(bob, "#lines", "ann: three");
  assert.deepEqual(await lines(bob), await lines(ann));

  // The server is killed while both speak, and comes back.
  await Promise.all([say(ann, "last words"), say(bob, "mine too")]);
  server("kill");
  for (const page of [ann, bob]) await shows(page, "#status", "connection lost");
  await pictures(ann, "lost");
  server("start");
  for (const [name, page] of [["ann", ann], ["bob", bob]]) {
    await shows(page, "#status", `as ${name}`);
    await shows(page, "#lines", "ann: last words");
    await shows(page, "#lines", "bob: mine too");
    await shows(page, "#here", "ann\nbob\ncid");
  }
  await say(bob, "here again");
  await shows(ann, "#lines", "bob: here again");
  const all = await lines(ann);
  assert.deepEqual(await lines(bob), all);
  assert.equal(new Set(all).size, all.length, all.join("\n"));

  await bob.close();
  await until(ann, ["ann", "cid"]);
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
