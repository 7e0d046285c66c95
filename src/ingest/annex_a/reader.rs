//! Lists as rows of referrals, or as events of all kinds.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use super::columns::{Found, Kind};
use super::extract::Extract;
use super::findings;
use super::happened::{Told, events_of};
use super::standard::Beside;
use crate::ingest::dates::{self, OrderEvidence, Written, date_of};
use crate::ingest::error::IngestError;
use crate::ingest::events::{ChildIdentifier, Event, HeldLabels, Label};
use crate::ingest::made::{MadeRows, RowMaker};
use crate::ingest::options::DateOrder;
use crate::ingest::rows::is_blank;
use crate::ingest::table::ReadThrough;
use crate::ingest::text::RowCount;
use crate::ingest::workbook::{Cell, SheetRow, Workbook};
use crate::panel::{Finding, Place};
use crate::time::Date;

/// The columns of the rows, by their usual headers.
pub(in crate::ingest) const HEADERS: [&str; 6] =
    ["Child Unique ID", "Date of Referral", "Referral Source", "Referral NFA?", "Primary Need Code", "Date of Birth"];

/// The referrals of an extract.
pub(in crate::ingest) struct ReferralList(pub(in crate::ingest) Extract);

impl RowMaker for ReferralList {
    fn make(mut self: Box<Self>, rows: &mut MadeRows) -> Result<ReadThrough, IngestError> {
        let extract = &mut self.0;
        let needs = needs(extract)?;
        let births = births(extract)?;
        let (from_1904, size) = (extract.counts_from_1904(), extract.size());
        let (mut count, mut notes) = (0, Vec::new());
        for part in of_list(extract, Kind::Referral) {
            let mut errors = RowCount::default();
            extract.each_row(part, &mut |found, row| {
                count += 1;
                note_errors(found, &row, &mut errors);
                let cell = |column: Option<usize>| column.and_then(|column| row.cell(column));
                let text = |column| cell(column).map_or(String::new(), |cell| cell.text().into_owned());
                let date = |column| cell(column).map_or(String::new(), |cell| cell.as_date(from_1904).into_owned());
                let child = child_of(found, &row);
                let token = child.map_or(String::new(), ChildIdentifier::token);
                let referred = date(found.dates[0]);
                let born = match found.born {
                    Some(column) => date(Some(column)),
                    None => child.and_then(|child| births.get(&child)).map_or(String::new(), Date::to_string),
                };
                let (source, nfa) = (text(found.labels[0]), text(found.labels[1]));
                let need = match found.labels.get(2) {
                    Some(column) => text(*column),
                    None => {
                        let of_case = child.and_then(|child| needs.get(&(child, read(&referred)?)));
                        of_case.map_or(String::new(), |need| need.to_string())
                    }
                };
                rows.push(row.number, &[&token, &referred, &source, &nfa, &need, &born], size);
                if rows.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if errors.count > 0 {
                notes.push(findings::error_cells(&extract.place(part), &errors));
            }
        }
        rows.finish(size);
        Ok(extract.through(count, notes))
    }
}

/// All events of the lists in a folder, and what was noticed.
///
/// # Errors
/// Where it can't be read or has no list.
pub(in crate::ingest) fn events_of_folder(folder: &Path) -> Result<(Vec<Event>, ReadThrough), IngestError> {
    events(Extract::of_folder(folder)?)
}

/// All events of the lists in a workbook, and what was noticed.
///
/// # Errors
/// Where it can't be read or has no list.
pub(in crate::ingest) fn events_of_book(
    path: &Path,
    input: &mut dyn Read,
) -> Result<(Vec<Event>, ReadThrough), IngestError> {
    events(Extract::of_book(Workbook::open(path, input)?)?.map_err(|_| IngestError::NotATable {
        path: path.to_path_buf(),
        what: "a workbook without any of Annex A's Lists 1 to 8",
        remedy: "check the headers of its sheets",
    })?)
}

fn events(mut extract: Extract) -> Result<(Vec<Event>, ReadThrough), IngestError> {
    let (mut told, mut notes, mut rows) = (Vec::new(), Vec::new(), 0);
    let mut labels = HeldLabels::default();
    for part in 0..extract.parts.len() {
        rows += read_list(&mut extract, part, &mut labels, &mut told, &mut notes)?;
    }
    Ok((events_of(&told), extract.through(rows, notes)))
}

/// The latest day on which anything of an extract began.
pub(in crate::ingest) fn last_day(events: &[Event]) -> Option<i32> {
    events.iter().map(|event| dates::days_since_epoch(event.key().2)).max()
}

fn of_list(extract: &Extract, kind: Kind) -> Vec<usize> {
    (0..extract.parts.len()).filter(|part| extract.parts[*part].found.list.kind == kind).collect()
}

/// The needs that List 6 tells, by child and day.
fn needs(extract: &mut Extract) -> Result<BTreeMap<(ChildIdentifier, Date), Label>, IngestError> {
    let (mut told, mut unused, mut labels) = (Vec::new(), Vec::new(), HeldLabels::default());
    for part in of_list(extract, Kind::Case) {
        read_list(extract, part, &mut labels, &mut told, &mut unused)?;
    }
    let need = |row: Told| Some(((row.child, row.dates[0]?), row.labels[0].clone()?));
    Ok(told.into_iter().filter_map(need).collect())
}

/// The dates of birth that a list of persons tells.
fn births(extract: &mut Extract) -> Result<BTreeMap<ChildIdentifier, Date>, IngestError> {
    let (mut told, mut unused, mut labels) = (Vec::new(), Vec::new(), HeldLabels::default());
    for part in of_list(extract, Kind::Person) {
        read_list(extract, part, &mut labels, &mut told, &mut unused)?;
    }
    Ok(Beside::of(&told).born)
}

/// The child of a row.
fn child_of(found: &Found, row: &SheetRow) -> Option<ChildIdentifier> {
    let text = row.cell(found.child)?.text();
    // An identifier that went through a column of numbers.
    let text = text.strip_suffix(".0").unwrap_or(&text);
    (!is_blank(text)).then(|| ChildIdentifier::of(text))
}

/// A date on its own, day first where it could be either.
fn read(text: &str) -> Option<Date> {
    let order = dates::Order { day_first: true, decided: true };
    dates::read(dates::without_time(text)).and_then(|date| date.day(order, false)).map(date_of)
}

fn note_errors(found: &Found, row: &SheetRow, errors: &mut RowCount) {
    let columns = found.dates.iter().chain(&found.labels).flatten().chain([&found.child]).chain(&found.born);
    if columns.into_iter().any(|column| row.cell(*column) == Some(&Cell::Error)) {
        errors.add(row.number);
    }
}

/// A column of dates while its list is read.
#[derive(Debug, Default)]
struct Dates {
    written: Vec<Option<Written>>,
    evidence: OrderEvidence,
    unreadable: RowCount,
}

impl Dates {
    fn take(&mut self, cell: Option<&Cell>, row: u64, from_1904: bool) {
        let text = cell.map(|cell| cell.as_date(from_1904)).filter(|text| !is_blank(text));
        let written = text.as_ref().and_then(|text| dates::read(dates::without_time(text)));
        match written {
            Some(written) => self.evidence.see(written, row),
            None if text.is_some() => self.unreadable.add(row),
            None => {}
        }
        self.written.push(written);
    }

    /// The days, once the column's order is known.
    fn days(
        mut self,
        column: &str,
        (path, place): (&Path, &Place),
        rows: &[u64],
        notes: &mut Vec<Finding>,
    ) -> Result<Vec<Option<Date>>, IngestError> {
        let order = self.evidence.decide(DateOrder::Auto, path, column)?;
        let mut ambiguous = RowCount::default();
        let mut days = Vec::with_capacity(rows.len());
        for (written, row) in self.written.iter().zip(rows) {
            let day = written.and_then(|written| written.day(order, false));
            if written.is_some() && day.is_none() {
                self.unreadable.add(*row);
            }
            if !order.decided && written.is_some_and(Written::is_ambiguous) {
                ambiguous.add(*row);
            }
            days.push(day.map(date_of));
        }
        if self.unreadable.count > 0 {
            notes.push(findings::unreadable_dates(place, column, &self.unreadable));
        }
        if ambiguous.count > 0 {
            notes.push(findings::ambiguous_dates(place, column, &ambiguous));
        }
        Ok(days)
    }
}

/// Reads one list; gives how many rows it has.
fn read_list(
    extract: &mut Extract,
    part: usize,
    held: &mut HeldLabels,
    told: &mut Vec<Told>,
    notes: &mut Vec<Finding>,
) -> Result<u64, IngestError> {
    let (place, path, from_1904) = (extract.place(part), extract.shown(part), extract.counts_from_1904());
    let list = extract.parts[part].found.list;
    let mut numbers = Vec::new();
    let mut children = Vec::new();
    let mut labels: Vec<Vec<Option<Label>>> = Vec::new();
    let mut columns: Vec<Dates> = list.dates.iter().map(|_| Dates::default()).collect();
    let mut births = Dates::default();
    let (mut without_child, mut errors, mut rows) = (RowCount::default(), RowCount::default(), 0);
    extract.each_row(part, &mut |found, row| {
        rows += 1;
        note_errors(found, &row, &mut errors);
        let Some(child) = child_of(found, &row) else {
            without_child.add(row.number);
            return ControlFlow::Continue(());
        };
        let cell = |column: &Option<usize>| column.and_then(|column| row.cell(column));
        numbers.push(row.number);
        children.push(child);
        births.take(cell(&found.born), row.number, from_1904);
        for (dates, column) in columns.iter_mut().zip(&found.dates) {
            dates.take(cell(column), row.number, from_1904);
        }
        let label = |column| cell(column).map(Cell::text).filter(|text| !is_blank(text));
        labels.push(found.labels.iter().map(|column| label(column).and_then(|text| held.of(&text))).collect());
        ControlFlow::Continue(())
    })?;
    let at = (path.as_path(), &place);
    if without_child.count > 0 {
        notes.push(findings::missing_children(&place, list.child, &without_child));
    }
    if errors.count > 0 {
        notes.push(findings::error_cells(&place, &errors));
    }
    let births = births.days("Date of Birth", at, &numbers, notes)?;
    let mut days = Vec::new();
    for (dates, column) in columns.into_iter().zip(list.dates) {
        days.push(dates.days(column.name, at, &numbers, notes)?);
    }
    let (mut unstarted, mut reversed) = (RowCount::default(), RowCount::default());
    for (at, (child, labels)) in children.into_iter().zip(labels).enumerate() {
        let dates: Vec<Option<Date>> = days.iter().map(|column| column[at]).collect();
        let second = dates.get(1).copied().flatten();
        // A conference may be told without its enquiry, and persons, placements and statuses tell of others' events.
        let unneeded = match list.kind {
            Kind::Section47 => second.is_some(),
            Kind::Person | Kind::Placement | Kind::Immigration => true,
            _ => false,
        };
        if dates[0].is_none() && !unneeded {
            unstarted.add(numbers[at]);
        }
        if list.kind != Kind::Person && dates[0].zip(second).is_some_and(|(start, end)| end < start) {
            reversed.add(numbers[at]);
        }
        told.push(Told { kind: list.kind, child, born: births[at], dates, labels });
    }
    if unstarted.count > 0 {
        notes.push(findings::missing_starts(&place, list.dates[0].name, &unstarted));
    }
    if reversed.count > 0 {
        notes.push(findings::impossible_order(&place, list.dates[1].name, list.dates[0].name, &reversed));
    }
    Ok(rows)
}
