//! Where looked-after children live: a multi-state model of age band and placement group.
//!
//! In: histories of care without identifiers ([`CareHistory`]). Out: rates with their uncertainty ([`PlacementRates`])
//! and sample paths of children by age and placement ([`PlacementForecast`]). What a placement costs is said beside.

mod arrivals;
mod balance;
mod groups;
mod history;
mod options;
mod population;
mod rates;
mod scenario;
mod simulate;
mod trend;
mod years;

pub use groups::PlacementGroups;
pub use history::{CareHistory, CareStay};
pub use options::PlacementOptions;
pub use population::Population;
pub use rates::{PlacementRates, ReferenceWindow};
pub use simulate::{Ahead, PlacementForecast};
