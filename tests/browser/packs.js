// Publishes packs that are unlike each other, with the program itself: what a report meets in councils of different
// size, with much data and with hardly any. No figure here is anyone's.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const program = path.resolve(root, process.env.GROUNDSWELL ?? "target/debug/groundswell");

/** Runs the program; what it says stands in the error where it fails. */
function groundswell(...options) {
  return execFileSync(program, options, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function month(first, months) {
  const [year, start] = first.split("-").map(Number);
  const since = year * 12 + start - 1 + months;
  return `${Math.floor(since / 12)}-${String((since % 12) + 1).padStart(2, "0")}-01`;
}

/** Monthly counts as a table: `levels` names each series and how many it has a month. */
function counts(folder, dimension, levels, first, months) {
  const random = numbers(levels.length * 1000 + months);
  const rows = levels.flatMap(([name, level]) =>
    Array.from({ length: months }, (_, at) => {
      const season = 1 + 0.12 * Math.sin((2 * Math.PI * at) / 12);
      const count = Math.max(0, Math.round(level * season + (random() - 0.5) * 2 * Math.sqrt(level)));
      return `${name},${month(first, at)},${count}`;
    }),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "counts.csv"), `${dimension},ds,y\n${rows.join("\n")}\n`);
}

/** A project file; few paths and origins, because a page is looked at here and not a forecast. */
function project(folder, { files, format, dimensions, authority, extra = "", input = "", profile = "published" }) {
  const text = `schema = 1
[project]
title = "Referrals to children’s social care"
authority = "${authority}"
[input]
files = ${JSON.stringify(files)}
format = "${format}"
dimensions = ${JSON.stringify(dimensions)}
${input}
[forecast]
paths = 200
[backtest]
origins = 3
${extra}
[publish]
folder = "packs"
profile = "${profile}"
`;
  const file = path.join(folder, "groundswell.toml");
  writeFileSync(file, text);
  return file;
}

const fromCounts = { files: ["counts.csv"], format: "counts" };

/** Census returns with journeys, the pathway, scenarios, and a pack of an earlier year: everything a report can hold. */
function whole(folder) {
  const data = path.join(folder, "data");
  groundswell("simulate", "--output", data, "--format", "cin-census", "--referrals", "90", "--seed", "7");
  const returns = readdirSync(data).filter((name) => name.endsWith(".xml")).sort();
  const options = {
    format: "cin-census",
    dimensions: ["source"],
    authority: "Silverbourne",
    extra: `[pathway]\non = true\n[scenarios]\npublish = ["second-lockdown", "winter-lockdown", "all-returns", "surge-rule"]`,
  };
  const files = returns.map((name) => `data/${name}`);
  groundswell("run", project(folder, { ...options, files: files.slice(0, -1) }));
  groundswell("run", project(folder, { ...options, files }));
}

/** Counts nearly all of which are hidden. */
function hidden(folder) {
  const levels = ["Housing", "Anonymous", "Other legal agency", "Individuals", "Education"].map((name, at) => [name, 1 + at]);
  counts(folder, "source", levels, "2018-04", 72);
  groundswell("run", project(folder, { ...fromCounts, dimensions: ["source"], authority: "Little Rowan" }));
}

/** Marked on every page, with nothing hidden. */
function internal(folder) {
  counts(folder, "area", [["North", 60], ["South & East", 35], ["<West>", 9]], "2017-04", 84);
  const options = { ...fromCounts, dimensions: ["area"], authority: "Ashmere & Holt", profile: "internal" };
  groundswell("run", project(folder, options));
}

/** Three months of one series. */
function tiny(folder) {
  counts(folder, "area", [["All", 40]], "2024-01", 3);
  groundswell("run", project(folder, { ...fromCounts, dimensions: [], authority: "Newholm" }));
}

/** Sixty series with long names. */
function sixty(folder) {
  const name = (at) => `Locality team ${String(at + 1).padStart(2, "0")} of the county’s ${["north", "east", "south", "west"][at % 4]}`;
  const levels = Array.from({ length: 60 }, (_, at) => [name(at), 8 + ((at * 37) % 50)]);
  counts(folder, "team", levels, "2019-04", 60);
  groundswell("run", project(folder, { ...fromCounts, dimensions: ["team"], authority: "Great Marlow County" }));
}

/** The sample authority of the repository, unless a pack of it is there already. */
function sample(folder) {
  if (process.env.SAMPLE_PACK) return path.resolve(root, process.env.SAMPLE_PACK);
  groundswell("run", path.join(root, "sample-data/groundswell.toml"), "--output", path.join(folder, "packs"));
  return folder;
}

/** Publishes all packs below a folder, those that aren't there yet, and lists their pages. */
export function published(folder) {
  const pages = [];
  for (const publish of [sample, whole, hidden, internal, tiny, sixty]) {
    const here = path.join(folder, publish.name);
    const isThere = existsSync(path.join(here, "packs/latest.json"));
    mkdirSync(here, { recursive: true });
    const packs = (isThere ? here : publish(here)) ?? here;
    const found = readdirSync(packs, { recursive: true }).filter((name) => name.endsWith(".html"));
    // Of earlier packs, which differ in their months only, the newest will do.
    found.sort().splice(0, found.length - new Set(found.map((one) => path.basename(one))).size);
    if (found.length === 0) throw new Error(`no page was published in ${packs}`);
    for (const name of found) pages.push({ name: `${publish.name}: ${name}`, pack: publish.name, file: path.join(packs, name) });
  }
  return pages;
}
