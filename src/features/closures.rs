//! Dated closures as regressors.

use crate::panel::{Design, DesignError};
use crate::time::{ClosureKind, Closures, Period, WorkingCalendar, day_number};

/// The design with a column for each kind of closure that falls into its span: the share of the period's working days
/// that were closed, times how complete the closure was, from 0 to 1; the same for every series.
///
/// Columns are named by [`ClosureKind::column`]; where closures say when they were announced, another column says so
/// ([`ClosureKind::announced_column`]). A span without closures gets none.
///
/// ```
/// use groundswell::features::closure_design;
/// use groundswell::panel::Design;
/// use groundswell::time::{ClosureKind, Closures, Period, Span, WorkingCalendar};
/// let (calendar, closures) = (WorkingCalendar::england_and_wales(), Closures::england());
/// let spring = Design::empty(Span::new(Period::month(2020, 3), 2));
/// let design = closure_design(spring, &calendar, &closures)?;
/// let schools = design.regressors(0).column(ClosureKind::Schools.column()).expect("a column");
/// // Seven of the 22 working days of March 2020; all of April's.
/// assert!((schools[0] - 0.98 * 7.0 / 22.0).abs() < 1e-12 && (schools[1] - 0.98).abs() < 1e-12);
/// # Ok::<(), groundswell::panel::DesignError>(())
/// ```
///
/// # Errors
/// Where the design has such a column already.
pub fn closure_design(design: Design, calendar: &WorkingCalendar, closures: &Closures) -> Result<Design, DesignError> {
    let span = design.span();
    let mut design = design;
    for kind in ClosureKind::ALL {
        let shares: Vec<f64> = span.periods().map(|period| closed_share(period, kind, calendar, closures)).collect();
        if shares.iter().any(|share| *share > 0.0) {
            design = design.with_shared(kind.column(), shares)?;
            let announced: Vec<f64> = span.periods().map(|period| announced(period, kind, closures)).collect();
            if announced.iter().any(|day| *day > 0.0) {
                design = design.with_shared(kind.announced_column(), announced)?;
            }
        }
    }
    Ok(design)
}

/// The share of the period's working days that were closed, times depth; 0 in a period without working days.
fn closed_share(period: Period, kind: ClosureKind, calendar: &WorkingCalendar, closures: &Closures) -> f64 {
    let (first, last) = (period.first_day(), period.last_day());
    if !closures.iter().any(|closure| closure.kind == kind && closure.first <= last && closure.last >= first) {
        return 0.0;
    }
    let working = period.days().filter(|day| calendar.is_working_day(*day));
    let (days, closed) = working
        .map(|day| closures.depth_on(kind, day))
        .fold((0.0, 0.0), |(days, closed), depth| (days + 1.0, closed + depth));
    if days > 0.0 { closed / days } else { 0.0 }
}

/// The last day on which one of the period's closures became known, in days since 1 January of year 1; 0 for always.
fn announced(period: Period, kind: ClosureKind, closures: &Closures) -> f64 {
    let (first, last) = (period.first_day(), period.last_day());
    let concerned =
        closures.iter().filter(|closure| closure.kind == kind && closure.first <= last && closure.last >= first);
    concerned.filter_map(|closure| closure.announced).map(day_number).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn design(closures: &Closures, first: Period, periods: usize) -> Design {
        let calendar = WorkingCalendar::england_and_wales();
        closure_design(Design::empty(Span::new(first, periods)), &calendar, closures).expect("finite columns")
    }

    #[test]
    fn a_span_before_any_closure_has_no_column() {
        assert_eq!(design(&Closures::england(), Period::month(2015, 1), 48).names().len(), 0);
    }

    #[test]
    fn a_closure_of_half_a_month_exposes_half_its_working_days() {
        let text = "schema = 1\nname = 'T'\n[[closure]]\nname = 'Records lost'\nkind = 'recording'\n\
                    first = 2024-10-01\nlast = 2024-10-10\ndepth = 0.5";
        let closures =
            Closures::from_toml(&text.replace("2024-10-01", "'2024-10-01'").replace("2024-10-10", "'2024-10-10'"));
        let design = design(&closures.expect("valid"), Period::month(2024, 10), 2);
        // October 2024 has 23 working days, eight of them from the 1st to the 10th.
        let column = design.regressors(0).column("closed_recording").expect("a column");
        assert!((column[0] - 0.5 * 8.0 / 23.0).abs() < 1e-12);
        assert_eq!(column[1], 0.0);
    }
}
