//! What was believed, what is believed now, and whether the data made the difference.

use serde::Serialize;

/// Where the data moved less than this share of the belief, they can't tell. Source: `docs/methods/shock.md`, "Can't
/// tell": of made-up authorities that stand alone nearly all lie below, of panels of 60 most lie above.
const LEAST_TOLD: f64 = 0.2;

/// A belief about a number: its mean, its standard deviation, and the range that holds it in 8 of 10 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Belief {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Lower end of the 80% range.
    pub low: f64,
    /// Upper end of the 80% range.
    pub high: f64,
}

/// The 90% quantile of a standard normal number.
const NINETIETH: f64 = 1.281_551_565_544_600_4;

impl Belief {
    /// A normal belief.
    pub(super) fn normal(mean: f64, variance: f64) -> Belief {
        let sd = variance.max(0.0).sqrt();
        Belief { mean, sd, low: mean - NINETIETH * sd, high: mean + NINETIETH * sd }
    }

    /// A belief on a grid: values ascending, with probabilities. The range is the shortest that holds 80%.
    pub(super) fn on_grid(values: &[f64], probabilities: &[f64]) -> Belief {
        let mean: f64 = values.iter().zip(probabilities).map(|(value, p)| value * p).sum();
        let variance: f64 = values.iter().zip(probabilities).map(|(value, p)| p * (value - mean).powi(2)).sum();
        let (mut low, mut high) = (values[0], values[values.len() - 1]);
        // Within a cell, half-way to its neighbours, a value is as likely as any other.
        let edges: Vec<f64> = (0..=values.len())
            .map(|place| match place {
                0 => values[0],
                place if place == values.len() => values[place - 1],
                place => 0.5 * (values[place - 1] + values[place]),
            })
            .collect();
        let below = |x: f64| -> f64 {
            let parts = edges.windows(2).zip(probabilities);
            parts.map(|(edge, p)| p * ((x - edge[0]) / (edge[1] - edge[0])).clamp(0.0, 1.0)).sum()
        };
        const STEPS: usize = 400;
        let step = (edges[values.len()] - edges[0]) / STEPS as f64;
        let masses: Vec<f64> = (0..=STEPS).map(|k| below(edges[0] + k as f64 * step)).collect();
        let mut end = 0;
        for start in 0..=STEPS {
            while end < STEPS && masses[end] - masses[start] < 0.8 - 1e-9 {
                end += 1;
            }
            if masses[end] - masses[start] >= 0.8 - 1e-9 && (end - start) as f64 * step < high - low {
                (low, high) = (edges[0] + start as f64 * step, edges[0] + end as f64 * step);
            }
        }
        Belief { mean, sd: variance.max(0.0).sqrt(), low, high }
    }
}

/// Whether the data told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// The data narrowed the belief down.
    Data,
    /// The data can't tell: the answer rests on what was believed before.
    Prior,
}

/// The answer to a question: what was believed before the data and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Answer {
    /// Before.
    pub prior: Belief,
    /// After.
    pub posterior: Belief,
}

impl Answer {
    /// The width of the 80% range over that of before: 1 where the data say nothing, above 1 where they made it wider.
    pub fn left_open(&self) -> f64 {
        let width = |belief: &Belief| belief.high - belief.low;
        if width(&self.prior) > 0.0 { width(&self.posterior) / width(&self.prior) } else { 1.0 }
    }

    /// How far the data moved the mean, in prior standard deviations.
    pub fn moved(&self) -> f64 {
        if self.prior.sd > 0.0 { (self.posterior.mean - self.prior.mean) / self.prior.sd } else { 0.0 }
    }

    /// The share of the belief that the data moved to elsewhere, in width and place together: 0 where nothing changed, 1
    /// where before and after have nothing in common.
    ///
    /// Method: total variation distance between normal distributions of the two 80% ranges, so that a thin tail, which
    /// any data cut off, counts for little.
    pub fn told_share(&self) -> f64 {
        let normal = |belief: &Belief| {
            let (middle, half) = (0.5 * (belief.low + belief.high), 0.5 * (belief.high - belief.low));
            (middle, (half / NINETIETH).max(1e-9))
        };
        let (before, after) = (normal(&self.prior), normal(&self.posterior));
        // Before is standard normal from here on, after has this middle and its sd is one over `narrower`.
        let (middle, narrower) = ((after.0 - before.0) / before.1, before.1 / after.1);
        // The two densities are equal where a x^2 + b x + c = 0; a root may be infinite.
        let square = narrower * narrower;
        let (a, b, c) = (1.0 - square, 2.0 * middle * square, 2.0 * libm::log(narrower) - middle * middle * square);
        let q = -0.5 * (b + (b * b - 4.0 * a * c).max(0.0).sqrt().copysign(b));
        if q == 0.0 {
            return 0.0;
        }
        let below = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
        let gained = |x: f64| below(narrower * (x - middle)) - below(x);
        (gained(q / a) - gained(c / q)).abs()
    }

    /// Whether the data told.
    pub fn told(&self) -> Told {
        if self.told_share() < LEAST_TOLD { Told::Prior } else { Told::Data }
    }

