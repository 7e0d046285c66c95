//! What was observed, by series and period.

use std::collections::BTreeSet;

use super::heat_map::{HeatMap, MOST_ROWS, Mark, Row};
use super::{Chart, Words, nothing};
use crate::publish::contents::{PackContents, text};
use crate::publish::series::{PackSeries, Series, State};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{capitalised, counted, headline};
use crate::time::{Date, Period};

/// The marks of the chart, with their names in the key and in tables.
const STATES: [(Mark, &str); 4] =
    [(Mark::Full, "Complete"), (Mark::Part, "Part"), (Mark::Empty, "Missing"), (Mark::Revised, "Revised")];

/// What was revised since the newest earlier pack: keys and first days.
fn revisions(contents: &PackContents) -> BTreeSet<(Vec<String>, Date)> {
    let table = &contents.revised;
    let key = |row: usize| contents.dimensions.iter().map(|name| text(table, name, row).to_owned()).collect();
    let dates = table.dates("ds").unwrap_or_default().iter().enumerate();
    dates.map(|(row, date)| (key(row), *date)).collect()
}

/// The mark of each period from `first` to `last`; a period that the history lacks is missing.
fn marks(series: &Series, first: Period, last: Period, revised: &BTreeSet<(Vec<String>, Date)>) -> Vec<Mark> {
    let mut marks = vec![Mark::Empty; (last.periods_since(first) + 1).max(0) as usize];
    for past in &series.past {
        let mark = match past.state {
            State::Missing => Mark::Empty,
            State::Provisional => Mark::Part,
            State::Observed if revised.contains(&(series.key.clone(), past.period.first_day())) => Mark::Revised,
            State::Observed => Mark::Full,
        };
        if let Some(place) = marks.get_mut(past.period.periods_since(first).max(0) as usize) {
            *place = mark;
        }
    }
    marks
}

/// The chart.
pub(super) fn chart(contents: &PackContents, series: &PackSeries) -> Chart {
    const ID: &str = "data-quality";
    let leaves: Vec<&Series> = series.leaves().into_iter().filter(|one| !one.past.is_empty()).collect();
    let periods = || leaves.iter().flat_map(|one| one.past.iter().map(|past| past.period));
    let (Some(first), Some(last)) = (periods().min(), periods().max()) else {
        return nothing(contents, ID, "No history to show", "No series has any history, so nothing is drawn here.");
    };
    let revised = revisions(contents);
    let row = |one: &&Series| Row { name: one.name(), marks: marks(one, first, last, &revised) };
    let all: Vec<Row> = leaves.iter().map(row).collect();
    let of = |row: &Row, wanted: Mark| row.marks.iter().filter(|mark| **mark == wanted).count();
    let missing = |row: &Row| of(row, Mark::Empty);
    let (gaps, with_gaps) = (all.iter().map(missing).sum::<usize>(), all.iter().filter(|row| missing(row) > 0).count());
    let part = (0..all[0].marks.len()).filter(|at| all.iter().any(|row| row.marks[*at] == Mark::Part)).count();
    let changed = all.iter().map(|row| of(row, Mark::Revised)).sum::<usize>();
    let count = all.len();
    let noun = contents.frequency.noun();
    let mut sheet = Sheet::new(["series", "period", "state"]);
    for row in &all {
        for (step, mark) in row.marks.iter().enumerate() {
            let state = STATES.iter().find(|(of, _)| of == mark).map_or(String::new(), |(_, name)| name.to_lowercase());
            let period = Value::Period(first.plus(step as i32));
            sheet.rows.push(vec![Value::Text(row.name.clone()), period, Value::Text(state)]);
        }
    }
    let mut summary = Sheet::new(["series".to_owned()].into_iter().chain(STATES.map(|(_, name)| name.to_lowercase())));
    for row in &all {
        let counts = STATES.map(|(mark, _)| Value::Whole(of(row, mark) as i64));
        summary.rows.push(std::iter::once(Value::Text(row.name.clone())).chain(counts).collect());
    }
    let mut rows = all;
    if rows.len() > MOST_ROWS {
        rows.sort_by(|a, b| missing(b).cmp(&missing(a)).then_with(|| a.name.cmp(&b.name)));
        rows.truncate(MOST_ROWS);
    }
    let shown = if rows.len() < count {
        match with_gaps {
            0 => format!("{} of {count} series", rows.len()),
            _ if with_gaps < rows.len() => format!("{} of {count} series, all with gaps among them", rows.len()),
            _ => format!("the {} series with the most gaps of {count}", rows.len()),
        }
    } else {
        format!("{count} series")
    };
    let worst: Vec<String> = rows
        .iter()
        .filter(|row| missing(row) > 0)
        .take(5)
        .map(|row| format!("{} lacks {}", row.name, counted(missing(row), noun)))
        .collect();
    let words = Words {
        headline: headline([match gaps {
            // Not more than is known: nothing is said of what came before or after.
            0 if count == 1 => format!("Every {noun} to {} was observed", last.spoken()),
            0 => format!("All {count} series were observed every {noun} to {}", last.spoken()),
            1 => format!("One {noun} is missing in one of {count} series"),
            _ if with_gaps == 1 => format!("{gaps} {noun}s are missing in one of {count} series"),
            _ => format!("{with_gaps} of {count} series lack at least one {noun}"),
        }]),
        subtitle: format!(
            "{}, {}, {shown}, {} to {}",
            capitalised(&contents.measure),
            contents.area(),
            first.spoken(),
            last.spoken()
        ),
        description: format!(
            "Grid of {shown} of {} by {noun}, {}, {} to {}. {}; {} not yet complete; {} revised since \
             the last pack.{}",
            contents.measure,
            contents.area(),
            first.spoken(),
            last.spoken(),
            match gaps {
                0 => "None is missing".to_owned(),
                _ => format!("{} missing in {with_gaps} of {count} series", counted(gaps, noun)),
            },
            counted(part, noun),
            counted(changed, "figure"),
            if worst.is_empty() { String::new() } else { format!(" {}.", worst.join("; ")) }
        ),
        note: (changed > 0).then(|| "Revised: differs from what the last pack showed.".to_owned()),
    };
    let is_there = |mark: Mark| mark != Mark::Revised || changed > 0;
    let key = STATES.iter().filter(|(mark, _)| is_there(*mark)).map(|(mark, name)| (*mark, (*name).to_owned()));
    let plot = HeatMap { rows, first, last, key: key.collect() };
    Chart { summary: Some(summary), ..super::chart(contents, ID, Box::new(plot), sheet, words) }
}
