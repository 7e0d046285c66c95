//! Hidden demand as a stock: what a closure keeps away, what comes back and when, what is lost.

/// Delays longer than so many means are put on the last period of the curve.
const LONGEST: f64 = 4.0;

/// Weights of a delay of 0, 1, 2 ... periods; they sum to one.
///
/// Method: gamma of shape 2 with the given mean, cut half-way between whole periods.
///
/// ```
/// use groundswell::shock::delay_weights;
/// let weights = delay_weights(4.0);
/// let mean: f64 = weights.iter().enumerate().map(|(delay, weight)| delay as f64 * weight).sum();
/// assert!((mean - 4.0).abs() < 0.1);
/// ```
pub fn delay_weights(mean_periods: f64) -> Vec<f64> {
    let scale = mean_periods.max(0.01) / 2.0;
    let within = |periods: f64| 1.0 - libm::exp(-periods / scale) * (1.0 + periods / scale);
    let longest = (mean_periods * LONGEST).clamp(1.0, 1200.0) as usize;
    let (mut weights, mut so_far) = (Vec::with_capacity(longest + 1), 0.0);
    for period in 0..longest {
        let until = within(period as f64 + 0.5);
        weights.push(until - so_far);
        so_far = until;
    }
    weights.push(1.0 - so_far);
    weights
}

/// One period of hidden demand, in the units of the series.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Flow {
    /// What closures kept away and joins the stock; at least zero.
    pub hidden: f64,
    /// What comes back.
    pub returned: f64,
    /// What will never come back.
    pub lost: f64,
    /// Hidden and still to come back at the end of the period.
    pub held: f64,
}

/// The stock of hidden demand of one series.
///
/// Invariant, the conservation of mass: hidden so far = returned + lost + held, after every period.
///
/// ```
/// use groundswell::shock::{HiddenStock, delay_weights};
/// let mut stock = HiddenStock::new();
/// let weights = delay_weights(2.0);
/// let closed = stock.period(100.0, 0.25, &weights, false);
/// assert_eq!((closed.returned, closed.lost), (0.0, 75.0));
/// assert!((closed.held - 25.0).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Default)]
pub struct HiddenStock {
    /// What falls due in the next period, the one after ...
    due: Vec<f64>,
}

impl HiddenStock {
    /// No hidden demand yet.
    pub fn new() -> HiddenStock {
        HiddenStock::default()
    }

    /// The next period: `hidden` joins, of which `share` will come back after the delays of `weights`; what falls due
    /// while the period isn't `open` is carried to the next.
    pub fn period(&mut self, hidden: f64, share: f64, weights: &[f64], open: bool) -> Flow {
        let hidden = hidden.max(0.0);
        let comes_back = share * hidden;
        if self.due.len() < weights.len() {
            self.due.resize(weights.len(), 0.0);
        }
        self.due.iter_mut().zip(weights).for_each(|(due, weight)| *due += comes_back * weight);
        let now = if self.due.is_empty() { 0.0 } else { self.due.remove(0) };
        let returned = if open {
            now
        } else {
            if self.due.is_empty() {
                self.due.push(0.0);
            }
            self.due[0] += now;
            0.0
        };
        Flow { hidden, returned, lost: hidden - comes_back, held: self.due.iter().sum() }
    }
}

/// Which share of what was hidden in one period falls due in another: the delay, with what falls due while closed carried
/// to the next open period.
///
/// `returns` gets, for each period from `hidden_at` to the end of `open`, the share that comes back then; the rest is
/// still to come. All zeros before.
pub(super) fn due_shares(hidden_at: usize, weights: &[f64], open: &[bool], returns: &mut [f64]) {
    returns.fill(0.0);
    let mut carried = 0.0;
    for (delay, (cell, open)) in returns.iter_mut().zip(open).skip(hidden_at).enumerate() {
        carried += weights.get(delay).copied().unwrap_or(0.0);
        if *open {
            *cell = carried;
            carried = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_returns_is_lost_or_is_still_held() {
        let weights = delay_weights(4.0);
        let mut stock = HiddenStock::new();
        let (mut hidden, mut gone) = (0.0, 0.0);
        for period in 0..40 {
            let flow = stock.period(if period < 4 { 100.0 } else { 0.0 }, 0.4, &weights, period > 3 && period != 9);
            hidden += flow.hidden;
            gone += flow.returned + flow.lost;
            assert!((gone + flow.held - hidden).abs() < 1e-9, "period {period}");
            assert!(period > 3 || flow.returned == 0.0, "nothing returns while closed");
        }
        assert!((hidden - gone).abs() < 1e-9, "after the longest delay nothing is held");
    }

    #[test]
    fn what_falls_due_while_closed_comes_in_the_first_open_period() {
        let mut stock = HiddenStock::new();
        assert_eq!(stock.period(10.0, 1.0, &[1.0], false).returned, 0.0);
        assert_eq!(stock.period(10.0, 1.0, &[1.0], false).held, 20.0);
        assert_eq!(stock.period(0.0, 1.0, &[1.0], true).returned, 20.0);
    }

    #[test]
    fn shares_that_fall_due_are_the_flows_of_the_stock() {
        let weights = delay_weights(3.0);
        let open = [true, false, false, true, true, false, true, true, true, true];
        let mut shares = vec![0.0; open.len()];
        due_shares(1, &weights, &open, &mut shares);
        let mut stock = HiddenStock::new();
        for (period, open) in open.iter().enumerate() {
            let flow = stock.period(if period == 1 { 50.0 } else { 0.0 }, 0.3, &weights, *open);
            assert!((flow.returned - 50.0 * 0.3 * shares[period]).abs() < 1e-12, "period {period}");
        }
    }
}
