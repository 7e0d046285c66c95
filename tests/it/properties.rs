//! What must hold for every panel, tried on made-up ones.

use std::path::Path;

use groundswell::forecast::{Draws, Forecast, Level, Levels};
use groundswell::panel::{Design, Hierarchy, Panel, SeriesKey, ValueKind};
use groundswell::pipeline;
use groundswell::project::LineUp;
use groundswell::time::{Period, Span};
use ndarray::{Array2, Axis};
use proptest::prelude::*;

/// Two areas by up to three sources, two to five years of months, counts with gaps.
fn panels() -> impl Strategy<Value = Panel> {
    let cells = |series: usize, months: usize| {
        prop::collection::vec(prop_oneof![9 => (0u32..400).prop_map(f64::from), 1 => Just(f64::NAN)], series * months)
    };
    (1usize..=3, 24usize..60)
        .prop_flat_map(move |(sources, months)| (Just(sources), Just(months), cells(2 * sources, months)))
        .prop_filter_map("a series without a value", |(sources, months, cells)| {
            let keys = (0..2 * sources)
                .map(|row| SeriesKey::new([["east", "west"][row % 2].to_owned(), format!("s{}", row / 2)]));
            let values = Array2::from_shape_vec((2 * sources, months), cells).ok()?;
            let observed = values.rows().into_iter().all(|row| row.iter().any(|value| !value.is_nan()));
            let span = Span::new(Period::month(2018, 4), months);
            let dimensions = vec!["area".to_owned(), "source".to_owned()];
            observed.then(|| Panel::new(dimensions, keys.collect(), span, values, ValueKind::Count).ok())?
        })
}

/// The shipped recipe's forecast of a panel's leaves, a year ahead.
fn forecast(panel: &Panel, line_up: &str) -> Forecast {
    let recipe = pipeline::forecaster(&LineUp::load(line_up, Path::new("")).expect("a shipped line-up"));
    let fitted = recipe.fit(panel, &Design::empty(panel.span())).expect("a fit");
    let future = Design::empty(panel.span().following(12));
    fitted.forecast(&future, Draws { paths: 40, seed: 3 }).expect("a forecast").shaped_like(panel.kind())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_total_is_the_sum_of_its_parts_in_every_path(panel in panels(), line_up in prop_oneof!["general", "referrals"]) {
        let leaves = forecast(&panel, &line_up);
        let hierarchy = Hierarchy::of(&panel);
        let totals = leaves.totals(&panel, hierarchy.totals());
        for total in hierarchy.totals() {
            let row = totals.row(&total.key).expect("a total");
            // Added up here, draw by draw and step by step.
            for draw in 0..leaves.draws() {
                for step in 0..12 {
                    let parts: f64 = total.leaves.iter().map(|leaf| leaves.paths()[(*leaf, draw, step)]).sum();
                    prop_assert_eq!(totals.paths()[(row, draw, step)], parts);
                }
            }
        }
    }

    #[test]
    fn forecasts_are_whole_at_least_zero_and_their_quantiles_do_not_cross(panel in panels(), line_up in prop_oneof!["general", "referrals"]) {
        let forecast = forecast(&panel, &line_up);
        prop_assert_eq!(forecast.keys().len(), panel.keys().len());
        prop_assert!(forecast.paths().iter().all(|value| *value >= 0.0 && value.fract() == 0.0));
        let levels = Levels::try_from([50, 80, 95].map(|level| Level::try_from(level).expect("a level")).to_vec()).expect("levels");
        let (low, high) = forecast.intervals(&levels);
        let median = forecast.quantiles(&[0.5]);
        for (row, _) in forecast.keys().iter().enumerate() {
            for step in 0..12 {
                let ladder: Vec<f64> = (0..3).rev().map(|level| low[(row, level, step)])
                    .chain([median[(row, 0, step)]])
                    .chain((0..3).map(|level| high[(row, level, step)]))
                    .collect();
                prop_assert!(ladder.is_sorted(), "{:?}", ladder);
            }
        }
    }

    #[test]
    fn neither_the_order_of_series_nor_the_number_of_threads_changes_a_path(panel in panels()) {
        let reversed: Vec<usize> = (0..panel.keys().len()).rev().collect();
        let keys = reversed.iter().map(|row| panel.keys()[*row].clone()).collect();
        let values = panel.values().select(Axis(0), &reversed);
        let shuffled = Panel::new(panel.dimensions().to_vec(), keys, panel.span(), values, panel.kind()).expect("a panel");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let first = one.install(|| forecast(&panel, "referrals"));
        let second = forecast(&shuffled, "referrals");
        prop_assert_eq!(first.paths(), second.paths());
    }
}
