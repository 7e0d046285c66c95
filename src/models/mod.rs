//! The models: one family a file, each a [`SeriesModel`](crate::forecast::SeriesModel) or a
//! [`Forecaster`](crate::forecast::Forecaster).
//!
//! In: a panel and its regressors. Out: fitted models that write sample paths. This room reads no file, combines no
//! models and scores none.

mod local;

pub use local::Local;
