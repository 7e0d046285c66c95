//! Earlier packs of the same folder beside what has happened since: whether their forecasts held, and what became of the
//! history that they showed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::batch;
use crate::disclosure::{Cell, FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable};
use crate::forecast::{Level, Levels};
use crate::panel::{Finding, Place, SeriesKey, Severity};
use crate::publish::{EarlierPack, EarlierRecord, earlier_record, read_earlier};
use crate::time::{Date, Frequency, Period};

/// More earlier packs than these are not looked at; the newest are.
const MOST_VINTAGES: usize = 24;

/// A month of the total whose figure changed by this share since is a warning; so is the sum of all, by a fifth of it.
const NOTABLE_CHANGE: f64 = 0.1;

/// Fewer forecasts than these tell nothing of drift.
const LEAST_JUDGED: usize = 6;

/// A record that honest ranges have less often than this is drift.
const DRIFT: f64 = 0.01;

/// One earlier pack.
struct Vintage {
    name: String,
    key: String,
    said: EarlierPack,
}

/// The earlier packs that a run is compared with, oldest first: the one of each origin before this one's.
#[derive(Default)]
pub(super) struct Earlier {
    vintages: Vec<Vintage>,
    beside: Vec<Beside>,
    profile: Profile,
}

/// A pack whose figures anybody may lay beside the new ones.
struct Beside {
    name: String,
    key: String,
    shown: BTreeMap<(String, Date), Cell>,
}

impl Earlier {
    /// Reads the packs of a folder whose origin is before the one named. Of several packs of an origin the current one
    /// counts, else the last by name. A pack that was changed, is of another profile or can't be read is passed over.
    pub fn read(folder: &Path, origin: &str, profile: Profile, levels: &Levels) -> Result<Earlier, batch::BatchError> {
        let current = batch::latest(folder).ok().flatten().map(|latest| latest.pack);
        let mut of_origin: BTreeMap<String, batch::Pack> = BTreeMap::new();
        for pack in batch::packs(folder)?.into_iter().filter(|pack| pack.origin() < origin) {
            let taken = of_origin.get(pack.origin());
            if taken.is_none_or(|taken| Some(&taken.name) != current.as_ref()) {
                of_origin.insert(pack.origin().to_owned(), pack);
            }
        }
        let mut vintages = Vec::new();
        for pack in of_origin.into_values().rev().take(MOST_VINTAGES) {
            if !batch::verify(&pack.path)?.is_intact() {
                tracing::warn!(pack = %pack.name, "an earlier pack is not as it was published; it is passed over");
                continue;
            }
            match read_earlier(&pack.path, profile, levels) {
                Ok(said) => vintages.push(Vintage { name: pack.name, key: pack.key.to_string(), said }),
                Err(error) => tracing::debug!(pack = %pack.name, "passed over: {error}"),
            }
        }
        vintages.reverse();
        Ok(Earlier { vintages, beside: Vec::new(), profile })
    }

    /// With what every other pack of the folder showed, of any origin, where the rule asks for it: figures of two packs
    /// side by side must tell no more than one. `only` names the packs that count; absent: all but the job's own.
    pub fn with_beside(
        mut self,
        folder: &Path,
        own: &batch::Key,
        only: Option<&[String]>,
    ) -> Result<Earlier, batch::BatchError> {
        if self.profile != Profile::DfeCin {
            return Ok(self);
        }
        let none = Levels::default();
        for pack in batch::packs(folder)?.into_iter().filter(|pack| pack.key != *own) {
            // One that was changed since is read all the same: what it showed may be known.
            if only.is_some_and(|only| !only.contains(&pack.name)) {
                continue;
            }
            match read_earlier(&pack.path, self.profile, &none) {
                Ok(said) => self.beside.push(Beside { name: pack.name, key: pack.key.to_string(), shown: said.shown }),
                Err(error) => tracing::debug!(pack = %pack.name, "not laid beside the new figures: {error}"),
            }
        }
        Ok(self)
    }

