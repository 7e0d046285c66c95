//! From referrals to assessments, protection, care, caseload and cost.
//!
//! In: journeys of referrals without identifiers ([`Journeys`]) or yearly flows, and sample paths of a referral
//! forecast. Out: flows, open cases, workers and pounds by month as sample paths again. This room reads no file about
//! children, and knows neither how referrals are forecast nor how results are shown.

mod care_starts;
mod conversion;
mod cost;
mod course;
mod delay;
mod draw;
mod error;
mod fit;
mod journey;
mod ledger;
mod level;
mod lever;
mod national;
mod opening;
mod own_step;
pub mod placements;
mod plan;
mod ratios;
mod simulate;
mod stage;
mod stock;
mod workload;
mod yearly_stock;

pub use care_starts::CareStarts;
pub use conversion::ConversionFit;
pub use cost::{ALL_PLACEMENTS, Costs, FinancialYears, UnitCost, total_of};
pub use delay::DelayCurve;
pub use error::PathwayError;
pub use fit::{FittedPathway, JourneyOptions};
pub use journey::{Journey, Journeys};
pub use ledger::{Hundredths, Ledger, Tally};
pub use lever::{Change, PathwayLever, PlacementRate};
pub use national::{Assumption, NationalFigures};
pub use opening::OpenCases;
pub use own_step::OwnStep;
pub use plan::{CareOutlook, Fitted, Known, Outlook, PathwayPlan, Placed, Recorded};
pub use ratios::{FlowRatios, RatioOptions, YearlyFlow};
pub use simulate::{PathwayForecast, Referrals, STOCKS};
pub use stage::{Stage, Step};
pub use workload::{WORKLOAD, WorkloadOptions};
pub use yearly_stock::YearlyStock;
