//! Which fields of referrals are filled in, period by period.

use std::collections::BTreeSet;

use super::dimension::Dimension;
use super::period_findings;
use crate::math::quantile::median;
use crate::panel::Finding;
use crate::time::Span;

/// How many fields are looked at.
pub(super) const FIELDS: usize = 6;

/// A field of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Identifier,
    Source,
    Need,
    Age,
    Area,
    NoFurtherAction,
}

impl Field {
    /// The field that a dimension is made of.
    pub(super) fn of(dimension: Dimension) -> Field {
        match dimension {
            Dimension::Area => Field::Area,
            Dimension::Source => Field::Source,
            Dimension::AgeBand => Field::Age,
            Dimension::Need => Field::Need,
            Dimension::NoFurtherAction => Field::NoFurtherAction,
        }
    }

    /// The bit that stands for it among the usable fields of a row.
    #[inline]
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }

    fn name(self) -> &'static str {
        match self {
            Field::Identifier => "identifier",
            Field::Source => "source",
            Field::Need => "need",
            Field::Age => "age",
            Field::Area => "area",
            Field::NoFurtherAction => "no_further_action",
        }
    }
}

/// How many of the counted referrals have a usable value, by field and period.
///
/// Usable is what says more than that nothing is known: a code, label or mapped spelling of a group other than
/// `Unknown`, an age or a date of birth that can be read, an identifier, the name of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct Completeness {
    /// The periods.
    pub span: Span,
    /// Referrals counted in each period.
    pub referrals: Vec<u32>,
    /// The fields that have a column in any file.
    pub fields: Vec<FieldCompleteness>,
}

/// One field's usable values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCompleteness {
    /// Its name: `identifier`, `source`, `need`, `age`, `area`, `no_further_action`.
    pub name: &'static str,
    /// How many of each period's referrals have one.
    pub usable: Vec<u32>,
}

/// A period with fewer referrals says nothing about how a field is recorded.
const LEAST_REFERRALS: u32 = 20;

/// Fewer periods don't tell what is usual.
const LEAST_PERIODS: usize = 6;

/// A period's share that lies so far below the usual one is a fall.
const FALL: f64 = 0.2;

/// A field with a smaller share is poor altogether.
const POOR: f64 = 0.8;

impl Completeness {
    /// From each period's referrals and their usable values.
    pub(super) fn of(
        span: Span,
        fields: &BTreeSet<Field>,
        by_period: impl Iterator<Item = (u32, [u32; FIELDS])>,
    ) -> Completeness {
        let (referrals, usable): (Vec<u32>, Vec<[u32; FIELDS]>) = by_period.unzip();
        let of_field = |field: &Field| FieldCompleteness {
            name: field.name(),
            usable: usable.iter().map(|counts| counts[*field as usize]).collect(),
        };
        Completeness { span, referrals, fields: fields.iter().map(of_field).collect() }
    }

    /// Fields that are poor altogether, and those that were recorded worse in some periods than usual.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let all: u32 = self.referrals.iter().sum();
        for field in &self.fields {
            let usable: u32 = field.usable.iter().sum();
            let share = f64::from(usable) / f64::from(all.max(1));
            // A field that is never filled in is none of this export.
            if all >= LEAST_REFERRALS && usable > 0 && share < POOR {
                findings.push(period_findings::poor_field(field.name, share, u64::from(all - usable)));
            }
            let shares: Vec<(usize, f64)> = field
                .usable
                .iter()
                .zip(&self.referrals)
                .enumerate()
                .filter(|(_, (_, referrals))| **referrals >= LEAST_REFERRALS)
                .map(|(at, (usable, referrals))| (at, f64::from(*usable) / f64::from(*referrals)))
                .collect();
            if shares.len() < LEAST_PERIODS {
                continue;
            }
            let usual = median(shares.iter().map(|(_, share)| *share));
            let fallen = shares.iter().filter(|(_, share)| *share < usual - FALL);
            let fallen: Vec<String> = fallen.map(|(at, _)| self.span.period(*at).to_string()).collect();
            if !fallen.is_empty() {
                findings.push(period_findings::completeness_fall(field.name, &fallen));
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Period;

    fn completeness(months: &[(u32, u32)]) -> Completeness {
        let span = Span::new(Period::month(2023, 1), months.len());
        let by_period = months.iter().map(|(referrals, usable)| {
            let mut counts = [0; FIELDS];
            counts[Field::Need as usize] = *usable;
            (*referrals, counts)
        });
        Completeness::of(span, &BTreeSet::from([Field::Need]), by_period)
    }

    fn names(completeness: &Completeness) -> Vec<&'static str> {
        completeness.findings().iter().map(|finding| finding.name).collect()
    }

    #[test]
    fn a_month_that_is_recorded_much_worse_than_usual_is_found() {
        let mut months = vec![(100, 95); 12];
        assert_eq!(names(&completeness(&months)), Vec::<&str>::new());
        months[7] = (100, 40);
        let found = completeness(&months).findings();
        assert_eq!(found[0].name, "completeness-fall");
        assert_eq!(found[0].place.series.as_deref(), Some("2023-08"));
        months[7] = (10, 0);
        assert_eq!(names(&completeness(&months)), Vec::<&str>::new(), "ten referrals say nothing");
    }

    #[test]
    fn a_field_that_is_poor_altogether_is_one_finding() {
        assert_eq!(names(&completeness(&[(100, 60); 12])), ["incomplete-field"]);
    }
}
