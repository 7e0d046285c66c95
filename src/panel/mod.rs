//! What is counted, where, and when: series keys, the panel of counts, the regressors that are known, and which
//! leaves each total adds up.
//!
//! In: labels, periods and counts. Out: [`Panel`], [`Design`], [`Hierarchy`], and [`Finding`]s about what was read.
//! This room fits nothing and reads no file.

mod design;
mod finding;
mod hierarchy;
mod key;
mod table;

pub use design::{Design, DesignError, Regressors};
pub use finding::{Finding, Place, Severity, Statement, findings_by_kind, findings_together};
pub use hierarchy::{Hierarchy, Total};
pub use key::{SeriesKey, TOTAL};
pub use table::{Panel, PanelError, ValueKind};
