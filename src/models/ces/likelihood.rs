//! The sum of squared errors of one form with derivatives.

use super::form::{Form, Season};
use super::recursion::{Places, Smoother, Tangents, Weights, walk, walk_with_tangents};
use super::stability::Polynomials;
use crate::math::optimise::LeastSquares;

/// Room for one likelihood, kept from form to form.
#[derive(Debug, Default)]
pub(super) struct Room {
    tangents: [Tangents; 2],
    row: Vec<f64>,
    polynomials: Polynomials,
}

/// Where a form's parameters stand: one smoother or two.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) places: Vec<Places>,
    /// How many parameters.
    pub(super) count: usize,
}

impl Layout {
    pub(super) fn new(form: Form, season_length: usize) -> Layout {
        let mut count = 0;
        let mut take = |wanted: usize| {
            count += wanted;
            count - wanted
        };
        let mut smoother = |fades: bool, levels: usize| {
            let (smoothing, fade) = (take(1), fades.then(|| take(1)));
            Places { smoothing, fade, first_level: take(levels), levels }
        };
        let places = match form.season {
            Season::None => vec![smoother(form.drift, 1)],
            Season::Simple => vec![smoother(form.drift, season_length)],
            Season::Partial => vec![smoother(form.drift, 1), smoother(false, season_length - 1)],
            Season::Full => vec![smoother(form.drift, 1), smoother(true, season_length - 1)],
        };
        Layout { places, count }
    }

    /// Writes the weights and the free levels of one smoother to the parameters.
    pub(super) fn write(&self, which: usize, weights: Weights, levels: &[f64], parameters: &mut [f64]) {
        let places = self.places[which];
        parameters[places.smoothing] = weights.smoothing;
        if let Some(fade) = places.fade {
            parameters[fade] = weights.fade;
        }
        parameters[places.first_level..places.first_level + places.levels].copy_from_slice(&levels[..places.levels]);
    }
}

/// One form on one series: minus twice the logarithm of the concentrated likelihood is, but for a constant, the number
/// of observed values times the logarithm of the sum of squares.
pub(super) struct Likelihood<'a> {
    pub(super) layout: Layout,
    values: &'a [f64],
    /// Before the first value; levels that aren't free are fixed here.
    pub(super) initial: Vec<Smoother>,
    /// After the last.
    pub(super) last: Vec<Smoother>,
    room: &'a mut Room,
}

impl<'a> Likelihood<'a> {
    pub(super) fn new(layout: Layout, values: &'a [f64], initial: Vec<Smoother>, room: &'a mut Room) -> Likelihood<'a> {
        Likelihood { layout, values, last: initial.clone(), initial, room }
    }

    fn start(&mut self, parameters: &[f64]) {
        for ((places, smoother), last) in self.layout.places.iter().zip(&mut self.initial).zip(&mut self.last) {
            places.write(parameters, smoother);
            last.weights = smoother.weights;
            last.slots.copy_from_slice(&smoother.slots);
        }
    }
}

impl LeastSquares for Likelihood<'_> {
    fn sum_of_squares(&mut self, parameters: &[f64]) -> f64 {
        self.start(parameters);
        if !self.room.polynomials.are_stable(&self.initial) {
            return f64::INFINITY;
        }
        let mut sum = 0.0;
        walk(self.values, &mut self.last, |_, value, mean| sum += (value - mean) * (value - mean));
        if sum.is_nan() { f64::INFINITY } else { sum }
    }

    fn normal_equations(&mut self, parameters: &[f64], product: &mut [f64], gradient: &mut [f64]) {
        self.start(parameters);
        let count = self.layout.count;
        product.fill(0.0);
        gradient.fill(0.0);
        let Room { tangents, row, .. } = &mut *self.room;
        row.clear();
        row.resize(count, 0.0);
        walk_with_tangents(self.values, &self.layout.places, &mut self.last, tangents, row, |value, mean, row| {
            for (index, by) in row.iter().enumerate() {
                gradient[index] -= by * (value - mean);
                let line = &mut product[index * count..index * count + index + 1];
                line.iter_mut().zip(row).for_each(|(cell, other)| *cell += by * other);
            }
        });
        for index in 0..count {
            for other in 0..index {
                product[other * count + index] = product[index * count + other];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_finite_differences_for_every_form() {
        let season = [0.1, -0.1, 0.2, -0.2];
        let mut values: Vec<f64> = (0..24)
            .map(|t| 1.0 + 0.01 * f64::from(t) + season[t as usize % 4] + 0.05 * libm::sin(f64::from(t * t)))
            .collect();
        values[9] = f64::NAN;
        for form in Form::all() {
            let layout = Layout::new(form, 4);
            let weights = [Weights { smoothing: 0.3, fade: 0.02 }, Weights { smoothing: 0.2, fade: 0.1 }];
            let levels = match form.season {
                Season::None => vec![vec![1.0]],
                Season::Simple => vec![season.iter().map(|index| 1.0 + index).collect()],
                Season::Partial | Season::Full => vec![vec![1.0], season.to_vec()],
            };
            let mut at = vec![0.0; layout.count];
            for (which, levels) in levels.iter().enumerate() {
                layout.write(which, weights[which], levels, &mut at);
            }
            let initial: Vec<Smoother> =
                levels.iter().map(|levels| Smoother::at_rest(weights[0], levels.iter().copied())).collect();
            let mut room = Room::default();
            let mut likelihood = Likelihood::new(layout, &values, initial, &mut room);
            let count = at.len();
            let (mut product, mut gradient) = (vec![0.0; count * count], vec![0.0; count]);
            likelihood.normal_equations(&at, &mut product, &mut gradient);
            let mut residuals = |index: usize, by: f64| {
                let mut to = at.clone();
                to[index] += by;
                likelihood.start(&to);
                let mut residuals = Vec::new();
                walk(&values, &mut likelihood.last, |_, value, mean| residuals.push(value - mean));
                residuals
            };
            let here = residuals(0, 0.0);
            let slopes: Vec<Vec<f64>> = (0..count)
                .map(|index| {
                    let (up, down) = (residuals(index, 1e-5), residuals(index, -1e-5));
                    up.iter().zip(&down).map(|(up, down)| (up - down) / 2e-5).collect()
                })
                .collect();
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            for index in 0..count {
                let slope = dot(&slopes[index], &here);
                assert!(
                    (slope - gradient[index]).abs() < 1e-7,
                    "{form} parameter {index}: {slope} {}",
                    gradient[index]
                );
                for other in 0..count {
                    let (ours, theirs) = (product[index * count + other], dot(&slopes[index], &slopes[other]));
                    assert!((ours - theirs).abs() < 1e-6 * (1.0 + ours.abs()), "{form} {index}, {other}: {ours}");
                }
            }
        }
    }
}
