//! What is known of every period, past and future: the columns of a [`Design`](crate::panel::Design).
//!
//! In: a span of periods, a calendar, dated closures. Out: regressors that hold for any series. This room sees no count, estimates
//! nothing, and makes no Fourier terms: a model that wants them makes them from the period's place in the year.

mod calendar;
mod closures;

pub use calendar::{FeatureOptions, SCHOOL_WEEKS, WORKING_DAYS, calendar_design};
pub use closures::closure_design;
