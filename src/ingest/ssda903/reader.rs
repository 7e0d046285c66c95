//! Tables of returns, row by row, into events.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::episodes::{Codes, Episode, WrittenEpisode, is_known};
use super::findings::{self, Noticed, What};
use super::parts::{EpisodeColumns, Part, part};
use super::periods::{About, events_of};
use super::repair;
use super::years::{ReturnDates, last_day};
use crate::ingest::dates::{self, OrderEvidence, Written, date_of};
use crate::ingest::error::IngestError;
use crate::ingest::events::{ChildIdentifier, Event, HeldLabels, Label};
use crate::ingest::headers::Headers;
use crate::ingest::options::{DateOrder, Format};
use crate::ingest::recognise::HeaderRemedy;
use crate::ingest::rows::{self, Scanned, is_blank};
use crate::ingest::table::ReadThrough;
use crate::ingest::text::TextBlocks;
use crate::panel::Finding;
use crate::time::Date;

/// What the tables of all returns hold together.
#[derive(Debug)]
pub(in crate::ingest) struct CareRecord {
    /// Periods of care and placements, child by child.
    pub(in crate::ingest) events: Vec<Event>,
    /// What was noticed, repairs included.
    pub(in crate::ingest) findings: Vec<Finding>,
    /// The last day of the latest return.
    pub(in crate::ingest) last: Option<Date>,
    /// The first and the last day of which the returns tell.
    pub(in crate::ingest) covers: Option<[Date; 2]>,
}

/// A return whose last date lies further than this before the end of its year was taken within the year. Assumption:
/// hardly an authority has a fortnight without an episode that starts or ends.
const QUIET_DAYS: i32 = 14;

/// Reads tables of returns, in any order, and keeps what they say until all have been read.
#[derive(Debug, Default)]
pub(in crate::ingest) struct CareReader {
    files: Vec<PathBuf>,
    labels: HeldLabels,
    episodes: Vec<Episode>,
    /// Dates of birth with the file and row that gave them.
    births: HashMap<ChildIdentifier, (Date, usize, u64)>,
    unaccompanied: BTreeSet<ChildIdentifier>,
    latest: HashMap<Option<Label>, i16>,
    noticed: Noticed,
    notes: Vec<Finding>,
    has_episodes: bool,
}

impl CareReader {
    /// Reads one table.
    ///
    /// # Errors
    /// Where the file is no table of a return, or can't be read on.
    pub(in crate::ingest) fn read(
        &mut self,
        path: &Path,
        input: Box<dyn Read + Send + '_>,
    ) -> Result<ReadThrough, IngestError> {
        let mut blocks = TextBlocks::open(path, input)?;
        let headers = Headers::new(blocks.headers());
        let Some(part) = part(&headers) else {
            return Err(IngestError::Unrecognised {
                path: path.to_path_buf(),
                tried: vec![Format::Ssda903.noun()],
                closest: Format::Ssda903.noun(),
                missing: vec!["CHILD and what a table of the return has beside it"],
                columns: headers.listed(),
                remedy: HeaderRemedy::Name,
            });
        };
        self.files.push(path.to_path_buf());
        let rows = match part {
            Part::Episodes => self.read_episodes(path, &headers, &mut blocks)?,
            Part::Header | Part::Unaccompanied => self.read_children(path, &headers, part, &mut blocks)?,
            Part::Unused(table) => {
                self.notes.push(findings::unused_table(path, table));
                each_row(&mut blocks, |_, _| {})?
            }
        };
        Ok(ReadThrough::of_text(rows, &blocks))
    }

