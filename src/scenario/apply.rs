//! Applies the levers one after the other.

use super::ScenarioError;
use super::changes::{Changes, Field};
use super::file::Scenario;
use super::held::held;
use super::ledger::Ledger;
use super::lever::Lever;
use super::timing::missed;
use super::written::Written;
use crate::forecast::Forecast;
use crate::panel::Panel;

/// What a scenario is laid on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The history of the leaves.
    pub history: &'a Panel,
    /// The forecast of the leaves as published: the baseline.
    pub baseline: &'a Forecast,
}

/// The forecast under a scenario, and how it came to differ.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The forecast of the leaves.
    pub forecast: Forecast,
    /// What each lever adds or takes.
    pub ledger: Ledger,
    /// Levers that change nothing here: a sentence for each, with the reason where it is its dates.
    pub idle: Vec<String>,
    /// Everything that was changed in the end.
    pub changes: Changes,
}

/// Applies a scenario's levers on the forecast one after the other; those on what follows it are left to others.
/// `what_if` gives the forecast of the leaves under changes, with the same draws as the baseline, so that path k of the
/// one differs from path k of the other by the levers alone; it is not asked where nothing is changed. A scenario without levers is the baseline, byte for byte.
///
/// # Errors
/// Where a lever names a source or a day that can't be, or `what_if` fails.
pub fn apply<E: From<ScenarioError>>(
    scenario: &Scenario,
    ground: Ground<'_>,
    mut what_if: impl FnMut(&Changes) -> Result<Forecast, E>,
) -> Result<Outcome, E> {
    let mean = ground.baseline.mean();
    let field = Field::of(ground.baseline, &mean);
    let mut changes = Changes::default();
    let mut forecast = ground.baseline.clone();
    let mut ledger = Ledger::new(forecast.clone());
    let mut idle = Vec::new();
    for (place, lever) in scenario.levers().iter().enumerate() {
        let Written::Forecast(lever) = lever else { continue };
        let name = || scenario.name().to_owned();
        changes.add(lever, &field).map_err(|problem| ScenarioError::Lever {
            scenario: name(),
            number: place + 1,
            problem,
        })?;
        let next = match lever {
            Lever::HoldRecentRate { months, .. } => {
                held(ground, *months).map_err(|reason| ScenarioError::NoForecast { scenario: name(), reason })?
            }
            _ if changes.is_neutral() => forecast.clone(),
            _ => what_if(&changes)?,
        };
        let written = ledger.write(lever.label(), &forecast, &next);
        written.map_err(|error| ScenarioError::NoForecast { scenario: name(), reason: error.to_string() })?;
        if next.paths() == forecast.paths() {
            let label = lever.label();
            idle.push(match missed(lever, ground.baseline.span()) {
                Some((when, remedy)) => format!("\"{label}\" {when}: it adds nothing. {remedy}"),
                None => format!("\"{label}\" changes nothing here."),
            });
        }
        forecast = next;
    }
    debug_assert!(ledger.adds_up_to(forecast.paths(), 1e-6), "a ledger adds up");
    Ok(Outcome { forecast, ledger, idle, changes })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3};

    use super::*;
    use crate::panel::{SeriesKey, ValueKind};
    use crate::time::{Period, Span};

    const PATHS: usize = 50;

    fn ground() -> (Panel, Forecast) {
        let keys: Vec<SeriesKey> = ["Police", "Schools"].map(|label| SeriesKey::new([label])).to_vec();
        let span = Span::new(Period::month(2023, 1), 24);
        let counts = Array2::from_shape_fn((2, 24), |(row, month)| (10 * row + month) as f64);
        let history = Panel::new(vec!["source".into()], keys.clone(), span, counts, ValueKind::Count).expect("valid");
        let paths = Array3::from_shape_fn((2, PATHS, 6), |(row, path, step)| (100 * (row + 1) + path + step) as f64);
        let baseline = Forecast::new(keys, span.following(6), paths).expect("finite");
        (history, baseline.shaped_like(ValueKind::Count))
    }

    /// A world in which a share of `x` that returns adds 100 x to everything, and need is added as it is.
    fn world(baseline: &Forecast, changes: &Changes) -> Forecast {
        let mut paths = baseline.paths().to_owned();
        paths += changes.return_share.unwrap_or(0.0) * 100.0;
        if let Some(need) = &changes.new_need {
            paths.indexed_iter_mut().for_each(|((row, _, step), cell)| *cell += need[(row, step)]);
        }
        let forecast = Forecast::new(baseline.keys().to_vec(), baseline.span(), paths).expect("finite");
        forecast.shaped_like(ValueKind::Count)
    }

    fn outcome(text: &str) -> (Outcome, Forecast) {
        let (history, baseline) = ground();
        let text = format!("schema = 1\nname = \"mine\"\ntitle = \"Mine\"\ndescription = \"D\"\n{text}");
        let scenario = Scenario::from_toml(&text).expect("valid");
        let ground = Ground { history: &history, baseline: &baseline };
        let outcome = apply(&scenario, ground, |changes| Ok::<_, ScenarioError>(world(&baseline, changes)));
        (outcome.expect("applied"), baseline.clone())
    }

    #[test]
    fn the_neutral_scenario_is_the_baseline_byte_for_byte() {
        let (history, baseline) = ground();
        let ground = Ground { history: &history, baseline: &baseline };
        let asked = |_: &Changes| -> Result<Forecast, ScenarioError> { panic!("nothing is changed") };
        let outcome = apply(&Scenario::neutral(), ground, asked).expect("applied");
        let bytes = |forecast: &Forecast| forecast.paths().iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bytes(&outcome.forecast), bytes(&baseline));
        assert!(outcome.ledger.entries().is_empty());
    }

    #[test]
    fn entries_are_what_each_lever_adds_after_those_before_it_and_add_up_exactly() {
        let (outcome, _) = outcome(
            "[[lever]]\nlever = \"return\"\nshare = 0.5\n\
             [[lever]]\nlever = \"new-need\"\nstarts = { months_ahead = 1 }\nper_month = 4.3\n\
             [[lever]]\nlever = \"return\"\nshare = 0.2",
        );
        let entries = outcome.ledger.entries();
        assert_eq!(
            entries.iter().map(|entry| entry.lever.as_str()).collect::<Vec<_>>(),
            ["50% returns", "New need", "20% returns"]
        );
        assert!(entries[0].added.paths().iter().all(|added| *added == 50.0));
        assert!(entries[2].added.paths().iter().all(|added| *added == -30.0));
        assert!(outcome.ledger.adds_up_to(outcome.forecast.paths(), 0.0));
    }

    #[test]
    fn the_ledger_of_a_total_is_the_sum_of_its_leaves() {
        let (history, _) = ground();
        let (outcome, _) = outcome("[[lever]]\nlever = \"return\"\nshare = 0.5");
        let totals = outcome.ledger.totals(&history, crate::panel::Hierarchy::of(&history).totals());
        assert!(totals.entries()[0].added.series(0).iter().all(|added| *added == 100.0));
        // Baseline and lever over two steps: 100, 200 and the path's number twice, mean 24.5; steps 0 and 1 twice.
        assert_eq!(totals.means(0, &[0, 1]), [2.0 * (300.0 + 2.0 * 24.5) + 2.0, 200.0]);
    }

    #[test]
    fn a_lever_that_does_nothing_is_named() {
        let (outcome, baseline) = outcome("[[lever]]\nlever = \"new-normal\"\nchange = { Police = 0.3 }");
        assert_eq!(outcome.idle, ["\"New normal\" changes nothing here."]);
        assert_eq!(outcome.forecast.paths(), baseline.paths());
    }

    #[test]
    fn a_lever_that_comes_after_the_forecast_says_when_and_what_to_do() {
        let (outcome, baseline) =
            outcome("[[lever]]\nlever = \"new-need\"\nstarts = { months_ahead = 7 }\nper_month = 5");
        assert_eq!(outcome.forecast.paths(), baseline.paths());
        let said = &outcome.idle[0];
        assert!(said.starts_with("\"New need\" starts in July 2025, after the forecast ends in June 2025"), "{said}");
        assert!(said.contains("`horizon`"), "{said}");
    }

    #[test]
    fn the_recent_rate_is_held_as_the_mean_of_what_was_observed_last() {
        let (outcome, _) = outcome("[[lever]]\nlever = \"hold-recent-rate\"\nmonths = 3");
        let means = outcome.forecast.mean();
        assert!(means.row(0).iter().all(|mean| (mean - 22.0).abs() < 0.2), "{means}");
        assert!(means.row(1).iter().all(|mean| (mean - 32.0).abs() < 0.2), "{means}");
        assert!(outcome.forecast.series(0).iter().any(|value| *value != 22.0), "the rule has missed before");
    }
}
