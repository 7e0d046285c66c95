//! Hidden demand: what a closure keeps away, what comes back and when, what is lost.

/// Delays longer than this many means are put on the last month of the curve.
const LONGEST: f64 = 8.0;

/// One month of hidden demand, in referrals.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Flow {
    /// Kept away by closures; negative where they add referrals.
    pub suppressed: f64,
    /// What joins the hidden demand: `suppressed` where that is above zero.
    pub hidden: f64,
    /// What comes back this month.
    pub returned: f64,
    /// What will never come back.
    pub lost: f64,
    /// Hidden and still to come back at the end of the month.
    pub outstanding: f64,
}

/// The stock of hidden demand of one series. Mass balance: hidden = returned + lost + change of outstanding.
#[derive(Debug)]
pub(super) struct Hidden<'a> {
    share: f64,
    weights: &'a [f64],
    /// What falls due this month, next month ...
    due: Vec<f64>,
    outstanding: f64,
}

impl<'a> Hidden<'a> {
    /// No hidden demand yet; `share` of what comes returns after the delays of `weights`.
    pub fn new(share: f64, weights: &'a [f64]) -> Hidden<'a> {
        Hidden { share, weights, due: vec![0.0; weights.len() + 1], outstanding: 0.0 }
    }

    /// The next month: what is kept away in it, and whether what falls due can come back.
    pub fn month(&mut self, suppressed: f64, open: bool) -> Flow {
        let hidden = suppressed.max(0.0);
        let comes_back = hidden * self.share;
        for (due, weight) in self.due.iter_mut().zip(self.weights) {
            *due += comes_back * weight;
        }
        let now = self.due.remove(0);
        self.due.push(0.0);
        let returned = if open {
            now
        } else {
            self.due[0] += now;
            0.0
        };
        let lost = hidden - comes_back;
        self.outstanding += hidden - returned - lost;
        Flow { suppressed, hidden, returned, lost, outstanding: self.outstanding }
    }
}

/// Weights of a delay of 0, 1, 2 ... months; they sum to one.
///
/// Method: gamma of shape 2 with the given mean, cut half-way between whole months.
pub(super) fn delay_weights(mean_months: f64) -> Vec<f64> {
    let scale = mean_months / 2.0;
    let within = |months: f64| 1.0 - libm::exp(-months / scale) * (1.0 + months / scale);
    let longest = (mean_months * LONGEST).max(1.0) as usize;
    let (mut weights, mut so_far) = (Vec::with_capacity(longest + 1), 0.0);
    for month in 0..longest {
        let until = within(month as f64 + 0.5);
        weights.push(until - so_far);
        so_far = until;
    }
    weights.push(1.0 - so_far);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_sum_to_one_and_have_their_mean() {
        for mean in [1.0, 4.0, 9.0] {
            let weights = delay_weights(mean);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let found: f64 = weights.iter().enumerate().map(|(month, weight)| month as f64 * weight).sum();
            assert!((found - mean).abs() < 0.06, "{found} for {mean}");
        }
    }

    #[test]
    fn what_is_hidden_returns_or_is_lost_or_is_still_to_come() {
        let weights = delay_weights(4.0);
        let mut hidden = Hidden::new(0.4, &weights);
        let flows: Vec<Flow> = (0..60)
            .map(|month| {
                hidden.month(
                    if month < 5 {
                        100.0
                    } else if month == 9 {
                        -20.0
                    } else {
                        0.0
                    },
                    month > 4,
                )
            })
            .collect();
        let sum = |field: fn(&Flow) -> f64| flows.iter().map(field).sum::<f64>();
        let left = flows[59].outstanding;
        assert!((sum(|flow| flow.returned) + sum(|flow| flow.lost) + left - 500.0).abs() < 1e-9);
        assert!((sum(|flow| flow.lost) - 300.0).abs() < 1e-9);
        assert!(flows[..5].iter().all(|flow| flow.returned == 0.0), "nothing returns while closed");
        assert!((sum(|flow| flow.returned) - 200.0).abs() < 1e-6 && left.abs() < 1e-6);
    }

    #[test]
    fn what_fell_due_while_closed_comes_in_the_first_open_month() {
        let mut hidden = Hidden::new(1.0, &[1.0]);
        assert_eq!(hidden.month(10.0, false).returned, 0.0);
        assert_eq!(hidden.month(10.0, false).outstanding, 20.0);
        assert_eq!(hidden.month(0.0, true).returned, 20.0);
    }
}
