// What a person does who watches a queue.
import assert from "node:assert/strict";
import { browser, open, pictures, problems, shows, text, texts } from "./page.mjs";

const number = async (page, id) => Number(await text(page, `#${id}`));

async function until(page, id, wanted) {
  const is = (id, wanted) => Number(document.getElementById(id).innerText) === wanted;
  await page.waitForFunction(is, { timeout: 60_000 }, id, wanted).catch(async () => {
    assert.fail(`${id} is not ${wanted} but ${await number(page, id)}: ${await text(page, "body")}`);
  });
}

try {
  const list = await open("/");
  await list.locator("a[href='/queue']").click();
  await list.waitForSelector("#board");
  const page = await open("/queue?name=moving");
  await shows(page, "#status", "live");
  const other = await open("/queue?name=moving");
  await shows(other, "#status", "live");

  // Nobody works yet.
  await page.click("#add");
  await page.waitForFunction(() => Number(document.getElementById("n-delayed").innerText) +
    Number(document.getElementById("n-ready").innerText) === 10, { timeout: 20_000 });
  await page.click("#add-bad");
  await page.click("#add-bad");
  await page.select("#workers", "1");
  await page.waitForFunction(() => Number(document.getElementById("n-leased").innerText) > 3, { timeout: 20_000 });
  await page.click("#add");
  await until(page, "n-dead", 2);
  await until(page, "n-done", 20);
  for (const id of ["n-delayed", "n-ready", "n-leased"]) await until(page, id, 0);

  // Who has watched from the beginning and who comes now see the same.
  const late = await open("/queue?name=moving");
  await until(late, "n-done", 20);
  for (const each of [other, late]) assert.equal(await number(each, "n-dead"), 2);
  assert.equal(await late.$eval("#workers", ({ value }) => value), "1");
  assert.match((await texts(late, "#dead li"))[0], /report\n.*attempt 3 of 3 · it failed, as it was to/);

  // Paused with something of everything, to look at.
  await page.click("#put-back");
  await page.click("#modes [value=paused]");
  await page.waitForSelector("#modes [value=paused][aria-pressed=true]");
  await until(page, "n-leased", 0);
  await page.click("#add");
  await page.click("#add");
  await page.click("#add-bad");
  await page.click("#modes [value=running]");
  await page.waitForFunction(() => Number(document.getElementById("n-leased").innerText) > 3, { timeout: 20_000 });
  await pictures(page, "queue");
  await page.click("#modes [value=draining]");
  await page.waitForSelector("#modes [value=draining][aria-pressed=true]");
  await page.click("#add");
  await shows(page, "#problem", "takes no tasks");
  await until(page, "n-ready", 0);
  await pictures(page, "drained");
  await until(page, "n-dead", 3);
  await page.click("#discard");
  await until(page, "n-dead", 0);
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
