//! What each lever adds or takes in cases, workers and pounds, as a table.

use super::Following;
use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::forecast::Forecast;
use crate::pathway::{Ledger, PathwayLever, Tally};
use crate::pipeline::Error;

/// Levers one after the other, and what each adds or takes.
#[derive(Debug, Clone)]
pub struct Steps {
    pub levers: Vec<String>,
    pub ledger: Ledger,
    /// Whether referrals are followed: without them there are no cases and no workers.
    pub has_work: bool,
}

/// What the first line of a ledger is called.
const AS_FORECAST: &str = "as forecast";

/// What the last line is called, where it is no scenario's title.
const WITH_ALL: &str = "with all levers";

impl Steps {
    /// The levers of a project file; `baseline` is of all paths.
    pub fn of_levers(
        following: &Following<'_>,
        leaves: &Forecast,
        levers: &[PathwayLever],
        baseline: Tally,
    ) -> Result<Steps, Error> {
        let some = some_paths(leaves)?;
        let run = |count: usize| Ok::<_, Error>(following.run(&some, &levers[..count])?.tally());
        let runs = (1..=levers.len()).map(run).collect::<Result<Vec<Tally>, Error>>()?;
        let names = levers.iter().map(ToString::to_string).collect();
        let ledger = Ledger::of(run(0)?, runs).on(baseline);
        Ok(Steps { levers: names, ledger, has_work: following.has_work() })
    }
}

/// What a lever adds is the mean over so many paths at most: runs with and without it share their random numbers, so
/// that more paths would tell little more, and every lever takes a run.
const LEDGER_PATHS: usize = 250;

/// The first paths of a forecast.
pub fn some_paths(forecast: &Forecast) -> Result<Forecast, Error> {
    let some = forecast.draws().min(LEDGER_PATHS);
    let paths = forecast.paths().slice(ndarray::s![.., ..some, ..]).to_owned();
    Ok(Forecast::new(forecast.keys().to_vec(), forecast.span(), paths)?)
}

/// What each lever of a project file adds or takes over the horizon.
pub fn ledger_table(profile: Profile, steps: &Steps) -> Result<ProtectedTable, FigureError> {
    let columns = columns(profile, steps)?;
    Ok(protect(
        profile,
        Figures::new("pathway-ledger", vec![LabelColumn::text("lever", names(steps, WITH_ALL))], columns)?,
    ))
}

/// The same for each lever of each scenario; `scenarios` are names and titles.
pub fn scenario_ledgers(
    profile: Profile,
    scenarios: &[(String, String, Steps)],
) -> Result<Option<ProtectedTable>, FigureError> {
    let (mut ids, mut lines, mut levers) = (Vec::new(), Vec::new(), Vec::new());
    let mut all: Vec<FigureColumn> = Vec::new();
    for (name, title, steps) in scenarios {
        let names = names(steps, title);
        ids.extend(std::iter::repeat_n(name.clone(), names.len()));
        lines.extend(0..names.len() as i64);
        levers.extend(names);
        for (place, column) in columns(profile, steps)?.into_iter().enumerate() {
            match all.get_mut(place) {
                Some(known) => known.values.extend(column.values),
                None => all.push(column),
            }
        }
    }
    if ids.is_empty() {
        return Ok(None);
    }
    let labels = vec![
        LabelColumn::text("scenario", ids),
        LabelColumn::numbers("line", lines),
        LabelColumn::text("lever", levers),
    ];
    Ok(Some(protect(profile, Figures::new("pathway-scenarios", labels, all)?)))
}

fn names(steps: &Steps, last: &str) -> Vec<String> {
    let levers = steps.levers.iter().cloned();
    std::iter::once(AS_FORECAST.to_owned()).chain(levers).chain([last.to_owned()]).collect()
}

