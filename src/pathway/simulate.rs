//! Children along the sample paths of a referral forecast: flows and open cases by month.

use ndarray::Array3;
use rand::Rng;
use rayon::prelude::*;

use super::course::{self, Course, DAY_OF_MONTH, PathDraw};
use super::draw::normal;
use super::error::PathwayError;
use super::fit::FittedPathway;
use super::lever::{Adjustments, PathwayLever};
use super::opening::Inflows;
use super::stage::{Stage, Step};
use super::stock::{Days, StockCount};
use crate::forecast::{Draws, Forecast, SharedDates};
use crate::math::random;
use crate::panel::{SeriesKey, TOTAL, ValueKind};
use crate::time::{Frequency, Span};

/// What a stream of random numbers is for: the first part of its key.
mod purpose {
    pub const PARAMETERS: u64 = 0x9A01;
    pub const KNOWN: u64 = 0x9A02;
    pub const REFERRED: u64 = 0x9A03;
    pub const ASSUMED: u64 = 0x9A05;
}

/// The stocks of open cases, as outputs name them, sorted.
pub const STOCKS: [&str; 3] = ["in need", "looked after", "on plan"];

/// Referrals followed to flows and open cases, path by path.
///
/// Shape of each forecast: series x draws x months, whole numbers of children. Path numbers are those of the referral
/// forecast, so that months of many referrals are months of many assessments.
/// Invariant: in every path and month, entries less exits are the change in stock.
#[derive(Debug, Clone)]
pub struct PathwayForecast {
    /// Children who reach each stage, by [`Stage::flow`], and `referrals`.
    pub flows: Forecast,
    /// Children there at the end of the month, by [`STOCKS`].
    pub stocks: Forecast,
    /// Children who come into each stock.
    pub entries: Forecast,
    /// Children who leave each stock.
    pub exits: Forecast,
    /// Days that children were in each stock.
    pub child_days: Forecast,
    /// Children in each stock on the last day of history, in the order of [`STOCKS`]; the mean over paths where their
    /// number isn't known.
    pub opening: [u64; 3],
}

/// The referral forecast that the pathway follows.
#[derive(Debug, Clone, Copy)]
pub struct Referrals<'a> {
    /// Paths of referrals by month, starting the month after the pathway's origin. Leaves only: no totals.
    pub forecast: &'a Forecast,
    /// Which label of a key names the source; labels that no journey has are spread over the sources of the last year.
    pub source_dimension: Option<usize>,
    /// The months that the forecast was fitted to: its shared dates are drawn from them.
    pub history: Span,
    /// The seed of the forecast, so that path and month meet the same past date here as there.
    pub seed: u64,
}

impl FittedPathway {
    /// Follows every path of a referral forecast through the pathway.
    ///
    /// Method: each child's course is simulated by day. Shares and delay curves are drawn once a path from their
    /// posteriors; shares follow the damped trend, wander as authorities' do, and take each month's effect from the past
    /// month whose innovations the referral forecast takes (`docs/adr/0003-shared-dates.md`). Cases open at the origin go
    /// on from how far they are. Every child takes the same count of random numbers whatever becomes of it, so that two
    /// runs with different levers differ by the levers only.
    ///
    /// # Errors
    /// Where the forecast does not follow the pathway's history by months, or a lever is impossible.
    pub fn simulate(&self, referrals: Referrals<'_>, levers: &[PathwayLever]) -> Result<PathwayForecast, PathwayError> {
        let span = referrals.forecast.span();
        let wrong = |problem: String| PathwayError::Referrals { problem };
        if span.frequency() != Frequency::Month || span.is_empty() {
            return Err(wrong("is not by months".to_owned()));
        }
        if span.start() != self.origin.plus(1) {
            let (start, next) = (span.start(), self.origin.plus(1));
            return Err(wrong(format!("starts in {start}; the journeys go on in {next}")));
        }
        let adjustments = Adjustments::of(levers, self.journeys.sources(), span)?;
        let days = Days::of(span);
        let draws = Draws { paths: referrals.forecast.draws(), seed: referrals.seed };
        let dates = SharedDates::draw(draws, referrals.history.len(), span.len());
        let rows = self.rows_of_sources(&referrals);
        let run = Run { fit: self, referrals, adjustments: &adjustments, days: &days, dates: &dates, rows: &rows };
        let paths: Vec<PathCount> = (0..draws.paths).into_par_iter().map(|path| run.path(path)).collect();
        collect(&paths, span)
    }

    /// The sources of each series of the forecast with their shares.
    fn rows_of_sources(&self, referrals: &Referrals<'_>) -> Vec<Vec<(usize, f64)>> {
        let source_of = |key: &SeriesKey| {
            let label = key.labels().nth(referrals.source_dimension?)?;
            self.journeys.sources().iter().position(|source| source == label && label != TOTAL)
        };
        let anywhere: Vec<(usize, f64)> = self.source_mix.iter().copied().enumerate().collect();
        let of = |key| source_of(key).map_or_else(|| anywhere.clone(), |source| vec![(source, 1.0)]);
        referrals.forecast.keys().iter().map(of).collect()
    }
}

