//! When people and schools were kept apart, and how far.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::SimulateError;

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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosuresFile {
    schema: u32,
    #[serde(rename = "name")]
    _name: String,
    closure: Vec<Closure>,
}

/// The closures of England, 2020 and 2021.
pub(super) fn england() -> Result<Vec<Closure>, SimulateError> {
    read(ENGLAND)
}

fn read(text: &str) -> Result<Vec<Closure>, SimulateError> {
    let file: ClosuresFile = toml::from_str(text).map_err(|error| SimulateError::Closures(error.to_string()))?;
    if file.schema != 1 {
        return Err(SimulateError::Closures(format!("schema {} is none that this version reads (1)", file.schema)));
    }
    for closure in &file.closure {
        if closure.last < closure.first || !(0.0..=1.0).contains(&closure.depth) {
            let reason = "ends before it starts or has a depth outside 0 to 1";
            return Err(SimulateError::Closures(format!("`{}` {reason}", closure.name)));
        }
    }
    Ok(file.closure)
}

/// How closed the day was for those whom this kind concerns, from 0 to 1.
pub(super) fn depth_on(closures: &[Closure], kind: ClosureKind, day: Date) -> f64 {
    let concerned = closures.iter().filter(|closure| closure.kind == kind);
    concerned
        .filter(|closure| (closure.first..=closure.last).contains(&day))
        .map(|closure| closure.depth)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schools_were_closed_on_the_days_that_they_were() {
        let closures = england().expect("the shipped file is valid");
        let depth = |year, month, day| depth_on(&closures, ClosureKind::Schools, Date::constant(year, month, day));
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
        let message = read(&text).expect_err("refused").to_string();
        assert!(message.contains("winter 2021"), "{message}");
    }
}
