//! What happened to children, whatever format told it: referrals, assessments, enquiries, conferences, plans, care and
//! placements.
//!
//! Everything after the readers is blind to where an event came from. Dates are days of the calendar; labels are as the
//! file writes them (`6`, `q) 6: Police`), for what maps them to groups to decide.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::civil::Date;

pub use super::cases::Case;

/// A child as far as events of the same child must be told from those of others: the hash of an identifier, never the
/// identifier, and not even the hash is ever shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChildIdentifier(u64);

impl ChildIdentifier {
    /// The child of an identifier as written; spaces around it don't matter.
    pub(super) fn of(written: &str) -> ChildIdentifier {
        // Fixed keys, so that the same files give the same result in every run.
        let mut hasher = DefaultHasher::new();
        written.trim().hash(&mut hasher);
        ChildIdentifier(hasher.finish())
    }

    /// What stands for the child in a table that is never written anywhere.
    pub(super) fn token(self) -> String {
        format!("{:016x}", self.0)
    }
}

impl fmt::Debug for ChildIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChildIdentifier(..)")
    }
}

/// A label as the file writes it, held once for all events that have it.
pub type Label = Arc<str>;

/// The reason of an end that no file tells: a period of care that was open in an earlier year's return and stands in no
/// later one.
pub const INVENTED_END: &str = "invented";

/// Labels that were met, each held once.
#[derive(Debug, Default)]
pub(super) struct HeldLabels(HashMap<String, Label>);

impl HeldLabels {
    /// The label of a text; nothing where it is empty.
    pub(super) fn of(&mut self, text: &str) -> Option<Label> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(label) = self.0.get(text) {
            return Some(label.clone());
        }
        let label: Label = text.into();
        self.0.insert(text.to_string(), label.clone());
        Some(label)
    }
}

/// A contact about one child, before it is a referral.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The child.
    pub child: ChildIdentifier,
    /// Date of birth, or the expected one.
    pub born: Option<Date>,
    /// Date of the contact.
    pub date: Date,
    /// Who made it.
    pub source: Option<Label>,
}

/// An assessment of early help.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyHelp {
    /// The child.
    pub child: ChildIdentifier,
    /// Its start.
    pub started: Date,
    /// Its completion; none while it is open.
    pub completed: Option<Date>,
}

/// A referral of one child.
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    /// The child.
    pub child: ChildIdentifier,
    /// Date of birth, or the expected one.
    pub born: Option<Date>,
    /// Date of the referral.
    pub date: Date,
    /// Who referred.
    pub source: Option<Label>,
    /// Primary need.
    pub need: Option<Label>,
    /// Whether no further action was taken, as written.
    pub no_further_action: Option<Label>,
    /// Closure of the case.
    pub closed: Option<Date>,
    /// Reason of the closure.
    pub closure_reason: Option<Label>,
}

/// An assessment under section 17.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The child.
    pub child: ChildIdentifier,
    /// The referral it belongs to, where the file says so.
    pub referred: Option<Date>,
    /// Its start.
    pub started: Date,
    /// Its authorisation; none while it is open.
    pub authorised: Option<Date>,
    /// Whether the child was found to be in need, where the file says so.
    pub in_need: Option<bool>,
}

/// An enquiry under section 47.
#[derive(Debug, Clone, PartialEq)]
pub struct Section47 {
    /// The child.
    pub child: ChildIdentifier,
    /// The referral it belongs to, where the file says so.
    pub referred: Option<Date>,
    /// Its start.
    pub started: Date,
    /// Whether no initial conference was needed, as written.
    pub conference_not_required: Option<Label>,
}

