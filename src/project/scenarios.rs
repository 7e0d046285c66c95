//! `[scenarios]`: which scenarios are published beside the forecast.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ProjectError;
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
            let text = std::fs::read_to_string(&path).map_err(|source| ProjectError::Unreadable { path, source })?;
            Scenario::from_toml(&text)
        } else {
            Scenario::shipped(part)
        });
    }
    let scenario = Scenario::joined(parts).map_err(refused)?;
    levers_of(&scenario).map_err(refused)?;
    Ok(scenario)
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
        let lever = PathwayLever::deserialize(toml::Value::Table(table));
        let lever = lever
            .map_err(|error| wrong(format!("can't be read: {}", error.message().replace(char::is_control, " "))))?;
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
}
