//! Walks from model to model by the conditional sum of squares, and fits the best by exact likelihood.

use super::conditional::{self, Conditional};
use super::differencing::Differencing;
use super::exact::{self, Exact};
use super::gaps::Gaps;
use super::order::{MOST, Orders};
use super::transform::Transform;
use crate::math::optimise::{LeastSquares, Stopping, Workspace, least_squares};
use crate::math::seasonal::gaps_filled;
use crate::models::criterion;

/// One model fitted to one series, on its own scale.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) orders: Orders,
    pub(super) differencing: Differencing,
    pub(super) transform: Transform,
    /// The mean of the differenced series.
    pub(super) constant: f64,
    /// Coefficients multiplied out, from lag 1 on, and what the past says of as many periods ahead of the differenced
    /// series, less the mean.
    pub(super) ar: Vec<f64>,
    pub(super) ma: Vec<f64>,
    pub(super) ahead: Vec<f64>,
    /// The series with values not observed filled in.
    pub(super) filled: Vec<f64>,
    /// The one-step errors of the differenced series, all as wide as the last.
    pub(super) errors: Vec<f64>,
    /// Akaike's information criterion, corrected for short series, in the series' units but for a constant.
    pub(super) aicc: f64,
}

/// Room for many fits.
#[derive(Debug, Default)]
pub(super) struct Room {
    conditional: conditional::Room,
    exact: exact::Room,
    work: Workspace,
}

/// Partial autocorrelations stay inside: a root nearer to the unit circle can't be told from one on it, which is what
/// differences and the constant are for.
const LARGEST: f64 = 0.98;

/// Where a coefficient starts that the model before had not. An autoregression and a moving average that start alike
/// would cancel.
const AR_START: f64 = 0.1;
const MA_START: f64 = -0.1;

/// Searches end once the logarithm of the likelihood would rise by less than this.
const SEARCH_TOLERANCE: f64 = 1e-2;
const EXACT_TOLERANCE: f64 = 1e-4;
const MOST_STEPS: usize = 40;

/// The highest seasonal orders: Hyndman and Khandakar (2008), section 3.2.
const MOST_SEASONAL: usize = 2;

/// No search takes more rounds.
const MOST_ROUNDS: usize = 30;

/// A series on one scale as the search sees it.
pub(super) struct Search<'a> {
    transform: Transform,
    differencing: Differencing,
    /// Gaps filled.
    filled: Vec<f64>,
    differenced: Vec<f64>,
    gaps: Gaps,
    observed: usize,
    /// What the transformation adds to minus twice the log-likelihood.
    transformed: f64,
    room: &'a mut Room,
    /// Tried models, by the conditional sum of squares.
    tried: Vec<(Orders, Option<Rough>)>,
}

/// A model fitted by the conditional sum of squares.
#[derive(Debug, Clone)]
struct Rough {
    parameters: Vec<f64>,
    aicc: f64,
}

