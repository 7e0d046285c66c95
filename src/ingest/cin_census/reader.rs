//! A return as rows of referrals, or as events of all kinds.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::ToSpan;

use super::details::{Case, Child, Planned, day};
use super::document::{Document, Heading};
use super::findings;
use crate::ingest::dates::days_since_epoch;
use crate::ingest::error::IngestError;
use crate::ingest::events::{
    Assessment, ChildIdentifier, Conference, Event, HeldLabels, Plan, PlanKind, Referral, Section47,
};
use crate::ingest::made::{MadeRows, RowMaker};
use crate::ingest::table::{FileEvents, ReadThrough};
use crate::ingest::text::RowCount;
use crate::panel::Finding;
use crate::time::{Date, financial_year};

/// The columns of the rows, by the names of their elements.
pub(in crate::ingest) const HEADERS: [&str; 7] =
    ["LAchildID", "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "ReferralNFA", "PersonBirthDate", "LEA"];

type Input = Box<dyn Read + Send>;

/// Whether the start of a file is that of an XML document, as that of many a web page is too.
pub(in crate::ingest) fn is_census(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start.strip_prefix(b"\xFF\xFE").or_else(|| start.strip_prefix(b"\xFE\xFF")).unwrap_or(start);
    start.iter().find(|byte| **byte != 0 && !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// A return whose header has been read.
pub(in crate::ingest) struct CensusReturn {
    path: PathBuf,
    document: Document<Input>,
    window: Window,
}

/// The days that a return covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: Date,
    pub(super) last: Date,
    /// Whether the header's year and reference date belong together.
    pub(super) agreed: bool,
}

impl CensusReturn {
    /// Opens a return and reads its header.
    ///
    /// # Errors
    /// Where the document is no return.
    pub(in crate::ingest) fn open(path: &Path, input: Input) -> Result<CensusReturn, IngestError> {
        let mut document = Document::new(path, input);
        document.read_heading()?;
        let line = document.text().line();
        let window = window(&document.heading).ok_or_else(|| IngestError::Xml {
            path: path.to_path_buf(),
            line,
            detail: "its header tells neither the year nor the reference date of a return",
        })?;
        Ok(CensusReturn { path: path.to_path_buf(), document, window })
    }

    fn through(&self, rows: u64, notes: Vec<Finding>) -> ReadThrough {
        let text = self.document.text();
        ReadThrough {
            rows,
            bytes: text.bytes(),
            sha256: text.sha256(),
            ragged: RowCount::default(),
            converted: text.converted,
            notes,
            covers: vec![(days_since_epoch(self.window.first), days_since_epoch(self.window.last))],
            events: None,
        }
    }
}

impl RowMaker for CensusReturn {
    fn make(self: Box<Self>, rows: &mut MadeRows) -> Result<ReadThrough, IngestError> {
        let events = rows.events();
        self.walk(Some(rows), events)
    }
}

impl CensusReturn {
    /// Reads a return to its end: its cases as rows, as events, or both.
    fn walk(mut self, mut rows: Option<&mut MadeRows>, events: bool) -> Result<ReadThrough, IngestError> {
        let mut watch = Watch::new(self.window, &self.document.heading);
        let authority = self.document.heading.authority.clone();
        let mut labels = HeldLabels::default();
        let (mut told, mut cases) = (Vec::new(), 0);
        while let Some(child) = self.document.next_child()? {
            let token = match child.identifier.trim() {
                "" => String::new(),
                identifier => ChildIdentifier::of(identifier).token(),
            };
            for case in &child.cases {
                cases += 1;
                if !watch.look(&child, case) {
                    continue;
                }
                if events {
                    of_case(&child, case, &mut labels, &mut told);
                }
                if let Some(rows) = &mut rows {
                    let cells = [
                        &token,
                        &case.referral,
                        &case.source,
                        &case.need,
                        &case.no_further_action,
                        child.born(),
                        &authority,
                    ];
                    rows.push(case.line, &cells, self.document.text().bytes());
                }
            }
            if rows.as_ref().is_some_and(|rows| rows.stopped()) {
                break;
            }
        }
        if let Some(rows) = rows {
            rows.finish(self.document.text().bytes());
        }
        let notes = watch.findings(&self.path, &self.document.unknown);
        let last = Some(days_since_epoch(self.window.last));
        let events = events.then(|| FileEvents {
            events: told,
            last,
            rows: cases,
            notes: notes.clone(),
            converted: self.document.text().converted,
        });
        Ok(ReadThrough { events, ..self.through(cases, notes) })
    }
}

/// All events of a return, and what was noticed.
///
/// # Errors
/// Where the document is no return or breaks off.
pub(in crate::ingest) fn events(path: &Path, input: Input) -> Result<ReadThrough, IngestError> {
    CensusReturn::open(path, input)?.walk(None, true)
}

fn of_case(child: &Child, case: &Case, labels: &mut HeldLabels, events: &mut Vec<Event>) {
    let Some(date) = day(&case.referral) else { return };
    let identifier = child.identifier.trim();
    if identifier.is_empty() {
        return;
    }
    let (identity, referred) = (ChildIdentifier::of(identifier), Some(date));
    events.push(Event::Referral(Referral {
        child: identity,
        born: day(child.born()),
        date,
        source: labels.of(&case.source),
        need: labels.of(&case.need),
        no_further_action: labels.of(&case.no_further_action),
        closed: day(&case.closure),
        closure_reason: labels.of(&case.closure_reason),
    }));
    for entry in &case.assessments {
        if let Some(started) = day(&entry.start) {
            let authorised = day(&entry.authorised);
            events.push(Event::Assessment(Assessment {
                child: identity,
                referred,
                started,
                authorised,
                in_need: None,
            }));
        }
    }
    let mut held = vec![day(&case.conference)];
    for entry in &case.enquiries {
        if let Some(started) = day(&entry.start) {
            let conference_not_required = labels.of(&entry.conference_not_required);
            events.push(Event::Section47(Section47 { child: identity, referred, started, conference_not_required }));
        }
        held.push(day(&entry.conference));
    }
    // The conference of a case stands under the case and again under its enquiry.
    let mut held: Vec<Date> = held.into_iter().flatten().collect();
    held.sort_unstable();
    held.dedup();
    events.extend(held.into_iter().map(|held| Event::Conference(Conference { child: identity, referred, held })));
    let mut plan = |kind, entry: &Planned| {
        let started = day(&entry.start)?;
        let category = labels.of(&entry.latest_category).or_else(|| labels.of(&entry.initial_category));
        Some(Event::Plan(Plan { child: identity, referred, kind, started, ended: day(&entry.end), category }))
    };
    events.extend(case.need_plans.iter().filter_map(|entry| plan(PlanKind::ChildInNeed, entry)));
    events.extend(case.protection_plans.iter().filter_map(|entry| plan(PlanKind::ChildProtection, entry)));
}

/// What is noticed while cases pass by.
struct Watch {
    window: Window,
    unreadable_header: Vec<&'static str>,
    before: RowCount,
    after: RowCount,
    closure: RowCount,
    authorisation: RowCount,
    need_plan: RowCount,
    protection_plan: RowCount,
    unreadable: RowCount,
    unstarted: RowCount,
}

impl Watch {
    fn new(window: Window, heading: &Heading) -> Watch {
        let none = RowCount::default;
        Watch {
            window,
            unreadable_header: unreadable(heading),
            before: none(),
            after: none(),
            closure: none(),
            authorisation: none(),
            need_plan: none(),
            protection_plan: none(),
            unreadable: none(),
            unstarted: none(),
        }
    }

    /// Looks at a case; false where it must be left out.
    fn look(&mut self, child: &Child, case: &Case) -> bool {
        let line = case.line.max(child.line);
        let referral = day(&case.referral);
        if referral.is_some_and(|date| date > self.window.last) {
            self.after.add(line);
            return false;
        }
        if referral.is_some_and(|date| date < self.window.first) {
            self.before.add(line);
        }
        let unreadable = &mut self.unreadable;
        let mut ends_before = |start: Option<Date>, end: &str| {
            if end.trim().is_empty() {
                return false;
            }
            let read = day(end);
            if read.is_none() {
                unreadable.add(line);
            }
            start.zip(read).is_some_and(|(start, end)| end < start)
        };
        if ends_before(referral, &case.closure) {
            self.closure.add(line);
        }
        for entry in &case.assessments {
            if ends_before(day(&entry.start), &entry.authorised) {
                self.authorisation.add(line);
            }
        }
        for entry in &case.need_plans {
            if ends_before(day(&entry.start), &entry.end) {
                self.need_plan.add(line);
            }
        }
        for entry in &case.protection_plans {
            if ends_before(day(&entry.start), &entry.end) {
                self.protection_plan.add(line);
            }
        }
        let starts = case.assessments.iter().map(|entry| &entry.start).chain(case.enquiries.iter().map(|e| &e.start));
        let starts = starts.chain(case.need_plans.iter().chain(&case.protection_plans).map(|plan| &plan.start));
        for start in starts {
            if start.trim().is_empty() {
                self.unstarted.add(line);
            } else if day(start).is_none() {
                self.unreadable.add(line);
            }
        }
        true
    }

    fn findings(&self, path: &Path, unknown: &RowCount) -> Vec<Finding> {
        let mut notes = Vec::new();
        let Window { first, last, agreed } = self.window;
        if !agreed {
            notes.push(findings::year_disagrees(path, first.to_string(), last.to_string()));
        }
        for element in &self.unreadable_header {
            notes.push(findings::unreadable_header(path, element, first.to_string(), last.to_string()));
        }
        for (rows, finding) in [
            (&self.before, findings::before_return as fn(&Path, &RowCount) -> Finding),
            (&self.after, findings::after_return),
            (&self.unreadable, findings::unreadable_dates),
            (&self.unstarted, findings::missing_starts),
            (unknown, findings::unknown_elements),
        ] {
            if rows.count > 0 {
                notes.push(finding(path, rows));
            }
        }
        for (rows, column, after) in [
            (&self.closure, "CINclosureDate", "the referral"),
            (&self.authorisation, "AssessmentAuthorisationDate", "the assessment's start"),
            (&self.need_plan, "CINPlanEndDate", "the plan's start"),
            (&self.protection_plan, "CPPendDate", "the plan's start"),
        ] {
            if rows.count > 0 {
                notes.push(findings::impossible_order(path, column, after, rows));
            }
        }
        notes
    }
}

/// The days that a return with this header covers: 1 April to 31 March, or to the reference date where it was made
/// before; nothing where the header tells neither year nor reference date.
pub(super) fn window(heading: &Heading) -> Option<Window> {
    let reference = day(heading.reference_date.trim());
    let year = year_of(heading);
    let end_of = |year: i16| Date::new(year, 3, 31).ok();
    // The year in which the reference date's collection ends.
    let (end, last, agreed) = match (year, reference) {
        (Some(year), Some(date)) if financial_year(date) == year => (end_of(year)?, date, true),
        // A whole year's last day is more telling than a number that may mean the year's beginning.
        (_, Some(date)) if (date.month(), date.day()) == (3, 31) => (date, date, year.is_none()),
        (Some(year), reference) => (end_of(year)?, end_of(year)?, reference.is_none()),
        (None, Some(date)) => (end_of(financial_year(date))?, date, true),
        (None, None) => return None,
    };
    Some(Window { first: end.checked_sub(1.year()).ok()?.tomorrow().ok()?, last, agreed })
}

fn year_of(heading: &Heading) -> Option<i16> {
    heading.year.trim().parse().ok().filter(|year| (2000..=2100).contains(year))
}

/// The elements of the header that tell the window, are there and can't be read.
fn unreadable(heading: &Heading) -> Vec<&'static str> {
    let (year, date) = (heading.year.trim(), heading.reference_date.trim());
    let year = (!year.is_empty() && year_of(heading).is_none()).then_some("Year");
    let date = (!date.is_empty() && day(date).is_none()).then_some("ReferenceDate");
    year.into_iter().chain(date).collect()
}
