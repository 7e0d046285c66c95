//! From raw figures to figures that may be shown.

use super::conceal::{Context, concealed};
use super::figures::Parts;
use super::totals::Totals;
use super::{Cell, FigureColumn, FigureKind, Figures, Profile, ProtectedColumn, ProtectedTable};

/// Counts from 1 up to this are suppressed.
// NHS Digital, sub-national disclosure rule for counts.
pub(super) const LARGEST_SUPPRESSED: f64 = 7.0;

/// Counts are rounded to a multiple of this.
// NHS Digital, sub-national disclosure rule for counts.
const BASE: f64 = 5.0;

/// Applies the profile's rule to every figure.
///
/// Method: NHS Digital's sub-national rule (counts of 1 to 7 suppressed, others to the nearest 5), with rates worked out
/// from rounded counts as OpenSAFELY's output rules ask. Totals: see [`ProtectedTable`]. Under [`Profile::DfeCin`]
/// observed counts follow the rule of DfE's statistics and everything else follows this one.
///
/// ```
/// use groundswell::disclosure::{Cell, FigureColumn, Figures, Profile, protect};
/// let raw = Figures::new("history", vec![], vec![FigureColumn::counts("y", vec![0.0, 7.0, 8.0, 112.0])])?;
/// let table = protect(Profile::Published, raw);
/// let shown = [Cell::Number(0.0), Cell::Suppressed, Cell::Number(10.0), Cell::Number(110.0)];
/// assert_eq!(table.cells("y"), Some(&shown[..]));
/// # Ok::<(), groundswell::disclosure::FigureError>(())
/// ```
pub fn protect(profile: Profile, figures: Figures) -> ProtectedTable {
    let Parts { name, labels, figures, totals, wide, earlier, rows } = figures.into_parts();
    let context = Context { totals: &totals, wide: &wide, earlier: &earlier };
    let totals = Totals::of(&totals, rows);
    let mut given_away = 0;
    let figures = figures.into_iter().map(|column| {
        let cells = match (profile, column.kind) {
            (Profile::Internal, _) => column.values.iter().map(|value| unchanged(*value)).collect(),
            (Profile::DfeCin, FigureKind::Observed) => {
                let (cells, told) = concealed(&column.values, &context);
                given_away += told;
                cells
            }
            (Profile::Published | Profile::DfeCin, _) => published(&column, &totals),
        };
        ProtectedColumn { name: column.name, kind: column.kind, cells }
    });
    let figures = figures.collect();
    ProtectedTable { name, profile, labels, figures, rows, given_away }
}

fn published(column: &FigureColumn, totals: &Totals<'_>) -> Vec<Cell> {
    match (column.kind, &column.denominators) {
        (FigureKind::Observed | FigureKind::Count, _) => {
            let mut cells: Vec<Cell> = column.values.iter().map(|count| rounded(*count)).collect();
            totals.publish(&column.values, &mut cells);
            cells
        }
        (FigureKind::Change, _) => {
            let mut cells: Vec<Cell> = column.values.iter().map(|change| rounded_change(*change)).collect();
            for total in totals.rows() {
                if !matches!(cells[total.row], Cell::Missing) {
                    cells[total.row] = sum_of_changes(total.parts.iter().map(|part| cells[*part]));
                }
            }
            cells
        }
        (FigureKind::Share, Some(denominators)) => {
            let pairs = column.values.iter().zip(denominators);
            pairs.map(|(share, denominator)| rounded_share(*share, *denominator)).collect()
        }
        (FigureKind::Share | FigureKind::Score, _) => column.values.iter().map(|value| unchanged(*value)).collect(),
    }
}

/// Negative zero is shown as zero.
fn unchanged(value: f64) -> Cell {
    if value.is_nan() { Cell::Missing } else { Cell::Number(value + 0.0) }
}

/// A count, rounded half up; forecasts are rounded to whole events first, so that 0.4 is none and 7.4 is suppressed.
pub(super) fn rounded(count: f64) -> Cell {
    if count.is_nan() {
        return Cell::Missing;
    }
    let whole = whole(count);
    if whole < 1.0 {
        Cell::Number(0.0)
    } else if whole <= LARGEST_SUPPRESSED {
        Cell::Suppressed
    } else {
        Cell::Number(nearest(whole))
    }
}

/// The nearest whole number, half up.
pub(super) fn whole(count: f64) -> f64 {
    (count + 0.5).floor()
}

/// The nearest multiple of the base, half up.
pub(super) fn nearest(count: f64) -> f64 {
    (count / BASE + 0.5).floor() * BASE
}

/// A change, rounded as the count of its size is: what changes a count by 1 to 7 would tell one count from the other.
fn rounded_change(change: f64) -> Cell {
    match rounded(change.abs()) {
        Cell::Number(size) => Cell::Number(size.copysign(change) + 0.0),
        other => other,
    }
}

/// The total of published changes. One that isn't shown adds nothing: it lies as often above zero as below.
fn sum_of_changes(parts: impl Iterator<Item = Cell>) -> Cell {
    rounded_change(parts.filter_map(Cell::number).sum())
}

