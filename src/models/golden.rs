//! The files of numbers of other implementations, as the tests of several families read them.

use serde::Deserialize;

/// Series, each with the fits `F` of another implementation.
#[derive(Deserialize)]
pub(super) struct Golden<F> {
    pub(super) series: Vec<GoldenSeries<F>>,
}

/// One series and how another implementation fits it.
#[derive(Deserialize)]
pub(super) struct GoldenSeries<F> {
    pub(super) name: String,
    pub(super) season_length: usize,
    pub(super) values: Vec<f64>,
    pub(super) fits: Vec<F>,
}
