//! How often published ranges held what came, told from protected cells only.

use std::collections::BTreeMap;

use super::contents::{ALL_ORIGINS, NEWEST, PackContents, cell, text};
use super::sentences::{coverage, spoken_level};
use crate::disclosure::{Cell, MOST_HIDDEN, ProtectedTable};
use crate::forecast::Level;
use crate::panel::TOTAL;
use crate::time::{Date, Period};

/// How often the newest forecasts of the backtest held, of each period one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Forecasts judged.
    pub judged: usize,
    /// How many of them held the figure that came.
    pub held: usize,
    /// How many periods ahead they were made, the least and the most.
    pub ahead: (i32, i32),
}

/// How often the ranges that earlier packs gave for the total held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EarlierRecord {
    /// Periods that an earlier pack forecast and that are known now.
    pub known: usize,
    /// Those of them that published figures let be judged.
    pub judged: usize,
    /// In how many of them the range held.
    pub held: usize,
}

/// Whether a published figure lies within published bounds; `None` where suppressed figures leave it open.
pub(super) fn holds(low: Cell, high: Cell, figure: Cell) -> Option<bool> {
    // A suppressed figure is known to lie between these; an observed one may be a total.
    let span = |cell: Cell, most: f64| match cell {
        Cell::Number(value) => Some((value, value)),
        Cell::Suppressed => Some((1.0, most)),
        Cell::Withheld | Cell::Missing => None,
    };
    let (low, high, figure) = (span(low, 7.0)?, span(high, 7.0)?, span(figure, MOST_HIDDEN)?);
    if low.1 <= figure.0 && figure.1 <= high.0 {
        Some(true)
    } else if figure.1 < low.0 || figure.0 > high.1 {
        Some(false)
    } else {
        None
    }
}

/// How often the newest forecast of each past period held, at the level that sentences speak of: of all periods, those
/// whose figures are not shown among them, where the `coverage` table tells it; else of those that can be judged from what
/// is shown.
pub(super) fn record(contents: &PackContents) -> Record {
    let level = spoken_level(contents);
    let period = |dates: &[Date], row: usize| Some(Period::containing(contents.frequency, *dates.get(row)?));
    let dates = |column: &str| contents.recent.dates(column).unwrap_or_default();
    let rows = || 0..contents.recent.rows();
    let distance = |row: usize| Some(period(dates("ds"), row)?.periods_since(period(dates("made"), row)?));
    let ahead = || rows().filter_map(distance);
    let ahead = (ahead().min().unwrap_or(0), ahead().max().unwrap_or(0));
    if let Some((share, Some(judged))) = coverage(contents, NEWEST, level) {
        return Record { judged: judged as usize, held: (share * judged).round() as usize, ahead };
    }
    let judged: Vec<bool> = shown_to_hold(&contents.recent, level).into_iter().flatten().collect();
    Record { judged: judged.len(), held: judged.iter().filter(|held| **held).count(), ahead }
}

/// The share of all past forecasts whose range at a level held, and how many there were; `None` without a backtest.
pub fn held(contents: &PackContents, level: Level) -> Option<(f64, f64)> {
    let (share, forecasts) = coverage(contents, ALL_ORIGINS, level)?;
    Some((share, forecasts?))
}

/// Whether each forecast of a table like `recent` held what came at a level, as far as the figures shown tell.
pub fn shown_to_hold(recent: &ProtectedTable, level: Level) -> Vec<Option<bool>> {
    let (low, high) = PackContents::bound_columns(level);
    let of = |column: &str, row: usize| cell(recent, column, row);
    (0..recent.rows()).map(|row| holds(of(&low, row), of(&high, row), of("y", row))).collect()
}

/// The rows of the `vintages` table about the total.
pub(super) fn of_the_total(vintages: &ProtectedTable, dimensions: &[String]) -> Vec<usize> {
    let is_total = |row: &usize| dimensions.iter().all(|name| text(vintages, name, *row) == TOTAL);
    (0..vintages.rows()).filter(is_total).collect()
}