/// A share worked out again from the rounded counts it was taken from; suppressed where either of them is.
fn rounded_share(share: f64, denominator: f64) -> Cell {
    match (rounded(share * denominator), rounded(denominator)) {
        (Cell::Missing, _) | (_, Cell::Missing) => Cell::Missing,
        (Cell::Suppressed | Cell::Withheld, _) | (_, Cell::Suppressed | Cell::Withheld) => Cell::Suppressed,
        (Cell::Number(_), Cell::Number(0.0)) => Cell::Missing,
        (Cell::Number(part), Cell::Number(whole)) => Cell::Number((part / whole).min(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::disclosure::TotalRow;

    fn counts(profile: Profile, values: Vec<f64>, totals: Vec<TotalRow>) -> Vec<Cell> {
        let figures = Figures::new("t", vec![], vec![FigureColumn::counts("y", values)]).expect("valid figures");
        let table = protect(profile, figures.with_totals(totals).expect("valid totals"));
        table.cells("y").expect("the column is there").to_vec()
    }

    fn total(row: usize, parts: &[usize]) -> TotalRow {
        TotalRow { row, parts: parts.to_vec() }
    }

    #[test]
    fn zero_stays_zero_small_counts_vanish_and_others_go_to_the_nearest_five() {
        let raw = vec![0.0, 1.0, 7.0, 8.0, 12.0, 13.0, f64::NAN];
        let shown = [
            Cell::Number(0.0),
            Cell::Suppressed,
            Cell::Suppressed,
            Cell::Number(10.0),
            Cell::Number(10.0),
            Cell::Number(15.0),
            Cell::Missing,
        ];
        assert_eq!(counts(Profile::Published, raw, vec![]), shown);
    }

    #[test]
    fn a_forecast_of_half_a_child_is_suppressed_and_of_less_is_none() {
        let shown = [Cell::Number(0.0), Cell::Suppressed, Cell::Suppressed, Cell::Number(10.0), Cell::Number(15.0)];
        assert_eq!(counts(Profile::Published, vec![0.4, 0.5, 7.49, 7.5, 12.5], vec![]), shown);
    }

    #[test]
    fn a_share_of_few_children_or_of_few_among_many_is_suppressed() {
        let shares = FigureColumn::shares_of("share", vec![0.5, 0.02, 0.5, 0.0], vec![6.0, 200.0, 201.0, 40.0]);
        let table = protect(Profile::Published, Figures::new("t", vec![], vec![shares]).expect("valid"));
        let shown = [Cell::Suppressed, Cell::Suppressed, Cell::Number(100.0 / 200.0), Cell::Number(0.0)];
        assert_eq!(table.cells("share"), Some(&shown[..]));
    }

    #[test]
    fn scores_and_shares_of_forecasts_pass() {
        let columns = vec![
            FigureColumn::scores("mase", vec![0.81, f64::NAN]),
            FigureColumn::shares("coverage_80", vec![0.79, 0.5]),
        ];
        let table = protect(Profile::Published, Figures::new("t", vec![], columns).expect("valid"));
        assert_eq!(table.cells("mase"), Some(&[Cell::Number(0.81), Cell::Missing][..]));
        assert_eq!(table.cells("coverage_80"), Some(&[Cell::Number(0.79), Cell::Number(0.5)][..]));
    }

    #[test]
    fn changes_are_rounded_by_their_size_and_their_totals_add_up_what_is_shown() {
        let raw = vec![407.0, -32.4, 3.0, -6.0, 1000.0];
        let figures = Figures::new("t", vec![], vec![FigureColumn::changes("mean", raw)]).expect("valid figures");
        let table = protect(Profile::Published, figures.with_totals(vec![total(4, &[0, 1, 2, 3])]).expect("valid"));
        let shown = [405.0, -30.0].map(Cell::Number);
        assert_eq!(table.cells("mean").expect("there")[..2], shown);
        assert_eq!(table.cells("mean").expect("there")[2..], [Cell::Suppressed, Cell::Suppressed, Cell::Number(375.0)]);
    }

    proptest! {
        #[test]
        fn no_published_count_lies_under_the_threshold(raw in prop::collection::vec(0.0..5_000.0_f64, 1..60)) {
            let parts: Vec<usize> = (1..raw.len()).collect();
            for cell in counts(Profile::Published, raw.clone(), vec![total(0, &parts)]) {
                if let Cell::Number(value) = cell {
                    prop_assert!(value == 0.0 || (value >= 10.0 && value % 5.0 == 0.0), "{}", value);
                }
            }
        }

        #[test]
        fn rounding_keeps_order_and_moves_no_count_further_than_two_and_a_half(whole in 8_u32..100_000) {
            let count = f64::from(whole);
            let shown = counts(Profile::Published, vec![count, count + 1.0], vec![]);
            let numbers: Vec<f64> = shown.iter().filter_map(|cell| cell.number()).collect();
            prop_assert_eq!(numbers.len(), 2);
            prop_assert!((numbers[0] - count).abs() <= 2.5 && numbers[0] <= numbers[1]);
        }

        #[test]
        fn the_internal_profile_changes_nothing(raw in prop::collection::vec(0.0..900.0_f64, 1..40)) {
            let parts: Vec<usize> = (1..raw.len()).collect();
            let shown = counts(Profile::Internal, raw.clone(), vec![total(0, &parts)]);
            prop_assert_eq!(shown, raw.into_iter().map(Cell::Number).collect::<Vec<_>>());
        }
    }
}
