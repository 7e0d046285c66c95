//! Areas of DfE files over the years: authorities that change their code, are made anew, or share a name.

use super::dimension::unknown_area;
use super::error::IngestError;
use super::headers::plain;
use super::numbers::Number;
use super::options::{AreaLabels, InputOptions, Level};
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
    /// How many months had no number and got their share of what the total leaves.
    pub(super) shared_out: u64,
}

/// The Department doesn't publish counts of 1 to 5 in some years.
const MOST_SUPPRESSED: f64 = 5.0;

impl AreaYear {
    /// The sum of the months that have a number.
    pub(super) fn known(&self) -> f64 {
        let value = |month: &Number| if let Number::Value(value) = month { Some(*value) } else { None };
        self.months.iter().filter_map(value).sum()
    }

    /// Months without a number share what the year's total leaves, in whole counts, where it leaves each of them no more
    /// than a count that isn't published.
    ///
    /// Months that are left out instead would make a small authority's forecast too high: those with the fewest
    /// referrals are the ones that go missing.
    pub(super) fn share_out(&mut self) {
        let Number::Value(total) = self.total else { return };
        let known = self.known();
        let missing: Vec<usize> = (0..12).filter(|month| self.months[*month] == Number::Missing).collect();
        let (left, count) = (total - known, missing.len() as f64);
        let all_known = self.months.iter().all(|month| matches!(month, Number::Value(_) | Number::Missing));
        if !all_known || missing.is_empty() || left < count || left > MOST_SUPPRESSED * count {
            return;
        }
        for (place, month) in missing.iter().enumerate() {
            // Spread evenly: the n-th month gets what brings the sum nearest to n shares.
            let upto = |months: usize| (left * months as f64 / count).round();
            self.months[*month] = Number::Value(upto(place + 1) - upto(place));
        }
        self.shared_out = missing.len() as u64;
    }
}

/// Regions that the file tells both as a whole and in parts: the parts are left out where nobody asks for them.
const PARTS: [(&str, [&str; 2]); 1] = [("london", ["innerlondon", "outerlondon"])];

/// Leaves out the parts of regions that are there as a whole, so that no total counts them twice.
pub(super) fn without_parts(labels: &[String], options: &InputOptions, chosen: &mut [bool], notes: &mut Vec<Finding>) {
    if options.level != Level::Region || !options.areas.is_empty() {
        return;
    }
    let names: Vec<String> = labels.iter().map(|label| plain(label)).collect();
    for (whole, parts) in PARTS.iter().filter(|(whole, _)| names.iter().any(|name| name == whole)) {
        let left_out: Vec<usize> = (0..names.len()).filter(|place| parts.contains(&names[*place].as_str())).collect();
        if left_out.is_empty() {
            continue;
        }
        left_out.iter().for_each(|place| chosen[*place] = false);
        let whole = names.iter().position(|name| name == whole).map_or("", |place| &labels[place]);
        let parts: Vec<&str> = left_out.iter().map(|place| labels[*place].as_str()).collect();
        notes.push(period_findings::part_of_region(whole, &parts));
    }
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
