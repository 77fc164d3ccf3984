// What the scripts share: a browser, its windows, and what they show.
// `node script.mjs <modules> <chromium> <url> <folder>`
import assert from "node:assert/strict";
import { readSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, executablePath, url, folder] = process.argv.slice(2);
const puppeteer = createRequire(join(modules, "-"))("puppeteer-core");

export const browser = await puppeteer.launch({
  executablePath,
  headless: "shell",
  // In a container Chromium is often root, and then has no sandbox of its own.
  args: ["--no-sandbox", "--disable-setuid-sandbox", "--disable-dev-shm-usage"],
});
export const problems = [];

// In a page: its web sockets fail for as long as `away` is true.
function canBeAway() {
  const sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(url) {
      super(window.away ? new URL("/nowhere", url) : url);
      sockets.push(this);
    }
  };
  window.goAway = () => {
    window.away = true;
    for (const socket of sockets) socket.close();
  };
}

// A window of its own, with no data of another's.
export async function open(path) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 800, height: 480 });
  await page.evaluateOnNewDocument(canBeAway);
  page.on("pageerror", ({ message }) => problems.push(message));
  await page.goto(url + path);
  return page;
}

// Has the server killed, or started again with the same storage, and waits for that.
export function server(what) {
  console.log(what);
  readSync(0, Buffer.alloc(16));
}

export const text = (page, selector) => page.$eval(selector, (element) => element.innerText);
export const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.innerText));

// Waits until the page shows that.
export async function shows(page, selector, wanted) {
  const is = (selector, wanted) => document.querySelector(selector)?.innerText.includes(wanted);
  await page.waitForFunction(is, { timeout: 20_000 }, selector, wanted).catch(async () => {
    assert.fail(`${selector} does not show "${wanted}" but "${await text(page, selector).catch(String)}"`);
  });
}

export function picture(page, name) {
  return page.screenshot({ path: join(folder, `${name}.png`) });
}

// The page on a wide and on a narrow window, light and dark; nothing may be wider than the window.
export async function pictures(page, name) {
  for (const [size, width, height] of [["wide", 1280, 800], ["narrow", 390, 800]]) {
    await page.setViewport({ width, height });
    for (const value of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
      await picture(page, `${name}-${size}-${value}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} is ${wide} wide on ${width}`);
  }
}
