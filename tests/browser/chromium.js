// Chromium as the tests want it: the one that is installed, with no life of its own.

import { chromium } from "playwright-core";

/** Starts the browser; playwright gives it a fresh profile. */
export function start() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The sizes that pages are looked at in, in CSS pixels. */
export const SIZES = {
  desktop: { width: 1280, height: 900 },
  /** 200% zoom of a desktop. */
  zoomed: { width: 640, height: 450 },
  /** 400% zoom, or a small phone: the width at which nothing may scroll sideways. */
  small: { width: 320, height: 640 },
};

/** Opens a page, and keeps what it asks for and what it complains about. */
export async function open(browser, file, { size = "desktop", ...options } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], ...options });
  const page = await context.newPage();
  const asked = [];
  const complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  // Nothing but the page itself is let through, whether or not this machine has a network.
  const url = new URL(`file://${encodeURI(file)}`).href;
  await context.route("**/*", (route) => (route.request().url() === url ? route.continue() : route.abort()));
  await page.goto(url);
  await page.evaluate(() => document.fonts.ready.then(() => true));
  return { page, url, asked, complaints, close: () => context.close() };
}

/** Opens every part of the page that can be folded. */
export function unfold(page) {
  return page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
}
