//! The models: one family a file, each a [`SeriesModel`](crate::forecast::SeriesModel) or a
//! [`Forecaster`](crate::forecast::Forecaster).
//!
//! In: a panel and its regressors. Out: fitted models that write sample paths. This room reads no file, combines no
//! models and scores none.

mod ces;
mod ets;
mod group_season;
#[cfg(test)]
mod hostile;
mod level;
mod local;
mod naive;
mod pooled_season;
mod regression;
mod spec;
mod stl;
mod theta;

pub use ces::{Ces, CesOptions, CesScale, CesSeason};
pub use ets::{Auto, Choice, Ets, EtsError, EtsOptions, EtsSeason, EtsTrend, Form};
pub use group_season::{Estimated, GroupYears};
pub use level::{LevelOptions, RevertingLevel};
pub use local::Local;
pub use naive::{SeasonalNaive, SeasonalNaiveOptions};
pub use pooled_season::{PooledSeason, PooledSeasonOptions};
pub use regression::{Regression, RegressionOptions, Target, WorkingDays};
pub use spec::ModelSpec;
pub use stl::{Stl, StlOptions, StlSeason};
pub use theta::{Theta, ThetaForm, ThetaOptions, ThetaSeason};
