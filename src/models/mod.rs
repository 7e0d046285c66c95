//! The models: one family a file, each a [`SeriesModel`](crate::forecast::SeriesModel) or a
//! [`Forecaster`](crate::forecast::Forecaster).
//!
//! In: a panel and its regressors. Out: fitted models that write sample paths. This room reads no file, combines no
//! models and scores none.

mod adida;
#[cfg(test)]
mod ahead;
mod arima;
mod ces;
mod constant;
mod count_regression;
mod criterion;
mod croston;
mod elastic_net;
mod ets;
mod few;
#[cfg(test)]
mod golden;
mod group_season;
#[cfg(test)]
mod hostile;
mod imapa;
mod intermittent;
mod level;
mod local;
mod naive;
mod pooled_season;
mod regression;
mod spec;
mod stl;
mod terms;
mod theta;
mod tsb;

pub use adida::{Adida, AdidaOptions};
pub use arima::{Arima, ArimaOptions, Transform};
pub use ces::{Ces, CesOptions, CesScale, CesSeason};
pub use count_regression::{CountDistribution, CountRegression, CountRegressionOptions, ErrorsCarried};
pub use croston::{Croston, CrostonForm, CrostonOptions};
pub use elastic_net::{ElasticNet, ElasticNetOptions, Penalty, Validated};
pub use ets::{Auto, Choice, Ets, EtsError, EtsOptions, EtsSeason, EtsTrend, Form};
pub use group_season::{Estimated, GroupYears, ShippedSeason};
pub use imapa::{Imapa, ImapaOptions};
pub use level::{LevelOptions, RevertingLevel};
pub use local::Local;
pub use naive::{SeasonalNaive, SeasonalNaiveOptions};
pub use pooled_season::{PooledSeason, PooledSeasonOptions};
pub use regression::{Regression, RegressionOptions, Target};
pub use spec::ModelSpec;
pub use stl::{Stl, StlOptions, StlSeason};
pub use terms::{SeasonTerms, WorkingDays};
pub use theta::{Theta, ThetaForm, ThetaOptions, ThetaSeason};
pub use tsb::{Tsb, TsbOptions};
