// What a person does who has an agent write a page, and who reloads and comes again meanwhile.
import assert from "node:assert/strict";
import { browser, open, pictures, problems, shows, text, texts } from "./page.mjs";

// What the page has made of all that was told, without what is on its way.
const log = (page) => page.$eval("#log", (log) => [...log.children].map((one) => one.textContent).join("\n"));

async function current(page, phase) {
  const is = (phase) => document.querySelector("#phases [aria-current]")?.id === `p-${phase}`;
  await page.waitForFunction(is, { timeout: 60_000 }, phase).catch(async () => {
    assert.fail(`the phase is not ${phase}: ${await text(page, "body")}`);
  });
}

// Not with the mouse: while the agent writes, what is to be clicked moves away.
const press = (page, selector) => page.$eval(selector, (button) => button.click());

async function say(page, words) {
  await page.$eval("#text", (text, words) => { text.value = words; }, words);
  await press(page, "#form button");
  await page.waitForFunction(() => document.querySelector("#text").value === "");
}

// So long that the scripted model needs some seconds to repeat it.
const wish = `A page that counts <clicks>${" and counts".repeat(150)}`;

try {
  const list = await open("/");
  await list.locator("a[href='/agent']").click();
  await list.waitForSelector("#log");
  const page = await open("/agent?name=smith");
  await pictures(page, "empty");
  await say(page, wish);
  await page.waitForFunction(() => location.hash === "#1");
  const whole = await open("/agent?name=smith#1");

  // Reloaded in the middle of the plan and of a file; and one comes late.
  await current(page, "plan");
  await page.reload();
  await current(page, "generate");
  await page.waitForFunction(() => document.querySelector("#log pre")?.textContent.length > 100);
  await pictures(page, "generating");
  await page.reload();
  const late = await open("/agent?name=smith#1");
  for (const each of [page, whole, late]) {
    await current(each, "done");
    await shows(each, "#versions", "Version 1, deployed");
    await each.waitForSelector("#files details");
  }
  const said = await log(whole);
  assert.ok(said.startsWith(`${wish}\nI will write a page for “${wish}”:`), said);
  assert.equal(await log(page), said, "who has reloaded has lost nothing, and seen nothing twice");
  assert.equal(await log(late), said, "nor has who came late");
  assert.deepEqual(await page.$$eval("#files summary", (all) => all.map((one) => one.textContent)),
    ["app.js", "index.html", "style.css"]);

  // Said in the middle, stopped, and back to the first version.
  await say(page, "Add a readme.md");
  await current(page, "generate");
  await say(page, "And a licence.txt");
  await current(page, "done");
  await shows(page, "#versions", "Version 2, deployed");
  await page.waitForFunction(() => document.querySelectorAll("#files details").length === 5);
  await pictures(page, "done");
  await say(page, "No, in pink");
  await current(page, "generate");
  await press(page, "#cancel");
  await current(page, "cancelled");
  await shows(page, "#log", "You have stopped this.");
  await page.select("#versions", "1");
  await page.click("#rollback");
  await current(page, "done");
  await shows(page, "#versions", "Version 1, deployed");
  await shows(page, "#log", "Version 1 is deployed.");
  await pictures(page, "back");

  const site = await open("/deployed/1@smith/index.html");
  await site.click("#count");
  assert.equal(await text(site, "#count"), "1");
  assert.deepEqual(await texts(site, "li"), [wish]);
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
