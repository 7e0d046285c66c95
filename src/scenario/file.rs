//! A scenario, from its file.

use serde::{Deserialize, Serialize};

use super::ScenarioError;
use super::lever::Lever;
use super::written::Written;
use crate::math::spelling::on_one_line;

/// The scenarios that ship with the engine: name and text.
const SHIPPED: [(&str, &str); 10] = [
    ("none-returns", include_str!("../../models/scenarios/none-returns.toml")),
    ("covid-like", include_str!("../../models/scenarios/covid-like.toml")),
    ("half-returns", include_str!("../../models/scenarios/half-returns.toml")),
    ("all-returns", include_str!("../../models/scenarios/all-returns.toml")),
    ("second-lockdown", include_str!("../../models/scenarios/second-lockdown.toml")),
    ("winter-lockdown", include_str!("../../models/scenarios/winter-lockdown.toml")),
    ("surge-rule", include_str!("../../models/scenarios/surge-rule.toml")),
    ("hold-recent-rate", include_str!("../../models/scenarios/hold-recent-rate.toml")),
    ("step-down", include_str!("../../models/scenarios/step-down.toml")),
    ("fewer-plans", include_str!("../../models/scenarios/fewer-plans.toml")),
];

/// What joins the names of scenarios that are applied together.
const AND: char = '+';

/// A named set of levers, in the order in which they act.
///
/// ```
/// use groundswell::scenario::Scenario;
/// let both = Scenario::shipped("second-lockdown+half-returns")?;
/// assert_eq!(both.levers().len(), 3);
/// # Ok::<(), groundswell::scenario::ScenarioError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    schema: u32,
    name: String,
    title: String,
    description: String,
    /// Where each figure comes from.
    sources: Vec<String>,
    #[serde(rename = "lever")]
    levers: Vec<Written>,
}

/// A scenario's file, with its levers as they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    schema: u32,
    name: String,
    title: String,
    description: String,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    lever: Vec<toml::Table>,
}

impl Scenario {
    /// The scenario that changes nothing.
    pub fn neutral() -> Scenario {
        Scenario {
            schema: 1,
            name: "baseline".to_owned(),
            title: "As forecast".to_owned(),
            description: "The forecast as it is.".to_owned(),
            sources: Vec::new(),
            levers: Vec::new(),
        }
    }

