//! The house is as it is drawn (docs/adr/0001-rooms.md): what a room may see, and how things are named.
//!
//! The checker is a function of (path, text) pairs; it reads tokens, not lines, so neither a comment nor a string nor
//! an odd line break hides an import or invents one.

mod rules;
mod source;

use std::fs;
use std::path::Path;

use rules::check;

/// Files over 400 lines that have been questioned, with the answer. An entry for a file that has become shorter fails.
const LONG_FILES: &[(&str, &str)] = &[
    ("ingest/tidy.rs", "the reader of one format with its tests"),
    ("models/arima/exact.rs", "one likelihood, with its test against a dense one"),
];

#[test]
fn the_house_is_as_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut tree = Vec::new();
    read_tree(&root, &root, &mut tree);
    tree.sort();
    assert!(tree.iter().any(|(path, _)| path == "lib.rs"), "no source files found under {}", root.display());
    let violations: Vec<String> = check(&tree, LONG_FILES).iter().map(|violation| format!("src/{violation}")).collect();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

fn read_tree(root: &Path, folder: &Path, tree: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_tree(root, &path, tree);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("under the root").to_str().expect("UTF-8").replace('\\', "/");
            tree.push((name, fs::read_to_string(&path).expect("a source file")));
        }
    }
}

/// What the checker says of a made-up tree, one line a violation.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let tree: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    check(&tree, &[]).iter().map(ToString::to_string).collect()
}

/// Asserts that one file of one room is refused on one line for one reason.
fn refused(path: &str, text: &str, line: usize, why: &str) {
    let said = said(&[(path, text)]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("{path}:{line}: ")) && said[0].contains(why), "{said:?}");
}

#[test]
fn a_room_may_use_the_foundation_and_itself() {
    let text = "use crate::time::Span;\nuse crate::{math, panel::{Panel, Design}};\nuse crate::forecast::Draws;\n\
                use crate::models::ets::Ets;\nuse super::naive;\n";
    assert_eq!(said(&[("models/theta.rs", text)]), [""; 0]);
}

#[test]
fn a_room_may_not_use_the_room_beside_it() {
    refused(
        "models/ets.rs",
        "use crate::time::Span;\nuse crate::evaluate::Scorecard;",
        2,
        "models may not see evaluate",
    );
}

#[test]
fn an_import_is_found_in_a_group_a_path_a_macro_and_across_lines() {
    refused("models/ets.rs", "use crate::{\n    time::Span,\n    ensemble::{Weights, combine},\n};", 3, "ensemble");
    refused("models/ets.rs", "fn f() {\n    let w = crate::ensemble::combine(1);\n}", 2, "ensemble");
    refused("models/ets.rs", "macro_rules! m { () => { $crate::ensemble::combine() } }", 1, "ensemble");
    refused("models/ets.rs", "use crate\n    :: ensemble\n    ::Weights;", 1, "ensemble");
    refused("models/ets.rs", "#[cfg(test)]\nmod tests {\n    use crate::ensemble::Weights;\n}", 3, "ensemble");
}

#[test]
fn climbing_out_of_a_room_is_an_import_like_any_other() {
    refused("models/mod.rs", "//! Models.\nuse super::evaluate::Scorecard;", 2, "models may not see evaluate");
    refused("models/ets.rs", "use super::super::evaluate::Scorecard;", 1, "evaluate");
    refused("models/ets/state.rs", "use super::super::super::{time, evaluate};", 1, "evaluate");
    refused("models/ets.rs", "mod tests {\n use super::super::super::evaluate;\n}", 2, "evaluate");
    refused("models/ets.rs", "use self::super::super::evaluate::Scorecard;", 1, "evaluate");
    let inside = "use super::naive::Naive;\nmod tests {\n use super::super::naive::Naive;\n use super::*;\n}";
    assert_eq!(said(&[("models/ets.rs", inside)]), [""; 0]);
}

#[test]
fn the_whole_crate_under_one_name_hides_nothing() {
    for text in ["use crate::*;", "use crate as house;", "use crate::{self as house};", "use super::super::*;"] {
        refused("models/ets.rs", text, 1, "names the whole crate");
    }
}

#[test]
fn comments_strings_and_characters_import_nothing() {
    let text = "//! See [`x`](crate::evaluate::X).\n/* use crate::evaluate::X; /* crate::evaluate */ */\n\
                const A: &str = \"crate::evaluate \\\" crate::evaluate\";\nconst B: &str = r#\"use \" crate::evaluate\"#;\n\
                const C: char = '\"'; const D: char = '\\''; fn f<'a>(x: &'a str) -> &'a str { x }\n\
                const E: &[u8] = br\"crate::evaluate\"; pub(crate) const F: u8 = b'\"';\n";
    assert_eq!(said(&[("models/ets.rs", text)]), [""; 0]);
    // And what follows a quote in a character is seen again.
    refused("models/ets.rs", "const D: char = '\"';\nuse crate::evaluate::X;", 2, "evaluate");
}

#[test]
fn time_and_math_know_nothing_of_each_other_or_of_what_stands_on_them() {
    refused("time/period.rs", "use crate::math::random;", 1, "time may not see math");
    refused("math/random.rs", "use crate::time::Span;", 1, "math may not see time");
    refused("panel/key.rs", "use crate::forecast::Draws;", 1, "panel may not see forecast");
    refused("forecast/paths.rs", "use crate::models::Local;", 1, "forecast may not see models");
}

#[test]
fn publish_sees_disclosure_and_not_the_other_way_round() {
    assert_eq!(said(&[("publish/charts.rs", "use crate::disclosure::ProtectedTable;")]), [""; 0]);
    refused("disclosure/table.rs", "use crate::publish::Chart;", 1, "disclosure may not see publish");
}

