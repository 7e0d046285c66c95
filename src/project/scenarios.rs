//! `[scenarios]`: which scenarios are published beside the forecast.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Table;

use super::{ProjectError, in_words};
use crate::math::spelling::on_one_line;
use crate::pathway::{PathwayError, PathwayLever};
use crate::scenario::{Lever, Scenario, ScenarioError, Written};

/// `[scenarios]`: what is supposed beside the forecast.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScenarioOptions {
    /// Shipped names and TOML files, several joined by `+` where they are applied together; absent: those that tell
    /// something where the data end. An empty list publishes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Vec<String>>,
}

/// A scenario by name, from a file (its path relative to `base`), or several joined by `+`.
///
/// # Errors
/// Where there is no such scenario, a file can't be read, or a lever can't be.
pub fn load_scenario(name: &str, base: &Path) -> Result<Scenario, ProjectError> {
    let refused = |source: ScenarioError| ProjectError::Scenario { name: name.to_owned(), source };
    let mut parts = Vec::new();
    for part in name.split('+').map(str::trim) {
        let is_file = Path::new(part).extension().is_some_and(|ending| ending == "toml");
        parts.push(if is_file {
            let path = base.join(part);
            let text = std::fs::read_to_string(&path)
                .map_err(|source| ProjectError::NoScenarioFile { path: path.clone(), source })?;
            let read =
                Scenario::from_toml(&text).and_then(|scenario| levers_of(&scenario).map(drop).map(|()| scenario));
            Ok(read.map_err(|error| in_file(part, &text, error))?)
        } else {
            Scenario::shipped(part)
        });
    }
    let scenario = Scenario::joined(parts).map_err(refused)?;
    levers_of(&scenario).map_err(refused)?;
    Ok(scenario)
}

/// Why the scenario in a file can't be used, with the line and what stands there.
fn in_file(file: &str, text: &str, error: ScenarioError) -> ProjectError {
    let (path, what) = match &error {
        // Whoever names two files mixes them up sooner or later.
        ScenarioError::Toml(_) if text.parse::<Table>().is_ok_and(|table| table.contains_key("project")) => {
            let what = "this is a project file and no scenario; give each scenario a -s of its own, and the project file \
                        none";
            (file.to_owned(), what.to_owned())
        }
        ScenarioError::Toml(error) => in_words::of_error(file, text, error),
        ScenarioError::Unread { number, message, .. } => of_lever(file, text, *number, message),
        ScenarioError::Lever { number, .. } => {
            let keys = ["lever", &(number - 1).to_string()];
            (in_words::place_of(file, text, &keys), error.to_string())
        }
        _ => (file.to_owned(), error.to_string()),
    };
    ProjectError::Invalid { path: path.into(), what }
}

/// The place of what a lever's reader complains of, and the complaint in plain words.
fn of_lever(file: &str, text: &str, number: usize, message: &str) -> (String, String) {
    let place = (number - 1).to_string();
    let table = text.parse::<Table>().ok();
    let table = table.as_ref().and_then(|table| table.get("lever")?.as_array()?.get(number - 1)?.as_table());
    let key = table.and_then(|table| at_fault(table, message));
    let keys = ["lever", &place].into_iter().chain(key.as_deref());
    let option = match &key {
        Some(key) if !message.starts_with("unknown field") => format!("lever {number}, {key}"),
        _ => format!("lever {number}"),
    };
    let written = key.as_ref().filter(|_| !message.starts_with("unknown field"));
    let written = written.and_then(|key| table?.get(key)).map(ToString::to_string);
    let place = in_words::place_of(file, text, &keys.collect::<Vec<&str>>());
    (place, in_words::words(message, Some(&option), written.as_deref()))
}

/// The key of a lever without which its reader has another complaint, or none.
fn at_fault(table: &Table, message: &str) -> Option<String> {
    let complaint = |table: Table| match Written::of(table) {
        Ok(Written::Following(table)) => read_following(table).err(),
        read => read.err(),
    };
    let without = |key: &&String| {
        let mut table = table.clone();
        table.remove(key.as_str());
        complaint(table).as_deref() != Some(message)
    };
    let is_missing = message.starts_with("missing field");
    // Without its name nothing is a lever, so the name is asked last.
    let (name, others): (Vec<&String>, Vec<&String>) = table.keys().partition(|key| *key == "lever");
    others.into_iter().chain(name).filter(|_| !is_missing).find(without).cloned()
}

fn read_following(table: Table) -> Result<PathwayLever, String> {
    PathwayLever::deserialize(toml::Value::Table(table)).map_err(|error| on_one_line(error.message()).into_owned())
}

/// A lever of a scenario, read by the room that knows it.
#[derive(Debug, Clone, PartialEq)]
pub enum ScenarioLever<'a> {
    /// On the forecast.
    Forecast(&'a Lever),
    /// On what follows it.
    Following(PathwayLever),
}