/// The figures of a ledger's lines: the forecast as it is, what each lever adds, what they come to.
///
/// The running sums are rounded (under a profile that rounds, by its rule) before they are subtracted: the baseline and
/// all entries add up to the scenario exactly, and no entry tells more than two rounded sums do.
fn columns(profile: Profile, steps: &Steps) -> Result<Vec<FigureColumn>, FigureError> {
    let ledger = &steps.ledger;
    let mut sums = vec![ledger.baseline];
    for entry in &ledger.entries {
        let before = sums[sums.len() - 1];
        sums.push(before.plus(*entry));
    }
    let baseline = ledger.baseline;
    // A pound figure moves in steps of what so many children make.
    let behind = if steps.has_work { baseline.case_months } else { baseline.care_months };
    let pounds_each = (baseline.pounds.value() / behind.value().max(1.0)).max(1.0).round();
    // Pounds are told to the thousand, as in the table of cost: more would say more than the ranges bear.
    let column = |name: &str, of: fn(&Tally) -> f64, (unit, to): (f64, f64)| {
        let values = sums.iter().map(|sum| (of(sum) / unit).max(0.0)).collect();
        let running =
            protect(profile, Figures::new("pathway-ledger", Vec::new(), vec![FigureColumn::counts(name, values)])?);
        let cells = running.figures().iter().flat_map(|column| column.cells());
        let sums: Vec<f64> =
            cells.map(|cell| cell.number().map_or(f64::NAN, |sum| (sum * unit / to).round() * to)).collect();
        let entries = sums.windows(2).map(|pair| pair[1] - pair[0]);
        let ends = [sums.first(), sums.last()].map(|end| end.copied().unwrap_or(f64::NAN));
        Ok::<_, FigureError>(FigureColumn::scores(
            name,
            std::iter::once(ends[0]).chain(entries).chain([ends[1]]).collect(),
        ))
    };
    let mut columns = Vec::new();
    if steps.has_work {
        columns.push(column("case_months", |sum| sum.case_months.value(), (1.0, 1.0))?);
        columns.push(column("worker_months", |sum| sum.worker_months.value(), (1.0, 1.0))?);
    }
    columns.push(column("care_months", |sum| sum.care_months.value(), (1.0, 1.0))?);
    columns.push(column("pounds", |sum| sum.pounds.value(), (pounds_each, 1_000.0))?);
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pathway::{Change, Hundredths};

    fn tally(cases: i64, workers: i64, care: i64, pounds: i64) -> Tally {
        let [case_months, worker_months, care_months, pounds] =
            [cases, workers, care, pounds].map(|value| Hundredths(value * 100));
        Tally { case_months, worker_months, care_months, pounds }
    }

    fn steps() -> Steps {
        let levers = [
            PathwayLever::Caseload { change: Change::Set(12.0), from: None },
            PathwayLever::Inflation { per_year: 0.02 },
        ];
        let after = [tally(20_003, 1_647, 5_000, 44_655_000), tally(18_796, 1_547, 4_903, 42_655_000)];
        let ledger = Ledger::of(tally(20_003, 1_316, 5_000, 43_000_000), after);
        Steps { levers: levers.iter().map(ToString::to_string).collect(), ledger, has_work: true }
    }

    #[test]
    fn a_published_ledger_adds_up_exactly_and_in_steps_of_five() {
        let table = ledger_table(Profile::Published, &steps()).expect("a table");
        for (column, ends) in [("case_months", [20_005.0, 18_795.0]), ("worker_months", [1_315.0, 1_545.0])] {
            let cells: Vec<f64> =
                table.cells(column).expect("a column").iter().filter_map(|cell| cell.number()).collect();
            assert_eq!([cells[0], cells[3]], ends, "{column}");
            assert_eq!(cells[0] + cells[1] + cells[2], cells[3], "{column}");
            assert!(cells.iter().all(|cell| cell % 5.0 == 0.0), "{column}");
        }
        let pounds = table.cells("pounds").expect("pounds");
        assert!(pounds.iter().filter_map(|cell| cell.number()).all(|pounds| pounds % 1_000.0 == 0.0));
        assert_eq!(table.text("lever").expect("names")[1], "cases a worker set to 12");
    }

    #[test]
    fn scenarios_have_their_ledgers_one_after_the_other() {
        let bare = Steps { levers: Vec::new(), ledger: Ledger::of(steps().ledger.baseline, []), has_work: true };
        let all = [("nothing".to_owned(), "Nothing".to_owned(), bare), ("two".to_owned(), "Two".to_owned(), steps())];
        let table = scenario_ledgers(Profile::Internal, &all).expect("fits").expect("a table");
        assert_eq!(table.text("lever").expect("levers")[..2], ["as forecast", "Nothing"]);
        assert_eq!(table.numbers("line").expect("lines"), [0, 1, 0, 1, 2, 3]);
        let pounds: Vec<f64> = table.cells("pounds").expect("pounds").iter().filter_map(|cell| cell.number()).collect();
        assert_eq!(pounds[0], pounds[1]);
        assert_eq!(pounds[2] + pounds[3] + pounds[4], pounds[5]);
    }
}
