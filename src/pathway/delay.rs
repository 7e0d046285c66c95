//! How long a step takes: curves by day from right-censored waits, and their uncertainty.

use rand::Rng;

use super::draw::beta;

/// A wait for a step: how many days, and whether the step or its rival ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// Days until the end, or until the last day seen.
    pub days: u32,
    /// How it ended.
    pub end: End,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With the step.
    Step,
    /// With what excludes the step.
    Rival,
    /// Not yet when last seen.
    Unseen,
}

/// What is believed of a step before the authority's own waits are seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior<'a> {
    /// Share who take the step.
    pub share: f64,
    /// Probability of each day of those who do.
    pub days: &'a [f64],
    /// For how many children the belief counts.
    pub strength: f64,
}

/// The distribution of the days that a step takes, among those who take it.
///
/// Invariant: `cumulative` rises from at least 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayCurve {
    /// Share done by the end of each day from 0.
    cumulative: Vec<f64>,
    /// Those who will take the step and haven't before each day: how much the curve is worth there.
    at_risk: Vec<f64>,
    /// Share of all who waited that take the step within the window.
    incidence: f64,
    children: u32,
}

/// In how many equally likely parts a curve's uncertainty is drawn.
const PARTS: usize = 16;

impl DelayCurve {
    /// The curve of a step, from waits of up to `window` days and a prior.
    ///
    /// Method: Aalen-Johansen estimate of the step's incidence beside its rival's (Kaplan-Meier where there is none)
    /// by day, each day's hazard shrunk to the prior's as by a beta-Stacy process (Walker and Muliere 1997; Susarla and
    /// Van Ryzin 1976). Where all were lost sight of the prior's hazards go on. The curve is the incidence over its
    /// value at the window's end.
    pub(super) fn estimate(waits: impl IntoIterator<Item = Wait>, prior: Prior<'_>, window: u32) -> DelayCurve {
        let days = window as usize + 1;
        let (mut steps, mut rivals, mut unseen) = (vec![0.0; days], vec![0.0; days], vec![0.0; days]);
        let (mut watched, mut children) = (0.0, 0);
        for wait in waits {
            watched += 1.0;
            // What ends after the window is lost sight of at its end.
            let (day, end) = if wait.days > window { (window, End::Unseen) } else { (wait.days, wait.end) };
            let place = match end {
                End::Step => {
                    children += 1;
                    &mut steps
                }
                End::Rival => &mut rivals,
                End::Unseen => &mut unseen,
            };
            place[day as usize] += 1.0;
        }
        let (mut left, mut believed_left, mut free) = (watched, prior.strength, 1.0);
        let mut cumulative = Vec::with_capacity(days);
        let mut at_risk = Vec::with_capacity(days);
        let mut done = 0.0;
        for day in 0..days {
            let believed = prior.strength * prior.share * prior.days.get(day).copied().unwrap_or(0.0);
            let worth = left + believed_left;
            at_risk.push((worth, free));
            if worth > 1e-12 {
                let (step, rival) = ((steps[day] + believed) / worth, rivals[day] / worth);
                done += free * step;
                free *= (1.0 - step - rival).max(0.0);
            }
            cumulative.push(done);
            left -= steps[day] + rivals[day] + unseen[day];
            believed_left = (believed_left - believed).max(0.0);
        }
        if done <= 0.0 {
            // Nothing seen and nothing believed: the step takes no time.
            return DelayCurve { cumulative: vec![1.0], at_risk: vec![0.0], incidence: 0.0, children };
        }
        let mut before = 0.0;
        let at_risk = at_risk
            .into_iter()
            .zip(&cumulative)
            .map(|((worth, free), after)| {
                let who_will = if free > 0.0 { worth * ((done - before) / free).min(1.0) } else { 0.0 };
                before = *after;
                who_will
            })
            .collect();
        cumulative.iter_mut().for_each(|share| *share = (*share / done).min(1.0));
        DelayCurve { cumulative, at_risk, incidence: done, children }
    }