/// An initial child protection conference.
#[derive(Debug, Clone, PartialEq)]
pub struct Conference {
    /// The child.
    pub child: ChildIdentifier,
    /// The referral it belongs to, where the file says so.
    pub referred: Option<Date>,
    /// The day on which it was held.
    pub held: Date,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlanKind {
    /// A child in need plan.
    ChildInNeed,
    /// A child protection plan.
    ChildProtection,
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The child.
    pub child: ChildIdentifier,
    /// The referral it belongs to, where the file says so.
    pub referred: Option<Date>,
    /// What it is for.
    pub kind: PlanKind,
    /// Its start.
    pub started: Date,
    /// Its end; none while it goes on.
    pub ended: Option<Date>,
    /// The latest category of abuse, else the initial one.
    pub category: Option<Label>,
}

/// A period of being looked after, over all its placements.
#[derive(Debug, Clone, PartialEq)]
pub struct Care {
    /// The child.
    pub child: ChildIdentifier,
    /// Date of birth.
    pub born: Option<Date>,
    /// Its start.
    pub started: Date,
    /// Whether the start is that of the period; else the period began before the first episode at hand.
    pub start_known: bool,
    /// Its end; none while it goes on.
    pub ended: Option<Date>,
    /// Why it ended; [`INVENTED_END`] where the end was made up.
    pub end_reason: Option<Label>,
    /// Category of need.
    pub need: Option<Label>,
    /// Whether the child is or was an unaccompanied asylum-seeking child.
    pub unaccompanied: bool,
    /// The authority, where the file holds several.
    pub authority: Option<Label>,
}

/// One placement, or one legal status in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// The child.
    pub child: ChildIdentifier,
    /// Its start.
    pub started: Date,
    /// Its end; none while it goes on.
    pub ended: Option<Date>,
    /// Legal status.
    pub legal_status: Option<Label>,
    /// Type of placement.
    pub kind: Option<Label>,
    /// Who provides it.
    pub provider: Option<Label>,
}

/// One of the events above.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A contact.
    Contact(Contact),
    /// An assessment of early help.
    EarlyHelp(EarlyHelp),
    /// A referral.
    Referral(Referral),
    /// An assessment.
    Assessment(Assessment),
    /// An enquiry under section 47.
    Section47(Section47),
    /// An initial child protection conference.
    Conference(Conference),
    /// A plan.
    Plan(Plan),
    /// A period of care.
    Care(Care),
    /// A placement.
    Placement(Placement),
    /// A case.
    Case(Case),
}

impl Event {
    /// What makes two events of two files the same one: kind, child and the day on which it began.
    pub(super) fn key(&self) -> (u8, ChildIdentifier, Date) {
        match self {
            Event::Referral(event) => (0, event.child, event.date),
            Event::Assessment(event) => (1, event.child, event.started),
            Event::Section47(event) => (2, event.child, event.started),
            Event::Conference(event) => (3, event.child, event.held),
            Event::Plan(event) => (4 + u8::from(event.kind == PlanKind::ChildInNeed), event.child, event.started),
            Event::Care(event) => (6, event.child, event.started),
            Event::Placement(event) => (7, event.child, event.started),
            Event::Contact(event) => (8, event.child, event.date),
            Event::EarlyHelp(event) => (9, event.child, event.started),
            Event::Case(event) => (10, event.child, event.started),
        }
    }
}

impl Event {
    /// Whether another telling of the same event says otherwise in something that both know.
    fn disagrees(&self, other: &Event) -> bool {
        fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one != other)
        }
        match (self, other) {
            (Event::Contact(one), Event::Contact(other)) => differ(&one.source, &other.source),
            (Event::EarlyHelp(one), Event::EarlyHelp(other)) => differ(&one.completed, &other.completed),
            (Event::Referral(one), Event::Referral(other)) => {
                differ(&one.source, &other.source)
                    || differ(&one.born, &other.born)
                    || differ(&one.no_further_action, &other.no_further_action)
                    || differ(&one.closed, &other.closed)
            }
            (Event::Assessment(one), Event::Assessment(other)) => differ(&one.authorised, &other.authorised),
            (Event::Plan(one), Event::Plan(other)) => differ(&one.ended, &other.ended),
            (Event::Care(one), Event::Care(other)) => differ(&one.ended, &other.ended),
            (Event::Case(one), Event::Case(other)) => differ(&one.closed, &other.closed),
            _ => false,
        }
    }
}

