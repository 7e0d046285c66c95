//! Why a pathway can't be fitted, simulated or costed.

/// Why a pathway can't be fitted, simulated or costed. Nothing here holds a value about a child.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PathwayError {
    /// A file of assumptions is not valid.
    #[error("{file} is not valid: {problem}")]
    File {
        /// The file, such as `models/pathway/national.toml`.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// An option has a value that makes no sense.
    #[error("the pathway's option `{option}` {problem}")]
    Option {
        /// The option as it stands in the project file.
        option: String,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// A journey contradicts itself or its labels.
    #[error("journey {row} {problem}")]
    Journey {
        /// The journey's place, from 0, in the list that was given.
        row: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// There is nothing to learn from.
    #[error("there are no journeys to learn from; give yearly flows instead")]
    NoJourneys,
    /// Yearly flows can't be used.
    #[error("the yearly flows {problem}")]
    Flows {
        /// What is missing or wrong, and what to do.
        problem: String,
    },
    /// The referral forecast can't be followed.
    #[error("the forecast of referrals {problem}")]
    Referrals {
        /// What is wrong and what to do.
        problem: String,
    },
    /// A lever names what isn't there or has an impossible value.
    #[error("lever {number} {problem}")]
    Lever {
        /// The lever's place in the scenario, from 1.
        number: usize,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// Returns of looked-after children can't be laid beside referrals.
    #[error("the returns of looked-after children {problem}")]
    CareStarts {
        /// What is missing, and what to do.
        problem: String,
    },
    /// A history of care contradicts itself.
    #[error("history of care {row} {problem}")]
    Care {
        /// The history's place, from 0, in the list that was given.
        row: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// There is no child-day in the window that rates are taken from.
    #[error("no child was looked after between {first} and {last}: choose another reference window")]
    NoExposure {
        /// The window's first day.
        first: jiff::civil::Date,
        /// The window's last day.
        last: jiff::civil::Date,
    },
    /// Children appeared or vanished: entries less exits differ from the change in stock.
    #[error("children are not conserved in `{stock}`, path {path}, {period}; please report this as a bug")]
    NotConserved {
        /// The stock.
        stock: String,
        /// The path.
        path: usize,
        /// The period's label.
        period: String,
    },
    /// Sample paths are no forecast.
    #[error(transparent)]
    Forecast(#[from] crate::forecast::ForecastError),
}

impl PathwayError {
    pub(super) fn option(option: impl Into<String>, problem: impl Into<String>) -> PathwayError {
        PathwayError::Option { option: option.into(), problem: problem.into() }
    }
}
