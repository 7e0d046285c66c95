//! Histories too short to tell how far counts scatter.

use ndarray::ArrayViewMut2;

use crate::forecast::Draws;
use crate::math::random;
use crate::panel::{Panel, SeriesKey, ValueKind};

/// With fewer observed counts than this their scatter is not known: with eight the standard deviation itself is good to
/// about a quarter (1 / sqrt(2 * 7)).
pub(super) const FEW: usize = 8;

/// Keeps these streams apart from others of the seed.
const SCATTER: u64 = 0x5CA7_7E12;

/// The mean of a panel's series of counts with too few of them to tell their scatter.
pub(super) fn counts(history: &Panel, row: usize) -> Option<f64> {
    let seen = history.series(row).into_iter().copied().filter(|value| !value.is_nan());
    let (count, sum) = seen.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    (history.kind() == ValueKind::Count && count > 0 && count < FEW).then(|| sum / count as f64)
}

/// Gives paths (draws x steps) of a count with few observed values of this mean at least the scatter that the events of
/// a rare kind have about a known rate. A handful of months that happen to lie close together promise no narrow range.
///
/// Method: the variance of a Poisson count is its mean; what the paths lack of it is added as normal noise, the same for
/// every model, so that combining models doesn't average it away.
pub(super) fn widen(mut paths: ArrayViewMut2<'_, f64>, mean: f64, key: &SeriesKey, draws: Draws) {
    if mean <= 0.0 {
        return;
    }
    let name = key.to_string().bytes().fold(0_u64, |name, byte| name.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let count = paths.nrows().max(1) as f64;
    let lacking: Vec<f64> = paths
        .columns()
        .into_iter()
        .map(|step| {
            let centre = step.sum() / count;
            let variance = step.iter().map(|value| (value - centre) * (value - centre)).sum::<f64>() / count;
            (mean - variance).max(0.0).sqrt()
        })
        .collect();
    for (draw, mut path) in paths.outer_iter_mut().enumerate() {
        let mut stream = random::stream(draws.seed, &[SCATTER, name, draw as u64]);
        for (value, lacking) in path.iter_mut().zip(&lacking) {
            *value = (*value + lacking * random::normal(&mut stream)).max(0.0);
        }
    }
}
