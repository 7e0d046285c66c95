//! The columns of the regression, in history and future.

use ndarray::Array2;

use super::{RegressionOptions, WorkingDays};
use crate::forecast::SeriesHistory;
use crate::panel::Regressors;

/// The regressor that may be an offset.
const WORKING_DAYS: &str = "working_days";

/// A period with fewer working days than this counts as having this many, so that nothing is divided by zero.
const FEWEST_WORKING_DAYS: f64 = 0.5;

/// So many observed values are needed for each effect.
const VALUES_PER_EFFECT: usize = 4;

/// Which terms the history is long enough for.
#[derive(Debug)]
pub(super) struct Terms {
    season_length: usize,
    pairs: usize,
    trend: Option<Trend>,
    calendar: Vec<Column>,
    /// Working days of the average period, where they are an offset.
    average_days: Option<f64>,
}

#[derive(Debug)]
struct Trend {
    /// The middle of the history.
    middle: f64,
    /// The length of the history, so that the column runs from about -1/2 to 1/2.
    length: f64,
    damping: f64,
}

/// A regressor of the design, centred and scaled.
#[derive(Debug)]
struct Column {
    name: String,
    mean: f64,
    deviation: f64,
}

impl Terms {
    pub(super) fn of(history: SeriesHistory<'_>, options: &RegressionOptions) -> Terms {
        let observed = history.observed();
        let season_length = history.season_length();
        let average_days = (options.working_days == WorkingDays::Offset)
            .then(|| history.regressors.column(WORKING_DAYS))
            .flatten()
            .map(|days| mean(days.iter().map(|days| days.max(FEWEST_WORKING_DAYS))));
        // The intercept takes one; what comes first is what matters most.
        let mut left = (observed / VALUES_PER_EFFECT).saturating_sub(1);
        let two_seasons = history.values.len() >= 2 * season_length && season_length > 1;
        let pairs = if two_seasons { options.fourier_pairs.min(season_length / 2).min(left / 2) } else { 0 };
        left -= 2 * pairs;
        let mut calendar = Vec::new();
        for name in history.regressors.names() {
            if left == 0 || (name == WORKING_DAYS && options.working_days != WorkingDays::Regressor) {
                continue;
            }
            if let Some(column) = Column::of(name, history) {
                calendar.push(column);
                left -= 1;
            }
        }
        let long = history.values.len() >= 2 * season_length.max(4);
        let length = history.values.len() as f64;
        let trend = (options.trend && left > 0 && long).then(|| Trend {
            middle: (length - 1.0) / 2.0,
            length,
            damping: options.damping.clamp(0.0, 1.0),
        });
        Terms { season_length, pairs, trend, calendar, average_days }
    }

    /// Periods x effects, the intercept first; `from` is the position of the first period, counted from the start of
    /// the history, and 0 or the history's length.
    pub(super) fn matrix(&self, regressors: Regressors<'_>, from: usize) -> Array2<f64> {
        let span = regressors.span();
        let mut columns: Vec<Vec<f64>> = vec![vec![1.0; span.len()]];
        for pair in 1..=self.pairs {
            let angle = |season: usize| {
                std::f64::consts::TAU * (pair * season % self.season_length) as f64 / self.season_length as f64
            };
            // Twice the root makes a wave as large as a column of unit variance.
            let wave = |of: fn(f64) -> f64| {
                span.periods().map(|period| std::f64::consts::SQRT_2 * of(angle(period.season()))).collect::<Vec<f64>>()
            };
            columns.push(wave(libm::cos));
            if 2 * pair < self.season_length {
                columns.push(wave(libm::sin));
            }
        }
        for column in &self.calendar {
            let values = regressors.column(&column.name).unwrap_or_else(|| vec![column.mean; span.len()]);
            columns.push(values.into_iter().map(|value| (value - column.mean) / column.deviation).collect());
        }
        if let Some(trend) = &self.trend {
            columns.push((from..from + span.len()).map(|position| trend.at(position)).collect());
        }
        Array2::from_shape_fn((span.len(), columns.len()), |(row, column)| columns[column][row])
    }

    /// Working time of each period relative to the average period; one where it is no offset.
    pub(super) fn offset(&self, regressors: Regressors<'_>) -> Vec<f64> {
        let days = self.average_days.and_then(|average| Some((average, regressors.column(WORKING_DAYS)?)));
        match days {
            Some((average, days)) => days.into_iter().map(|days| days.max(FEWEST_WORKING_DAYS) / average).collect(),
            None => vec![1.0; regressors.span().len()],
        }
    }

    /// The terms in words.
    pub(super) fn spoken(&self) -> String {
        let mut parts = vec!["the mean".to_owned()];
        match self.pairs {
            0 => {}
            1 => parts.push("one wave of the year".to_owned()),
            pairs => parts.push(format!("{pairs} waves of the year")),
        }
        if self.average_days.is_some() {
            parts.push("working days as exposure".to_owned());
        }
        parts.extend(self.calendar.iter().map(|column| column.name.replace('_', " ")));
        if self.trend.is_some() {
            parts.push("a damped trend".to_owned());
        }
        parts.join(", ")
    }
}

impl Trend {
    /// Straight within the history; each step beyond is smaller than the last by the damping.
    fn at(&self, position: usize) -> f64 {
        let last = self.length - 1.0;
        let beyond = position as f64 - last;
        let place = if beyond <= 0.0 {
            position as f64
        } else if self.damping < 1.0 {
            last + self.damping * (1.0 - libm::pow(self.damping, beyond)) / (1.0 - self.damping)
        } else {
            position as f64
        };
        // The root of twelve gives a straight line of length one unit variance.
        libm::sqrt(12.0) * (place - self.middle) / self.length
    }
}

impl Column {
    /// `None` where the regressor is the same in every observed period and so can't be told from the mean.
    fn of(name: &str, history: SeriesHistory<'_>) -> Option<Column> {
        let values = history.regressors.column(name)?;
        let seen = || values.iter().zip(history.values).filter(|(_, value)| !value.is_nan()).map(|(x, _)| *x);
        let mean = mean(seen());
        let deviation = self::mean(seen().map(|x| (x - mean) * (x - mean))).sqrt();
        (deviation > 1e-9 * mean.abs().max(1e-9)).then(|| Column { name: name.to_owned(), mean, deviation })
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