    /// What every other pack showed of observed counts.
    pub fn beside(&self) -> Vec<&BTreeMap<(String, Date), Cell>> {
        self.beside.iter().map(|pack| &pack.shown).collect()
    }

    /// What the manifest says of them: which counts are hidden depends on these packs.
    pub fn beside_record(&self) -> Value {
        self.beside.iter().map(|pack| json!({ "pack": pack.name, "key": pack.key })).collect()
    }

    /// What the manifest says of them: outputs depend on these packs too.
    pub fn record(&self) -> Value {
        self.vintages.iter().map(|vintage| json!({ "pack": vintage.name, "key": vintage.key })).collect()
    }

    /// What the packs said of periods that are known now: of the total in every pack, of all series in the newest one.
    /// `now` is what the protected history shows: see [`observed`].
    pub fn figures(
        &self,
        now: &Shown,
        keys: &[SeriesKey],
        dimensions: &[String],
        frequency: Frequency,
        levels: &Levels,
    ) -> Result<Figures, FigureError> {
        let by_name: BTreeMap<String, &SeriesKey> = keys.iter().map(|key| (key.to_string(), key)).collect();
        let headline = SeriesKey::grand_total(dimensions.len());
        let mut rows = Vec::new();
        for (place, vintage) in self.vintages.iter().enumerate() {
            let is_newest = place + 1 == self.vintages.len();
            let first = vintage.said.forecasts.iter().map(|told| told.date).min();
            let Some(first) = first else { continue };
            let made = Period::containing(frequency, first).plus(-1).first_day();
            for told in &vintage.said.forecasts {
                let Some(key) = by_name.get(&told.series).filter(|key| is_newest || ***key == headline) else {
                    continue;
                };
                let came = now.get(&(told.series.clone(), told.date)).copied().unwrap_or(Cell::Missing);
                if came != Cell::Missing {
                    rows.push((*key, vintage.name.as_str(), made, told, came));
                }
            }
        }
        rows.sort_by_key(|(key, _, made, told, _)| (*key, *made, told.date));
        let mut labels = super::figures::key_columns(dimensions, rows.iter().map(|(key, ..)| *key));
        labels.push(LabelColumn::text("pack", rows.iter().map(|(_, pack, ..)| *pack)));
        labels.push(LabelColumn::dates("made", rows.iter().map(|(_, _, made, ..)| *made)));
        labels.push(LabelColumn::dates("ds", rows.iter().map(|(_, _, _, told, _)| told.date)));
        let counts = |name: &str, cells: Vec<Cell>| FigureColumn::counts(name, cells.into_iter().map(again).collect());
        let mut columns = vec![
            counts("median", rows.iter().map(|(_, _, _, told, _)| told.median).collect()),
            FigureColumn::observed("y", rows.iter().map(|(.., came)| again(*came)).collect()),
        ];
        for (place, level) in levels.iter().enumerate() {
            let bound = |row: &(_, _, _, &crate::publish::EarlierForecast, _)| row.3.bounds[place];
            columns.push(counts(&format!("lo_{level}"), rows.iter().map(|row| bound(row).0).collect()));
            columns.push(counts(&format!("hi_{level}"), rows.iter().map(|row| bound(row).1).collect()));
        }
        Figures::new("vintages", labels, columns)
    }

    /// The figures that differ from what the newest earlier pack showed: keys and first days.
    pub fn revisions(&self, now: &Shown, keys: &[SeriesKey], dimensions: &[String]) -> Result<Figures, FigureError> {
        let changed = |vintage: &Vintage, key: &SeriesKey| -> Vec<Date> {
            let of = vintage.said.history.iter().filter(|((series, _), _)| *series == key.to_string());
            let differs = of.filter(|(at, before)| now.get(at).is_some_and(|now| now != *before));
            differs.map(|((_, date), _)| *date).collect()
        };
        let newest = self.vintages.last();
        let of = |key| newest.into_iter().flat_map(move |vintage| changed(vintage, key)).map(move |date| (key, date));
        let rows: Vec<(&SeriesKey, Date)> = keys.iter().flat_map(of).collect();
        let mut labels = super::figures::key_columns(dimensions, rows.iter().map(|(key, _)| *key));
        labels.push(LabelColumn::dates("ds", rows.iter().map(|(_, date)| *date)));
        Figures::new("revised", labels, Vec::new())
    }

