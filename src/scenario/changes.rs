//! What a scenario changes, as plain numbers for each series and step.

use jiff::civil::Date;
use ndarray::Array2;

use super::lever::{Against, BySource, EVERY, Lever};
use super::timing::closed_until;
use crate::forecast::Forecast;
use crate::panel::SeriesKey;
use crate::time::{Closure, ClosureKind, Period, Span, Start};

/// When hidden demand comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    /// After a gamma delay with this mean, in months.
    Months(f64),
    /// The share that comes back 0, 1, 2 ... periods after it was hidden, summing to one.
    Curve(Vec<f64>),
    /// A curve for each size of the drop, ascending.
    ByDrop(Vec<DropRule>),
}

/// A step of [`Delay::ByDrop`].
#[derive(Debug, Clone, PartialEq)]
pub struct DropRule {
    /// Holds up to this largest share of a period's demand kept away.
    pub up_to: f64,
    /// The share that comes back 0, 1, 2 ... periods after it was hidden, summing to one.
    pub curve: Vec<f64>,
}

impl Delay {
    /// The delay for a drop of this size: the largest share of a period's demand that was kept away.
    ///
    /// ```
    /// use groundswell::scenario::{Delay, DropRule};
    /// let slow = DropRule { up_to: 1.0, curve: vec![0.0, 0.5, 0.5] };
    /// let rule = Delay::ByDrop(vec![DropRule { up_to: 0.2, curve: vec![0.0, 1.0] }, slow]);
    /// assert_eq!(rule.for_drop(0.1), Delay::Curve(vec![0.0, 1.0]));
    /// ```
    #[must_use]
    pub fn for_drop(&self, drop: f64) -> Delay {
        match self {
            Delay::ByDrop(steps) => {
                let found = steps.iter().find(|step| drop <= step.up_to).or(steps.last());
                found.map_or(Delay::Curve(Vec::new()), |step| Delay::Curve(step.curve.clone()))
            }
            other => other.clone(),
        }
    }
}

/// What is otherwise than forecast. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Closures that come beside those known.
    pub closures: Vec<Closure>,
    /// Suppression of coming closures by kind and series, as gamma (exp(-gamma) of demand is left under a full
    /// closure); `None` for a series whose estimate holds. A kind that isn't named keeps its estimates.
    pub suppression: Vec<(ClosureKind, Vec<Option<f64>>)>,
    /// The share of hidden demand that returns.
    pub return_share: Option<f64>,
    /// When it returns.
    pub delay: Option<Delay>,
    /// The logarithm of the level after the shock over before, by series; `None` for a series whose estimate holds.
    pub new_normal: Option<Vec<Option<f64>>>,
    /// A factor on the level, series x steps.
    pub level: Option<Array2<f64>>,
    /// What is added, series x steps, in units of the series.
    pub new_need: Option<Array2<f64>>,
}

/// The series and periods that levers are resolved for.
pub(super) struct Field<'a> {
    pub keys: &'a [SeriesKey],
    pub horizon: Span,
    /// The mean forecast, series x steps: new need is shared by it.
    pub mean: &'a Array2<f64>,
}

impl<'a> Field<'a> {
    pub fn of(baseline: &'a Forecast, mean: &'a Array2<f64>) -> Field<'a> {
        Field { keys: baseline.keys(), horizon: baseline.span(), mean }
    }

    fn periods_per_month(&self) -> f64 {
        self.horizon.frequency().season_length() as f64 / 12.0
    }

    /// The day on which a lever starts.
    fn day(&self, starts: Start) -> Result<Date, String> {
        starts.day(self.horizon.start())
    }

    /// The first step at or after a day; the number of steps where it lies after all of them.
    fn step(&self, day: Date) -> usize {
        (self.steps_until(day).max(0) as usize).min(self.horizon.len())
    }

    /// How many periods a day lies after the first step; below zero before it.
    fn steps_until(&self, day: Date) -> i64 {
        i64::from(Period::containing(self.horizon.frequency(), day).periods_since(self.horizon.start()))
    }

    /// What is said of each series: by the first of its labels that is named, else by `*`.
    fn of_series(&self, said: &BySource) -> Result<Vec<Option<f64>>, String> {
        for label in said.0.keys().filter(|label| *label != EVERY) {
            self.rows_of(label)?;
        }
        let named = |key: &SeriesKey| key.labels().find_map(|label| number(said, label));
        Ok(self.keys.iter().map(|key| named(key).or_else(|| number(said, EVERY))).collect())
    }

    /// The rows of the series that have a label.
    fn rows_of(&self, label: &str) -> Result<Vec<usize>, String> {
        let has = |key: &SeriesKey| key.labels().any(|own| own.eq_ignore_ascii_case(label));
        let rows: Vec<usize> = (0..self.keys.len()).filter(|row| has(&self.keys[*row])).collect();
        if rows.is_empty() {
            const SHOWN: usize = 12;
            let mut known: Vec<&str> = self.keys.iter().flat_map(SeriesKey::labels).collect();
            known.sort_unstable();
            known.dedup();
            let more = if known.len() > SHOWN { ", ..." } else { "" };
            known.truncate(SHOWN);
            return Err(format!("names `{label}`, which no series has; there are {}{more}", known.join(", ")));
        }
        Ok(rows)
    }
}

