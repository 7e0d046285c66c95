//! Lists as rows of referrals, or as events of all kinds.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use super::columns::{Found, Kind};
use super::extract::Extract;
use super::findings;
use super::happened::{Told, events_of};
use crate::ingest::dates::{self, OrderEvidence, Written, date_of};
use crate::ingest::error::IngestError;
use crate::ingest::events::{ChildIdentifier, HeldLabels, Label};
use crate::ingest::made::{MadeRows, RowMaker};
use crate::ingest::options::DateOrder;
use crate::ingest::rows::is_blank;
use crate::ingest::table::{FileEvents, ReadThrough};
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
        let events = rows.events();
        walk(&mut self.0, Some(rows), events)
    }
}

/// Reads the lists of an extract, each once: referrals as rows, with what others tell of them; everything as events; or
/// both.
fn walk(extract: &mut Extract, mut rows: Option<&mut MadeRows>, events: bool) -> Result<ReadThrough, IngestError> {
    let kinds: Vec<Kind> = extract.parts.iter().map(|part| part.found.list.kind).collect();
    let mut held = HeldLabels::default();
    // What each list tells and what was noticed in it, in the order of the lists.
    let mut read: Vec<Reading> = kinds.iter().map(|_| Reading::default()).collect();
    let (mut row_count, mut row_notes) = (0, Vec::new());
    let is_beside = |kind: Kind| matches!(kind, Kind::Case | Kind::Person);
    let mut converted = None;
    for part in (0..kinds.len()).filter(|part| kinds[*part] != Kind::Referral) {
        if is_beside(kinds[part]) && (events || rows.is_some()) {
            read[part] = read_list(extract, part, &mut held, None)?;
        } else if events {
            // How a list that tells nothing of referrals is written is no matter of theirs.
            let before = extract.converted.take();
            read[part] = read_list(extract, part, &mut held, None)?;
            converted = converted.or(extract.converted.take());
            extract.converted = before;
        }
    }
    let needs = if rows.is_some() { needs(&kinds, &read) } else { BTreeMap::new() };
    let births = if rows.is_some() { births(&kinds, &read) } else { BTreeMap::new() };
    for part in (0..kinds.len()).filter(|part| kinds[*part] == Kind::Referral) {
        let mut errors = RowCount::default();
        let referrals = rows.as_deref_mut().map(|rows| Referrals { rows, needs: &needs, births: &births });
        let Some(mut referrals) = referrals else {
            read[part] = read_list(extract, part, &mut held, None)?;
            continue;
        };
        let place = extract.place(part);
        if events {
            read[part] = read_list(extract, part, &mut held, Some(&mut referrals))?;
            errors = std::mem::take(&mut read[part].errors);
            row_count += read[part].rows;
        } else {
            let (from_1904, size) = (extract.counts_from_1904(), extract.size());
            extract.each_row(part, &mut |found, row| {
                row_count += 1;
                note_errors(found, &row, &mut errors);
                referrals.push(found, &row, from_1904, size)
            })?;
        }
        if errors.count > 0 {
            row_notes.push(findings::error_cells(&place, &errors));
        }
    }
    if let Some(rows) = rows {
        rows.finish(extract.size());
    }
    if !events {
        return Ok(extract.through(row_count, row_notes));
    }
    let count = read.iter().map(|list| list.rows).sum();
    let mut notes = Vec::new();
    read.iter_mut().for_each(|list| notes.append(&mut list.notes));
    let told: Vec<Told> = read.into_iter().flat_map(|list| list.told).collect();
    let events = events_of(&told);
    let last = events.iter().map(|event| dates::days_since_epoch(event.key().2)).max();
    let ReadThrough { notes, converted: of_referrals, .. } = extract.through(count, notes);
    let converted = of_referrals.or(converted);
    let events = Some(FileEvents { events, last, rows: count, notes, converted });
    Ok(ReadThrough { events, ..extract.through(row_count, row_notes) })
}

/// Takes the rows of referrals.
struct Referrals<'r> {
    rows: &'r mut MadeRows,
    needs: &'r BTreeMap<(ChildIdentifier, Date), Label>,
    births: &'r BTreeMap<ChildIdentifier, Date>,
}

