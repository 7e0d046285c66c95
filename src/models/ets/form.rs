//! The forms of exponential smoothing: which error, trend and season a model has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the one-step error joins the mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// Value = mean + error.
    Additive,
    /// Value = mean x (1 + error).
    Multiplicative,
}

/// How the level moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// It stays.
    None,
    /// By a slope that stays.
    Additive,
    /// By a slope that fades.
    Damped,
}

/// How the season joins the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// There is none.
    None,
    /// Level + season.
    Additive,
    /// Level x season.
    Multiplicative,
}

/// One model of the exponential smoothing family; displayed as "ETS(A,Ad,M)".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The error.
    pub error: Error,
    /// The trend.
    pub trend: Trend,
    /// The season.
    pub season: Season,
}

impl Form {
    /// A level and additive errors.
    pub const SIMPLEST: Form = Form { error: Error::Additive, trend: Trend::None, season: Season::None };

    /// Every form whose forecasts are stable, simplest mean first and additive error before multiplicative, so that
    /// each fit can start from one before it.
    ///
    /// Method: Hyndman, Koehler, Ord and Snyder (2008), chapter 2, with additive trends: a multiplicative season under
    /// additive errors divides by states that may come near zero, and is left out.
    pub fn admissible() -> impl Iterator<Item = Form> {
        let seasons = [Season::None, Season::Additive, Season::Multiplicative];
        seasons.into_iter().flat_map(|season| {
            [Trend::None, Trend::Damped, Trend::Additive].into_iter().flat_map(move |trend| {
                let errors = [Error::Additive, Error::Multiplicative].into_iter();
                errors
                    .map(move |error| Form { error, trend, season })
                    .filter(|form| !(form.error == Error::Additive && form.season == Season::Multiplicative))
            })
        })
    }

    /// Whether the form has meaning only for values above zero.
    pub fn needs_positive(self) -> bool {
        self.error == Error::Multiplicative || self.season == Season::Multiplicative
    }

    /// Smoothing parameters and free initial states.
    pub fn parameters(self, season_length: usize) -> usize {
        let trend = match self.trend {
            Trend::None => 0,
            Trend::Additive => 2,
            Trend::Damped => 3,
        };
        // One seasonal state follows from the others, which sum to zero or to the season's length.
        let season = if self.season == Season::None { 0 } else { season_length };
        2 + trend + season
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = if self.error == Error::Additive { "A" } else { "M" };
        let trend = match self.trend {
            Trend::None => "N",
            Trend::Additive => "A",
            Trend::Damped => "Ad",
        };
        let season = match self.season {
            Season::None => "N",
            Season::Additive => "A",
            Season::Multiplicative => "M",
        };
        write!(f, "ETS({error},{trend},{season})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifteen_stable_forms() {
        let names: Vec<String> = Form::admissible().map(|form| form.to_string()).collect();
        assert_eq!(names.len(), 15);
        assert!(names.contains(&"ETS(M,Ad,M)".to_owned()));
        assert!(!names.contains(&"ETS(A,N,M)".to_owned()));
    }

    #[test]
    fn parameters_are_counted_as_the_literature_does() {
        let form = Form { error: Error::Additive, trend: Trend::Damped, season: Season::Additive };
        // Four smoothing parameters, level, slope and eleven free seasonal states.
        assert_eq!(form.parameters(12), 17);
        assert_eq!(Form { trend: Trend::None, season: Season::None, ..form }.parameters(12), 2);
    }
}
