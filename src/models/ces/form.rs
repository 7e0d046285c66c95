//! The forms: how a season joins.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the season joins: the four forms of Svetunkov and Kourentzes (2018).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// Not at all.
    None,
    /// Each position of the season is a level of its own; all share their weights.
    Simple,
    /// An additive season, smoothed, beside the level.
    Partial,
    /// A season that is complex itself beside the level: it may fade as the level may.
    Full,
}

/// One form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) season: Season,
    /// Whether the level may drift: without, the form is exponential smoothing.
    pub(super) drift: bool,
}

impl Form {
    /// The form that any series can hold.
    pub(super) const SIMPLEST: Form = Form { season: Season::None, drift: false };

    /// All forms, those that other forms start from first.
    pub(super) fn all() -> impl Iterator<Item = Form> {
        let seasons = [Season::None, Season::Partial, Season::Full, Season::Simple];
        seasons.into_iter().flat_map(|season| [false, true].map(|drift| Form { season, drift }))
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let season = match self.season {
            Season::None => "none",
            Season::Simple => "simple",
            Season::Partial => "partial",
            Season::Full => "full",
        };
        write!(f, "CES({season}{})", if self.drift { ", drift" } else { "" })
    }
}
