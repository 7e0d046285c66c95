//! The history as it may be shown, and what other tables may build on.

use std::collections::BTreeMap;

use super::earlier::Earlier;
use super::figures;
use super::work::Work;
use crate::disclosure::{Cell, FigureError, ProtectedTable, protect};
use crate::ingest::{Format, Level};
use crate::panel::{Hierarchy, SeriesKey, TOTAL};
use crate::project::RunPlan;
use crate::time::{Date, Period};

/// Dimensions whose labels are authorities, so that their total is a region or the nation.
const AUTHORITIES: [&str; 5] = ["authority", "local_authority", "la", "la_name", "lad"];

/// What a count of which only the mark is shown stands for where figures are added up: the middle of 1 to 7.
const SUPPRESSED: f64 = 4.0;

/// The same of a count that may be of any size, in a series that is small: the middle of 1 to 5.
const WITHHELD: f64 = 3.0;

/// A series whose shown counts are less than this on average is small.
const SMALL: f64 = 10.0;

/// The protected history of every series and total of a run, beside what earlier packs showed.
pub fn history(plan: &RunPlan, work: &Work, earlier: &Earlier) -> Result<ProtectedTable, FigureError> {
    let panel = &work.ingested.panel;
    let hierarchy = Hierarchy::of(panel);
    let figures = figures::history("history", panel, &hierarchy, work.ingested.last_complete)?;
    let keys: Vec<SeriesKey> = hierarchy.totals().iter().map(|total| total.key.clone()).collect();
    let rows = || figures::each(&keys, panel.span());
    let wide = rows().map(|(key, _)| is_wide(plan, work, key)).collect();
    let before = earlier
        .beside()
        .into_iter()
        .map(|pack| rows().map(|(key, period)| pack.get(&(key.to_string(), period.first_day())).copied()).collect());
    Ok(protect(plan.publish().profile, figures.with_wide(wide)?.with_earlier(before.collect())?))
}

/// Whether a series is a region or the nation and no single authority.
fn is_wide(plan: &RunPlan, work: &Work, key: &SeriesKey) -> bool {
    let panel = &work.ingested.panel;
    if work.ingested.format == Format::DfeMonthly {
        let many = panel.keys().len() > 1;
        return plan.input().level != Level::Authority || (many && key.is_total());
    }
    let is_authority = |name: &str| AUTHORITIES.contains(&name.to_ascii_lowercase().replace(' ', "_").as_str());
    panel.dimensions().iter().zip(key.labels()).any(|(name, label)| is_authority(name) && label == TOTAL)
}

/// What a history shows, by series.
pub struct Shown {
    cells: BTreeMap<String, BTreeMap<Date, Cell>>,
}

impl Shown {
    /// Reads the protected history.
    pub fn of(history: &ProtectedTable) -> Shown {
        let mut cells: BTreeMap<String, BTreeMap<Date, Cell>> = BTreeMap::new();
        if let (Some(ids), Some(dates), Some(y)) = (history.text("unique_id"), history.dates("ds"), history.cells("y"))
        {
            for ((id, date), cell) in ids.iter().zip(dates).zip(y) {
                cells.entry(id.clone()).or_default().insert(*date, *cell);
            }
        }
        Shown { cells }
    }

    /// Whether a count is there and not shown.
    pub fn hides(&self, series: &str, date: Date) -> bool {
        let cell = self.cells.get(series).and_then(|cells| cells.get(&date));
        matches!(cell, Some(Cell::Suppressed | Cell::Withheld))
    }

    /// The counts of a series by period, for sums that are published too: what such a sum tells can be worked out from the
    /// history as well. A count that isn't shown is what those that are average, or the middle of what is suppressed where
    /// the series is small. `NaN` where there is none.
    pub fn counts(&self, key: &SeriesKey) -> impl Fn(Period) -> f64 + '_ {
        let cells = self.cells.get(&key.to_string());
        let numbers: Vec<f64> = cells.into_iter().flatten().filter_map(|(_, cell)| cell.number()).collect();
        let mean = numbers.iter().sum::<f64>() / numbers.len().max(1) as f64;
        move |period| match cells.and_then(|cells| cells.get(&period.first_day())) {
            Some(Cell::Number(count)) => *count,
            Some(Cell::Suppressed) => SUPPRESSED,
            Some(Cell::Withheld) if mean < SMALL => WITHHELD,
            Some(Cell::Withheld) => mean.round(),
            Some(Cell::Missing) | None => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, TotalRow};

    #[test]
    fn what_is_not_shown_counts_as_what_everybody_could_guess() {
        let days = ["2024-01-01", "2024-02-01", "2024-03-01"].map(|day| day.parse::<Date>().expect("a date"));
        let labels = vec![
            LabelColumn::text("unique_id", ["a", "a", "a", "b", "b", "b"]),
            LabelColumn::dates("ds", days.into_iter().chain(days)),
        ];
        let counts = FigureColumn::observed("y", vec![40.0, 3.0, 20.0, 2.0, 5.0, f64::NAN]);
        let figures = Figures::new("history", labels, vec![counts]).expect("valid");
        let figures = figures.with_totals(Vec::<TotalRow>::new()).expect("valid");
        let shown = Shown::of(&protect(Profile::DfeCin, figures));
        let of = |series: &str| {
            let key = SeriesKey::new([series]);
            let counts = shown.counts(&key);
            [1, 2, 3].map(|month| counts(Period::month(2024, month)))
        };
        assert_eq!(of("a"), [40.0, 30.0, 20.0]);
        assert_eq!(of("b")[..2], [3.0, 3.0]);
        assert!(of("b")[2].is_nan());
        assert!(shown.hides("a", days[1]) && !shown.hides("a", days[0]) && !shown.hides("b", days[2]));
    }
}
