// What a person does who signs in on two devices.
import assert from "node:assert/strict";
import { browser, open, pictures, problems, shows, text, texts } from "./page.mjs";

async function signIn(page, name, code) {
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=code]").fill(code);
  await Promise.all([page.waitForNavigation(), page.locator("main button").click()]);
}

const click = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

const cookies = async (page) => (await page.browserContext().cookies()).filter(({ name }) => name === "__Host-session");

try {
  const laptop = await open("/session");
  await shows(laptop, "h1", "Sign in");
  await pictures(laptop, "sign-in");
  await signIn(laptop, "ann", "1234");
  await shows(laptop, ".bad", "wrong");
  await pictures(laptop, "refused");
  assert.deepEqual(await cookies(laptop), []);
  await signIn(laptop, "Ann", "0000");
  await shows(laptop, "h1", "Hello, ann");

  // Chromium takes the cookie on 127.0.0.1, and keeps it from scripts.
  const [cookie] = await cookies(laptop);
  assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path], [true, true, "Lax", "/"]);
  assert.equal(await laptop.evaluate(() => document.cookie), "");

  const phone = await open("/session");
  await signIn(phone, "ann", "0000");
  await shows(phone, "#devices", "this one");
  await laptop.reload();
  assert.equal((await texts(laptop, "#devices li")).length, 2);
  await laptop.type("textarea", "<b>milk</b>");
  await click(laptop, "form[action='/session/note'] button");
  assert.equal(await laptop.$eval("textarea", ({ value }) => value), "<b>milk</b>");
  await pictures(laptop, "account");
  await laptop.select("select", "dark");
  await click(laptop, "form[action='/session/theme'] button");
  assert.equal(await laptop.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");

  // There, from here.
  await click(laptop, "#devices button");
  assert.equal((await texts(laptop, "#devices li")).length, 1);
  await phone.reload();
  await shows(phone, "h1", "Sign in");

  // Here: the cookie is gone, and going back shows nothing.
  await click(laptop, "form[action='/session/sign-out'] button");
  await shows(laptop, "h1", "Sign in");
  assert.deepEqual(await cookies(laptop), []);
  await laptop.goBack();
  await laptop.reload();
  await shows(laptop, "h1", "Sign in");

  // Everywhere.
  for (const page of [laptop, phone]) {
    await page.goto(new URL("/session", page.url()));
    await signIn(page, "ann", "0000");
  }
  await click(phone, "form[action='/session/sign-out-everywhere'] button");
  await laptop.reload();
  for (const page of [laptop, phone]) assert.equal(await text(page, "h1"), "Sign in");
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
}
