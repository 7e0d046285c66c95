//! The columns of every regression, in history and future: season, calendar, trend, and working days as an offset.

use ndarray::{Array2, s};
use serde::{Deserialize, Serialize};

use crate::forecast::SeriesHistory;
use crate::panel::Regressors;
use crate::time::ClosureKind;

/// The regressor that may be an offset.
const WORKING_DAYS: &str = "working_days";

/// A period with fewer working days than this counts as having this many, so that nothing is divided by zero.
const FEWEST_WORKING_DAYS: f64 = 0.5;

/// How working days enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkingDays {
    /// Values are proportional to them.
    Offset,
    /// Their effect is estimated.
    Regressor,
    /// They are left out.
    Ignore,
}

/// How the season enters a regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeasonTerms {
    /// As waves, the slowest first.
    Fourier,
    /// One effect for each position of the season, where there are values enough; waves otherwise.
    Positions,
    /// It is left out.
    None,
}

/// The terms that a regression asks for; a short history gets fewer.
#[derive(Debug, Clone, Copy)]
pub(super) struct WantedTerms {
    pub season: SeasonTerms,
    /// Pairs of sine and cosine at most.
    pub fourier_pairs: usize,
    pub trend: bool,
    /// How much of the trend's step is left after each period beyond the history, between 0 and 1.
    pub damping: f64,
    pub working_days: WorkingDays,
    /// So many observed values are needed for each effect.
    pub values_per_effect: usize,
}

/// Which terms the history is long enough for.
#[derive(Debug)]
pub(super) struct Terms {
    pairs: usize,
    /// Whether each position of the season has its own effect.
    positions: bool,
    /// Positions of the season x columns of the season.
    season: Array2<f64>,
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
    pub(super) fn of(history: SeriesHistory<'_>, options: WantedTerms) -> Terms {
        let observed = history.observed();
        let season_length = history.season_length();
        let average_days = (options.working_days == WorkingDays::Offset)
            .then(|| history.regressors.column(WORKING_DAYS))
            .flatten()
            .map(|days| mean(days.iter().map(|days| days.max(FEWEST_WORKING_DAYS))));
        // The intercept takes one; what comes first is what matters most.
        let mut left = (observed / options.values_per_effect.max(1)).saturating_sub(1);
        let two_seasons = history.values.len() >= 2 * season_length && season_length > 1;
        let seasonal = two_seasons && options.season != SeasonTerms::None;
        let positions = seasonal && options.season == SeasonTerms::Positions && left >= season_length - 1;
        let in_waves = seasonal && !positions;
        let pairs = if in_waves { options.fourier_pairs.min(season_length / 2).min(left / 2) } else { 0 };
        left -= if positions { season_length - 1 } else { 2 * pairs };
        let mut calendar = Vec::new();
        for name in history.regressors.names() {
            // How far a closure reached is the shock room's to say: dates that come once fit anything.
            let closed = name.starts_with(ClosureKind::COLUMNS);
            if left == 0 || closed || (name == WORKING_DAYS && options.working_days != WorkingDays::Regressor) {
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
        let season = if positions { own_effects(season_length) } else { waves(season_length, pairs) };
        Terms { pairs, positions, season, trend, calendar, average_days }
    }

    /// Periods x effects, the intercept first; `from` is the position of the first period, counted from the start of
    /// the history, and 0 or the history's length.
    pub(super) fn matrix(&self, regressors: Regressors<'_>, from: usize) -> Array2<f64> {
        let span = regressors.span();
        let season = 1..1 + self.season.ncols();
        let effects = season.end + self.calendar.len() + usize::from(self.trend.is_some());
        let mut matrix = Array2::<f64>::zeros((span.len(), effects));
        for (step, (period, mut row)) in span.periods().zip(matrix.rows_mut()).enumerate() {
            row[0] = 1.0;
            if !season.is_empty() {
                row.slice_mut(s![season.clone()]).assign(&self.season.row(period.season()));
            }
            if let Some(trend) = &self.trend {
                row[effects - 1] = trend.at(from + step);
            }
        }
        for (place, column) in self.calendar.iter().enumerate() {
            // A regressor that the future lacks is at its mean, which is zero here.
            for (step, value) in regressors.column(&column.name).into_iter().flatten().enumerate() {
                matrix[(step, season.end + place)] = (value - column.mean) / column.deviation;
            }
        }
        matrix
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
        if self.positions {
            parts.push(format!("{} positions of the season", self.season.ncols()));
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

    /// How many effects there are to tell apart, the intercept with them.
    pub(super) fn free(&self) -> usize {
        // The effects of positions add up to none.
        let season = self.season.ncols() - usize::from(self.positions);
        1 + season + self.calendar.len() + usize::from(self.trend.is_some())
    }
}

/// Waves of the season at each of its positions, slowest first, cosine before sine.
fn waves(season_length: usize, pairs: usize) -> Array2<f64> {
    // The fastest wave of an even season has no sine.
    let columns = (2 * pairs).min(season_length.saturating_sub(1));
    Array2::from_shape_fn((season_length, columns), |(position, column)| {
        let turns = ((column / 2 + 1) * position % season_length) as f64 / season_length as f64;
        let wave = if column % 2 == 0 { libm::cos } else { libm::sin };
        // Twice the root makes a wave as large as a column of unit variance.
        std::f64::consts::SQRT_2 * wave(std::f64::consts::TAU * turns)
    })
}

/// One column for each position of the season, centred, of unit variance. All of them: the penalty on effects tells
/// them from the intercept and treats them alike.
fn own_effects(season_length: usize) -> Array2<f64> {
    let share = 1.0 / season_length as f64;
    let deviation = (share * (1.0 - share)).sqrt();
    Array2::from_shape_fn((season_length, season_length), |(position, column)| {
        (if position == column { 1.0 - share } else { -share }) / deviation
    })
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