    /// What became of the history that the newest earlier pack showed.
    pub fn findings(&self, now: &Shown, keys: &[SeriesKey], dimensions: usize) -> Vec<Finding> {
        let Some(vintage) = self.vintages.last() else { return Vec::new() };
        let headline = SeriesKey::grand_total(dimensions).to_string();
        vanished(vintage, keys).into_iter().chain(revised(vintage, now, &headline)).collect()
    }
}

/// A figure that was published, on its way through protection again: one that isn't shown stands for a count that every
/// rule suppresses, and one that is stays as it is.
pub(super) fn again(cell: Cell) -> f64 {
    match cell {
        Cell::Number(value) => value,
        Cell::Suppressed | Cell::Withheld => 4.0,
        Cell::Missing => f64::NAN,
    }
}

/// Published cells by series and first day.
pub(super) type Shown = BTreeMap<(String, Date), Cell>;

/// The observed cells of a history.
pub(super) fn observed(history: &ProtectedTable) -> Shown {
    let (Some(ids), Some(dates), Some(states), Some(cells)) =
        (history.text("unique_id"), history.dates("ds"), history.text("state"), history.cells("y"))
    else {
        return BTreeMap::new();
    };
    let rows = (0..ids.len()).filter(|row| states[*row] == "observed");
    rows.map(|row| ((ids[row].clone(), dates[row]), cells[row])).collect()
}