impl<'a> Search<'a> {
    /// `values` are on the scale of the transformation, gaps are `NaN`.
    pub(super) fn new(
        values: &[f64],
        transform: Transform,
        differencing: Differencing,
        room: &'a mut Room,
    ) -> Search<'a> {
        let filled = gaps_filled(values, differencing.season_length);
        let differenced = differencing.apply(&filled);
        let gaps = Gaps::of(values, differencing);
        let observed = differenced.len().saturating_sub(gaps.count());
        let late = values.iter().skip(differencing.reach()).filter(|value| !value.is_nan());
        let transformed = late.map(|value| transform.deviance(*value)).sum();
        let mut search =
            Search { transform, differencing, filled, differenced, gaps, observed, transformed, room, tried: vec![] };
        search.refill();
        search
    }

    /// Fills gaps by what a plain model of this differencing says of them.
    fn refill(&mut self) {
        if self.gaps.count() == 0 {
            return;
        }
        let Differencing { ordinary, seasonal, .. } = self.differencing;
        let plain = Orders {
            ar: usize::from(ordinary == 0),
            ma: usize::from(ordinary > 0),
            seasonal_ma: seasonal,
            seasonal_ar: 0,
            constant: ordinary + seasonal == 0,
        };
        if let Some(fit) = self.exact(plain, &self.start(plain, None)) {
            self.differenced = self.differencing.apply(&fit.filled);
            self.filled = fit.filled;
        }
    }

    /// The models with the lowest criterion, fitted by exact likelihood, lowest first; at most `count`. Empty where the
    /// series is too short for every model.
    pub(super) fn best(&mut self, count: usize) -> Vec<Fit> {
        self.walk();
        let mut order: Vec<usize> = (0..self.tried.len()).filter(|place| self.tried[*place].1.is_some()).collect();
        let aicc = |place: &usize| self.tried[*place].1.as_ref().map_or(f64::INFINITY, |rough| rough.aicc);
        order.sort_by(|a, b| aicc(a).total_cmp(&aicc(b)));
        let mut fits = Vec::new();
        for place in order.into_iter().take(count) {
            let (orders, Some(rough)) = self.tried[place].clone() else { continue };
            fits.extend(self.exact(orders, &rough.parameters));
        }
        fits.sort_by(|a: &Fit, b| a.aicc.total_cmp(&b.aicc));
        fits
    }

    /// Tries the usual first models, then goes from the best to its best neighbour for as long as one is better.
    ///
    /// Method: Hyndman and Khandakar (2008), section 3.2.
    fn walk(&mut self) {
        let constant = self.differencing.allows_constant();
        let seasonal = usize::from(self.most_seasonal() > 0);
        let mut best: Option<(Orders, Rough)> = None;
        for orders in [
            Orders::new(0, 0, 0, 0, constant),
            Orders::new(1, 0, seasonal, 0, constant),
            Orders::new(0, 1, 0, seasonal, constant),
            Orders::new(2, 2, seasonal, seasonal, constant),
            Orders::new(0, 0, 0, 0, false),
        ] {
            self.consider(orders, &mut best);
        }
        for _ in 0..MOST_ROUNDS {
            let Some((from, _)) = best.clone() else { return };
            let mut next = best.clone();
            for orders in from.neighbours() {
                if self.allows(orders) {
                    self.consider(orders, &mut next);
                }
            }
            if next.as_ref().is_none_or(|(orders, _)| *orders == from) {
                return;
            }
            best = next;
        }
    }

    fn consider(&mut self, orders: Orders, best: &mut Option<(Orders, Rough)>) {
        if !self.allows(orders) || self.tried.iter().any(|(tried, _)| *tried == orders) {
            return;
        }
        let rough = self.rough(orders, best.as_ref());
        if let Some(rough) = &rough
            && best.as_ref().is_none_or(|(_, before)| rough.aicc < before.aicc)
        {
            *best = Some((orders, rough.clone()));
        }
        self.tried.push((orders, rough));
    }

    /// A third of the series must be left for each order: as Hyndman and Khandakar's own program limits them.
    fn most_seasonal(&self) -> usize {
        let period = self.differencing.season_length;
        if period < 2 { 0 } else { MOST_SEASONAL.min(self.filled.len() / (3 * period)) }
    }

    fn allows(&self, orders: Orders) -> bool {
        let seasonal = self.most_seasonal();
        let period = self.differencing.season_length;
        let most = MOST.min(self.filled.len() / 3);
        // Within a season, the seasonal polynomials say the same.
        let most = if period > 1 && seasonal > 0 { most.min(period - 1) } else { most };
        orders.ar <= most
            && orders.ma <= most
            && orders.seasonal_ar <= seasonal
            && orders.seasonal_ma <= seasonal
            && (!orders.constant || self.differencing.allows_constant())
    }

    /// Starting parameters: those of the model before where it has them.
    fn start(&self, orders: Orders, before: Option<&(Orders, Rough)>) -> Vec<f64> {
        let own = [
            (orders.ar, AR_START),
            (orders.seasonal_ar, AR_START),
            (orders.ma, MA_START),
            (orders.seasonal_ma, MA_START),
        ];
        let theirs =
            before.map_or([0; 4], |(orders, _)| [orders.ar, orders.seasonal_ar, orders.ma, orders.seasonal_ma]);
        let known = before.map_or(&[][..], |(_, rough)| rough.parameters.as_slice());
        let mut start = Vec::with_capacity(orders.parameters());
        let mut from = 0;
        for ((order, fresh), their_order) in own.into_iter().zip(theirs) {
            start.extend((0..order).map(|term| if term < their_order { known[from + term] } else { fresh }));
            from += their_order;
        }
        if orders.constant {
            start.push(self.differenced.iter().sum::<f64>() / self.differenced.len().max(1) as f64);
        }
        start
    }

    /// What the criterion adds for parameters; `None` where the series is too short for them.
    fn penalty(&self, orders: Orders) -> Option<f64> {
        // The innovations' variance is a parameter too.
        criterion::penalty(self.observed, orders.parameters() + 1)
    }

    fn stopping(&self, tolerance: f64) -> Stopping {
        Stopping { tolerance: 2.0 * tolerance / self.observed as f64, steps: MOST_STEPS }
    }

    fn rough(&mut self, orders: Orders, before: Option<&(Orders, Rough)>) -> Option<Rough> {
        let penalty = self.penalty(orders)?;
        let mut parameters = self.start(orders, before);
        let stopping = self.stopping(SEARCH_TOLERANCE);
        let Room { conditional: room, work, .. } = &mut *self.room;
        let season_length = self.differencing.season_length;
        let mut sum = Conditional { values: &self.differenced, orders, season_length, room };
        let squares = least_squares(&mut sum, &mut parameters, &bounds(orders, 0), stopping, work);
        let aicc = criterion::of_squares(self.observed, squares, penalty);
        aicc.is_finite().then_some(Rough { parameters, aicc })
    }

    /// A model by exact likelihood, from these parameters on.
    pub(super) fn exact(&mut self, orders: Orders, start: &[f64]) -> Option<Fit> {
        let penalty = self.penalty(orders)?;
        let stopping = self.stopping(EXACT_TOLERANCE);
        let gaps = self.gaps.count();
        let mut parameters = start.to_vec();
        parameters.resize(orders.parameters() + gaps, 0.0);
        let Room { exact: room, work, .. } = &mut *self.room;
        let season_length = self.differencing.season_length;
        let mut exact = Exact { values: &self.differenced, orders, season_length, gaps: &self.gaps, room: &mut *room };
        least_squares(&mut exact, &mut parameters, &bounds(orders, gaps), stopping, work);
        let observed = exact.observed();
        let squares = exact.sum_of_squares(&parameters);
        let aicc = criterion::of_squares(observed, squares, penalty) + self.transformed;
        let mut filled = self.filled.clone();
        self.gaps.fill(&mut filled, &parameters[orders.parameters()..]);
        let standard = room.innovations.iter().zip(&room.variances);
        let mut fit = Fit {
            orders,
            differencing: self.differencing,
            transform: self.transform,
            constant: if orders.constant { parameters[orders.coefficients()] } else { 0.0 },
            ar: room.ar.clone(),
            ma: room.ma.clone(),
            ahead: Vec::with_capacity(room.ar.len()),
            filled,
            errors: standard.map(|(innovation, variance)| innovation / variance.sqrt()).collect(),
            aicc,
        };
        let sound = aicc.is_finite() && room.state.iter().all(|value| value.is_finite());
        // A zero follows the state.
        room.state.pop();
        fit.look_ahead(&mut room.state);
        sound.then_some(fit)
    }
}

impl Fit {
    /// Writes what the state says of the periods ahead until moving averages are over.
    fn look_ahead(&mut self, state: &mut [f64]) {
        for _ in 0..state.len() {
            let first = state[0];
            self.ahead.push(first);
            state.rotate_left(1);
            if let Some(last) = state.last_mut() {
                *last = 0.0;
            }
            state.iter_mut().zip(&self.ar).for_each(|(value, coefficient)| *value += coefficient * first);
        }
    }
}

/// Partial autocorrelations are bounded, the constant and values not observed are free.
fn bounds(orders: Orders, gaps: usize) -> Vec<(f64, f64)> {
    let mut bounds = vec![(-LARGEST, LARGEST); orders.coefficients()];
    bounds.resize(orders.parameters() + gaps, (f64::NEG_INFINITY, f64::INFINITY));
    bounds
}