/// How often the ranges of earlier packs held, from the `vintages` table: for each period of the total the newest forecast
/// made before it, so that every period counts once however many packs forecast it.
pub fn earlier_record(vintages: &ProtectedTable, dimensions: &[String], level: Level) -> EarlierRecord {
    let (Some(dates), Some(made)) = (vintages.dates("ds"), vintages.dates("made")) else {
        return EarlierRecord::default();
    };
    let mut newest: BTreeMap<Date, usize> = BTreeMap::new();
    for row in of_the_total(vintages, dimensions) {
        let taken = newest.entry(dates[row]).or_insert(row);
        if made[*taken] < made[row] {
            *taken = row;
        }
    }
    let outcomes = shown_to_hold(vintages, level);
    let judged: Vec<bool> = newest.values().filter_map(|row| outcomes[*row]).collect();
    EarlierRecord { known: newest.len(), judged: judged.len(), held: judged.iter().filter(|held| **held).count() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, protect};

    const EIGHT_OR_MORE: Cell = Cell::Number(10.0);

    #[test]
    fn a_range_holds_what_lies_on_its_edge() {
        assert_eq!(holds(Cell::Number(10.0), Cell::Number(20.0), Cell::Number(20.0)), Some(true));
        assert_eq!(holds(Cell::Number(10.0), Cell::Number(20.0), Cell::Number(25.0)), Some(false));
    }

    #[test]
    fn hidden_figures_are_judged_only_where_their_rule_decides() {
        assert_eq!(holds(Cell::Suppressed, Cell::Number(20.0), EIGHT_OR_MORE), Some(true));
        assert_eq!(holds(Cell::Suppressed, Cell::Number(20.0), Cell::Suppressed), None);
        assert_eq!(holds(Cell::Number(15.0), Cell::Number(20.0), Cell::Suppressed), Some(false));
        // A total that is not shown may be a little more than seven.
        assert_eq!(holds(EIGHT_OR_MORE, Cell::Number(20.0), Cell::Suppressed), None);
        assert_eq!(holds(Cell::Number(0.0), Cell::Number(15.0), Cell::Suppressed), Some(true));
        assert_eq!(holds(Cell::Number(0.0), Cell::Number(10.0), Cell::Missing), None);
    }

    #[test]
    fn every_period_counts_once_by_the_newest_forecast_of_the_total() {
        // January was forecast by two packs, wrongly by the newer one; a part of the total doesn't count.
        let rows = [
            ("*", "2023-12-01", "2024-01-01", 90.0),
            ("*", "2023-11-01", "2024-01-01", 110.0),
            ("*", "2023-12-01", "2024-02-01", 110.0),
            ("north", "2023-12-01", "2024-02-01", 90.0),
        ];
        let dates = |of: fn(&(&str, &'static str, &'static str, f64)) -> &'static str| {
            rows.map(|row| of(&row).parse().expect("a date"))
        };
        let column =
            |name: &str, of: fn(f64) -> f64| FigureColumn::counts(name, rows.iter().map(|row| of(row.3)).collect());
        let labels = vec![
            LabelColumn::text("area", rows.map(|row| row.0)),
            LabelColumn::dates("made", dates(|row| row.1)),
            LabelColumn::dates("ds", dates(|row| row.2)),
        ];
        let columns = vec![
            column("lo_80", |_| 100.0),
            column("hi_80", |_| 120.0),
            column("y", |y| y),
            column("lo_95", |_| 80.0),
            column("hi_95", |_| 140.0),
        ];
        let table = protect(Profile::Published, Figures::new("vintages", labels, columns).expect("columns that fit"));
        let record = |level: u8| earlier_record(&table, &["area".to_owned()], Level::try_from(level).expect("a level"));
        assert_eq!(record(80), EarlierRecord { known: 2, judged: 2, held: 1 });
        assert_eq!(record(95), EarlierRecord { known: 2, judged: 2, held: 2 });
    }
}
