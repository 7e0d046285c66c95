//! The rules, as data, and the check of a tree against them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::source::{facts, module_of};

/// The foundation from the ground up, each with what it stands on.
const FOUNDATION: [(&str, &[&str]); 4] =
    [("time", &[]), ("math", &[]), ("panel", &["time", "math"]), ("forecast", &["panel", "time", "math"])];

/// The rooms: each sees the foundation and itself.
const ROOMS: [&str; 13] = [
    "ingest",
    "features",
    "shock",
    "models",
    "ensemble",
    "evaluate",
    "reconcile",
    "scenario",
    "pathway",
    "disclosure",
    "publish",
    "batch",
    "simulate",
];

/// A room that sees one room beside it: `publish` accepts nothing but protected tables.
const EXCEPTIONS: [(&str, &str); 1] = [("publish", "disclosure")];

/// The upper floors, each seeing every room, the foundation and the floors before it.
const FLOORS: [&str; 2] = ["project", "pipeline"];

/// The longest file that isn't questioned, in lines.
const LONGEST: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_MODULE_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "misc", "manager"];
const EMPTY_TYPE_WORDS: [&str; 2] = ["Manager", "Handler"];

/// One way in which the tree isn't as drawn.
#[derive(Debug)]
pub struct Violation {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Which part of the house a file belongs to: a room, a floor, `cli`, `main` or `lib`.
fn part_of(path: &str) -> &str {
    path.split('/').next().map_or(path, |first| first.strip_suffix(".rs").unwrap_or(first))
}

/// What a part may see besides itself; nothing when the house has no such part.
fn sees(part: &str) -> Option<BTreeSet<&'static str>> {
    let foundation = FOUNDATION.map(|(name, _)| name);
    if let Some((_, below)) = FOUNDATION.iter().find(|(name, _)| *name == part) {
        return Some(below.iter().copied().collect());
    }
    if ROOMS.contains(&part) {
        let beside = EXCEPTIONS.iter().filter(|(room, _)| *room == part).map(|(_, beside)| *beside);
        return Some(foundation.into_iter().chain(beside).collect());
    }
    if let Some(floor) = FLOORS.iter().position(|name| *name == part) {
        return Some(foundation.into_iter().chain(ROOMS).chain(FLOORS[..floor].iter().copied()).collect());
    }
    match part {
        "lib" => Some(foundation.into_iter().chain(ROOMS).chain(FLOORS).collect()),
        "cli" => Some(BTreeSet::new()),
        "main" => Some(BTreeSet::from(["cli"])),
        _ => None,
    }
}

/// Every violation in a tree of (path under `src/`, text) pairs.
pub fn check(tree: &[(String, String)], long_files: &[(&str, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in tree {
        let part = part_of(path);
        let mut report = |line: usize, what: String| violations.push(Violation { path: path.clone(), line, what });
        let Some(visible) = sees(part) else {
            report(1, format!("the house has no room of that name: {part}; see docs/adr/0001-rooms.md"));
            continue;
        };
        let is_binary = matches!(part, "cli" | "main");
        let facts = facts(path, text);

        for (line, target) in facts.imports {
            if target == "*" {
                report(line, "names the whole crate, which hides what is used".to_owned());
            } else if target != "cli" && sees(&target).is_none() {
                report(line, format!("`crate::{target}` names no room; name the room that it comes from"));
            } else if target != part {
                if !visible.contains(target.as_str()) {
                    report(line, format!("{part} may not see {target}"));
                }
                edges.entry(part).or_default().insert(target);
            }
        }
        if !is_binary {
            for line in facts.own_name {
                report(line, "the library calls itself by its own name; write `crate::`".to_owned());
            }
            for (line, what) in facts.ambient {
                report(line, format!("{what} outside tests: the library reads no clock and no environment"));
            }
        }
        for (line, what) in facts.refused {
            report(line, format!("{what} is refused"));
        }

        let (lines, answer) = (text.lines().count(), long_files.iter().find(|(file, _)| file == path));
        match answer {
            None if lines > LONGEST => {
                report(
                    lines,
                    format!(
                        "{lines} lines; what second thing has moved in? Over {LONGEST} needs a reason in LONG_FILES"
                    ),
                );
            }
            Some((_, reason)) if lines <= LONGEST => {
                report(lines, format!("no longer long; take it off LONG_FILES ({reason})"));
            }
            _ => {}
        }
        let is_room_door = path.ends_with("/mod.rs") || !path.contains('/');
        if is_room_door && !text.starts_with("//!") {
            report(1, "opens with `//!`: what comes in, what goes out, what it doesn't do".to_owned());
        }
        let own_names = module_of(path).into_iter().map(|name| (1, name));
        let names: BTreeSet<_> = own_names.chain(facts.modules).collect();
        for (line, name) in names.into_iter().filter(|(_, name)| EMPTY_MODULE_NAMES.contains(&name.as_str())) {
            report(line, format!("a module called `{name}` doesn't say what is inside"));
        }
        for (line, name) in facts.types.into_iter().filter(|(_, name)| is_empty_type_name(name)) {
            report(line, format!("a type called `{name}` doesn't say what it is"));
        }
    }
    for (file, _) in long_files.iter().filter(|(file, _)| !tree.iter().any(|(path, _)| path == file)) {
        let what = "is on LONG_FILES and isn't there".to_owned();
        violations.push(Violation { path: (*file).to_owned(), line: 1, what });
    }
    violations.extend(circle(&edges));
    violations
}

fn is_empty_type_name(name: &str) -> bool {
    let words = camel_words(name);
    words.iter().any(|word| EMPTY_TYPE_WORDS.contains(word)) || words.last() == Some(&"Data")
}

/// `ModelManager` is `Model`, `Manager`.
fn camel_words(name: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = name.char_indices().filter(|(_, c)| c.is_uppercase()).map(|(i, _)| i).collect();
    starts.push(name.len());
    starts.windows(2).map(|pair| &name[pair[0]..pair[1]]).collect()
}

/// A circle of parts that see each other, if there is one. `lib` only lists the parts.
fn circle(edges: &BTreeMap<&str, BTreeSet<String>>) -> Option<Violation> {
    fn walk<'a>(edges: &'a BTreeMap<&str, BTreeSet<String>>, way: &mut Vec<&'a str>, part: &'a str) -> bool {
        let closes = way.contains(&part);
        way.push(part);
        if closes || edges.get(part).is_some_and(|seen| seen.iter().any(|next| walk(edges, way, next))) {
            return true;
        }
        way.pop();
        false
    }
    edges.keys().filter(|part| **part != "lib").find_map(|part| {
        let mut way = Vec::new();
        walk(edges, &mut way, part).then(|| Violation {
            path: (*part).to_owned(),
            line: 1,
            what: format!("a circle: {}", way.join(" -> ")),
        })
    })
}
