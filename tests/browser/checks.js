// What is measured on a page. Each check returns the faults it finds, as texts that name the place.

import axe from "axe-core";

const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Violations of WCAG 2.2 at levels A and AA that axe can see. Of a table that repeats itself four rows are looked at. */
export async function violations(page) {
  await page.evaluate(() => {
    for (const body of document.querySelectorAll("tbody")) [...body.rows].slice(3, -1).forEach((row) => row.remove());
  });
  await page.evaluate(axe.source);
  const found = await page.evaluate((standard) => {
    const options = { runOnly: { type: "tag", values: standard }, resultTypes: ["violations"], elementRef: false };
    return window.axe.run(document, options);
  }, STANDARD);
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
  );
}

/** What makes the page scroll sideways, and what scrolls by itself but can't be reached or has no name. */
export function sideways(page) {
  return page.evaluate(() => {
    const faults = [];
    const root = document.documentElement;
    const wide = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
    const scroller = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return up;
      }
      return null;
    };
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest(".unseen, .skip") || !element.checkVisibility() || !wide(element) || element.closest("svg") !== null) continue;
      const region = scroller(element);
      const name = `${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 40)}”`;
      if (!region) faults.push(`${name} ends at ${Math.round(element.getBoundingClientRect().right)}`);
      else if (region.tabIndex !== 0 || !region.getAttribute("aria-label") || region.getAttribute("role") !== "region") {
        faults.push(`${name} lies in a region that the keyboard can't scroll or that has no name`);
      }
    }
    return faults.slice(0, 10);
  });
}

/** Text that is cut off by its own box. */
export function cutText(page) {
  return page.evaluate(() => {
    const faults = [];
    for (const element of document.querySelectorAll("p, li, h1, h2, h3, dt, dd, th, td, a, summary, caption, label, select")) {
      if (!element.checkVisibility() || element.closest(".unseen, .skip")) continue;
      const style = getComputedStyle(element);
      const cuts = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
      if (cuts && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) {
        faults.push(`${element.tagName}: ${element.textContent.trim().slice(0, 60)}`);
      }
    }
    return faults;
  });
}

/** Tabs from the top to the end: what is never reached, reached out of order, unseen while it has the focus, or a trap. */
export async function keyboard(page) {
  const faults = [];
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")];
    const open = all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled);
    open.forEach((element, at) => (element.dataset.stop = at));
    return open.length;
  });
  const look = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      return {
        stop: element.dataset.stop,
        name: `${element.tagName.toLowerCase()} “${(element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40)}”`,
        seen: inside && box.width > 0 && box.height > 0,
        outlined: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
      };
    });
  for (let stop = 0; stop < wanted; stop++) {
    await page.keyboard.press("Tab");
    const at = await look();
    if (at?.stop !== String(stop)) return [`stop ${stop + 1} of ${wanted} is ${at ? `${at.name} (${at.stop})` : "nothing"}`];
    if (!at.seen) faults.push(`${at.name} has the focus and is out of sight`);
    if (!at.outlined) faults.push(`${at.name} doesn't show that it has the focus`);
  }
  await page.keyboard.press("Tab");
  if ((await look())?.stop === String(wanted - 1)) faults.push("the last stop doesn't let go");
  // And back: a trap may hold in one direction only.
  await page.evaluate((last) => document.querySelector(`[data-stop="${last}"]`).focus(), wanted - 1);
  for (let stop = wanted - 2; stop >= Math.max(0, wanted - 6); stop--) {
    await page.keyboard.press("Shift+Tab");
    const at = await look();
    if (at?.stop !== String(stop)) faults.push(`back from the end, stop ${stop + 1} is ${at?.name ?? "nothing"}`);
  }
  return faults;
}

/** A page of A4 less its margins (18 and 20 mm, `report.css`), in CSS pixels. */
const PAPER = { width: Math.round((170 / 25.4) * 96), height: Math.round((261 / 25.4) * 96) };

/** Charts and cards that don't fit on a page of paper, as it is laid out for printing. */
export async function onPaper(page) {
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize(PAPER);
  const faults = await page.evaluate((paper) => {
    const found = [];
    const visible = (element) => element.checkVisibility();
    for (const element of [...document.querySelectorAll("figure, .card, .beside, .picture svg")].filter(visible)) {
      const box = element.getBoundingClientRect();
      const name = element.getAttribute("aria-labelledby") ?? element.textContent.trim().slice(0, 40);
      if (box.height > paper.height) found.push(`${name} is ${Math.round(box.height)} high, a page has ${paper.height}`);
      if (box.right > paper.width + 1) found.push(`${name} ends at ${Math.round(box.right)}, a page at ${paper.width}`);
      if (element.tagName !== "svg" && !["avoid", "avoid-page"].includes(getComputedStyle(element).breakInside)) {
        found.push(`${name} may be cut between two pages`);
      }
    }
    for (const table of [...document.querySelectorAll("table")].filter(visible)) {
      if (table.getBoundingClientRect().right > paper.width + 1) found.push(`table “${table.caption?.textContent}” is cut at the right`);
    }
    // Of each figure one drawing, and the drawing of each series.
    const drawn = [...document.querySelectorAll(".picture svg")].filter(visible).length;
    const charts = document.querySelectorAll("figure, .beside").length;
    if (drawn !== charts) found.push(`${drawn} of ${charts} charts are on paper`);
    return found;
  }, PAPER);
  return faults;
}

/** Sizes of a PDF's pages in points, read from its own boxes. */
export function paperSizes(pdf) {
  const boxes = [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)];
  return boxes.map(([, width, height]) => [Number(width), Number(height)]);
}
