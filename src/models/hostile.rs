//! Series that break models, for the tests of every family.

use rand::RngExt;

use crate::forecast::{FittedSeries, ModelError, SeriesHistory, SeriesModel};
use crate::math::random::stream;
use crate::panel::Design;
use crate::time::{Frequency, Period, Span};

/// A design without regressors over that many periods.
pub(super) fn bare(frequency: Frequency, periods: usize) -> Design {
    Design::empty(Span::new(Period::numbered(frequency, 24_000), periods))
}

/// Fits values without regressors.
pub(super) fn fit(
    model: &dyn SeriesModel,
    frequency: Frequency,
    values: &[f64],
) -> Result<Box<dyn FittedSeries>, ModelError> {
    model.fit(SeriesHistory { values, regressors: bare(frequency, values.len()).regressors(0) })
}

/// The path under the given innovations.
pub(super) fn path(fitted: &dyn FittedSeries, frequency: Frequency, innovations: &[f64]) -> Vec<f64> {
    let mut path = vec![f64::NAN; innovations.len()];
    fitted.path(bare(frequency, innovations.len()).regressors(0), innovations, &mut path);
    path
}

/// The point forecast of values without regressors.
pub(super) fn point(model: &dyn SeriesModel, frequency: Frequency, values: &[f64], steps: usize) -> Vec<f64> {
    path(&*fit(model, frequency, values).expect("the series can be fitted"), frequency, &vec![0.0; steps])
}

/// Hundreds of histories of 1 to 200 periods: counts, trends, seasons, constants, zeros, spikes, shifts, gaps, huge and
/// tiny values. Each starts with an observed value, as the trait promises.
pub(super) fn series() -> impl Iterator<Item = (Frequency, Vec<f64>)> {
    let frequencies = [Frequency::Month, Frequency::Quarter, Frequency::Year, Frequency::Week];
    (0..600_u64).map(move |number| {
        let mut rng = stream(97, &[number]);
        let frequency = frequencies[number as usize % frequencies.len()];
        // Short series are where models break: half have fewer than 30 periods.
        let len = if rng.random::<bool>() { rng.random_range(1..30) } else { rng.random_range(30..200) };
        let kind = rng.random_range(0..9);
        let mut uniform = || rng.random::<f64>();
        let mut values: Vec<f64> = (0..len)
            .map(|t| {
                let (t, noise) = (t as f64, uniform());
                match kind {
                    0 => (20.0 * noise).floor(),
                    1 => 0.0,
                    2 => 7.0,
                    3 => {
                        if noise < 0.9 {
                            0.0
                        } else {
                            (30.0 * noise).floor()
                        }
                    }
                    4 => 100.0 + 3.0 * t + noise,
                    5 => (300.0 - 3.0 * t).max(0.0) + noise,
                    6 => 50.0 * (1.2 + libm::sin(t * std::f64::consts::TAU / 12.0)) * (0.9 + 0.2 * noise),
                    7 => libm::exp(0.1 * t) * (0.8 + 0.4 * noise),
                    _ => {
                        if t as usize == len / 2 {
                            1e6
                        } else {
                            5.0 + noise
                        }
                    }
                }
            })
            .collect();
        if uniform() < 0.4 {
            values.iter_mut().skip(1).for_each(|value| *value = if uniform() < 0.2 { f64::NAN } else { *value });
        }
        let size = [1.0, 1.0, 1e9, 1e-9][(4.0 * uniform()) as usize % 4];
        values.iter_mut().for_each(|value| *value *= size);
        (frequency, values)
    })
}

/// Fits every hostile series and fails on a panic, a value that is not finite or far from the data, or residuals that
/// don't match the history.
pub(super) fn survives(model: &dyn SeriesModel) {
    for (frequency, values) in series() {
        let named = || format!("{} on {frequency:?} {values:?}", model.id());
        let fitted = fit(model, frequency, &values).unwrap_or_else(|error| panic!("{error}: {}", named()));
        assert_eq!(fitted.residuals().len(), values.len(), "{}", named());
        for (residual, value) in fitted.residuals().iter().zip(&values) {
            assert!(residual.is_finite() || residual.is_nan(), "residual {residual}: {}", named());
            assert!(residual.is_nan() || !value.is_nan(), "a residual where nothing was observed: {}", named());
        }
        let highest = values.iter().copied().fold(0.0, f64::max);
        let point = path(&*fitted, frequency, &[0.0; 24]);
        assert!(point.iter().all(|value| value.abs() <= 10.0 * highest), "{point:?}: {}", named());
        let known: Vec<f64> = fitted.residuals().iter().copied().filter(|residual| residual.is_finite()).collect();
        for start in 0..5 {
            let innovations: Vec<f64> = (0..24)
                .map(|step| if known.is_empty() { 0.0 } else { known[(start * 7 + step * 11) % known.len()] })
                .collect();
            let path = path(&*fitted, frequency, &innovations);
            assert!(path.iter().all(|value| value.abs() <= 300.0 * highest), "{path:?}: {}", named());
        }
        assert!(!fitted.describe().is_empty());
    }
    let nothing = fit(model, Frequency::Month, &[]).expect_err("there is nothing to fit");
    assert!(matches!(nothing, ModelError::TooShort { found: 0, .. }), "{nothing}");
}
