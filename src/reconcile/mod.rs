//! Forecasts of parts and totals made to agree.
//!
//! In: a forecaster of any kind. Out: a forecaster of the parts, [`Reconciled`], whose paths have been moved by what the
//! totals' own forecasts know. Totals are never handed out here: whoever needs one adds up the parts, path by path, so
//! that a total is the exact sum of its parts by construction. This room knows no model and scores nothing.

mod covariance;
mod non_negative;
mod projection;
mod reconciled;

pub use covariance::ErrorCovariance;
pub use projection::Projection;
pub use reconciled::{ReconcileMethod, ReconcileOptions, Reconciled};