    fn read_episodes(
        &mut self,
        path: &Path,
        headers: &Headers,
        blocks: &mut TextBlocks<'_>,
    ) -> Result<u64, IngestError> {
        let columns = EpisodeColumns::of(headers, path)?;
        self.has_episodes = true;
        let file = self.files.len() - 1;
        let (mut starts, mut ends) = (DateReading::new("DECOM"), DateReading::new("DEC"));
        let mut written: Vec<WrittenEpisode> = Vec::new();
        let (labels, noticed) = (&mut self.labels, &mut self.noticed);
        let rows = each_row(blocks, |row, fields| {
            let cell = |column: usize| fields.get(column).map_or("", |cell| trimmed(cell));
            let optional = |column: Option<usize>| column.map_or("", cell);
            let authority = optional(columns.authority);
            let Some(child) = child_of(cell(columns.child), authority) else {
                noticed.at(What::MissingChild, file, row);
                return;
            };
            let started = match starts.read(cell(columns.started), row) {
                Cell::Date(date) => date,
                Cell::Blank => return noticed.at(What::MissingStart, file, row),
                Cell::Unreadable => return noticed.at(What::UnreadableDate("DECOM"), file, row),
            };
            let ended = match ends.read(cell(columns.ended), row) {
                Cell::Date(date) => Some(date),
                Cell::Blank => None,
                Cell::Unreadable => {
                    noticed.at(What::UnreadableDate("DEC"), file, row);
                    None
                }
            };
            let mut code = |column: Option<usize>, name: &'static str| {
                let code = optional(column).to_ascii_uppercase();
                if !code.is_empty() && !is_known(name, &code) {
                    noticed.at(What::UnknownCode(name), file, row);
                }
                labels.of(&code)
            };
            let codes = Codes {
                why_new: code(Some(columns.why_new), "RNE"),
                legal_status: code(Some(columns.legal_status), "LS"),
                need: code(columns.need, "CIN"),
                kind: code(Some(columns.kind), "PLACE"),
                provider: code(columns.provider, "PLACE_PROVIDER"),
                end_reason: code(Some(columns.end_reason), "REC"),
            };
            let authority = labels.of(authority);
            let year = named_year(optional(columns.year));
            written.push(WrittenEpisode { child, authority, year, started, ended, codes, row });
        })?;
        self.place(path, written, &starts, &ends)?;
        Ok(rows)
    }

    /// Dates and returns of the rows of one file.
    fn place(
        &mut self,
        path: &Path,
        written: Vec<WrittenEpisode>,
        starts: &DateReading,
        ends: &DateReading,
    ) -> Result<(), IngestError> {
        let file = self.files.len() - 1;
        let (start_of, end_of) = (starts.decided(path)?, ends.decided(path)?);
        let mut returns: BTreeMap<Option<i16>, ReturnDates> = BTreeMap::new();
        let mut dated = Vec::with_capacity(written.len());
        for row in written {
            let Some(started) = start_of(row.started) else {
                self.noticed.at(What::UnreadableDate("DECOM"), file, row.row);
                continue;
            };
            let mut ended = row.ended.and_then(&end_of);
            if row.ended.is_some() && ended.is_none() {
                self.noticed.at(What::UnreadableDate("DEC"), file, row.row);
            }
            if ended.is_some_and(|ended| ended < started) {
                self.noticed.at(What::EndBeforeStart, file, row.row);
                ended = None;
            }
            let dates = returns.entry(row.year).or_default();
            dates.add(started);
            ended.into_iter().for_each(|ended| dates.add(ended));
            dated.push((row, started, ended));
        }
        let years: BTreeMap<Option<i16>, i16> =
            returns.iter().filter_map(|(named, dates)| Some((*named, dates.year(*named)?))).collect();
        for (row, started, ended) in dated {
            let Some(year) = years.get(&row.year).copied() else { continue };
            if started > last_day(year) {
                self.noticed.at(What::StartAfterReturn, file, row.row);
                continue;
            }
            if ended.is_some_and(|ended| ended > last_day(year)) {
                self.noticed.at(What::EndAfterReturn, file, row.row);
            }
            let latest = self.latest.entry(row.authority.clone()).or_insert(year);
            *latest = year.max(*latest);
            let WrittenEpisode { child, authority, codes, row, .. } = row;
            self.episodes.push(Episode { child, authority, started, ended, codes, year, file, row });
        }
        Ok(())
    }

    fn read_children(
        &mut self,
        path: &Path,
        headers: &Headers,
        part: Part,
        blocks: &mut TextBlocks<'_>,
    ) -> Result<u64, IngestError> {
        let file = self.files.len() - 1;
        let column = |name: &str| headers.position(name);
        let (child, born, authority, year) = (column("child"), column("dob"), column("la"), column("year"));
        let mut births = DateReading::new("DOB");
        let mut written: Vec<(Option<i16>, u64, ChildIdentifier, Written)> = Vec::new();
        let (noticed, unaccompanied) = (&mut self.noticed, &mut self.unaccompanied);
        let rows = each_row(blocks, |row, fields| {
            let cell = |column: Option<usize>| column.and_then(|at| fields.get(at)).map_or("", |cell| trimmed(cell));
            let Some(child) = child_of(cell(child), cell(authority)) else {
                return noticed.at(What::MissingChild, file, row);
            };
            if part == Part::Unaccompanied {
                unaccompanied.insert(child);
            }
            match births.read(cell(born), row) {
                Cell::Date(date) => written.push((named_year(cell(year)), row, child, date)),
                Cell::Blank => {}
                Cell::Unreadable => noticed.at(What::UnreadableDate("DOB"), file, row),
            }
        })?;
        let date_of = births.decided(path)?;
        // The latest year's row stands.
        written.sort_by_key(|(year, row, ..)| (*year, *row));
        for (_, row, child, date) in written {
            let Some(date) = date_of(date) else {
                self.noticed.at(What::UnreadableDate("DOB"), file, row);
                continue;
            };
            let before = self.births.insert(child, (date, file, row));
            if before.is_some_and(|(before, ..)| before != date) {
                self.noticed.at(What::ConflictingBirth, file, row);
            }
        }
        Ok(rows)
    }

    /// From the first day of the earliest return to the last of the latest; of one taken within its year to the end of
    /// the last whole month before its last date.
    fn covers(&self) -> Option<[Date; 2]> {
        let years = self.episodes.iter().map(|episode| episode.year);
        let (first, last) = (years.clone().min()?, last_day(years.max()?));
        let dates = self.episodes.iter().flat_map(|episode| [Some(episode.started), episode.ended]);
        let latest = dates.flatten().filter(|date| *date <= last).max()?;
        let quiet = latest.until(last).map_or(0, |span| span.get_days());
        let whole = latest.tomorrow().map_or(latest, |next| next.first_of_month()).yesterday().unwrap_or(latest);
        let first = last_day(first - 1).tomorrow().unwrap_or(last);
        Some([first, if quiet > QUIET_DAYS { whole } else { last }])
    }

    /// Repairs the episodes of all tables and makes events of them.
    pub(in crate::ingest) fn finish(mut self) -> CareRecord {
        let last = self.latest.values().max().map(|year| last_day(*year));
        let covers = self.covers();
        let mut episodes = repair::once(std::mem::take(&mut self.episodes), &mut self.noticed);
        let mut events = Vec::new();
        let mut unborn = 0;
        for child in episodes.chunk_by_mut(|before, after| before.child == after.child) {
            let Some(first) = child.first() else { continue };
            let born = self.births.get(&first.child).copied();
            match born {
                Some((born, file, row)) if born > first.started => self.noticed.at(What::BornAfterCare, file, row),
                Some(_) => {}
                None => unborn += 1,
            }
            let unaccompanied = self.unaccompanied.contains(&first.child);
            let about = About { born: born.map(|(born, ..)| born), unaccompanied };
            repair::continuous(child, &self.latest, &mut self.noticed);
            events_of(child, about, &mut events);
        }
        let mut findings = self.notes;
        findings.extend(self.noticed.findings(&self.files));
        if unborn > 0 {
            findings.push(findings::missing_births(unborn));
        }
        if !self.has_episodes && !self.files.is_empty() {
            findings.push(findings::no_episodes());
        }
        CareRecord { events, findings, last, covers }
    }
}