#[test]
fn only_the_upper_floors_see_the_rooms_and_no_room_sees_them() {
    let every_room = "use crate::{ingest, models, publish, batch};";
    assert_eq!(said(&[("pipeline.rs", &format!("//! Stages.\n{every_room}use crate::project::RunPlan;"))]), [""; 0]);
    assert_eq!(said(&[("project/plan.rs", every_room)]), [""; 0]);
    refused("project/plan.rs", "use crate::pipeline::run;", 1, "project may not see pipeline");
    refused("batch/lock.rs", "use crate::project::RunPlan;", 1, "batch may not see project");
    refused("pipeline/run.rs", "use crate::cli::Exit;", 1, "pipeline may not see cli");
}

#[test]
fn the_binary_sees_the_library_by_its_name() {
    assert_eq!(
        said(&[("cli/run.rs", "use super::exit::Exit;\nuse groundswell::pipeline;\nuse crate::cli::Cli;")]),
        [""; 0]
    );
    refused("cli/run.rs", "use crate::pipeline;", 1, "cli may not see pipeline");
    refused("main.rs", "//! Main.\nuse crate::models::Ets;", 2, "main may not see models");
    refused("models/ets.rs", "use groundswell::panel::Panel;", 1, "by its own name");
}

#[test]
fn a_path_that_names_no_room_is_refused() {
    refused("models/ets.rs", "use crate::Panel;", 1, "`crate::Panel` names no room");
    refused("odds/ends.rs", "", 1, "no room of that name");
}

#[test]
fn a_circle_is_named() {
    let tree =
        [("disclosure/table.rs", "use crate::publish::Chart;"), ("publish/charts.rs", "use crate::disclosure::X;")];
    let said = said(&tree);
    assert!(said.iter().any(|line| line.contains("a circle: disclosure -> publish -> disclosure")), "{said:?}");
}

#[test]
fn a_file_can_not_be_brought_in_by_another_way() {
    refused("models/ets.rs", "#[path = \"../evaluate/scores.rs\"]\nmod scores;", 1, "`#[path]`");
    refused("models/ets.rs", "include!(\"../evaluate/scores.rs\");", 1, "`include!`");
    assert_eq!(said(&[("models/ets.rs", "const T: &str = include_str!(\"../../models/ets.toml\");")]), [""; 0]);
}

#[test]
fn a_long_file_is_questioned_and_an_answer_goes_stale() {
    let long = ("models/ets.rs".to_owned(), "\n".repeat(401));
    let short = ("models/ets.rs".to_owned(), "\n".repeat(400));
    let answer = [("models/ets.rs", "thirty forms of one recursion")];
    let count = |file: &(String, String), long_files| check(std::slice::from_ref(file), long_files).len();
    assert_eq!([count(&long, &[]), count(&long, &answer)], [1, 0]);
    assert_eq!([count(&short, &[]), count(&short, &answer)], [0, 1]);
    assert_eq!(check(&[], &answer).len(), 1);
}

#[test]
fn a_room_opens_with_what_it_is() {
    refused("models/mod.rs", "// Models.\nmod ets;", 1, "opens with `//!`");
    refused("models/ets/mod.rs", "mod state;", 1, "opens with `//!`");
    refused("pipeline.rs", "use crate::models;", 1, "opens with `//!`");
    assert_eq!(said(&[("models/mod.rs", "//! The models.\nmod ets;"), ("models/ets.rs", "struct Ets;")]), [""; 0]);
}

#[test]
fn names_that_say_nothing_are_refused() {
    refused("models/util.rs", "", 1, "`util`");
    refused("models/helpers/mod.rs", "//! Helpers.", 1, "`helpers`");
    refused("models/ets.rs", "mod common {}", 1, "`common`");
    refused("models/ets.rs", "pub struct ModelManager;", 1, "`ModelManager`");
    refused("models/ets.rs", "trait HandlerOfThings {}", 1, "`HandlerOfThings`");
    refused("panel/table.rs", "\nenum PanelData {}", 2, "`PanelData`");
    let fine = "struct Dataset; struct CommonSeason; enum Utilisation {} fn handler() {} struct Database;";
    assert_eq!(said(&[("models/ets.rs", fine)]), [""; 0]);
}

#[test]
fn unsafe_code_is_refused_and_so_is_lifting_the_ban() {
    refused("math/random.rs", "fn f() { unsafe { g() } }", 1, "`unsafe`");
    refused("math/random.rs", "#![allow(unsafe_code)]", 1, "`unsafe_code`");
}

#[test]
fn the_library_reads_no_clock_and_no_environment_outside_its_tests() {
    refused("batch/lock.rs", "fn f() { let t = std::time::Instant::now(); }", 1, "`Instant`");
    refused("batch/lock.rs", "use std::env;\nfn f() { env::var(\"X\"); }", 2, "`env::`");
    refused("batch/lock.rs", "fn now() { jiff::Zoned::now() }", 1, "`Zoned`");
    let tested = "#[cfg(test)]\nmod tests { fn f() { std::env::var(\"X\"); } }\nconst V: &str = env!(\"V\");";
    assert_eq!(said(&[("batch/lock.rs", tested), ("batch/lock/tests.rs", "use std::time::Instant;")]), [""; 0]);
    assert_eq!(said(&[("cli/run.rs", "use std::time::Instant;")]), [""; 0]);
    refused("batch/lock.rs", "#[cfg(test)]\nuse std::env::var;\nfn f() { std::env::var(\"X\"); }", 3, "`env::`");
}