/// Series that the newest earlier pack forecast and that are nowhere in the data now.
fn vanished(vintage: &Vintage, keys: &[SeriesKey]) -> Option<Finding> {
    let there: BTreeSet<String> = keys.iter().map(SeriesKey::to_string).collect();
    let before: BTreeSet<&str> = vintage.said.forecasts.iter().map(|told| told.series.as_str()).collect();
    let gone: Vec<&str> = before.into_iter().filter(|series| !there.contains(*series)).collect();
    let first = gone.first()?;
    let others = match gone.len() {
        1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    Some(Finding {
        name: "series-vanished",
        severity: Severity::Warning,
        what: format!("not in the data now, but forecast in the pack {}: {first}{others}", vintage.name).into(),
        place: Place { series: Some((*first).to_owned()), ..Place::default() },
        count: gone.len() as u64,
        meaning: "A category or area was renamed, merged or left out of the extract.",
        remedy: "Compare the extract with last month's; map a new spelling to the old one in the mapping file.",
    })
}

/// Past figures that differ from those of the newest earlier pack.
fn revised(vintage: &Vintage, now: &Shown, headline: &str) -> Option<Finding> {
    let both = || vintage.said.history.iter().filter_map(|(key, before)| Some((key, *before, *now.get(key)?)));
    let changed = both().filter(|(_, before, now)| before != now).count();
    if changed == 0 {
        return None;
    }
    let total: Vec<(f64, f64)> = both()
        .filter(|((series, _), ..)| series == headline)
        .filter_map(|(_, before, now)| Some((before.number()?, now.number()?)))
        .collect();
    let worst = total.iter().map(|(before, now)| (now - before).abs() / before.max(1.0)).fold(0.0, f64::max);
    let (before, after) = total.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let share = if before > 0.0 { after / before - 1.0 } else { 0.0 };
    let is_notable = worst >= NOTABLE_CHANGE || share.abs() >= NOTABLE_CHANGE / 5.0;
    let direction = if share < 0.0 { "lower" } else { "higher" };
    Some(Finding {
        name: "history-revised",
        severity: if is_notable { Severity::Warning } else { Severity::Note },
        what: format!(
            "{changed} of {} past figures differ from those of the pack {}; together the total is {:.1}% {direction}",
            both().count(),
            vintage.name,
            share.abs() * 100.0
        )
        .into(),
        place: Place::default(),
        count: changed as u64,
        meaning: "Late or corrected records change what the forecast starts from.",
        remedy: "Expect it for recent months; where older months changed, ask who maintains the extract.",
    })
}

/// What a person should look at: forecasts of the total that held less often than honest ranges do. The report says the
/// same of its own level.
pub(super) fn drift(
    vintages: &ProtectedTable,
    levels: &Levels,
    dimensions: &[String],
    frequency: Frequency,
) -> Vec<String> {
    let of = |level: Level| {
        let EarlierRecord { judged, held, .. } = earlier_record(vintages, dimensions, level);
        let is_drift = judged >= LEAST_JUDGED && at_most(held, judged, level.share()) < DRIFT;
        is_drift.then(|| {
            let noun = frequency.noun();
            format!(
                "of the {judged} {noun}s known since that earlier packs forecast, the {level}% range of the newest forecast \
                 of each held in {held}; look for a change in how referrals are recorded or made"
            )
        })
    };
    levels.iter().filter_map(of).collect()
}

/// How likely at most `held` of `judged` forecasts hold, each with the given chance.
fn at_most(held: usize, judged: usize, chance: f64) -> f64 {
    let mut term = (1.0 - chance).powi(judged as i32);
    let mut sum = term;
    for count in 0..held {
        term *= (judged - count) as f64 / (count + 1) as f64 * chance / (1.0 - chance);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_a_poor_record_is_that_of_the_binomial_distribution() {
        // 0.2^6, and 0.2^6 + 6 * 0.8 * 0.2^5.
        assert!((at_most(0, 6, 0.8) - 0.000_064).abs() < 1e-12);
        assert!((at_most(1, 6, 0.8) - 0.0016).abs() < 1e-12);
        assert!((at_most(6, 6, 0.8) - 1.0).abs() < 1e-12);
    }

    fn vintage(history: &[(&str, &str, f64)]) -> Vintage {
        let date = |text: &str| text.parse::<Date>().expect("a date");
        let history: BTreeMap<(String, Date), Cell> =
            history.iter().map(|(series, day, y)| (((*series).to_owned(), date(day)), Cell::Number(*y))).collect();
        let told = |series: &str| crate::publish::EarlierForecast {
            series: series.to_owned(),
            date: date("2024-03-01"),
            median: Cell::Number(50.0),
            bounds: Vec::new(),
        };
        let forecasts = vec![told("*"), told("north"), told("south")];
        let said = EarlierPack { forecasts, shown: history.clone(), history };
        Vintage { name: "2024-02".into(), key: "1a2b".into(), said }
    }

    #[test]
    fn revisions_of_the_total_are_weighed_and_of_others_only_counted() {
        let before = vintage(&[("*", "2024-01-01", 100.0), ("*", "2024-02-01", 100.0), ("north", "2024-01-01", 10.0)]);
        let mut now = before.said.history.clone();
        assert!(revised(&before, &now, "*").is_none());
        now.insert(("north".into(), "2024-01-01".parse().expect("a date")), Cell::Number(20.0));
        let note = revised(&before, &now, "*").expect("a finding");
        assert_eq!((note.severity, note.count), (Severity::Note, 1));
        now.insert(("*".into(), "2024-01-01".parse().expect("a date")), Cell::Number(110.0));
        let warning = revised(&before, &now, "*").expect("a finding");
        assert_eq!(warning.severity, Severity::Warning);
        let expected = "2 of 3 past figures differ from those of the pack 2024-02; together the total is 5.0% higher";
        assert_eq!(warning.what.to_string(), expected);
    }

    #[test]
    fn series_that_are_no_longer_there_are_named() {
        let keys = [SeriesKey::grand_total(1), SeriesKey::new(["south"])];
        let finding = vanished(&vintage(&[]), &keys).expect("a finding");
        assert_eq!(finding.what.to_string(), "not in the data now, but forecast in the pack 2024-02: north");
        assert_eq!(finding.count, 1);
    }
}
