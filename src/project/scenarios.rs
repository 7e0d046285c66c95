//! `[scenarios]`: which scenarios are published beside the forecast.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ProjectError;
use crate::scenario::{Scenario, ScenarioError};

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
    Scenario::joined(parts).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

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