    /// Share of those who take the step that have done so by the end of a day.
    pub fn share_by(&self, day: u32) -> f64 {
        self.cumulative.get(day as usize).copied().unwrap_or(1.0)
    }

    /// The first day by whose end the given share has taken the step.
    ///
    /// Method: quantile of the Kaplan-Meier or Aalen-Johansen estimate, by whole days.
    pub fn quantile_days(&self, share: f64) -> u32 {
        self.cumulative.partition_point(|done| *done < share - 1e-12).min(self.cumulative.len() - 1) as u32
    }

    /// Half of those who take the step have done so by the end of this day.
    pub fn median_days(&self) -> u32 {
        self.quantile_days(0.5)
    }

    /// Mean days of those who take the step.
    pub fn mean_days(&self) -> f64 {
        self.cumulative.iter().map(|done| 1.0 - done).sum()
    }

    /// How many children were seen to take the step.
    pub fn children(&self) -> u32 {
        self.children
    }

    /// Share of all who waited that take the step within the curve's window.
    pub fn incidence(&self) -> f64 {
        self.incidence
    }

    /// Probability of each day from 0.
    pub(super) fn days(&self) -> Vec<f64> {
        let mut before = 0.0;
        let day = |done: &f64| {
            let share = done - before;
            before = *done;
            share
        };
        self.cumulative.iter().map(day).collect()
    }

    /// The longest wait that the curve knows.
    pub(super) fn longest_days(&self) -> u32 {
        self.cumulative.len() as u32 - 1
    }

    /// The curve's uncertainty as a distortion of its probabilities.
    ///
    /// Method: the conditional shares of sixteen equally likely parts are beta, worth as many children as are at risk
    /// there: the beta-Stacy process read off at sixteen quantiles.
    pub(super) fn draw_warp(&self, stream: &mut impl Rng) -> Warp {
        let mut knots = [0.0; PARTS + 1];
        let mut left = 1.0;
        for part in 0..PARTS - 1 {
            let hazard = 1.0 / (PARTS - part) as f64;
            let first = self.quantile_days(part as f64 / PARTS as f64 + 1e-9);
            let worth = self.at_risk[first as usize].max(0.0);
            // A curve that nothing is known of is left as it is.
            let share = if worth > 0.0 { beta(stream, hazard * worth, (1.0 - hazard) * worth) } else { hazard };
            knots[part + 1] = knots[part] + left * share;
            left *= 1.0 - share;
        }
        knots[PARTS] = 1.0;
        Warp { knots }
    }
}

/// A distortion of a curve's probabilities: which share of it is reached where the mean curve reaches a sixteenth, two
/// sixteenths, and so on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Warp {
    knots: [f64; PARTS + 1],
}

impl Warp {
    /// No distortion.
    pub fn none() -> Warp {
        Warp { knots: std::array::from_fn(|part| part as f64 / PARTS as f64) }
    }

