//! What makes counts swing more than chance: siblings, and levels that wander for a while.

use rand_chacha::ChaCha8Rng;

use super::options::SimulationOptions;
use super::{SimulateError, purpose};
use crate::math::random;
use crate::time::Span;

/// How the over-dispersion of monthly totals divides.
///
/// Families come as a Poisson process; `size` and the multipliers of the authority and of each source add the rest.
/// With family sizes K, variance / mean - 1 of a compound Poisson count is E[K^2]/E[K] - 1; what `dispersion` asks for
/// beyond it is the multipliers'.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    /// Mean children of a family referred together.
    pub family_size: f64,
    /// Variance of the authority's multiplier.
    pub authority: f64,
    /// Variance of each source's multiplier.
    pub source: f64,
    /// Lag-1 autocorrelation of the multipliers (of their logs).
    pub autocorrelation: f64,
}

impl Split {
    /// The split that gives monthly totals their dispersion and autocorrelation.
    pub fn of(options: &SimulationOptions) -> Result<Split, SimulateError> {
        let siblings = &options.children.siblings;
        let total: f64 = siblings.iter().sum();
        let sizes = || siblings.iter().enumerate().map(|(place, weight)| (place as f64 + 1.0, weight / total));
        let mean: f64 = sizes().map(|(size, weight)| weight * size).sum();
        let square: f64 = sizes().map(|(size, weight)| weight * size * size).sum();
        let (monthly, noise) = (options.referrals_per_month, &options.noise);
        let excess = 1.0 / noise.dispersion - (square / mean - 1.0) / monthly;
        if excess < 0.0 {
            let most = monthly / (square / mean - 1.0);
            let problem = format!("is more than siblings alone leave; give at most {most:.2} or fewer siblings");
            return Err(SimulateError::option("noise.dispersion", problem));
        }
        let weights: f64 = options.sources.iter().map(|source| source.weight).sum();
        let concentration: f64 =
            options.sources.iter().map(|source| source.weight / weights).map(|share| share * share).sum();
        // Only the multipliers are autocorrelated; Poisson chance and siblings aren't.
        let all = 1.0 / noise.dispersion + 1.0 / monthly;
        let autocorrelation = if excess > 0.0 { (noise.autocorrelation * all / excess).min(0.99) } else { 0.0 };
        Ok(Split {
            family_size: mean,
            authority: excess * (1.0 - noise.source_share),
            source: excess * noise.source_share / concentration,
            autocorrelation,
        })
    }
}

/// Multipliers of mean one by month: the authority's, and each source's.
#[derive(Debug)]
pub(super) struct Multipliers {
    /// By month.
    pub authority: Vec<f64>,
    /// By source and month.
    pub sources: Vec<Vec<f64>>,
}

impl Multipliers {
    /// Lognormal autoregressions of order one, stationary from the first month.
    pub fn draw(options: &SimulationOptions, split: &Split, span: Span) -> Multipliers {
        let walk = |variance: f64, key: u64| {
            let mut stream = random::stream(options.seed, &[purpose::MULTIPLIERS, key]);
            autoregression(&mut stream, variance, split.autocorrelation, span.len())
        };
        let sources = (0..options.sources.len()).map(|source| walk(split.source, source as u64 + 1)).collect();
        Multipliers { authority: walk(split.authority, 0), sources }
    }
}

fn autoregression(stream: &mut ChaCha8Rng, variance: f64, correlation: f64, months: usize) -> Vec<f64> {
    let log_variance = libm::log1p(variance);
    let spread = libm::sqrt(log_variance);
    let innovation = libm::sqrt(1.0 - correlation * correlation);
    let mut state = random::normal(stream);
    let mut step = || {
        let now = state;
        state = correlation * state + innovation * random::normal(stream);
        libm::exp(spread * now - log_variance / 2.0)
    };
    (0..months).map(|_| step()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipliers_have_mean_one_and_the_variance_and_autocorrelation_asked_for() {
        let mut stream = random::stream(11, &[]);
        let values = autoregression(&mut stream, 0.04, 0.6, 60_000);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let product = |lag: usize| {
            let pairs = values.iter().zip(&values[lag..]);
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / values.len() as f64
        };
        assert!((mean - 1.0).abs() < 0.005, "{mean}");
        assert!((product(0) / 0.04 - 1.0).abs() < 0.05, "{}", product(0));
        assert!((product(1) / product(0) - 0.6).abs() < 0.03, "{}", product(1) / product(0));
    }

    #[test]
    fn dispersion_that_siblings_alone_exceed_is_refused() {
        let options = SimulationOptions::from_toml("noise.dispersion = 1e6").expect("valid in itself");
        let message = Split::of(&options).expect_err("refused").to_string();
        assert!(message.contains("`noise.dispersion`"), "{message}");
    }
}
