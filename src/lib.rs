//! Demand forecasting for children's services: referral histories in, honest ranges and a published pack out.
//!
//! # A tour of the house
//!
//! Data enters at the front door and leaves at the back, passing each room once:
//!
//! | room | what happens there |
//! |---|---|
//! | [`ingest`] | files are recognised, read, cleaned, merged and counted: a [`panel::Panel`] and [`panel::Finding`]s |
//! | [`features`] | what is known about every period, past and future: a [`panel::Design`] |
//! | [`shock`] | what closures kept away and what came back, taken out before the models see the series and put back into their paths |
//! | [`models`], [`ensemble`] | models of one series, pooled seasons, combinations, calibrated ranges: all of them [`forecast::Forecaster`]s |
//! | [`reconcile`] | parts told what their totals' own forecasts know, so that sums agree |
//! | [`evaluate`] | rolling origins scored: an [`evaluate::Scorecard`] |
//! | [`scenario`] | named levers on a forecast, and a ledger of what each adds or takes |
//! | [`pathway`] | referrals followed to open cases, workers, placements and pounds |
//! | [`disclosure`] | figures that may be shown: a [`disclosure::ProtectedTable`] |
//! | [`publish`] | tables, charts and the report, drawn from protected tables only |
//! | [`batch`] | one run at a time, whole packs only, the same job once |
//! | [`simulate`] | a synthetic authority with known truth |
//!
//! Beneath the rooms lies the foundation, each floor seeing those below it only: [`math`] and [`time`], then [`panel`]
//! (what is counted, where and when), then [`forecast`] (what a forecast is and what makes one: sample paths, model
//! traits, shared innovation dates, rolling origins). A room sees the foundation and never the room beside it.
//!
//! Above them, [`project`] turns `groundswell.toml` into a checked plan, and [`pipeline`] is the only place that knows
//! the order of the stages. The binary's command line lies outside the library and calls the pipeline.
//!
//! # From a table to a forecast
//!
//! ```
//! use groundswell::forecast::{Draws, Forecaster, Level};
//! use groundswell::models::{Local, ModelSpec};
//! use groundswell::panel::{Design, Panel, SeriesKey, ValueKind};
//! use groundswell::time::{Period, Span};
//!
//! // Four years of monthly counts of one series.
//! let span = Span::new(Period::month(2020, 4), 48);
//! let counts = ndarray::Array2::from_shape_fn((1, 48), |(_, month)| 100.0 + (month % 12) as f64);
//! let panel = Panel::new(vec!["area".into()], vec![SeriesKey::new(["Northtown"])], span, counts, ValueKind::Count)?;
//!
//! // An unfitted model of one series, lifted to a forecaster of a panel.
//! let ets = ModelSpec::family("ets").expect("a model that ships");
//! let forecaster = Local::from(ets.build());
//! let fitted = forecaster.fit(&panel, &Design::empty(span))?;
//!
//! // The future's design is the horizon: here twelve months without regressors.
//! let forecast = fitted.forecast(&Design::empty(span.following(12)), Draws { paths: 200, seed: 1 })?;
//! let (low, high) = Level::try_from(80)?.bounds();
//! let range = forecast.quantiles(&[low, high]);
//! assert!(range[(0, 0, 0)] <= range[(0, 1, 0)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod batch;
pub mod disclosure;
pub mod ensemble;
pub mod evaluate;
pub mod features;
pub mod forecast;
pub mod ingest;
pub mod math;
pub mod models;
pub mod panel;
pub mod pathway;
pub mod pipeline;
pub mod project;
pub mod publish;
pub mod reconcile;
pub mod scenario;
pub mod shock;
pub mod simulate;
pub mod time;
