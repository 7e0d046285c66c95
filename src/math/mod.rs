//! Numbers without a subject: random streams, quantiles, optimisers, linear programmes, regressions on arrays, spellings.
//!
//! This room knows nothing of time, children or series. Results are the same on every platform: transcendental
//! functions that matter for output go through `libm`, and sums run in a fixed order.

pub mod cholesky;
pub mod loess;
pub mod optimise;
pub mod quantile;
pub mod random;
pub mod seasonal;
pub mod simplex;
pub mod spelling;
