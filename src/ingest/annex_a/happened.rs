//! The rows of lists as events.

use std::collections::BTreeMap;

use super::columns::Kind;
use super::standard::{Beside, care};
use crate::ingest::events::{
    Assessment, Care, Case, ChildIdentifier, Conference, Contact, EarlyHelp, Event, Label, Placement, Plan, PlanKind,
    Referral, Section47,
};
use crate::time::Date;

/// A row of a list whose child is known and whose dates have been read.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) kind: Kind,
    pub(super) child: ChildIdentifier,
    pub(super) born: Option<Date>,
    /// In the order of the list's columns.
    pub(super) dates: Vec<Option<Date>>,
    pub(super) labels: Vec<Option<Label>>,
}

/// What List 6 tells of a case: need, closure and its reason.
type InNeed = (Option<Label>, Option<Date>, Option<Label>);

/// The events of an extract's rows.
pub(super) fn events_of(told: &[Told]) -> Vec<Event> {
    // A referral and the case it opened are of the same child and day.
    let mut cases: BTreeMap<(ChildIdentifier, Date), InNeed> = BTreeMap::new();
    for row in told.iter().filter(|row| row.kind == Kind::Case) {
        if let Some(started) = row.dates[0] {
            let case = (row.labels[0].clone(), row.dates[1], row.labels[1].clone());
            cases.insert((row.child, started), case);
        }
    }
    let mut events = Vec::with_capacity(told.len());
    let beside = Beside::of(told);
    told.iter().for_each(|row| row.events(&cases, &beside, &mut events));
    care(told, &beside, &mut events);
    events
}

impl Told {
    fn events(&self, cases: &BTreeMap<(ChildIdentifier, Date), InNeed>, beside: &Beside, events: &mut Vec<Event>) {
        let child = self.child;
        let born = self.born.or_else(|| beside.born.get(&child).copied());
        let date = |column: usize| self.dates.get(column).copied().flatten();
        let label = |column: usize| self.labels.get(column).cloned().flatten();
        let plan = |kind, started, ended, category| {
            Event::Plan(Plan { child, referred: None, kind, started, ended, category })
        };
        let start = date(0);
        let event = match (self.kind, start) {
            (Kind::Contact, Some(date)) => Event::Contact(Contact { child, born, date, source: label(0) }),
            (Kind::EarlyHelp, Some(started)) => Event::EarlyHelp(EarlyHelp { child, started, completed: date(1) }),
            (Kind::Referral, Some(referred)) => {
                let (need, closed, closure_reason) = cases.get(&(child, referred)).cloned().unwrap_or_default();
                // A view tells itself what Annex A leaves to another list.
                let (need, closed) = (label(2).or(need), date(1).or(closed));
                Event::Referral(Referral {
                    child,
                    born,
                    date: referred,
                    source: label(0),
                    need,
                    no_further_action: label(1),
                    closed,
                    closure_reason: label(3).or(closure_reason),
                })
            }
            (Kind::Assessment, Some(started)) => {
                let in_need = label(0).and_then(|answer| answered(&answer));
                Event::Assessment(Assessment { child, referred: None, started, authorised: date(1), in_need })
            }
            (Kind::Section47, started) => {
                // A conference without the start of its enquiry was held all the same.
                let held = date(1);
                events.extend(held.map(|held| Event::Conference(Conference { child, referred: None, held })));
                let Some(started) = started else { return };
                let conference_not_required = label(0);
                Event::Section47(Section47 { child, referred: None, started, conference_not_required })
            }
            (Kind::Case, Some(started)) => {
                if label(2).is_some_and(|status| is_in_need_plan(&status)) {
                    events.push(plan(PlanKind::ChildInNeed, started, date(1), None));
                }
                let (need, closed, closure_reason) = (label(0), date(1), label(1));
                Event::Case(Case { child, started, need, closed, closure_reason })
            }
            (Kind::NeedPlan, Some(started)) => plan(PlanKind::ChildInNeed, started, date(1), None),
            (Kind::Conference, Some(held)) => Event::Conference(Conference { child, referred: None, held }),
            (Kind::ProtectionPlan, Some(started)) => {
                plan(PlanKind::ChildProtection, started, date(1), label(0).or_else(|| label(1)))
            }
            (Kind::Care, Some(started)) => {
                let (ended, need, end_reason) = (date(1), label(0), label(1));
                let unaccompanied = label(5).is_some_and(|answer| is_yes(&answer));
                let (start_known, authority) = (true, None);
                // The placement of the day of the extract, or the last; a list names no other.
                let placed = date(2).filter(|placed| *placed >= started);
                let (legal_status, kind, provider) = (label(2), label(3), label(4));
                events.extend(placed.map(|started| {
                    Event::Placement(Placement { child, started, ended, legal_status, kind, provider })
                }));
                Event::Care(Care {
                    child,
                    born,
                    started,
                    start_known,
                    ended,
                    end_reason,
                    need,
                    unaccompanied,
                    authority,
                })
            }
            _ => return,
        };
        events.push(event);
    }
}

/// Whether a case status is that of a child in need plan: `c) Child in need plan`, `CIN plan`.
fn is_in_need_plan(status: &str) -> bool {
    let status = status.trim().to_lowercase();
    status.starts_with("c)") || (status.contains("plan") && (status.contains("in need") || status.contains("cin")))
}

/// What an answer says, `a) Yes` or `b) No`, where it says either.
fn answered(answer: &str) -> Option<bool> {
    let answer = answer.trim().to_lowercase();
    let word = answer.split_once(')').map_or(answer.as_str(), |(_, word)| word.trim());
    match word {
        "" => None,
        _ if word.starts_with('y') || matches!(word, "1" | "true") => Some(true),
        "0" | "false" | "n" | "no" => Some(false),
        _ => None,
    }
}

/// Whether an answer is yes: `a) Yes`, `Y`, `1`.
fn is_yes(answer: &str) -> bool {
    let answer = answer.trim().to_lowercase();
    let answer = answer.strip_prefix("a)").map_or(answer.as_str(), str::trim);
    answer.starts_with('y') || matches!(answer, "" | "1" | "true")
}