/// A scenario's levers in the order of its file.
///
/// # Errors
/// Where a lever on what follows the forecast can't be.
pub fn levers_of<'a>(scenario: &'a Scenario) -> Result<Vec<ScenarioLever<'a>>, ScenarioError> {
    let read = |(place, written): (usize, &'a Written)| {
        let number = place + 1;
        let wrong = |problem: String| ScenarioError::Lever { scenario: scenario.name().to_owned(), number, problem };
        let table = match written {
            Written::Forecast(lever) => return Ok(ScenarioLever::Forecast(lever)),
            Written::Following(table) => table.clone(),
        };
        let lever = read_following(table).map_err(|message| {
            let scenario = scenario.name().to_owned();
            ScenarioError::Unread { scenario, number, message }
        })?;
        match lever.check(number) {
            Ok(()) => Ok(ScenarioLever::Following(lever)),
            Err(PathwayError::Lever { problem, .. }) => Err(wrong(problem)),
            Err(error) => Err(wrong(error.to_string())),
        }
    };
    scenario.levers().iter().enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lever_on_what_follows_is_read_beside_those_on_the_forecast_and_refused_with_its_number() {
        let text = |more: &str| {
            format!(
                "schema = 1\nname = \"ours\"\ntitle = \"Ours\"\ndescription = \"D.\"\n\
                 [[lever]]\nlever = \"caseload\"\nchange = {{ set = 12.0 }}\nfrom = {{ months_ahead = 3 }}\n\
                 [[lever]]\nlever = \"return\"\nshare = 0.5\n{more}"
            )
        };
        let scenario = Scenario::from_toml(&text("")).expect("valid");
        let levers = levers_of(&scenario).expect("levers");
        assert!(matches!(levers[..], [ScenarioLever::Following(_), ScenarioLever::Forecast(_)]), "{levers:?}");
        for (lever, why) in [
            (
                "lever = \"placement\"\nrate = \"leaving\"\nchange = { add = 1.0 }",
                "lever 3 can't be read: unknown variant",
            ),
            ("lever = \"duration\"\nstep = \"plan-end\"\nmultiply = 0.0", "lever 3 multiplies a duration"),
            ("lever = \"cost\"\nchange = { add = 1.0 }\nfrom = { months_ahead = 0 }", "lever 3 starts 0 months ahead"),
        ] {
            let scenario = Scenario::from_toml(&text(&format!("[[lever]]\n{lever}"))).expect("read as written");
            let message = levers_of(&scenario).expect_err(lever).to_string();
            assert!(message.contains(why), "{message}");
        }
        let unknown = Scenario::from_toml(&text("[[lever]]\nlever = \"case-load\"")).expect_err("unknown").to_string();
        assert!(unknown.contains("`new-need`") && unknown.contains("`caseload`"), "{unknown}");
    }

    #[test]
    fn every_lever_of_the_pathway_is_known_to_scenario_files() {
        for name in crate::scenario::FOLLOWING {
            let error = toml::from_str::<PathwayLever>(&format!("lever = \"{name}\"")).expect_err("nothing is said");
            assert!(error.message().starts_with("missing field"), "{name}: {error}");
        }
        let error = toml::from_str::<PathwayLever>("lever = \"none\"").expect_err("unknown").to_string();
        assert_eq!(error.matches('`').count() / 2, 1 + crate::scenario::FOLLOWING.len(), "{error}");
    }

    #[test]
    fn files_and_shipped_names_are_joined_in_their_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "schema = 1\nname = \"ours\"\ntitle = \"Ours\"\ndescription = \"D.\"\n\
                    [[lever]]\nlever = \"new-need\"\nstarts = { months_ahead = 1 }\nper_month = 5";
        std::fs::write(folder.path().join("ours.toml"), text).expect("written");
        let scenario = load_scenario("half-returns+ours.toml", folder.path()).expect("both");
        assert_eq!((scenario.name(), scenario.levers().len()), ("half-returns+ours", 2));
        let message = load_scenario("halves", folder.path()).expect_err("unknown").to_string();
        assert!(message.starts_with("there is no scenario `halves`"), "{message}");
        assert!(load_scenario("theirs.toml", folder.path()).expect_err("not there").to_string().contains("can't read"));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_line_value_and_choices() {
        let folder = tempfile::tempdir().expect("a folder");
        let head = "schema = 1\nname = \"ours\"\ntitle = \"Ours\"\ndescription = \"D.\"\n";
        let said = |text: &str| {
            std::fs::write(folder.path().join("ours.toml"), format!("{head}{text}")).expect("written");
            load_scenario("ours.toml", folder.path()).expect_err(text).to_string()
        };
        for (text, expected) in [
            (
                "[[lever]]\nlever = \"lockdown\"\nstarts = \"6 January\"\nweeks = 6\nschools = 1.0",
                "ours.toml:7:1: lever 1, starts = \"6 January\": this must be a day, as \"2025-01-06\", or { months_ahead",
            ),
            (
                "[[lever]]\nlever = \"return\"\nshare = \"half\"",
                "ours.toml:7:1: lever 1, share = \"half\": this must be a number",
            ),
            (
                "[[lever]]\nlever = \"return\"\nshare = 0.5\ndelay_month = 3",
                "ours.toml:8:1: lever 1 has no option `delay_month`; did you mean `delay_months`? It has",
            ),
            (
                "[[lever]]\nlever = \"retrun\"\nshare = 0.5",
                "ours.toml:6:1: lever 1, lever = \"retrun\": there is no such choice; did you mean `return`? It may be",
            ),
            (
                "[[lever]]\nlever = \"return\"\nshare = 1.5",
                "ours.toml:5:1: scenario `ours`, lever 1 has a share outside",
            ),
            (
                "[[lever]]\nlever = \"caseload\"\nchange = { sets = 12.0 }",
                "ours.toml:7:1: lever 1, change = { sets = 12.0 }: there is no such choice; did you mean `set`?",
            ),
            ("titel = \"x\"", "ours.toml:5:1: this file has no option `titel`; did you mean `title`?"),
            ("[project]\ntitle = \"T\"", "ours.toml: this is a project file and no scenario"),
        ] {
            let said = said(text);
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
