//! Which fields are filled in, month by month, as a table that may be shown.

use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::ingest::Completeness;

/// The `completeness` table: `field`, `ds` (first day of the period); `share`, of the period's referrals, with a usable
/// value of the field. A share of few, and of few referrals, is suppressed; a period without referrals has none.
pub(super) fn table(profile: Profile, completeness: &Completeness) -> Result<ProtectedTable, FigureError> {
    let periods = || completeness.span.periods().map(|period| period.first_day());
    let fields = completeness.fields.iter().flat_map(|field| periods().map(|_| field.name));
    let days = completeness.fields.iter().flat_map(|_| periods());
    let referrals = || completeness.referrals.iter().map(|count| f64::from(*count));
    let of_field = |usable: &[u32]| -> Vec<f64> {
        let pairs = usable.iter().zip(referrals());
        pairs.map(|(usable, all)| if all > 0.0 { f64::from(*usable) / all } else { f64::NAN }).collect()
    };
    let shares = completeness.fields.iter().flat_map(|field| of_field(&field.usable)).collect();
    let of = completeness.fields.iter().flat_map(|_| referrals()).collect();
    let labels = vec![LabelColumn::text("field", fields), LabelColumn::dates("ds", days)];
    let figures = Figures::new("completeness", labels, vec![FigureColumn::shares_of("share", shares, of)])?;
    Ok(protect(profile, figures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Cell;
    use crate::ingest::FieldCompleteness;
    use crate::time::{Period, Span};

    #[test]
    fn shares_of_few_are_not_shown() {
        let usable = vec![60, 5, 0, 0, 3];
        let completeness = Completeness {
            span: Span::new(Period::month(2024, 1), 5),
            referrals: vec![80, 6, 40, 0, 100],
            fields: vec![FieldCompleteness { name: "need", usable }],
        };
        let table = table(Profile::Published, &completeness).expect("columns that fit");
        let shown = [Cell::Number(0.75), Cell::Suppressed, Cell::Number(0.0), Cell::Missing, Cell::Suppressed];
        assert_eq!(table.cells("share"), Some(&shown[..]));
        assert_eq!(table.text("field").expect("there")[0], "need");
    }
}
