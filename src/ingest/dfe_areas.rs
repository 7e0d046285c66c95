//! Areas of DfE files over the years: authorities that change their code, are made anew, or share a name.

use super::dimension::unknown_area;
use super::error::IngestError;
use super::headers::plain;
use super::numbers::Number;
use super::options::{AreaLabels, InputOptions};
use super::period_findings;
use crate::panel::Finding;
use crate::time::Period;

/// One row of the file: an area in a year.
#[derive(Debug)]
pub(super) struct AreaYear {
    pub(super) row: u64,
    pub(super) year: i16,
    pub(super) name: String,
    pub(super) code: String,
    /// What tells the area from others over the years.
    pub(super) identity: String,
    pub(super) months: [Number; 12],
    pub(super) total: Number,
}

/// The month at a position of the year to March of `year`.
pub(super) fn month_of(year: i16, position: usize) -> Period {
    Period::month(year - 1, 4).plus(position as i32)
}

/// A label for each area. The newest of several authorities of one name keeps it; older ones get their code.
pub(super) fn labels(areas: &[&[AreaYear]], kind: AreaLabels, notes: &mut Vec<Finding>) -> Vec<String> {
    let newest = |rows: &[AreaYear]| rows.iter().map(|row| row.year).max().unwrap_or_default();
    let last = |rows: &[AreaYear]| rows.last().map(|row| (row.name.clone(), row.code.clone())).unwrap_or_default();
    let mut labels: Vec<String> = Vec::new();
    for (position, rows) in areas.iter().enumerate() {
        let (name, code) = last(rows);
        if kind == AreaLabels::Code && !code.is_empty() {
            labels.push(code);
            continue;
        }
        let newer = areas
            .iter()
            .enumerate()
            .filter(|(other, others)| *other != position && last(others).0 == name)
            .filter(|(other, others)| (newest(others), *other) > (newest(rows), position))
            .min_by_key(|(_, others)| others.first().map(|row| row.year));
        match newer {
            None => labels.push(name),
            Some((_, others)) => {
                let before = format!("{name} ({})", if code.is_empty() { &rows[0].identity } else { &code });
                let since = others.first().map_or_else(String::new, |row| month_of(row.year, 0).to_string());
                notes.push(period_findings::authority_reorganised(name, before.clone(), &since));
                labels.push(before);
            }
        }
    }
    labels
}

/// Which areas the options keep.
pub(super) fn choose(
    areas: &[&[AreaYear]],
    labels: &[String],
    options: &InputOptions,
) -> Result<Vec<bool>, IngestError> {
    if options.areas.is_empty() {
        return Ok(vec![true; areas.len()]);
    }
    let mut chosen = vec![false; areas.len()];
    for wanted in &options.areas {
        let is = plain(wanted);
        let by_label = |position: usize| plain(&labels[position]) == is;
        let by_code =
            |position: usize| areas[position].iter().any(|row| plain(&row.code) == is || plain(&row.identity) == is);
        let by_name = |position: usize| areas[position].iter().any(|row| plain(&row.name) == is);
        let tests: [&dyn Fn(usize) -> bool; 3] = [&by_label, &by_code, &by_name];
        let found = tests.iter().find_map(|test| {
            let met: Vec<usize> = (0..areas.len()).filter(|position| test(*position)).collect();
            (!met.is_empty()).then_some(met)
        });
        let Some(found) = found else {
            return Err(unknown_area(wanted, options.level.noun(), labels.iter().map(String::as_str)));
        };
        found.into_iter().for_each(|position| chosen[position] = true);
    }
    Ok(chosen)
}

pub(super) fn note_code_changes(rows: &[AreaYear], name: &str, notes: &mut Vec<Finding>) {
    for pair in rows.windows(2).filter(|pair| pair[0].code != pair[1].code) {
        let since = month_of(pair[1].year, 0).to_string();
        notes.push(period_findings::authority_code_change(name.to_string(), &pair[0].code, &pair[1].code, &since));
    }
}
