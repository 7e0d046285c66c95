//! Derivatives of the innovations' recursion by one partial autocorrelation.

use super::autocovariance::Autocovariances;

/// The derivatives by one partial autocorrelation.
#[derive(Debug, Default, Clone)]
pub(super) struct Slopes {
    pub(super) ar: Vec<f64>,
    pub(super) ma: Vec<f64>,
    pub(super) gain: Vec<f64>,
    pub(super) load: Vec<f64>,
    pub(super) state: Vec<f64>,
    pub(super) variance: f64,
    pub(super) shrinkage: f64,
    /// Of the sum of logarithms of the variances.
    pub(super) log_variances: f64,
}

impl Slopes {
    pub(super) fn clear(&mut self, size: usize) {
        for (line, len) in [
            (&mut self.ar, size),
            (&mut self.ma, size),
            (&mut self.gain, size),
            (&mut self.load, size + 1),
            (&mut self.state, size + 1),
        ] {
            line.clear();
            line.resize(len, 0.0);
        }
        self.log_variances = 0.0;
    }

    /// The slopes of the first gain, variance and shrinkage.
    pub(super) fn start(&mut self, covariances: &mut Autocovariances, ar: &[f64], ma: &[f64], reach: usize) {
        covariances.solve_slopes(ar, ma, &self.ar, &self.ma, reach);
        first_gain(ar, &covariances.slopes, &covariances.from_innovation_slopes, reach, &mut self.gain);
        // The product's other half: slopes of the coefficients with the covariances themselves.
        let size = self.gain.len();
        for place in 0..size {
            let mut moved = self.ar[place] * covariances.values[0];
            if place + 1 < size {
                let terms = (place + 1..reach).map(|term| self.ar[term] * covariances.values[term - place]);
                moved += terms.sum::<f64>();
            }
            self.gain[place] += moved;
        }
        self.variance = covariances.slopes[0];
        self.shrinkage = covariances.slopes[0] / (covariances.values[0] * covariances.values[0]);
    }

    /// Moves gain, load, variance and shrinkage one period on, before their own values move.
    pub(super) fn settle_on(
        &mut self,
        load: &[f64],
        ar: &[f64],
        (first, variance, next_variance, shrinkage): (f64, f64, f64, f64),
        gain: &[f64],
    ) {
        let own_first = self.load[0];
        let next_slope = self.variance + self.shrinkage * first * first + 2.0 * shrinkage * first * own_first;
        let grown = shrinkage * first;
        let grown_slope = self.shrinkage * first + shrinkage * own_first;
        let lost = first / next_variance;
        let lost_slope = own_first / next_variance - first * next_slope / (next_variance * next_variance);
        let size = ar.len();
        let (load, gain) = (&load[..=size], &gain[..size]);
        let (own_load, own_gain, own_ar) = (&mut self.load[..=size], &mut self.gain[..size], &self.ar[..size]);
        for place in 0..size {
            let moved = load[place + 1] + ar[place] * first;
            let own_moved = own_load[place + 1] + ar[place] * own_first + own_ar[place] * first;
            let next_gain = gain[place] + grown * moved;
            own_gain[place] += grown_slope * moved + grown * own_moved;
            own_load[place] = own_moved - own_gain[place] * lost - next_gain * lost_slope;
        }
        let squared = first * first / variance;
        self.shrinkage += 2.0 * shrinkage * self.shrinkage * squared
            + shrinkage * shrinkage * (2.0 * first * own_first / variance - squared * self.variance / variance);
        self.variance = next_slope;
    }
}

/// Writes the covariance of the state one period on with the value, from the process's autocovariances.
pub(super) fn first_gain(ar: &[f64], covariances: &[f64], from_innovations: &[f64], reach: usize, gain: &mut [f64]) {
    // The state's element i is what the past says, so far, of i periods on.
    let of_state = |place: usize| -> f64 {
        from_innovations[place] + (place..reach).map(|term| ar[term] * covariances[term + 1 - place]).sum::<f64>()
    };
    for place in 0..gain.len() {
        let next = if place + 1 < gain.len() { of_state(place + 1) } else { 0.0 };
        gain[place] = ar[place] * covariances[0] + next;
    }
}
