//! Periods of care out of a child's episodes.

use super::episodes::{CARE_BEGINS, Episode};
use crate::ingest::events::{Care, Event, Placement};
use crate::time::Date;

/// What is known of a child beside its episodes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) born: Option<Date>,
    pub(super) unaccompanied: bool,
}

/// Events of one child whose episodes follow one another: those that touch are one period of care.
pub(super) fn events_of(episodes: &[Episode], about: About, events: &mut Vec<Event>) {
    for period in episodes.chunk_by(|before, after| before.ended == Some(after.started)) {
        let (Some(first), Some(last)) = (period.first(), period.last()) else { continue };
        events.push(Event::Care(Care {
            child: first.child,
            born: about.born,
            started: first.started,
            start_known: first.codes.why_new.as_deref() == Some(CARE_BEGINS),
            ended: last.ended,
            end_reason: last.codes.end_reason.clone().filter(|_| last.ended.is_some()),
            need: first.codes.need.clone(),
            unaccompanied: about.unaccompanied,
            authority: first.authority.clone(),
        }));
    }
    events.extend(episodes.iter().map(|episode| {
        Event::Placement(Placement {
            child: episode.child,
            started: episode.started,
            ended: episode.ended,
            legal_status: episode.codes.legal_status.clone(),
            kind: episode.codes.kind.clone(),
            provider: episode.codes.provider.clone(),
        })
    }));
}