/// A cell that may hold a date.
enum Cell {
    Date(Written),
    Blank,
    Unreadable,
}

/// A column of dates. The return's form is day first, so nothing is ambiguous; a file that was saved month first is
/// read so.
struct DateReading {
    column: &'static str,
    evidence: OrderEvidence,
}

impl DateReading {
    fn new(column: &'static str) -> DateReading {
        DateReading { column, evidence: OrderEvidence::default() }
    }

    fn read(&mut self, cell: &str, row: u64) -> Cell {
        if is_blank(cell) {
            return Cell::Blank;
        }
        let Some(date) = dates::read(dates::without_time(cell)) else { return Cell::Unreadable };
        self.evidence.see(date, row);
        Cell::Date(date)
    }

    /// What makes days of the column's dates.
    fn decided(&self, path: &Path) -> Result<impl Fn(Written) -> Option<Date> + use<>, IngestError> {
        let order = self.evidence.decide(DateOrder::Auto, path, self.column)?;
        Ok(move |written: Written| written.day(order, false).map(date_of))
    }
}

/// Gives every row to `each` with its number; says how many there were.
fn each_row(blocks: &mut TextBlocks<'_>, mut each: impl FnMut(u64, &[String])) -> Result<u64, IngestError> {
    let separator = blocks.separator();
    let mut count = 0;
    while let Some(block) = blocks.next()? {
        let mut at = 0;
        for position in 0..block.count {
            let (Scanned::Whole(row) | Scanned::Cut(row)) = rows::scan(&block.text, at, separator) else { break };
            each(block.rows.of(position), &rows::fields(&block.text[at..row.next], separator));
            at = row.next;
            count += 1;
        }
    }
    Ok(count)
}

/// A cell without spaces; empty where it says that there is nothing.
fn trimmed(cell: &str) -> &str {
    let cell = cell.trim();
    if is_blank(cell) || cell.eq_ignore_ascii_case("nan") { "" } else { cell }
}

/// The child of a row: numbers are given by each authority, so that of two authorities may be the same.
fn child_of(identifier: &str, authority: &str) -> Option<ChildIdentifier> {
    // An identifier that went through a column of numbers.
    let identifier = identifier.strip_suffix(".0").unwrap_or(identifier);
    match (identifier, authority) {
        ("", _) => None,
        (identifier, "") => Some(ChildIdentifier::of(identifier)),
        // No cell of text holds the separator of units.
        (identifier, authority) => {
            Some(ChildIdentifier::of(&format!("{}\u{1f}{identifier}", authority.to_lowercase())))
        }
    }
}

/// The year that a cell names: `2024`, `2023-24` or `2023/24` is its first four digits.
fn named_year(cell: &str) -> Option<i16> {
    cell.get(..4)?.parse().ok().filter(|year| (1990..=2200).contains(year))
}
