//! How far each period lay under closures.

use ndarray::Array3;

use crate::panel::Design;
use crate::time::ClosureKind;

/// The kinds of closure that suppress demand, in the order of a series' effects.
pub const KINDS: [ClosureKind; 3] = [ClosureKind::Schools, ClosureKind::StayAtHome, ClosureKind::Event];

/// A period of which at least this share was closed brings nothing back.
const CLOSED: f64 = 0.5;

/// A period of which at least this share went unrecorded tells nothing.
const UNRECORDED: f64 = 0.05;

/// The closed share of each period by series and kind of closure, as a [`Design`] holds it.
///
/// Shape: series x kinds ([`KINDS`]) x periods, from 0 to 1.
#[derive(Debug, Clone)]
pub struct Exposure {
    closed: Array3<f64>,
    /// Series x 1 x periods: the share in which what came was not recorded.
    unrecorded: Array3<f64>,
}

impl Exposure {
    /// The exposure of so many series over the span of a design; columns that it lacks are zero.
    pub fn of(design: &Design, series: usize) -> Exposure {
        let periods = design.span().len();
        let fill = |kinds: &[ClosureKind]| {
            let mut shares = Array3::zeros((series, kinds.len(), periods));
            for (place, kind) in kinds.iter().enumerate() {
                for row in 0..series {
                    let Some(column) = design.regressors(row).column(kind.column()) else { continue };
                    for (period, share) in column.into_iter().enumerate() {
                        shares[(row, place, period)] = share.clamp(0.0, 1.0);
                    }
                }
            }
            shares
        };
        Exposure { closed: fill(&KINDS), unrecorded: fill(&[ClosureKind::Recording]) }
    }

    /// How many periods.
    pub fn periods(&self) -> usize {
        self.closed.dim().2
    }

    /// Whether no period of any series was closed or unrecorded.
    pub fn is_empty(&self) -> bool {
        self.closed.iter().chain(&self.unrecorded).all(|share| *share == 0.0)
    }

    /// The closed share by kind.
    pub fn shares(&self, row: usize, period: usize) -> [f64; KINDS.len()] {
        std::array::from_fn(|kind| self.closed[(row, kind, period)])
    }

    /// The closed share of the kind that closed most.
    pub fn deepest(&self, row: usize, period: usize) -> f64 {
        self.shares(row, period).into_iter().fold(0.0, f64::max)
    }

    /// Whether hidden demand can come back in the period.
    pub fn open(&self, row: usize, period: usize) -> bool {
        self.deepest(row, period) < CLOSED
    }

    /// Whether the period's value tells nothing about demand.
    pub fn unrecorded(&self, row: usize, period: usize) -> bool {
        self.unrecorded[(row, 0, period)] >= UNRECORDED
    }

    /// What is left of demand under the period's closures, for a suppression by kind.
    ///
    /// Method: exp(-sum of gamma times share).
    pub fn kept(&self, row: usize, period: usize, suppression: &[f64]) -> f64 {
        let shares = self.shares(row, period);
        libm::exp(-shares.iter().zip(suppression).map(|(share, gamma)| share * gamma).sum::<f64>())
    }

    /// The exposure without the periods of a kind that `unknown` names.
    pub(super) fn without(mut self, unknown: impl Fn(ClosureKind, usize) -> bool) -> Exposure {
        for ((_, kind, period), share) in self.closed.indexed_iter_mut() {
            if unknown(KINDS[kind], period) {
                *share = 0.0;
            }
        }
        self
    }

    /// The exposure followed by that of the periods after it.
    pub(super) fn followed_by(&self, later: &Exposure) -> Exposure {
        let joined = |a: &Array3<f64>, b: &Array3<f64>| {
            let (rows, kinds, before) = a.dim();
            Array3::from_shape_fn((rows, kinds, before + b.dim().2), |(row, kind, period)| {
                if period < before { a[(row, kind, period)] } else { b[(row, kind, period - before)] }
            })
        };
        Exposure {
            closed: joined(&self.closed, &later.closed),
            unrecorded: joined(&self.unrecorded, &later.unrecorded),
        }
    }
}

/// The design without its columns of closed shares, as the inner forecaster sees it.
pub(super) fn without_closures(design: &Design) -> Design {
    design
        .without(&ClosureKind::ALL.map(ClosureKind::column))
        .without(&ClosureKind::ALL.map(ClosureKind::announced_column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Period, Span};

    fn exposure() -> Exposure {
        let design = Design::empty(Span::new(Period::month(2020, 3), 3))
            .with_shared("closed_schools", vec![0.3, 1.0, 0.0])
            .and_then(|design| design.with_shared("closed_recording", vec![0.0, 0.0, 1.0]));
        Exposure::of(&design.expect("finite"), 2)
    }

    #[test]
    fn a_month_closed_to_the_half_brings_nothing_back() {
        let exposure = exposure();
        assert_eq!((0..3).map(|period| exposure.open(1, period)).collect::<Vec<_>>(), [true, false, true]);
        assert!(exposure.unrecorded(0, 2) && !exposure.unrecorded(0, 1));
    }

    #[test]
    fn what_is_left_falls_with_the_share_closed() {
        let kept = exposure().kept(0, 0, &[2.0, 5.0, 0.0]);
        assert!((kept - (-0.6f64).exp()).abs() < 1e-12);
    }
}