fn number(said: &BySource, label: &str) -> Option<f64> {
    said.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(label)).map(|(_, number)| *number)
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_neutral(&self) -> bool {
        *self == Changes::default()
    }

    /// Adds what a lever changes; says what is wrong, after "lever 2 ...".
    pub(super) fn add(&mut self, lever: &Lever, field: &Field<'_>) -> Result<(), String> {
        match lever {
            Lever::Lockdown { starts, weeks, last, schools, stay_at_home, event, change, .. } => {
                let first = field.day(*starts)?;
                let last = closed_until(first, *weeks, *last)?;
                let depths = [
                    (ClosureKind::Schools, *schools),
                    (ClosureKind::StayAtHome, *stay_at_home),
                    (ClosureKind::Event, *event),
                ];
                let closing: Vec<(ClosureKind, f64)> = depths.into_iter().filter(|(_, depth)| *depth > 0.0).collect();
                let told = field.of_series(change)?;
                for (place, (kind, depth)) in closing.iter().enumerate() {
                    self.closures.push(Closure {
                        name: lever.label(),
                        kind: *kind,
                        first,
                        last,
                        depth: *depth,
                        announced: None,
                    });
                    if !change.is_empty() {
                        // All of a told change is laid on the first kind, and the others do nothing beside it.
                        let gamma = |change: f64| if place == 0 { -libm::log1p(change) / depth } else { 0.0 };
                        self.suppress(*kind, told.iter().map(|change| change.map(gamma)).collect());
                    }
                }
            }
            Lever::Return { share, delay_months, curve, by_drop, .. } => {
                self.return_share = share.or(self.return_share);
                let per_month = field.periods_per_month();
                if let Some(months) = delay_months {
                    self.delay = Some(Delay::Months(*months));
                } else if let Some(curve) = curve {
                    self.delay = Some(Delay::Curve(curve.periods(per_month)?));
                } else if !by_drop.is_empty() {
                    let step = |step: &super::lever::DropStep| {
                        let up_to = step.up_to.unwrap_or(f64::INFINITY);
                        step.curve.periods(per_month).map(|curve| DropRule { up_to, curve })
                    };
                    self.delay = Some(Delay::ByDrop(by_drop.iter().map(step).collect::<Result<_, _>>()?));
                }
            }
            Lever::NewNormal { change, against: Against::Before, .. } => {
                let told = field.of_series(change)?;
                let before = self.new_normal.take().unwrap_or_else(|| vec![None; told.len()]);
                let pairs = told.into_iter().zip(before);
                self.new_normal = Some(pairs.map(|(told, before)| told.map(libm::log1p).or(before)).collect());
            }
            Lever::NewNormal { change, starts, .. } => {
                let told = field.of_series(change)?;
                let from = starts.map_or(Ok(0), |starts| field.day(starts).map(|day| field.step(day)))?;
                let shape = (field.keys.len(), field.horizon.len());
                let level = self.level.get_or_insert_with(|| Array2::ones(shape));
                for ((row, step), cell) in level.indexed_iter_mut() {
                    if step >= from {
                        *cell *= 1.0 + told[row].unwrap_or(0.0);
                    }
                }
            }
            Lever::NewNeed { source, starts, per_month, grows_over_months, lasts_months, total, curve, .. } => {
                let day = field.day(*starts)?;
                let from = field.step(day);
                // What started before the forecast has grown, or come and gone, by as much.
                let before = (-field.steps_until(day)).max(0) as usize;
                let per_period = field.periods_per_month();
                let steps = field.horizon.len();
                let more: Vec<f64> = match (per_month, total, curve) {
                    (Some(per_month), ..) => {
                        let grown = f64::from(*grows_over_months) * per_period;
                        let until = lasts_months.map_or(f64::INFINITY, |months| f64::from(months) * per_period);
                        let size = |since: f64| match since {
                            since if since >= until => 0.0,
                            since if grown > 0.0 => ((since + 1.0) / grown).min(1.0),
                            _ => 1.0,
                        };
                        (from..steps).map(|step| per_month / per_period * size((step - from + before) as f64)).collect()
                    }
                    (None, Some(total), Some(curve)) => {
                        curve.periods(per_period)?.into_iter().skip(before).map(|share| total * share).collect()
                    }
                    _ => Vec::new(),
                };
                let rows = match source {
                    Some(label) => field.rows_of(label)?,
                    None => (0..field.keys.len()).collect(),
                };
                let whole: f64 = rows.iter().map(|row| field.mean.row(*row).sum()).sum();
                let need = self.new_need.get_or_insert_with(|| Array2::zeros((field.keys.len(), steps)));
                for row in &rows {
                    let own = if whole > 0.0 { field.mean.row(*row).sum() / whole } else { 1.0 / rows.len() as f64 };
                    for (step, more) in (from..steps).zip(&more) {
                        need[(*row, step)] += own * more;
                    }
                }
            }
            Lever::HoldRecentRate { .. } => {}
        }
        Ok(())
    }

    /// Sets the suppression of a kind for the series that are told of; a later lever's word holds.
    fn suppress(&mut self, kind: ClosureKind, told: Vec<Option<f64>>) {
        match self.suppression.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, known)) => {
                known.iter_mut().zip(told).for_each(|(known, told)| *known = told.or(*known));
            }
            None => self.suppression.push((kind, told)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::time::Frequency;

    fn changes(levers: &[&str]) -> Result<Changes, String> {
        let keys = ["Police", "Schools"].map(|label| SeriesKey::new([label]));
        let mean = ndarray::array![[30.0; 6], [10.0; 6]];
        let field = Field { keys: &keys, horizon: Span::new(Period::month(2025, 1), 6), mean: &mean };
        let mut changes = Changes::default();
        for text in levers {
            let lever: Lever = toml::from_str(text).expect("a lever");
            lever.check()?;
            changes.add(&lever, &field)?;
        }
        Ok(changes)
    }

    #[test]
    fn a_lockdown_has_its_days_and_only_the_sources_that_are_told_of_lose_their_estimate() {
        let text = "lever = \"lockdown\"\nstarts = { months_ahead = 2 }\nweeks = 3\nschools = 0.5\nstay_at_home = 1.0\n\
                    change = { schools = -0.75 }";
        let changes = changes(&[text]).expect("valid");
        let day = Date::constant;
        assert_eq!(changes.closures.len(), 2);
        assert_eq!((changes.closures[0].first, changes.closures[0].last), (day(2025, 2, 1), day(2025, 2, 21)));
        // exp(-gamma / 2) is a quarter.
        let [(ClosureKind::Schools, schools), (ClosureKind::StayAtHome, home)] = &changes.suppression[..] else {
            panic!("two kinds")
        };
        assert!(schools[0].is_none() && (schools[1].expect("told") - 2.0 * 4f64.ln()).abs() < 1e-12);
        assert_eq!(home[1], Some(0.0));
    }

    #[test]
    fn new_need_grows_is_shared_by_size_and_ends() {
        let text =
            "lever = \"new-need\"\nstarts = \"2025-02-10\"\nper_month = 8\ngrows_over_months = 2\nlasts_months = 3";
        let need = changes(&[text]).expect("valid").new_need.expect("some");
        assert_eq!(need.row(0).to_vec(), [0.0, 3.0, 6.0, 6.0, 0.0, 0.0]);
        assert_eq!(need.row(1).to_vec(), [0.0, 1.0, 2.0, 2.0, 0.0, 0.0]);
        // Begun two months before: of three months one is left.
        let text = "lever = \"new-need\"\nstarts = \"2024-11-01\"\nper_month = 8\nlasts_months = 3";
        assert_eq!(
            changes(&[text]).expect("valid").new_need.expect("some").row(0).to_vec(),
            [6.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        );
        let text =
            "lever = \"new-need\"\nsource = \"Schools\"\nstarts = { months_ahead = 5 }\ntotal = 6\ncurve = [1, 2, 3]";
        let need = changes(&[text]).expect("valid").new_need.expect("some");
        assert_eq!(need.row(0).sum(), 0.0);
        // The third month lies after the horizon.
        assert!((need[(1, 4)] - 1.0).abs() < 1e-12 && (need[(1, 5)] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn levels_multiply_and_the_new_normal_of_others_stays_as_estimated() {
        let text = "lever = \"new-normal\"\nagainst = \"forecast\"\nstarts = \"2025-03-01\"\nchange = { \"*\" = 0.1 }";
        let level = changes(&[text, text]).expect("valid").level.expect("some");
        assert!((level[(0, 2)] - 1.21).abs() < 1e-12 && level[(1, 1)] == 1.0);
        let text = "lever = \"new-normal\"\nchange = { Schools = 0.2 }";
        let normal = changes(&[text]).expect("valid").new_normal.expect("some");
        assert!(normal[0].is_none() && (normal[1].expect("told") - 1.2f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_source_that_no_series_has_is_named_with_those_there_are() {
        let text = "lever = \"new-normal\"\nchange = { Shools = 0.2 }";
        let message = changes(&[text]).expect_err("unknown");
        assert_eq!(message, "names `Shools`, which no series has; there are Police, Schools");
    }

    #[test]
    fn weeks_find_their_step() {
        let start = Period::containing(Frequency::Week, Date::constant(2025, 1, 6));
        let keys = [SeriesKey::new(["a"])];
        let mean = ndarray::array![[1.0; 8]];
        let field = Field { keys: &keys, horizon: Span::new(start, 8), mean: &mean };
        assert_eq!(field.step(Date::constant(2025, 1, 21)), 2);
        assert_eq!(field.step(Date::constant(2024, 1, 21)), 0);
        assert_eq!(
            field.day(Start::Ahead { months_ahead: 2 }).expect("a day"),
            start.first_day().checked_add(1.month()).expect("a day")
        );
    }
}
