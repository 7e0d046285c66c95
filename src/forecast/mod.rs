//! What a forecast is, and what makes one: sample paths, the model traits, shared innovation dates, levels and
//! rolling origins.
//!
//! In: a [`Panel`](crate::panel::Panel) and a [`Design`](crate::panel::Design). Out: a [`Forecast`]. This room holds no
//! model; it says what every model must do, so that the rooms above need not know each other.

mod dates;
mod levels;
mod model;
mod origins;
mod paths;

pub use dates::{Draws, SharedDates};
pub use levels::{Level, LevelError, Levels};
pub use model::{FittedForecaster, FittedSeries, Forecaster, ModelError, SeriesHistory, SeriesModel, Skipped};
pub use origins::{Origin, RollingOrigins, unobserved, walk};
pub use paths::{Forecast, ForecastError};
