//! Episodes made continuous, each repair counted.

use std::collections::HashMap;

use super::episodes::{CARE_GOES_ON, Episode};
use super::findings::{Noticed, What};
use super::years::last_day;
use crate::ingest::events::{INVENTED_END, Label};

/// Keeps each episode once: rows of one return that say the same are one; of several that don't, and of several
/// returns, the last stands. Sorts by child and start.
pub(super) fn once(mut episodes: Vec<Episode>, noticed: &mut Noticed) -> Vec<Episode> {
    episodes.sort_by_key(|episode| (episode.child, episode.started, episode.year, episode.file, episode.row));
    let mut kept: Vec<Episode> = Vec::with_capacity(episodes.len());
    for episode in episodes {
        let Some(before) = kept.last_mut().filter(|b| (b.child, b.started) == (episode.child, episode.started)) else {
            kept.push(episode);
            continue;
        };
        if (before.year, before.file) != (episode.year, episode.file) {
            noticed.at(What::InLaterReturn, before.file, before.row);
            *before = episode;
        } else if (before.ended, &before.codes) == (episode.ended, &episode.codes) {
            noticed.at(What::Duplicate, episode.file, episode.row);
        } else {
            noticed.at(What::Conflicting, before.file, before.row);
            *before = episode;
        }
    }
    kept
}

/// Makes the episodes of one child, in order, follow one another: an open one ends where the next begins, one that
/// reaches past the beginning of the next is cut there, and one that was left open in a return that isn't the
/// authority's last ends with that return's year, for a later return would have it if it had gone on.
pub(super) fn continuous(episodes: &mut [Episode], latest: &HashMap<Option<Label>, i16>, noticed: &mut Noticed) {
    let goes_on: Label = CARE_GOES_ON.into();
    for position in 0..episodes.len() {
        let next = episodes.get(position + 1).map(|next| next.started);
        let episode = &mut episodes[position];
        let what = match (episode.ended, next) {
            (None, Some(next)) => {
                episode.ended = Some(next);
                episode.codes.end_reason = Some(goes_on.clone());
                What::OpenFollowed
            }
            (Some(ended), Some(next)) if ended > next => {
                episode.ended = Some(next);
                episode.codes.end_reason = Some(goes_on.clone());
                What::Overlapping
            }
            (Some(ended), Some(next)) if ended == next && episode.says_care_ends() => What::EndContradicted,
            (Some(ended), next) if next != Some(ended) && episode.says_care_goes_on() => What::Unfollowed,
            (None, None) if latest.get(&episode.authority).is_some_and(|latest| episode.year < *latest) => {
                episode.ended = Some(last_day(episode.year).max(episode.started));
                episode.codes.end_reason = Some(INVENTED_END.into());
                What::LeftOpen
            }
            (None, None) if episode.says_care_ends() => What::EndWithoutDate,
            _ => continue,
        };
        noticed.at(what, episode.file, episode.row);
    }
}
