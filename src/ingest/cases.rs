//! Cases that extracts list until they are closed: one that is open in an earlier extract and in no later one.

use std::collections::HashSet;

use super::dates::date_of;
use super::events::{ChildIdentifier, Event, HeldLabels, INVENTED_END, Label};
use super::table::DatedEvents;
use crate::panel::{Finding, Place, Severity, Statement};
use crate::time::Date;

/// A case of a child in need, where a file lists cases apart from the referrals that opened them.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The child.
    pub child: ChildIdentifier,
    /// Its start: the day of the referral, or one soon after.
    pub started: Date,
    /// Primary need.
    pub need: Option<Label>,
    /// Its closure; none while it is open.
    pub closed: Option<Date>,
    /// Reason of the closure; [`INVENTED_END`] where none is told.
    pub closure_reason: Option<Label>,
}

/// Extracts made within so many days of each other may be parts of one: what one doesn't list, another may.
const DAYS_OF_ONE_EXTRACT: i32 = 31;

/// Ends cases that the newest extracts no longer list, on the last day of the one that listed them last. `files` are oldest
/// first; says how many cases were ended.
pub(super) fn close_unlisted(files: &mut [DatedEvents]) -> u64 {
    let lists = |events: &[Event]| events.iter().any(|event| matches!(event, Event::Case(_)));
    let Some(newest) = files.iter().filter(|(_, events)| lists(events)).filter_map(|(last, _)| *last).max() else {
        return 0;
    };
    let invented = HeldLabels::default().of(INVENTED_END);
    let mut listed: HashSet<(ChildIdentifier, Date)> = HashSet::new();
    let mut ended = 0;
    for (last, events) in files.iter_mut().rev() {
        let is_over = last.filter(|last| newest - *last >= DAYS_OF_ONE_EXTRACT).map(date_of);
        let mut of_file = Vec::new();
        for event in events {
            let Event::Case(case) = event else { continue };
            let key = (case.child, case.started);
            if let (Some(last), None) = (is_over.filter(|_| !listed.contains(&key)), case.closed) {
                case.closed = Some(last.max(case.started));
                case.closure_reason = invented.clone();
                ended += 1;
            }
            of_file.push(key);
        }
        listed.extend(of_file);
    }
    ended
}

/// Cases whose end no file tells.
pub(super) fn invented_closures(count: u64) -> Finding {
    Finding {
        name: "invented-closure",
        severity: Severity::Warning,
        what: Statement::records(count, "case is", "cases are").then(" open in an earlier extract and in no later one"),
        place: Place::default(),
        count,
        meaning: "Each is taken to have ended with the extract that listed it last; else it would stay open for ever.",
        remedy: "Complete the closures in the source system, or name the extract between.",
    }
}
