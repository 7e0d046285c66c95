//! A made-up pathway of any size, and what a pack shows of one.

use super::pack::Sample;
use super::ranges::ranges;
use super::{PublishError, PublishOptions, charts_of, published, with_page, write};
use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::publish::{PathwayContents, RestsOn};
use crate::time::Period;

const ORIGIN: fn() -> Period = || Period::month(2025, 3);

/// The pathway of an authority with so many children in need.
pub fn pathway(in_need: f64, profile: Profile, posts: Option<f64>) -> PathwayContents {
    let flows = [
        ("assessments", 0.9),
        ("care starts", 0.08),
        ("in need", 0.7),
        ("initial conferences", 0.2),
        ("no further action", 0.1),
        ("plan starts", 0.17),
        ("referrals", 1.0),
        ("section 47 enquiries", 0.5),
    ];
    let stocks = [("in need", 1.0), ("looked after", 0.2), ("on plan", 0.12)];
    let named = |name: &str, rows: &[(&str, f64)], labels: Vec<LabelColumn>, scores: bool| {
        let middles: Vec<f64> = rows.iter().map(|(_, figure)| *figure).collect();
        let spreads: Vec<f64> = middles.iter().map(|middle| middle * 0.12).collect();
        let columns = ranges(&middles, &spreads).into_iter();
        let columns = columns.map(|column| match scores {
            true => FigureColumn::scores(&column.name, column.values),
            false => column,
        });
        let mut all = vec![LabelColumn::text("name", rows.iter().map(|(name, _)| *name))];
        all.extend(labels);
        protect(profile, Figures::new(name, all, columns.collect()).expect("the columns fit"))
    };
    let months = |first: i32, count: i32| (first..first + count).map(|step| ORIGIN().plus(step).first_day());
    let mut rows = Vec::new();
    let (mut dates, mut states) = (Vec::new(), Vec::new());
    for (name, share) in stocks {
        rows.extend(std::iter::repeat_n((name, share * in_need), 13));
        dates.extend(months(0, 13));
        states.push("assumed");
        states.extend(["forecast"; 12]);
    }
    let count = rows.len();
    let labels = vec![
        LabelColumn::text("measure", vec!["open cases"; count]),
        LabelColumn::dates("ds", dates),
        LabelColumn::text("state", states),
    ];
    let year = flows.map(|(name, share)| (name, share * in_need * 1.5));
    let whole = |rows: usize| {
        let day = |step: i32| std::iter::repeat_n(ORIGIN().plus(step).first_day(), rows);
        vec![LabelColumn::dates("from", day(1)), LabelColumn::dates("to", day(12))]
    };
    let work: Vec<(&str, f64)> = std::iter::repeat_n(("cases held", in_need * 0.8), 12)
        .chain(std::iter::repeat_n(("workers needed", in_need * 0.8 / 15.2), 12))
        .collect();
    let costs = ["placements", "total", "worker pounds"].map(|name| (name, in_need * 15_000.0));
    let windows = ["whole horizon", "2025-26"];
    let cost: Vec<(&str, f64)> = windows.iter().flat_map(|_| costs).collect();
    let mut of_cost = vec![
        LabelColumn::text("window", windows.iter().flat_map(|window| [*window; 3])),
        LabelColumn::numbers("months", [12; 6]),
    ];
    of_cost.extend(whole(cost.len()));
    PathwayContents {
        rests_on: RestsOn::NationalFigures,
        months: named("pathway", &rows, labels, false),
        flows: named("pathway-flows", &year, whole(year.len()), false),
        workers: named("workers", &work, vec![LabelColumn::dates("ds", months(1, 12).chain(months(1, 12)))], true),
        cost: named("pathway-cost", &cost, of_cost, true),
        ledger: posts.map(|_| ledger(profile)),
        scenarios: None,
        assumptions: assumptions(profile),
        establishment: posts,
        in_post: posts.map(|posts| posts * 0.86),
    }
}

fn ledger(profile: Profile) -> ProtectedTable {
    let labels = vec![LabelColumn::text("lever", ["as forecast", "cases a worker times 0.9", "with all levers"])];
    let columns = ["case_months", "worker_months", "pounds"];
    let columns = columns.map(|name| FigureColumn::scores(name, vec![1_000.0, -50.0, 950.0]));
    protect(profile, Figures::new("pathway-ledger", labels, columns.into()).expect("the columns fit"))
}

fn assumptions(profile: Profile) -> ProtectedTable {
    let labels = vec![
        LabelColumn::text("what", ["cases a social worker"]),
        LabelColumn::text("value", ["15.2"]),
        LabelColumn::text("source", ["a statistic"]),
    ];
    protect(profile, Figures::new("assumptions", labels, Vec::new()).expect("the columns fit"))
}

#[test]
fn a_pathway_has_its_charts_and_says_what_it_rests_on() {
    let mut contents = Sample::usual().pack();
    contents.pathway = Some(pathway(2_300.0, Profile::Published, None));
    let ids: Vec<String> = charts_of(&contents).iter().map(|chart| chart.id.clone()).collect();
    assert!(ids.join(" ").contains("pathway open-cases workers cost last-forecasts"), "{ids:?}");
    with_page(&contents, |_, page| {
        assert!(page.contains("rests on England’s figures"), "what it rests on");
        assert!(page.contains("cases a social worker") && page.contains("a statistic"), "the log of assumptions");
        // 2,300 x 15,000 pounds, and 1.28 standard deviations of 12%.
        assert!(page.contains("cost about £34.5 million"), "the cost");
    });
    let files: Vec<String> = published(&contents).into_iter().map(|(name, _)| name).collect();
    for name in ["pathway.csv", "pathway.parquet", "pathway.json", "workers.csv", "assumptions.csv", "charts/cost.png"]
    {
        assert!(files.iter().any(|file| file == name), "{name} is missing");
    }
}

#[test]
fn a_pathway_under_another_profile_is_refused() {
    let mut contents = Sample::usual().pack();
    contents.pathway = Some(pathway(2_300.0, Profile::Internal, None));
    let folder = tempfile::tempdir().expect("a folder");
    let error = write(folder.path(), &contents, &PublishOptions::default()).err();
    assert!(matches!(error, Some(PublishError::Profile { table, .. }) if table == "pathway"));
}
