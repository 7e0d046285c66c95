//! Regular calendars and the working time inside them.
//!
//! In: dates. Out: [`Period`]s, [`Span`]s of them, and how many working days and school weeks each holds
//! ([`WorkingCalendar`]). This room knows nothing of children, series or models.

mod calendar;
mod period;

pub use calendar::{CalendarError, WorkingCalendar};
pub use jiff::civil::Date;
pub use period::{Frequency, Period, Span};
