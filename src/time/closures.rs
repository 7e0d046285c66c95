//! Dated closures: when people and schools were kept apart, and how far.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Why a file of closures can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ClosureError {
    /// The text is no file of closures.
    #[error("the closures are not valid: {0}; compare models/lockdowns/england.toml")]
    Invalid(#[from] toml::de::Error),
    /// The file is of a schema that this version doesn't read.
    #[error("the closures have schema {found}; this version reads schema 1")]
    Schema {
        /// The schema that the file names.
        found: u32,
    },
    /// A closure that can't be.
    #[error("closure `{name}` ends before it starts or has a depth outside 0 to 1")]
    Impossible {
        /// The closure.
        name: String,
    },
}

/// The file that ships with the engine.
const ENGLAND: &str = include_str!("../../models/lockdowns/england.toml");

/// Who is kept from whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosureKind {
    /// Most pupils from their teachers.
    Schools,
    /// People from services and neighbours.
    StayAtHome,
    /// Any other event that kept referrals away for a time: a flood, a strike, a service that shut.
    Event,
    /// Nobody from anybody: what came was not recorded, as after an attack on the case system. Such periods tell
    /// nothing about demand.
    Recording,
}

impl ClosureKind {
    /// Every kind.
    pub const ALL: [ClosureKind; 4] =
        [ClosureKind::Schools, ClosureKind::StayAtHome, ClosureKind::Event, ClosureKind::Recording];

    /// What the columns of a design that hold a closed share begin with.
    pub const COLUMNS: &'static str = "closed_";

    /// The name of the column that holds the closed share of each period.
    pub fn column(self) -> &'static str {
        match self {
            ClosureKind::Schools => "closed_schools",
            ClosureKind::StayAtHome => "closed_stay_at_home",
            ClosureKind::Event => "closed_event",
            ClosureKind::Recording => "closed_recording",
        }
    }

    /// The name of the column that holds the day on which each period's closures became known, in days since 1 January
    /// of year 1; 0 where that was always so.
    pub fn announced_column(self) -> &'static str {
        match self {
            ClosureKind::Schools => "closed_schools_announced",
            ClosureKind::StayAtHome => "closed_stay_at_home_announced",
            ClosureKind::Event => "closed_event_announced",
            ClosureKind::Recording => "closed_recording_announced",
        }
    }
}

/// A run of days on which something was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// What a chart calls it.
    pub name: String,
    /// Who was kept from whom.
    pub kind: ClosureKind,
    /// The first closed day.
    pub first: Date,
    /// The last closed day.
    pub last: Date,
    /// How complete it was, from 0 to 1.
    pub depth: f64,
    /// The day on which it became known. A trial on the past looks ahead no further than what was known; a closure
    /// without this day counts as known always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Date>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosuresFile {
    schema: u32,
    #[serde(rename = "name")]
    _name: String,
    closure: Vec<Closure>,
}

/// Closures, in the order of their file.
///
/// ```
/// use groundswell::time::{ClosureKind, Closures, Date};
/// let england = Closures::england();
/// assert_eq!(england.depth_on(ClosureKind::Schools, Date::constant(2020, 4, 1)), 0.98);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Closures(Vec<Closure>);

impl Closures {
    /// None at all.
    pub fn none() -> Closures {
        Closures(Vec::new())
    }

    /// The closures of England, 2020 and 2021, as they ship with the engine.
    pub fn england() -> Closures {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        static SHIPPED: LazyLock<Closures> =
            LazyLock::new(|| Closures::from_toml(ENGLAND).expect("the shipped closures are valid"));
        SHIPPED.clone()
    }

    /// Closures in the form of `models/lockdowns/england.toml`.
    ///
    /// # Errors
    /// Where the text is no such file, or a closure ends before it starts or has a depth outside 0 to 1.
    pub fn from_toml(text: &str) -> Result<Closures, ClosureError> {
        let file: ClosuresFile = toml::from_str(text)?;
        if file.schema != 1 {
            return Err(ClosureError::Schema { found: file.schema });
        }
        let impossible = |closure: &&Closure| closure.last < closure.first || !(0.0..=1.0).contains(&closure.depth);
        if let Some(closure) = file.closure.iter().find(impossible) {
            return Err(ClosureError::Impossible { name: closure.name.clone() });
        }
        Ok(Closures(file.closure))
    }

    /// The closures that were known on a day, and others beside them.
    ///
    /// # Errors
    /// Where one of the others ends before it starts or has a depth outside 0 to 1.
    pub fn known_on(&self, day: Date, others: Vec<Closure>) -> Result<Closures, ClosureError> {
        let impossible = |closure: &&Closure| closure.last < closure.first || !(0.0..=1.0).contains(&closure.depth);
        if let Some(closure) = others.iter().find(impossible) {
            return Err(ClosureError::Impossible { name: closure.name.clone() });
        }
        let known = self.0.iter().filter(|closure| closure.announced.is_none_or(|announced| announced <= day));
        Ok(Closures(known.cloned().chain(others).collect()))
    }

    /// The closures.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Closure> {
        self.0.iter()
    }

    /// How closed the day was for those whom this kind concerns, from 0 to 1.
    pub fn depth_on(&self, kind: ClosureKind, day: Date) -> f64 {
        let concerned = self.0.iter().filter(|closure| closure.kind == kind);
        concerned
            .filter(|closure| (closure.first..=closure.last).contains(&day))
            .map(|closure| closure.depth)
            .fold(0.0, f64::max)
    }

    /// Runs of days on which anything was closed: closures that touch or overlap are one run.
    pub fn runs(&self) -> Vec<(Date, Date)> {
        let mut days: Vec<(Date, Date)> = self.0.iter().map(|closure| (closure.first, closure.last)).collect();
        days.sort_unstable();
        let mut runs: Vec<(Date, Date)> = Vec::new();
        for (first, last) in days {
            match runs.last_mut() {
                Some((_, end)) if first <= end.tomorrow().unwrap_or(*end) => *end = last.max(*end),
                _ => runs.push((first, last)),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schools_were_closed_on_the_days_that_they_were() {
        let closures = Closures::england();
        let depth = |year, month, day| closures.depth_on(ClosureKind::Schools, Date::constant(year, month, day));
        assert_eq!(depth(2020, 3, 20), 0.0, "the last day of school");
        assert_eq!(depth(2020, 3, 23), 0.98);
        assert_eq!(depth(2020, 6, 15), 0.86);
        assert_eq!(depth(2020, 11, 16), 0.0, "schools stayed open in November");
        assert_eq!(depth(2021, 3, 5), 0.84);
        assert_eq!(depth(2021, 3, 8), 0.0);
    }

    #[test]
    fn a_closure_that_ends_before_it_starts_is_refused_by_name() {
        let text = ENGLAND.replace("2021-03-07", "2020-03-07");
        let message = Closures::from_toml(&text).expect_err("refused").to_string();
        assert!(message.contains("winter 2021"), "{message}");
    }

    #[test]
    fn closures_that_touch_are_one_run() {
        let runs = Closures::england().runs();
        let day = Date::constant;
        assert_eq!(
            runs,
            [
                (day(2020, 3, 23), day(2020, 7, 21)),
                (day(2020, 11, 5), day(2020, 12, 1)),
                (day(2021, 1, 5), day(2021, 3, 28)),
            ]
        );
    }
}