    /// "How much comes back" in plain words, the warning first where the data can't tell. `self` is a share.
    ///
    /// ```
    /// use groundswell::shock::{Answer, Belief};
    /// let believed = Belief { mean: 0.2, sd: 0.15, low: 0.02, high: 0.4 };
    /// let answer = Answer { prior: believed, posterior: believed };
    /// assert_eq!(
    ///     answer.return_sentence(),
    ///     "Your data can't tell how much returns; this rests on national evidence: about 20% of what was kept away, in \
    ///      8 of 10 cases between 2% and 40%."
    /// );
    /// ```
    pub fn return_sentence(&self) -> String {
        let Belief { mean, low, high, .. } = self.posterior;
        let range = format!(
            "about {} of what was kept away, in 8 of 10 cases between {} and {}",
            percent(mean),
            percent(low),
            percent(high)
        );
        match self.told() {
            Told::Prior => format!("Your data can't tell how much returns; this rests on national evidence: {range}."),
            Told::Data => format!("Your data show how much returns: {range}."),
        }
    }

    /// "When it comes back" in plain words, the warning first where the data can't tell. `self` is in months, told to
    /// tenths.
    pub fn delay_sentence(&self) -> String {
        let Belief { mean, low, high, .. } = self.posterior;
        let [mean, low, high] = [mean, low, high].map(|months| (10.0 * months).round() / 10.0);
        let unit = if mean == 1.0 { "month" } else { "months" };
        let range = format!("what returns takes about {mean} {unit} on average, in 8 of 10 cases {low} to {high}");
        match self.told() {
            Told::Prior => {
                format!("Your data can't tell when it returns; this rests on planning assumptions: {range}.")
            }
            Told::Data => format!("Your data show when it returns: {range}."),
        }
    }

    /// "What would another lockdown do" in plain words. `self` is the logarithm of what is left, with its sign turned:
    /// the suppression gamma.
    pub fn suppression_sentence(&self) -> String {
        let change = |gamma: f64| libm::expm1(-gamma);
        let Belief { mean, low, high, .. } = self.posterior;
        let (less, more) = (change(high), change(low));
        let range = format!(
            "would change demand by {}, in 8 of 10 cases by {} to {}",
            signed(change(mean)),
            signed(less),
            signed(more)
        );
        match self.told() {
            Told::Prior => format!(
                "Your data can't tell what such a closure does; this rests on national evidence: while it lasts, it {range}."
            ),
            Told::Data => format!("Your data show what such a closure does: while it lasts, it {range}."),
        }
    }

    /// "What is the new normal" in plain words. `self` is the logarithm of the level after over before.
    pub fn new_normal_sentence(&self) -> String {
        let Belief { mean, low, high, .. } = self.posterior;
        let change = |log: f64| signed(libm::expm1(log));
        let range = format!("{} against before, in 8 of 10 cases {} to {}", change(mean), change(low), change(high));
        match self.told() {
            Told::Prior => {
                format!(
                    "Your data can't tell yet whether there is a new normal; this rests on national evidence: {range}."
                )
            }
            Told::Data => format!("Your data show the level after the shock: {range}."),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", (100.0 * share).round())
}

/// "-12%", "+3%", "0%".
pub fn signed(share: f64) -> String {
    let whole = (100.0 * share).round();
    if whole == 0.0 { "0%".to_owned() } else { format!("{whole:+.0}%") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_tell_where_they_narrow_the_belief_or_move_it() {
        let prior = Belief::normal(0.0, 1.0);
        let answer = |mean: f64, sd: f64| Answer { prior, posterior: Belief::normal(mean, sd * sd) };
        assert!(answer(0.0, 1.0).told_share() < 1e-9);
        // By hand: normals of equal width that lie d apart differ by 2 F(d / 2) - 1.
        assert!((answer(1.0, 1.0).told_share() - 0.382_924_9).abs() < 1e-4);
        assert!((answer(20.0, 1.0).told_share() - 1.0).abs() < 1e-6);
        for (mean, sd, told) in [
            (0.0, 0.8, Told::Prior),
            (0.2, 0.8, Told::Prior),
            (0.0, 0.5, Told::Data),
            (0.8, 1.0, Told::Data),
            (0.3, 1.1, Told::Prior),
        ] {
            assert_eq!(answer(mean, sd).told(), told, "{mean} {sd}");
        }
        assert!((answer(0.2, 0.5).moved() - 0.2).abs() < 1e-12);
    }

    #[test]
    fn the_range_on_a_grid_is_the_shortest() {
        // All at the lower end: the range starts there.
        let belief = Belief::on_grid(&[0.0, 0.5, 1.0], &[0.9, 0.06, 0.04]);
        assert_eq!(belief.low, 0.0);
        assert!(belief.high < 0.26, "{}", belief.high);
        assert!((belief.mean - 0.07).abs() < 1e-12);
    }

    #[test]
    fn sentences_put_what_the_data_cant_tell_first() {
        let believed = Belief::normal(0.17, 0.01);
        let open = Answer { prior: believed, posterior: believed };
        assert_eq!(
            open.suppression_sentence(),
            "Your data can't tell what such a closure does; this rests on national evidence: while it lasts, it would \
             change demand by -16%, in 8 of 10 cases by -26% to -4%."
        );
        let told = Answer { prior: Belief::normal(0.0, 0.04), posterior: Belief::normal(0.1, 0.0004) };
        assert_eq!(
            told.new_normal_sentence(),
            "Your data show the level after the shock: +11% against before, in 8 of 10 cases +8% to +13%."
        );
    }
}
