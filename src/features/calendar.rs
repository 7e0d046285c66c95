//! Working days and school weeks as regressors.

use serde::{Deserialize, Serialize};

use crate::panel::{Design, DesignError};
use crate::time::{Frequency, Period, Span, WorkingCalendar};

/// The column of working days in the period.
pub const WORKING_DAYS: &str = "working_days";

/// The column of school weeks in the period.
pub const SCHOOL_WEEKS: &str = "school_weeks";

/// Which calendar regressors to make.
///
/// ```
/// use groundswell::features::FeatureOptions;
/// let options: FeatureOptions = toml::from_str("school_weeks = false").expect("valid");
/// assert!(options.working_days && !options.school_weeks);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeatureOptions {
    /// Working days in the period.
    pub working_days: bool,
    /// Weeks of the period in which schools are open.
    pub school_weeks: bool,
}

impl Default for FeatureOptions {
    fn default() -> FeatureOptions {
        FeatureOptions { working_days: true, school_weeks: true }
    }
}

/// The calendar's regressors for each period of the span, the same for every series.
///
/// Columns: [`WORKING_DAYS`], in days, and [`SCHOOL_WEEKS`], in weeks of five school days. Years differ too little for
/// either to help, so yearly spans get none. `calendar` is `None` where periods are only numbered (1, 2, 3) and so
/// hold no dates.
///
/// ```
/// use groundswell::features::{FeatureOptions, calendar_design};
/// use groundswell::time::{Period, Span, WorkingCalendar};
/// let span = Span::new(Period::month(2024, 8), 2);
/// let calendar = WorkingCalendar::england_and_wales();
/// let design = calendar_design(span, Some(&calendar), &FeatureOptions::default())?;
/// assert_eq!(design.regressors(0).column("working_days"), Some(vec![21.0, 21.0]));
/// assert_eq!(design.regressors(0).value("school_weeks", 0), Some(0.0));
/// # Ok::<(), groundswell::panel::DesignError>(())
/// ```
///
/// # Errors
/// None in practice: every column has a finite value for each period.
pub fn calendar_design(
    span: Span,
    calendar: Option<&WorkingCalendar>,
    options: &FeatureOptions,
) -> Result<Design, DesignError> {
    let mut design = Design::empty(span);
    let Some(calendar) = calendar.filter(|_| span.frequency() != Frequency::Year) else { return Ok(design) };
    let column = |value: &dyn Fn(Period) -> f64| span.periods().map(value).collect::<Vec<f64>>();
    if options.working_days {
        design = design.with_shared(WORKING_DAYS, column(&|period| calendar.working_days(period)))?;
    }
    if options.school_weeks {
        design = design.with_shared(SCHOOL_WEEKS, column(&|period| calendar.school_weeks(period)))?;
    }
    Ok(design)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Date;

    fn columns(span: Span, dated: bool, options: &FeatureOptions) -> Vec<String> {
        let calendar = WorkingCalendar::england_and_wales();
        let design = calendar_design(span, dated.then_some(&calendar), options).expect("finite columns");
        design.names().map(str::to_owned).collect()
    }

    #[test]
    fn a_week_with_christmas_has_three_working_days_and_no_school() {
        let week = Period::containing(Frequency::Week, Date::constant(2024, 12, 25));
        let calendar = WorkingCalendar::england_and_wales();
        let design = calendar_design(Span::new(week, 1), Some(&calendar), &FeatureOptions::default());
        let row = design.expect("finite columns").regressors(0).matrix();
        assert_eq!(row, ndarray::array![[3.0, 0.0]]);
    }

    #[test]
    fn a_quarter_holds_the_days_of_its_months() {
        let quarter = Period::numbered(Frequency::Quarter, 2023 * 4);
        let calendar = WorkingCalendar::england_and_wales();
        let design = calendar_design(Span::new(quarter, 1), Some(&calendar), &FeatureOptions::default());
        // 2023: January 21 (a substitute New Year's Day), February 20, March 23.
        assert_eq!(design.expect("finite columns").regressors(0).value(WORKING_DAYS, 0), Some(64.0));
    }

    #[test]
    fn numbered_and_yearly_calendars_have_no_columns() {
        let months = Span::new(Period::month(2023, 1), 3);
        assert!(columns(months, false, &FeatureOptions::default()).is_empty());
        let years = Span::new(Period::numbered(Frequency::Year, 2020), 3);
        assert!(columns(years, true, &FeatureOptions::default()).is_empty());
    }

    #[test]
    fn a_column_is_left_out_when_it_is_not_wanted() {
        let months = Span::new(Period::month(2023, 1), 3);
        let options = FeatureOptions { working_days: false, ..FeatureOptions::default() };
        assert_eq!(columns(months, true, &options), [SCHOOL_WEEKS]);
    }
}
