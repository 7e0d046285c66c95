//! Speed of the engine's parts on made-up series. Run with `cargo bench --profile dev`; CI runs each once.

#![expect(clippy::expect_used, reason = "a bench that can't be set up should stop")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use groundswell::features::{FeatureOptions, calendar_design};
use groundswell::forecast::{Draws, Forecaster, Levels};
use groundswell::panel::{Design, Panel, SeriesKey, ValueKind};
use groundswell::pathway::placements::{
    Ahead, CareHistory, CareStay, PlacementGroups, PlacementOptions, PlacementRates, ReferenceWindow,
};
use groundswell::pipeline;
use groundswell::project::LineUp;
use groundswell::time::{Date, Period, Span, WorkingCalendar};
use ndarray::Array2;

const SERIES: usize = 50;
const MONTHS: usize = 120;

/// Fifty series of ten years with level, season and a little noise that any machine makes alike.
fn panel() -> Panel {
    let season = [2.0, -1.0, 4.0, -3.0, 6.0, 5.0, 1.0, -17.0, -2.0, 1.0, 5.0, -8.0];
    let values = Array2::from_shape_fn((SERIES, MONTHS), |(series, month)| {
        let noise = ((series * 7919 + month * 104_729) % 41) as f64 - 20.0;
        (100.0 + series as f64 * 5.0 + season[month % 12] + noise + month as f64 * 0.1).round()
    });
    let keys = (0..SERIES).map(|series| SeriesKey::new([format!("{series:03}")])).collect();
    let span = Span::new(Period::month(2014, 4), MONTHS);
    Panel::new(vec!["unique_id".to_owned()], keys, span, values, ValueKind::Count).expect("a valid panel")
}

fn design(span: Span) -> Design {
    let calendar = WorkingCalendar::england_and_wales();
    calendar_design(span, Some(&calendar), &FeatureOptions::default()).expect("finite regressors")
}

fn fits(criterion: &mut Criterion) {
    let panel = panel();
    let known = design(panel.span());
    let future = design(panel.span().following(12));
    let draws = Draws { paths: 500, seed: 1 };
    let mut group = criterion.benchmark_group("fit and forecast 50 series of 120 months");
    group.sample_size(10);
    let ids = [
        "seasonal_naive",
        "ets",
        "theta",
        "regression",
        "arima",
        "count_regression",
        "elastic_net",
        "croston",
        "tsb",
        "adida",
        "imapa",
        "ces",
        "stl",
    ];
    let alone = ids.map(|id| LineUp::of_model(id).expect("a model"));
    let shipped = ["general", "referrals"].map(|name| LineUp::load(name, Path::new("")).expect("a line-up"));
    for line_up in alone.iter().chain(&shipped) {
        let forecaster: Box<dyn Forecaster> = pipeline::forecaster(line_up);
        group.bench_function(&line_up.name, |bencher| {
            bencher.iter(|| {
                let fitted = forecaster.fit(black_box(&panel), &known).expect("a fit");
                fitted.forecast(&future, draws).expect("a forecast").intervals(&Levels::default())
            });
        });
    }
    group.finish();
}

/// A hundred thousand children in care at the end, with birthdays spread over sixteen years; some moved, some left.
fn children() -> Vec<CareHistory> {
    let day = |days: i64| Date::constant(2008, 2, 1).saturating_add(jiff::Span::new().days(days));
    let child = |row: usize| {
        // The last is born in December 2023, before the first enters care.
        let born = day((row * 7919 % 5800) as i64);
        let start = Date::constant(2024, 1, 1);
        let moved = Date::constant(2025, 1, 1).saturating_add(jiff::Span::new().days((row * 104_729 % 360) as i64));
        let first = CareStay { start, end: (row % 8 < 2).then_some(moved), group: row % 3 };
        let next = CareStay { start: moved, end: None, group: (row + 1) % 3 };
        let stays = if row.is_multiple_of(8) { vec![first, next] } else { vec![first] };
        CareHistory::new(row, born, stays).expect("a history")
    };
    (0..115_000).map(child).collect()
}

fn placements(criterion: &mut Criterion) {
    let histories = children();
    let window = ReferenceWindow { first: Date::constant(2025, 1, 1), last: Date::constant(2025, 12, 31) };
    let rates = PlacementRates::estimate(&histories, window, PlacementGroups::shipped()).expect("child-days");
    let span = Span::new(Period::month(2026, 1), 120);
    let options = PlacementOptions::default();
    let mut group = criterion.benchmark_group("a hundred thousand children through ten years");
    group.sample_size(10);
    for paths in [1, 8] {
        group.bench_function(format!("{paths} paths"), |bencher| {
            bencher.iter(|| {
                let draws = Draws { paths, seed: 1 };
                rates.simulate(black_box(&histories), &Ahead::of(span, draws), &options, &[]).expect("paths")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fits, placements);
criterion_main!(benches);