    /// The mean curve's probability at the distorted curve's.
    pub fn mean_of(&self, drawn: f64) -> f64 {
        let part = self.knots[1..PARTS].partition_point(|knot| *knot < drawn);
        let (low, high) = (self.knots[part], self.knots[part + 1]);
        let inside = if high > low { ((drawn - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        (part as f64 + inside) / PARTS as f64
    }

    /// The distorted curve's probability at the mean curve's.
    pub fn drawn_of(&self, mean: f64) -> f64 {
        let place = mean.clamp(0.0, 1.0) * PARTS as f64;
        let part = (place as usize).min(PARTS - 1);
        self.knots[part] + (place - part as f64) * (self.knots[part + 1] - self.knots[part])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    const NOTHING: Prior<'static> = Prior { share: 1.0, days: &[], strength: 0.0 };

    fn wait(days: u32, end: End) -> Wait {
        Wait { days, end }
    }

    #[test]
    fn without_censoring_the_curve_is_the_empirical_one() {
        let waits = [1, 1, 2, 5].map(|days| wait(days, End::Step));
        let curve = DelayCurve::estimate(waits, NOTHING, 10);
        assert_eq!([0, 1, 2, 4, 5].map(|day| curve.share_by(day)), [0.0, 0.5, 0.75, 0.75, 1.0]);
        assert_eq!((curve.median_days(), curve.mean_days()), (1, 9.0 / 4.0));
    }

    #[test]
    fn kaplan_and_meier_by_hand() {
        // Leukaemia remission, treated group (Freireich and others 1963), as in Kalbfleisch and Prentice (2002), table
        // 1.1: survival after week 6 is 0.857, after 23 weeks 0.448. The window ends with the last event.
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|days| wait(days, End::Step));
        let lost = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|days| wait(days, End::Unseen));
        let curve = DelayCurve::estimate(ended.into_iter().chain(lost), NOTHING, 23);
        let incidence = 1.0 - 0.448_179_271_7;
        assert!((curve.share_by(6) * incidence - 3.0 / 21.0).abs() < 1e-9);
        assert!((curve.share_by(16) - (1.0 - 0.627_450_980_4) / incidence).abs() < 1e-9);
    }

    #[test]
    fn a_rival_is_no_censoring() {
        // Two by the step on days 1 and 3, two by the rival on day 2: of those who step half have after day 1. Were the
        // rival taken for censoring, those left would step at 100% on day 3 and the share by day 1 were a quarter.
        let waits = [wait(1, End::Step), wait(2, End::Rival), wait(2, End::Rival), wait(3, End::Step)];
        assert!((DelayCurve::estimate(waits, NOTHING, 5).share_by(1) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn where_all_are_lost_sight_of_the_national_hazards_go_on() {
        let days = vec![0.1; 10];
        let prior = Prior { share: 1.0, days: &days, strength: 4.0 };
        // A thousand seen for five days, of whom a tenth step on each day of the first five.
        let stepped = (0..5).flat_map(|day| std::iter::repeat_n(wait(day, End::Step), 100));
        let curve = DelayCurve::estimate(stepped.chain(std::iter::repeat_n(wait(4, End::Unseen), 500)), prior, 9);
        assert!((0..10).all(|day| (curve.share_by(day) - 0.1 * f64::from(day + 1)).abs() < 1e-9));
    }

    #[test]
    fn a_curve_of_few_children_stays_near_the_national_one() {
        let days = [0.0, 0.0, 1.0];
        let few = DelayCurve::estimate([wait(8, End::Step)], Prior { share: 1.0, days: &days, strength: 19.0 }, 10);
        assert!((few.share_by(2) - 0.95).abs() < 1e-9);
    }

    #[test]
    fn drawn_curves_scatter_about_the_mean_by_the_number_of_children() {
        let spread = |children: u32| {
            let waits = (0..children).map(|child| wait(child % 100, End::Step));
            let curve = DelayCurve::estimate(waits, NOTHING, 100);
            let mut stream = random::stream(9, &[u64::from(children)]);
            let drawn: Vec<f64> = (0..4000).map(|_| curve.draw_warp(&mut stream).drawn_of(0.5)).collect();
            let mean = drawn.iter().sum::<f64>() / 4000.0;
            assert!((mean - 0.5).abs() < 0.01, "{mean}");
            (drawn.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 4000.0).sqrt()
        };
        // The share by the median of n children is binomial: sd sqrt(0.25 / n).
        assert!((spread(100) - 0.05).abs() < 0.005 && (spread(10_000) - 0.005).abs() < 0.0005);
    }

    #[test]
    fn a_warp_and_its_inverse_are_one() {
        let waits = (0..50).map(|child| wait(child, End::Step));
        let warp = DelayCurve::estimate(waits, NOTHING, 60).draw_warp(&mut random::stream(1, &[]));
        for place in [0.01, 0.3, 0.5, 0.77, 0.99] {
            assert!((warp.mean_of(warp.drawn_of(place)) - place).abs() < 1e-9);
            assert!((Warp::none().mean_of(place) - place).abs() < 1e-12);
        }
    }
}