impl Referrals<'_> {
    /// Takes one row; breaks where no more are wanted.
    fn push(&mut self, found: &Found, row: &SheetRow, from_1904: bool, size: u64) -> ControlFlow<()> {
        let cell = |column: Option<usize>| column.and_then(|column| row.cell(column));
        let text = |column| cell(column).map_or(String::new(), |cell| cell.text().into_owned());
        let date = |column| cell(column).map_or(String::new(), |cell| cell.as_date(from_1904).into_owned());
        let child = child_of(found, row);
        let token = child.map_or(String::new(), ChildIdentifier::token);
        let referred = date(found.dates[0]);
        let born = match found.born {
            Some(column) => date(Some(column)),
            None => child.and_then(|child| self.births.get(&child)).map_or(String::new(), Date::to_string),
        };
        let (source, nfa) = (text(found.labels[0]), text(found.labels[1]));
        let need = match found.labels.get(2) {
            Some(column) => text(*column),
            None => {
                let of_case = child.and_then(|child| self.needs.get(&(child, self::read(&referred)?)));
                of_case.map_or(String::new(), |need| need.to_string())
            }
        };
        self.rows.push(row.number, &[&token, &referred, &source, &nfa, &need, &born], size);
        if self.rows.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// All events of the lists in a folder, and what was noticed.
///
/// # Errors
/// Where it can't be read or has no list.
pub(in crate::ingest) fn events_of_folder(folder: &Path) -> Result<ReadThrough, IngestError> {
    walk(&mut Extract::of_folder(folder)?, None, true)
}

/// All events of the lists in a workbook, and what was noticed.
///
/// # Errors
/// Where it can't be read or has no list.
pub(in crate::ingest) fn events_of_book(path: &Path, input: &mut dyn Read) -> Result<ReadThrough, IngestError> {
    let lists = Extract::of_book(Workbook::open(path, input)?)?;
    let mut extract = lists.map_err(|_| IngestError::NotATable {
        path: path.to_path_buf(),
        what: "a workbook without any of Annex A's Lists 1 to 8",
        remedy: "check the headers of its sheets",
    })?;
    walk(&mut extract, None, true)
}

/// The needs that List 6 tells, by child and day.
fn needs(kinds: &[Kind], read: &[Reading]) -> BTreeMap<(ChildIdentifier, Date), Label> {
    let need = |row: &Told| Some(((row.child, row.dates[0]?), row.labels[0].clone()?));
    of_kind(kinds, read, Kind::Case).filter_map(need).collect()
}

/// The dates of birth that a list of persons tells.
fn births(kinds: &[Kind], read: &[Reading]) -> BTreeMap<ChildIdentifier, Date> {
    let born = |row: &Told| Some((row.child, *row.dates.iter().flatten().next()?));
    of_kind(kinds, read, Kind::Person).filter_map(born).collect()
}

fn of_kind<'r>(kinds: &'r [Kind], read: &'r [Reading], kind: Kind) -> impl Iterator<Item = &'r Told> {
    kinds.iter().zip(read).filter(move |(of, _)| **of == kind).flat_map(|(_, list)| &list.told)
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

/// What a list tells.
#[derive(Default)]
struct Reading {
    told: Vec<Told>,
    notes: Vec<Finding>,
    /// Rows with a cell that holds an error.
    errors: RowCount,
    rows: u64,
}

/// Reads one list; its rows go to `referrals` too, where they are wanted.
fn read_list(
    extract: &mut Extract,
    part: usize,
    held: &mut HeldLabels,
    mut referrals: Option<&mut Referrals<'_>>,
) -> Result<Reading, IngestError> {
    let (place, path, from_1904) = (extract.place(part), extract.shown(part), extract.counts_from_1904());
    let (mut told, mut noted, size) = (Vec::new(), Vec::new(), extract.size());
    let notes = &mut noted;
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
        let more = referrals.as_mut().map_or(ControlFlow::Continue(()), |to| to.push(found, &row, from_1904, size));
        let Some(child) = child_of(found, &row) else {
            without_child.add(row.number);
            return more;
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
        more
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
    Ok(Reading { told, notes: noted, errors, rows })
}
