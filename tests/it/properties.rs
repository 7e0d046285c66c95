//! What must hold for every panel, tried on made-up ones.

use std::path::Path;

use groundswell::forecast::{Draws, Forecast, Level, Levels};
use groundswell::panel::{Design, Hierarchy, Panel, SeriesKey, ValueKind};
use groundswell::pipeline;
use groundswell::project::LineUp;
use groundswell::reconcile::{Projection, ReconcileMethod, ReconcileOptions};
use groundswell::shock::{HiddenStock, delay_weights};
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

/// The shipped line-ups, each as it is and with its totals reconciled.
fn line_ups() -> impl Strategy<Value = LineUp> {
    let shipped = prop_oneof!["general", "referrals"].prop_map(|name| shipped(&name));
    let methods = prop_oneof![Just(None), Just(Some(ReconcileMethod::Mint))];
    (shipped, methods).prop_map(|(line_up, method)| with(line_up, method))
}

fn shipped(name: &str) -> LineUp {
    LineUp::load(name, Path::new("")).expect("a shipped line-up")
}

fn with(mut line_up: LineUp, method: Option<ReconcileMethod>) -> LineUp {
    line_up.reconcile = method.map(|method| ReconcileOptions { method });
    line_up
}

/// A recipe's forecast of a panel's leaves, a year ahead.
fn forecast(panel: &Panel, line_up: &LineUp) -> Forecast {
    let recipe = pipeline::forecaster(line_up);
    let fitted = recipe.fit(panel, &Design::empty(panel.span())).expect("a fit");
    let future = Design::empty(panel.span().following(12));
    fitted.forecast(&future, Draws { paths: 40, seed: 3 }).expect("a forecast").shaped_like(panel.kind())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_total_is_the_sum_of_its_parts_in_every_path(panel in panels(), line_up in line_ups()) {
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
    fn forecasts_are_whole_at_least_zero_and_their_quantiles_do_not_cross(panel in panels(), line_up in line_ups()) {
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
    fn neither_the_order_of_series_nor_the_number_of_threads_changes_a_path(panel in panels(), line_up in line_ups()) {
        let reversed: Vec<usize> = (0..panel.keys().len()).rev().collect();
        let keys = reversed.iter().map(|row| panel.keys()[*row].clone()).collect();
        let values = panel.values().select(Axis(0), &reversed);
        let shuffled = Panel::new(panel.dimensions().to_vec(), keys, panel.span(), values, panel.kind()).expect("a panel");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let first = one.install(|| forecast(&panel, &line_up));
        let second = forecast(&shuffled, &line_up);
        prop_assert_eq!(first.paths(), second.paths());
    }

    #[test]
    fn bottom_up_leaves_the_parts_as_they_are(panel in panels()) {
        let alone = shipped("referrals");
        let bottom_up = with(alone.clone(), Some(ReconcileMethod::BottomUp));
        let (bottom_up, alone) = (forecast(&panel, &bottom_up), forecast(&panel, &alone));
        prop_assert_eq!(bottom_up.paths(), alone.paths());
    }

    #[test]
    fn reconciling_twice_is_once_and_never_negative(
        (panel, base, errors) in panels().prop_flat_map(|panel| {
            let parts = panel.keys().len();
            let nodes = parts + Hierarchy::of(&panel).sums().len();
            // Totals that have little to do with their parts, so that parts are pushed below zero often.
            let base = prop::collection::vec(0.0..60.0f64, nodes * 5);
            (Just(panel), base, prop::collection::vec(-9.0..9.0f64, nodes * 30))
        })
    ) {
        let totals = Hierarchy::of(&panel).sums();
        let (parts, nodes) = (panel.keys().len(), panel.keys().len() + totals.len());
        let base = Array2::from_shape_vec((nodes, 5), base).expect("five columns");
        let errors = Array2::from_shape_vec((nodes, 30), errors).expect("thirty dates");
        let projection = Projection::minimum_trace(parts, &totals, errors.view());
        let (of_parts, of_totals) = base.view().split_at(Axis(0), parts);
        let mut once = projection.reconcile(of_parts, of_totals);
        projection.lift(&mut once);
        prop_assert!(once.iter().all(|value| *value >= 0.0));
        let sum = |(row, column): (usize, usize)| totals[row].leaves.iter().fold(0.0, |sum, leaf| sum + once[(*leaf, column)]);
        let sums = Array2::from_shape_fn((totals.len(), 5), sum);
        let mut twice = projection.reconcile(once.view(), sums.view());
        projection.lift(&mut twice);
        prop_assert_eq!(twice, once);
    }
}

/// Periods of hidden demand: how much, which share returns, after which delay, and whether the period is open.
fn closures() -> impl Strategy<Value = Vec<(f64, f64, f64, bool)>> {
    let hidden = prop_oneof![2 => Just(0.0), 3 => 0.0..1e6, 1 => 0.0..1.0];
    prop::collection::vec((hidden, 0.0..=1.0, 0.1..24.0, any::<bool>()), 1..150)
}

proptest! {
    /// What closures hid has returned, is lost, or is still held, after every period, whatever share and delay each had.
    #[test]
    fn hidden_demand_is_conserved(periods in closures()) {
        let mut stock = HiddenStock::new();
        let (mut hidden, mut gone) = (0.0, 0.0);
        for (joins, share, delay, open) in periods {
            let flow = stock.period(joins, share, &delay_weights(delay), open);
            hidden += flow.hidden;
            gone += flow.returned + flow.lost;
            prop_assert!(flow.returned >= 0.0 && flow.lost >= 0.0 && flow.held >= -1e-9 * hidden.max(1.0));
            prop_assert!(open || flow.returned == 0.0);
            // 1e-9 of what was hidden so far, or of one child.
            prop_assert!((gone + flow.held - hidden).abs() <= 1e-9 * hidden.max(1.0), "{} {} {}", gone, flow.held, hidden);
        }
    }

    /// The weights of a delay are shares of a whole.
    #[test]
    fn a_delay_spreads_all_of_it(mean in 0.001f64..400.0) {
        let weights = delay_weights(mean);
        prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(weights.iter().all(|weight| *weight >= -1e-12));
    }
}
