//! How many events files tell of, for `check`.

use std::fmt;

use serde::Serialize;

use crate::ingest::Events;

/// Events by kind, each once however many files tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Contacts.
    pub contacts: usize,
    /// Assessments of early help.
    pub early_help: usize,
    /// Referrals.
    pub referrals: usize,
    /// Assessments.
    pub assessments: usize,
    /// Enquiries under section 47.
    pub section_47s: usize,
    /// Initial child protection conferences.
    pub conferences: usize,
    /// Plans.
    pub plans: usize,
    /// Periods of care.
    pub care: usize,
    /// Placements.
    pub placements: usize,
}

impl EventCounts {
    pub(super) fn of(events: &Events) -> EventCounts {
        EventCounts {
            contacts: events.contacts.len(),
            early_help: events.early_help.len(),
            referrals: events.referrals.len(),
            assessments: events.assessments.len(),
            section_47s: events.section_47s.len(),
            conferences: events.conferences.len(),
            plans: events.plans.len(),
            care: events.care.len(),
            placements: events.placements.len(),
        }
    }
}

/// One line for the screen; kinds that no file tells of are left out.
impl fmt::Display for EventCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.contacts, "contacts"),
            (self.early_help, "early help assessments"),
            (self.referrals, "referrals"),
            (self.assessments, "assessments"),
            (self.section_47s, "section 47 enquiries"),
            (self.conferences, "initial conferences"),
            (self.plans, "plans"),
            (self.care, "periods of care"),
            (self.placements, "placements"),
        ];
        let told: Vec<String> =
            kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
        write!(f, "events: {}", if told.is_empty() { "none".to_owned() } else { told.join(", ") })
    }
}
