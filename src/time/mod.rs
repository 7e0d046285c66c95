//! Regular calendars and the working time inside them.
//!
//! In: dates. Out: [`Period`]s, [`Span`]s of them, and how many working days and school weeks each holds
//! ([`WorkingCalendar`]), and when things were closed ([`Closures`]). This room knows nothing of children, series or models.

mod calendar;
mod closures;
mod financial_year;
mod period;
mod start;

pub use calendar::{CalendarError, WorkingCalendar};
pub use closures::{Closure, ClosureError, ClosureKind, Closures};
pub use financial_year::financial_year;
pub use jiff::civil::Date;
pub use period::{Frequency, Period, Span, day_number};
pub use start::{Start, day_written};