/// Events of all files, by kind; within a kind by day, then in the order of the files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Events {
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// Assessments of early help.
    pub early_help: Vec<EarlyHelp>,
    /// Referrals.
    pub referrals: Vec<Referral>,
    /// Assessments.
    pub assessments: Vec<Assessment>,
    /// Enquiries under section 47.
    pub section_47s: Vec<Section47>,
    /// Initial child protection conferences.
    pub conferences: Vec<Conference>,
    /// Plans.
    pub plans: Vec<Plan>,
    /// Periods of care.
    pub care: Vec<Care>,
    /// Placements.
    pub placements: Vec<Placement>,
    /// Cases.
    pub cases: Vec<Case>,
}

impl Events {
    /// One history out of the events of several files, oldest file first: an event that stands in more than one is kept
    /// as the newest has it. Also says how many were repeated.
    pub(super) fn merged(files: Vec<Vec<Event>>) -> (Events, u64) {
        let mut all: Vec<(usize, Event)> = files
            .into_iter()
            .enumerate()
            .flat_map(|(file, events)| events.into_iter().map(move |e| (file, e)))
            .collect();
        // Newest first within a key; the sort is stable, so that rows of one file stay in their order.
        all.sort_by_key(|(file, event)| (event.key(), std::cmp::Reverse(*file)));
        let before = all.len();
        all.dedup_by_key(|(_, event)| event.key());
        let repeated = (before - all.len()) as u64;
        all.sort_by_key(|(file, event)| (event.key().2, *file));
        let mut events = Events::default();
        all.into_iter().for_each(|(_, event)| events.push(event));
        (events, repeated)
    }

    /// How many events two files tell differently in what both know: an end that is new is no disagreement.
    pub(super) fn disagreeing(files: &[Vec<Event>]) -> u64 {
        let mut all: Vec<(usize, &Event)> =
            files.iter().enumerate().flat_map(|(file, events)| events.iter().map(move |event| (file, event))).collect();
        all.sort_by_key(|(file, event)| (event.key(), *file));
        let same = all.chunk_by(|(_, one), (_, other)| one.key() == other.key());
        let differs = |pair: &[(usize, &Event)]| pair[0].0 != pair[1].0 && pair[0].1.disagrees(pair[1].1);
        same.filter(|events| events.windows(2).any(differs)).count() as u64
    }

    fn push(&mut self, event: Event) {
        match event {
            Event::Contact(event) => self.contacts.push(event),
            Event::EarlyHelp(event) => self.early_help.push(event),
            Event::Referral(event) => self.referrals.push(event),
            Event::Assessment(event) => self.assessments.push(event),
            Event::Section47(event) => self.section_47s.push(event),
            Event::Conference(event) => self.conferences.push(event),
            Event::Plan(event) => self.plans.push(event),
            Event::Care(event) => self.care.push(event),
            Event::Placement(event) => self.placements.push(event),
            Event::Case(event) => self.cases.push(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referral(child: &str, day: i8, source: &str) -> Event {
        Event::Referral(Referral {
            child: ChildIdentifier::of(child),
            born: None,
            date: Date::constant(2024, 1, day),
            source: Some(source.into()),
            need: None,
            no_further_action: None,
            closed: None,
            closure_reason: None,
        })
    }

    #[test]
    fn a_child_is_never_shown() {
        let event = referral("CANARY-1", 1, "6");
        let shown = format!("{event:?}");
        assert!(shown.contains("ChildIdentifier(..)") && !shown.contains("CANARY"), "{shown}");
        assert!(!shown.contains(&ChildIdentifier::of("CANARY-1").0.to_string()), "not even its hash");
    }

    #[test]
    fn the_newest_file_says_how_an_event_was() {
        let files = vec![
            vec![referral("a", 2, "old"), referral("b", 1, "6")],
            vec![referral("a", 2, "new"), referral("a", 3, "6")],
        ];
        let (events, repeated) = Events::merged(files);
        let sources: Vec<(i8, &str)> =
            events.referrals.iter().map(|event| (event.date.day(), event.source.as_deref().unwrap_or(""))).collect();
        assert_eq!((sources, repeated), (vec![(1, "6"), (2, "new"), (3, "6")], 1));
    }
}
