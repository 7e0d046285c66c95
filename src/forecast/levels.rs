//! The levels of the intervals that are published.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a level is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// Not a whole percentage between 1 and 99.
    #[error("`{0}` is no level: give whole percentages between 1 and 99, such as 80")]
    OutOfRange(String),
    /// No level at all.
    #[error("give at least one level, such as 80")]
    Empty,
}

/// The level of a central interval in per cent: 80 means that 8 of 10 outcomes should lie inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

impl Level {
    /// The share of outcomes that should lie inside, between 0 and 1.
    pub fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The probabilities of the lower and the upper bound.
    ///
    /// ```
    /// use groundswell::forecast::Level;
    /// assert_eq!(Level::try_from(80)?.bounds(), (0.1, 0.9));
    /// # Ok::<(), groundswell::forecast::LevelError>(())
    /// ```
    pub fn bounds(self) -> (f64, f64) {
        (f64::from(100 - self.0) / 200.0, f64::from(100 + self.0) / 200.0)
    }
}

impl TryFrom<u8> for Level {
    type Error = LevelError;

    fn try_from(percent: u8) -> Result<Level, LevelError> {
        if (1..=99).contains(&percent) { Ok(Level(percent)) } else { Err(LevelError::OutOfRange(percent.to_string())) }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Level, LevelError> {
        let percent: u8 = text.trim().parse().map_err(|_| LevelError::OutOfRange(text.to_owned()))?;
        Level::try_from(percent)
    }
}

/// The levels that are published, ascending and without repeats; 50, 80 and 95 unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Level>", into = "Vec<Level>")]
pub struct Levels(Vec<Level>);

impl Levels {
    /// The levels, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Level> {
        self.0.iter().copied()
    }

    /// The widest level.
    pub fn widest(&self) -> Level {
        self.0[self.0.len() - 1]
    }
}

impl Default for Levels {
    fn default() -> Levels {
        Levels([50, 80, 95].map(Level).to_vec())
    }
}

impl TryFrom<Vec<Level>> for Levels {
    type Error = LevelError;

    fn try_from(mut levels: Vec<Level>) -> Result<Levels, LevelError> {
        levels.sort_unstable();
        levels.dedup();
        if levels.is_empty() { Err(LevelError::Empty) } else { Ok(Levels(levels)) }
    }
}

impl From<Levels> for Vec<Level> {
    fn from(levels: Levels) -> Vec<Level> {
        levels.0
    }
}
