// What a person does who has a container.
import assert from "node:assert/strict";
import { browser, open, pictures, problems, shows, texts } from "./page.mjs";

try {
  const list = await open("/");
  await list.locator("a[href='/container']").click();
  await list.waitForSelector("#runs");
  const page = await open("/container?name=seen");
  await shows(page, "#state", "has never run");

  await page.click("#hello");
  await shows(page, "#state", "is well");
  await shows(page, "#answer", "200 hello from /hello");
  assert.match((await texts(page, "#runs tr"))[0], /^1\t.*runs$/);

  await page.click("#talk button");
  await shows(page, "#said", "the container says: hello");

  // It fails, whoever is connected is told, and it starts again by itself.
  await page.click("#exit");
  await shows(page, "#answer", "503 the container has ended");
  await shows(page, "#said", "the connection has ended");
  await shows(page, "#runs", "failed, exit code 3");
  await shows(page, "#state", "is well");
  assert.match((await texts(page, "#runs tr"))[0], /^2\t.*runs$/);
  await pictures(page, "failed");

  await page.click("#stop");
  await shows(page, "#state", "sleeps");
  await shows(page, "#runs tr", "was stopped, exit code 0");
  await pictures(page, "stopped");
  await page.click("#hello");
  await shows(page, "#state", "is well");

  // As many as run here.
  for (const other of ["b", "c", "d", "e"]) {
    const one = await open(`/container?name=${other}`);
    await one.click("#hello");
    await shows(one, "#state", "is well");
  }
  const late = await open("/container?name=late");
  await late.click("#hello");
  await shows(late, "#answer", "as many containers run as are allowed");
  await shows(late, "#state", "has never run");
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
