// Opens every page of several packs in Chromium, as readers do: with eyes, with a keyboard, with a screen reader, on a
// telephone, on paper, without scripts and without a network.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { cutText, keyboard, onPaper, paperSizes, sideways, violations } from "./checks.js";
import { SIZES, open, start, unfold } from "./chromium.js";
import { published } from "./packs.js";

// KEEP names a folder in which packs stay from one call to the next, for work on these tests.
const folder = process.env.KEEP ?? mkdtempSync(path.join(tmpdir(), "groundswell-browser-"));
const pages = published(folder);
let browser;

before(async () => {
  browser = await start();
});
after(async () => {
  await browser?.close();
  if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
});

/** Looks at a page and closes it; whatever is looked at, it may neither ask for anything nor complain. */
async function look(file, options, see) {
  const opened = await open(browser, file, options);
  try {
    await see(opened.page, opened);
    assert.deepEqual(opened.complaints, [], "the console");
    const beyond = opened.asked.filter((url) => url.split("#")[0] !== opened.url && !url.startsWith("data:"));
    assert.deepEqual(beyond, [], "requests beyond the page");
  } finally {
    await opened.close();
  }
}

const none = (faults, what) => assert.deepEqual(faults, [], what);

/** The choices of every chooser on a page. */
const choices = (page) =>
  page.locator(".chooser select").evaluateAll((all) => all.map((one) => [...one.options].map((option) => option.value)));

for (const { name, pack, file } of pages) {
  describe(name, { concurrency: 2 }, () => {
    for (const [size, colorScheme] of [["desktop", "light"], ["small", "dark"]]) {
      test(`no violation of WCAG 2.2 AA that axe can see, ${SIZES[size].width} pixels wide, ${colorScheme}`, async () => {
        await look(file, { size, colorScheme }, async (page) => {
          for (const chooser of await page.locator(".chooser select").all()) await chooser.selectOption("");
          await unfold(page);
          none(await violations(page), "with all parts open");
        });
      });
    }

    test("the keyboard alone reaches everything, and sees where it is", async () => {
      await look(file, {}, async (page) => {
        await page.keyboard.press("Tab");
        const skip = page.locator(".skip");
        assert.ok(await skip.evaluate((link) => link === document.activeElement), "the first stop is the skip link");
        assert.ok((await skip.boundingBox()).x >= 0, "the skip link comes into sight");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement.id), "main", "it leads to the content");
        await page.evaluate(() => {
          document.activeElement.blur();
          getSelection().removeAllRanges();
        });
        const summary = page.locator("summary").first();
        if (await summary.count()) {
          await summary.focus();
          await page.keyboard.press("Enter");
          assert.ok(await page.locator("details").first().evaluate((part) => part.open), "Enter unfolds a part");
        }
      });
      for (const size of ["desktop", "small"]) {
        await look(file, { size }, async (page) => {
          await unfold(page);
          none(await keyboard(page), SIZES[size].width);
        });
      }
    });

    test("nothing scrolls sideways but tables: phones, 200% and 400% zoom, larger text, wider spacing", async () => {
      for (const size of Object.keys(SIZES)) {
        await look(file, { size }, async (page) => {
          await unfold(page);
          none(await sideways(page), `${SIZES[size].width} pixels`);
        });
      }
      await look(file, { bypassCSP: true }, async (page) => {
        await unfold(page);
        await page.addStyleTag({ content: "html { font-size: 200% !important; }" });
        none(await sideways(page), "text of twice the size");
        none(await cutText(page), "text of twice the size");
      });
      await look(file, { size: "small", bypassCSP: true }, async (page) => {
        await unfold(page);
        const spacing = "line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;";
        await page.addStyleTag({ content: `* { ${spacing} } p { margin-bottom: 2em !important; }` });
        none(await sideways(page), "the spacing of WCAG 1.4.12");
        none(await cutText(page), "the spacing of WCAG 1.4.12");
      });
    });

    test("prints on A4 with every chart whole", async () => {
      await look(file, {}, async (page) => {
        const sizes = paperSizes(await page.pdf({ preferCSSPageSize: true, printBackground: false }));
        assert.ok(sizes.length >= 2, `${sizes.length} pages`);
        for (const [width, height] of sizes) {
          assert.ok(Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2, `${width} x ${height} points`);
        }
        none(await onPaper(page));
      });
    });

    test("without scripts everything is there and nothing is offered that wouldn't work", async () => {
      const text = (page) => page.locator("main").evaluate((main) => main.innerText.replace(/\s+/g, " "));
      let scripted;
      await look(file, {}, async (page) => {
        for (const chooser of await page.locator(".chooser select").all()) await chooser.selectOption("");
        await page.locator(".chooser").evaluateAll((all) => all.forEach((one) => one.remove()));
        scripted = await text(page);
      });
      await look(file, { javaScriptEnabled: false }, async (page) => {
        for (const chooser of await page.locator(".chooser").all()) assert.ok(!(await chooser.isVisible()));
        for (const choice of await page.locator(".choice").all()) assert.ok(await choice.isVisible());
        assert.equal(await text(page), scripted);
      });
    });

    test("a chooser shows what is chosen, says so, and paper has all of it", async () => {
      await look(file, {}, async (page) => {
        const offered = await choices(page);
        for (const [at, values] of offered.entries()) {
          const chooser = page.locator(".chooser").nth(at);
          const shown = chooser.locator("xpath=..").locator(".choice:visible");
          for (const value of values) {
            await chooser.locator("select").selectOption(value);
            const there = await shown.evaluateAll((all) => all.map((one) => one.id));
            assert.deepEqual(there, value === "" ? values.filter((one) => one !== "") : [value]);
          }
          assert.match(await chooser.locator("[role=status]").innerText(), /\d/);
          await chooser.locator("select").selectOption(values.at(-1));
        }
        await page.emulateMedia({ media: "print" });
        for (const choice of await page.locator(".choice").all()) assert.ok(await choice.isVisible(), "on paper");
      });
    });

    test("legible in the colours of a reader’s own", async () => {
      await look(file, { forcedColors: "active", colorScheme: "dark" }, async (page) => {
        const paper = await page.locator(".picture:visible").evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
        for (const colour of paper) assert.equal(colour, "rgb(255, 255, 255)", "charts keep the ground they are drawn for");
      });
    });

    test("says what a reader needs, in order", async () => {
      await look(file, {}, async (page) => {
        const headings = await page.locator("h2").evaluateAll((all) => all.map((one) => one.id));
        const links = await page.locator("nav a").evaluateAll((all) => all.map((one) => one.getAttribute("href").slice(1)));
        assert.deepEqual(links, headings, "contents and sections");
        const asked = ["expect", "limits", "checks", "quality", "method", "assumptions", "about"];
        if (pack === "whole") asked.push("questions", "scenarios", "by-source", "people-and-money");
        for (const id of asked) assert.ok(headings.includes(id), `a section ${id}`);
        // No figure without its range.
        for (const answer of await page.locator(".answer").all()) {
          const words = await answer.innerText();
          assert.match(words, /between|up to|fewer than|\b0\b/, words);
        }
        const marked = await page.locator(".marking").count();
        assert.equal(marked > 0, pack === "internal", "the marking");
      });
    });
  });
}
