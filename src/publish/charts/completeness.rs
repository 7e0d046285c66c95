//! How complete each field of the records is, month by month.

use std::collections::BTreeMap;

use super::heat_map::{HeatMap, MOST_ROWS, Mark, Row};
use super::{Chart, Words};
use crate::publish::contents::{PackContents, cell, text};
use crate::publish::sheet::Sheet;
use crate::publish::words::{capitalised, counted, headline, per_cent};
use crate::time::Period;

/// The last so many periods tell what a field is like now.
const RECENT: usize = 12;

/// A field and its shares, one a period from the first on; `None` where there was nothing to be complete.
struct Field {
    name: String,
    shares: Vec<Option<f64>>,
}

impl Field {
    /// The mean share of the last periods that have one.
    fn recent(&self) -> Option<f64> {
        let recent: Vec<f64> = self.shares.iter().rev().take(RECENT).copied().flatten().collect();
        (!recent.is_empty()).then(|| recent.iter().sum::<f64>() / recent.len() as f64)
    }
}

/// The chart; `None` where nothing is known of fields.
pub(super) fn chart(contents: &PackContents) -> Option<Chart> {
    let table = contents.completeness.as_ref()?;
    let dates = table.dates("ds")?;
    let period = |row: usize| Period::containing(contents.frequency, dates[row]);
    let (first, last) = ((0..dates.len()).map(period).min()?, (0..dates.len()).map(period).max()?);
    let periods = (last.periods_since(first) + 1) as usize;
    let mut by_name: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for row in 0..dates.len() {
        let shares = by_name.entry(text(table, "field", row)).or_insert_with(|| vec![None; periods]);
        shares[period(row).periods_since(first) as usize] = cell(table, "share", row).number();
    }
    let field = |(name, shares): (&str, Vec<Option<f64>>)| Field { name: name.replace('_', " "), shares };
    let mut fields: Vec<Field> = by_name.into_iter().map(field).collect();
    // The least complete first, which is also what is kept where there are too many.
    fields.sort_by(|a, b| a.recent().unwrap_or(2.0).total_cmp(&b.recent().unwrap_or(2.0)));
    let count = fields.len();
    fields.truncate(MOST_ROWS);
    let known: Vec<(&str, f64)> = fields.iter().filter_map(|one| Some((one.name.as_str(), one.recent()?))).collect();
    let noun = contents.frequency.noun();
    let span = counted(periods.min(RECENT), noun);
    let told: Vec<String> = known.iter().map(|(name, share)| format!("{name} {}", per_cent(*share))).collect();
    let shown = if count > fields.len() {
        format!("the {} least complete of {count} fields", fields.len())
    } else {
        counted(count, "field")
    };
    let words = Words {
        headline: match known.first() {
            Some((_, share)) if *share >= 0.995 => headline(["Every field is complete in recent records".to_owned()]),
            Some((name, share)) => headline([
                format!("{} is filled in for {} of recent records", capitalised(name), per_cent(*share)),
                format!("The least complete field is filled in for {}", per_cent(*share)),
            ]),
            None => headline(["No record tells how complete the fields are".to_owned()]),
        },
        subtitle: format!(
            "Share of records with each field filled in, {}, {} to {}",
            contents.area(),
            first.spoken(),
            last.spoken()
        ),
        description: format!(
            "Grid of {shown} by {noun}: the share of {} records with the field filled in, {}, {} to {}. Over the last \
             {span}: {}.",
            contents.measure,
            contents.area(),
            first.spoken(),
            last.spoken(),
            if told.is_empty() { "not known".to_owned() } else { told.join("; ") }
        ),
        note: Some(format!(
            "The lower a cell is filled, the less is known of that {noun}. Dash: no records, or too few to show."
        )),
    };
    let mark = |share: &Option<f64>| share.map_or(Mark::Unknown, Mark::of);
    let rows = fields.iter().map(|one| Row { name: one.name.clone(), marks: one.shares.iter().map(mark).collect() });
    let key = [
        (Mark::Full, "All"),
        (Mark::Most, "90% or more"),
        (Mark::Half, "50 to 89%"),
        (Mark::Little, "Under 50%"),
        (Mark::Empty, "None"),
    ];
    let key = key.map(|(mark, name)| (mark, name.to_owned())).into();
    let plot = HeatMap { rows: rows.collect(), first, last, key };
    let mut chart = super::chart(contents, "completeness", Box::new(plot), Sheet::default(), words);
    chart.sheet = Sheet::of(table);
    Some(chart)
}