/// What one path counted.
struct PathCount {
    /// Stage x step; the last row is the referrals.
    flows: Vec<Vec<i64>>,
    /// In the order of [`STOCKS`].
    stocks: [StockCount; 3],
}

impl PathCount {
    fn new(steps: usize) -> PathCount {
        let stocks = std::array::from_fn(|_| StockCount::new(steps));
        PathCount { flows: vec![vec![0; steps]; Stage::COUNT + 1], stocks }
    }

    fn add(&mut self, days: &Days, course: &Course) {
        for stage in Stage::ALL {
            if let Some(step) = course.day_of(stage).and_then(|day| days.step(day)) {
                self.flows[stage as usize][step] += 1;
            }
        }
        if let Some(step) = days.step(course.referral) {
            self.flows[Stage::COUNT][step] += 1;
        }
        for (stock, stay) in self.stocks.iter_mut().zip([course.open(), course.looked_after(), course.on_plan()]) {
            if let Some(stay) = stay {
                stock.stay(days, stay);
            }
        }
    }

    /// Counts a child of whom nothing but its care is told here.
    fn add_care(&mut self, days: &Days, course: &Course) {
        if let Some(step) = course.day_of(Stage::CareEnd).and_then(|day| days.step(day)) {
            self.flows[Stage::CareEnd as usize][step] += 1;
        }
        if let Some(stay) = course.looked_after() {
            self.stocks[1].stay(days, stay);
        }
    }
}

struct Run<'a> {
    fit: &'a FittedPathway,
    referrals: Referrals<'a>,
    adjustments: &'a Adjustments,
    days: &'a Days,
    dates: &'a SharedDates,
    rows: &'a [Vec<(usize, f64)>],
}

impl Run<'_> {
    fn path(&self, path: usize) -> PathCount {
        let seed = self.referrals.seed;
        let mut assumed = random::stream(seed, &[purpose::ASSUMED, path as u64]);
        let open = self.fit.opening.as_ref().map(|opening| opening.counts(&mut assumed));
        let draw = self.draw(path, open);
        let steps = self.days.steps();
        let mut count = PathCount::new(steps);
        // Referrals that levers on re-referral take or bring, by step, in children.
        let mut changes = vec![0i64; steps];
        let change = |course: &Course, changes: &mut [i64]| {
            let step = course.re_referral_change.and_then(|(day, more)| Some((self.days.step(day)?, more)));
            if let Some((step, more)) = step {
                changes[step] += more;
            }
        };
        let mut stream = random::stream(seed, &[purpose::KNOWN, path as u64]);
        for journey in self.fit.journeys.rows() {
            // What happened long ago to a closed case changes nothing any more.
            if !journey.is_open() && journey.seen_days > self.fit.delay(Step::ReReferral).longest_days() {
                continue;
            }
            let luck = course::luck(&mut stream);
            let referral = -1 - journey.seen_days as i32;
            let course = draw.course(referral, journey.source.into(), Some(journey), &luck);
            change(&course, &mut changes);
            count.add(self.days, &course);
        }
        self.follow_assumed(&mut assumed, open, &draw, &mut count, |course| change(course, &mut changes));
        for step in 0..steps {
            // The changes of a month meet its series in turn, as far as each has children.
            let mut owed = changes[step];
            for (row, sources) in self.rows.iter().enumerate() {
                let paths = self.referrals.forecast.paths();
                let forecast = paths[(row, path, step)].max(0.0).round() as i64;
                let children = (forecast + owed).max(0);
                owed -= children - forecast;
                let key = [purpose::REFERRED, path as u64, row as u64, step as u64];
                let mut stream = random::stream(seed, &key);
                let (first, length) =
                    (self.days.first_day[step], self.days.first_day[step + 1] - self.days.first_day[step]);
                for _ in 0..children {
                    let luck = course::luck(&mut stream);
                    let referral = first + (luck[DAY_OF_MONTH] * f64::from(length)) as i32;
                    // The source takes the part of the number that the day left over.
                    let place = (luck[DAY_OF_MONTH] * f64::from(length)).fract();
                    let course = draw.course(referral, source_at(sources, place), None, &luck);
                    change(&course, &mut changes);
                    count.add(self.days, &course);
                }
            }
        }
        count
    }

    /// Follows the made-up children who stand for those open today, where no journey tells of them.
    fn follow_assumed(
        &self,
        stream: &mut impl Rng,
        open: Option<[f64; 3]>,
        draw: &PathDraw<'_>,
        count: &mut PathCount,
        mut change: impl FnMut(&Course),
    ) {
        let Some((opening, open)) = self.fit.opening.as_ref().zip(open) else { return };
        for journey in opening.draw(open, stream) {
            let luck = course::luck(stream);
            let course = draw.course(-1 - journey.seen_days as i32, journey.source.into(), Some(journey), &luck);
            if opening.care_only {
                count.add_care(self.days, &course);
            } else {
                change(&course);
                count.add(self.days, &course);
            }
        }
    }

    /// One path's shares and delays.
    fn draw(&self, path: usize, open: Option<[f64; 3]>) -> PathDraw<'_> {
        let fit = self.fit;
        let mut stream = random::stream(self.referrals.seed, &[purpose::PARAMETERS, path as u64]);
        let parameters = fit.draw(&mut stream);
        let warps = Step::ALL.into_iter().map(|step| fit.delay(step).draw_warp(&mut stream)).collect();
        let (steps, sources) = (self.days.steps(), fit.journeys.sources().len());
        let shares: Vec<Vec<Vec<(f64, f64)>>> = fit
            .conversions
            .iter()
            .zip(&parameters)
            .map(|(conversion, parameters)| {
                let step = conversion.step();
                let drift = if fit.options.drift { conversion.drift() / libm::sqrt(12.0) } else { 0.0 };
                let mut wandered = 0.0;
                let mut by_source = vec![Vec::with_capacity(steps); sources];
                for at in 0..steps {
                    wandered += drift * normal(&mut stream);
                    let date = self.referrals.history.period(self.dates.position(path, at));
                    let month = conversion.month_effect(date, conversion.overall());
                    let years = fit.damped_years(at);
                    for (source, shares) in by_source.iter_mut().enumerate() {
                        let share = fit.share(parameters, step, source, years, wandered + month);
                        shares.push((share, self.adjustments.share(step, source, at, share)));
                    }
                }
                by_source
            })
            .collect();
        let mut stretch = fit.stretch;
        if let Some((opening, open)) = fit.opening.as_ref().zip(open) {
            // Shares before levers: these don't change what was known today.
            let inflows = Inflows::of(|step| {
                let of_source = shares[step as usize].iter().zip(&fit.source_mix);
                of_source.map(|(share, weight)| weight * share[0].0).sum()
            });
            stretch = opening.stretch(fit.stretch, open, inflows, fit.usual_inflows());
        }
        PathDraw { fit, adjustments: self.adjustments, step_of_day: &self.days.step_of_day, shares, warps, stretch }
    }
}

