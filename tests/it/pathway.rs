//! The pathway against authorities of which everything is known, and on England's yearly figures.

pub mod backtest;
mod conservation;
mod recovery;

use groundswell::forecast::Forecast;
use groundswell::panel::{SeriesKey, ValueKind};
use groundswell::pathway::{Journey, Journeys, Stage};
use groundswell::simulate::{ReferralRow, Simulated};
use groundswell::time::{Date, Frequency, Period, Span};
use ndarray::Array3;

/// Days from one day to another.
fn days(from: Date, to: Date) -> u32 {
    from.until(to).expect("dates").get_days().max(0) as u32
}

/// The journeys of a simulated authority as they were known on a day.
fn journeys(simulated: &Simulated, last: Date) -> Journeys {
    let mut sources: Vec<String> = simulated.referrals.iter().map(|row| row.source.to_string()).collect();
    let mut needs: Vec<String> = simulated.referrals.iter().map(|row| row.primary_need.to_string()).collect();
    for labels in [&mut sources, &mut needs] {
        labels.sort_unstable();
        labels.dedup();
    }
    let known = simulated.referrals.iter().filter(|row| row.referral_date <= last);
    let mut next = std::collections::BTreeMap::<u32, Vec<Date>>::new();
    simulated.referrals.iter().for_each(|row| next.entry(row.child).or_default().push(row.referral_date));
    let of = |row: &ReferralRow| {
        let label =
            |labels: &[String], label: &str| labels.iter().position(|other| other == label).expect("a label") as u16;
        let month = Period::containing(Frequency::Month, row.referral_date);
        let (source, need) = (label(&sources, &row.source), label(&needs, &row.primary_need));
        let mut journey = Journey::new(month, source, need, days(row.referral_date, last));
        let again = next[&row.child].iter().find(|day| **day > row.referral_date).copied();
        let in_need = row.assessment_authorised.filter(|day| row.closure != Some(*day));
        let not_in_need = row.assessment_authorised.filter(|day| row.closure == Some(*day));
        let reached = [
            (Stage::NoFurtherAction, row.closure.filter(|_| row.no_further_action)),
            (Stage::Assessment, row.assessment_start),
            (Stage::InNeed, in_need),
            (Stage::NotInNeed, not_in_need.filter(|_| row.section_47_start.is_none_or(|day| Some(day) <= row.closure))),
            (Stage::Section47, row.section_47_start),
            (Stage::Conference, row.conference),
            (Stage::Plan, row.plan_start),
            (Stage::PlanEnd, row.plan_end),
            (Stage::Care, row.care_start),
            (Stage::CareEnd, row.care_end),
            (Stage::Closure, row.closure.filter(|_| !row.no_further_action)),
            (Stage::ReReferral, again),
        ];
        for (stage, day) in reached {
            if let Some(day) = day.filter(|day| *day <= last) {
                journey = journey.reaching(stage, days(row.referral_date, day));
            }
        }
        journey
    };
    let rows = known.map(of).collect();
    Journeys::new(sources, needs, rows).expect("journeys")
}

/// The referrals that came after a month, as a forecast that knew them: every path the truth, by source.
fn known_referrals(simulated: &Simulated, journeys: &Journeys, span: Span, draws: usize) -> Forecast {
    let sources = journeys.sources();
    let mut counts = Array3::<f64>::zeros((sources.len(), draws, span.len()));
    for row in &simulated.referrals {
        let month = Period::containing(Frequency::Month, row.referral_date);
        if let (Some(step), Some(source)) =
            (span.position(month), sources.iter().position(|name| **name == *row.source))
        {
            (0..draws).for_each(|draw| counts[(source, draw, step)] += 1.0);
        }
    }
    let keys = sources.iter().map(|source| SeriesKey::new([source.as_str()])).collect();
    Forecast::new(keys, span, counts).expect("finite").shaped_like(ValueKind::Count)
}