    /// The names of the scenarios that ship with the engine.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// A shipped scenario by name (`baseline` is the one that changes nothing), or several joined by `+`.
    ///
    /// # Errors
    /// Where a name isn't shipped, or the levers don't go together.
    pub fn shipped(name: &str) -> Result<Scenario, ScenarioError> {
        let one = |name: &str| match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((_, text)) => Scenario::from_toml(text),
            None if name == Scenario::neutral().name => Ok(Scenario::neutral()),
            None => {
                let shipped = Scenario::names().collect::<Vec<_>>().join(", ");
                Err(ScenarioError::Unknown { name: name.to_owned(), shipped })
            }
        };
        Scenario::joined(name.split(AND).map(|name| one(name.trim())))
    }

    /// Scenarios applied together, one after the other.
    ///
    /// # Errors
    /// The first error among them, or why their levers don't go together.
    pub fn joined(
        scenarios: impl IntoIterator<Item = Result<Scenario, ScenarioError>>,
    ) -> Result<Scenario, ScenarioError> {
        let mut scenarios = scenarios.into_iter();
        let Some(first) = scenarios.next() else { return Ok(Scenario::neutral()) };
        let mut joined = first?;
        for next in scenarios {
            let next = next?;
            joined.name = format!("{}{AND}{}", joined.name, next.name);
            joined.title = format!("{}; {}", joined.title, lower_first(&next.title));
            joined.description = format!("{} {}", joined.description, next.description);
            joined.sources.extend(next.sources);
            joined.levers.extend(next.levers);
        }
        joined.checked()
    }

    /// A scenario in the form of `models/scenarios/second-lockdown.toml`.
    ///
    /// # Errors
    /// Where the text is no such file, or a lever can't be.
    pub fn from_toml(text: &str) -> Result<Scenario, ScenarioError> {
        let ScenarioFile { schema, name, title, description, sources, lever } =
            toml::from_str(text).map_err(ScenarioError::Toml)?;
        if name.is_empty() || name.contains(['/', '\\', ',']) || name.contains(char::is_control) {
            let what = "`name` is empty, or has a slash, a comma, a line break or a control character in it".to_owned();
            return Err(ScenarioError::Invalid(what));
        }
        // Both stand in charts and messages; a description may have been written on several lines.
        let [title, description] = [title, description].map(|text| on_one_line(&text).into_owned());
        let read = |(place, table): (usize, toml::Table)| {
            Written::of(table).map_err(|message| {
                let (scenario, number) = (name.clone(), place + 1);
                ScenarioError::Unread { scenario, number, message }
            })
        };
        let levers = lever.into_iter().enumerate().map(read).collect::<Result<Vec<Written>, ScenarioError>>()?;
        Scenario { schema, name, title, description, sources, levers }.checked()
    }

    fn checked(self) -> Result<Scenario, ScenarioError> {
        if self.schema != 1 {
            return Err(ScenarioError::Schema { found: self.schema });
        }
        let wrong =
            |number: usize, problem: String| Err(ScenarioError::Lever { scenario: self.name.clone(), number, problem });
        let on_forecast = |lever: &&Written| matches!(lever, Written::Forecast(_));
        let count = self.levers.iter().filter(on_forecast).count();
        for (place, lever) in self.levers.iter().enumerate() {
            let Written::Forecast(lever) = lever else { continue };
            if let Err(problem) = lever.check() {
                return wrong(place + 1, problem);
            }
            if matches!(lever, Lever::HoldRecentRate { .. }) && count > 1 {
                let what = "takes the place of the forecast and goes with no other lever on it";
                return wrong(place + 1, what.to_owned());
            }
        }
        Ok(self)
    }

    /// The name in files and tables.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in charts and sentences.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is supposed, in a sentence or two.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Where each figure comes from.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// The levers, in the order of the file.
    pub fn levers(&self) -> &[Written] {
        &self.levers
    }

    /// Whether a lever reaches what follows the forecast.
    pub fn reaches_what_follows(&self) -> bool {
        self.levers.iter().any(|lever| matches!(lever, Written::Following(_)))
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_scenarios_are_valid_sourced_and_named_as_their_files() {
        for (name, text) in SHIPPED {
            let scenario = Scenario::from_toml(text).expect(name);
            assert_eq!(scenario.name(), name);
            assert!(!scenario.levers().is_empty() && !scenario.sources().is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_scenario_is_refused_with_the_shipped_names() {
        let message = Scenario::shipped("second-lockdown+best").expect_err("unknown").to_string();
        assert!(message.contains("`best`") && message.contains("half-returns"), "{message}");
    }

    #[test]
    fn an_impossible_lever_is_refused_with_its_number() {
        let text = "schema = 1\nname = \"mine\"\ntitle = \"Mine\"\ndescription = \"D\"\n\
                    [[lever]]\nlever = \"return\"\nshare = 0.5\n[[lever]]\nlever = \"return\"\nshare = 2.0";
        let message = Scenario::from_toml(text).expect_err("impossible").to_string();
        assert!(message.starts_with("scenario `mine`, lever 2 has a share"), "{message}");
    }

    #[test]
    fn a_name_that_no_line_or_file_can_have_is_refused_and_texts_are_put_on_one_line() {
        let text = |name: &str| {
            format!(
                "schema = 1\nname = \"{name}\"\ntitle = \"Our\\nown\"\ndescription = \"D\"\n[[lever]]\nlever = \"x\""
            )
        };
        for name in ["", "a/b", "a,b", "a\\u0000b", "a\\nb"] {
            let error = Scenario::from_toml(&text(name)).expect_err("a name that can't be");
            assert!(matches!(error, ScenarioError::Invalid(_)), "{error}");
        }
        let valid = text("mine").replace("lever = \"x\"", "lever = \"return\"\nshare = 0.5");
        assert_eq!(Scenario::from_toml(&valid).expect("a scenario").title(), "Our own");
    }

    #[test]
    fn what_takes_the_place_of_the_forecast_stands_alone() {
        let message = Scenario::shipped("half-returns+hold-recent-rate").expect_err("refused").to_string();
        assert!(message.contains("lever 2 takes the place"), "{message}");
    }
}