pub(super) fn source_at(sources: &[(usize, f64)], place: f64) -> usize {
    let mut left = place;
    for (source, share) in sources {
        if left < *share {
            return *source;
        }
        left -= share;
    }
    sources.last().map_or(0, |(source, _)| *source)
}

/// Puts the paths' counts together, conservation checked.
fn collect(paths: &[PathCount], span: Span) -> Result<PathwayForecast, PathwayError> {
    for (path, count) in paths.iter().enumerate() {
        for (stock, name) in count.stocks.iter().zip(STOCKS) {
            if let Some(step) = stock.unbalanced() {
                let period = span.period(step).to_string();
                return Err(PathwayError::NotConserved { stock: name.to_owned(), path, period });
            }
        }
    }
    let mut flows: Vec<(&str, usize)> = Stage::ALL.into_iter().map(|stage| (stage.flow(), stage as usize)).collect();
    flows.push(("referrals", Stage::COUNT));
    flows.sort_unstable();
    let names: Vec<&str> = flows.iter().map(|(name, _)| *name).collect();
    let stock = |of: fn(&StockCount) -> &[i64]| {
        counts(&STOCKS, span, paths, move |path, row, step| of(&path.stocks[row])[step])
    };
    Ok(PathwayForecast {
        flows: counts(&names, span, paths, |path, row, step| path.flows[flows[row].1][step])?,
        stocks: stock(|stock| &stock.present)?,
        entries: stock(|stock| &stock.entries)?,
        exits: stock(|stock| &stock.exits)?,
        child_days: stock(|stock| &stock.child_days)?,
        opening: std::array::from_fn(|row| {
            let all: i64 = paths.iter().map(|path| path.stocks[row].opening).sum();
            (all as f64 / paths.len().max(1) as f64).round() as u64
        }),
    })
}

/// A forecast of counts: one series a name, in sorted order.
pub(super) fn counts<T>(
    names: &[&str],
    span: Span,
    paths: &[T],
    count: impl Fn(&T, usize, usize) -> i64,
) -> Result<Forecast, PathwayError> {
    let keys = names.iter().map(|name| SeriesKey::new([*name])).collect();
    let values = Array3::from_shape_fn((names.len(), paths.len(), span.len()), |(row, path, step)| {
        count(&paths[path], row, step) as f64
    });
    Ok(Forecast::new(keys, span, values)?.shaped_like(ValueKind::Count))
}
