//! What was planted: the numbers that a method should find again.

use std::collections::BTreeMap;

use serde::Serialize;

use super::intensity::{Expected, Intensity, seasonal_index};
use super::journey::Journey;
use super::noise::Multipliers;
use super::{BURN_IN, ReferralRow, SimulationOptions};
use crate::time::{Closure, Closures, Date, Frequency, Period, WorkingCalendar, financial_year};

/// The truth behind a synthetic authority. All monthly lists run over `months`.
///
/// Mass balance, for each source: `opening_outstanding` + sum of `hidden` = sum of `returned` + sum of `lost` + last of
/// `outstanding`; and each month `expected` = `baseline` + `new_normal` - `suppressed` + `returned`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Version of the form; 1.
    pub schema: u32,
    /// The last day that the extract knows of.
    pub extract_date: Date,
    /// What was asked for.
    pub options: SimulationOptions,
    /// The closures that happened.
    pub closures: Vec<Closure>,
    /// The months, such as `2014-04`.
    pub months: Vec<String>,
    /// Referrals expected in each month.
    pub expected: Vec<f64>,
    /// Referrals that came in each month.
    pub came: Vec<u32>,
    /// What chance multiplied every source's expectation by.
    pub multiplier: Vec<f64>,
    /// Each source.
    pub sources: Vec<SourceTruth>,
    /// Each area.
    pub areas: Vec<AreaTruth>,
    /// Referrals of children who were referred in the twelve months before, those before the first month included.
    pub re_referrals: u32,
    /// What became of referrals, by year ending 31 March, also where the extract is too early to show it.
    pub journeys: Vec<JourneyTruth>,
}

/// What was planted for one source, in referrals a month.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SourceTruth {
    /// The source's group.
    pub label: String,
    /// Rate per working day by month, January first, over its own mean, without closures.
    pub seasonal_index: Vec<f64>,
    /// Hidden before the first month and still to return.
    pub opening_outstanding: f64,
    /// Share of the month's usual referrals that fall on closed days, times depth.
    pub exposure: Vec<f64>,
    /// What closures leave of a referral; above one where they add.
    pub kept: Vec<f64>,
    /// Expected without closures, at the level before them; growth and local shifts included.
    pub baseline: Vec<f64>,
    /// Added by the new normal, before suppression.
    pub new_normal: Vec<f64>,
    /// Kept away by closures; negative where they add.
    pub suppressed: Vec<f64>,
    /// Joined the hidden demand.
    pub hidden: Vec<f64>,
    /// Came back.
    pub returned: Vec<f64>,
    /// Will never come back.
    pub lost: Vec<f64>,
    /// Hidden and still to return, at the month's end.
    pub outstanding: Vec<f64>,
    /// Expected in all.
    pub expected: Vec<f64>,
    /// What chance multiplied the source's expectation by, beside the authority's `multiplier`.
    pub multiplier: Vec<f64>,
}

/// What was planted for one area.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaTruth {
    /// The area's name.
    pub name: String,
    /// Expected in all, by month.
    pub expected: Vec<f64>,
}

/// What became of the referrals of one year, in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct JourneyTruth {
    /// The year ending 31 March.
    pub year_ending: i16,
    /// Referrals.
    pub referrals: u32,
    /// Of them: no further action.
    pub no_further_action: u32,
    /// With a section 47 enquiry.
    pub section_47: u32,
    /// With an initial child protection conference.
    pub conference: u32,
    /// With a child protection plan.
    pub plan: u32,
    /// After which the child became looked after.
    pub looked_after: u32,
}

/// Counts what becomes of referrals.
#[derive(Debug, Default)]
pub(super) struct People {
    re_referrals: u32,
    journeys: BTreeMap<i16, JourneyTruth>,
}

impl People {
    /// Counts one child's referral.
    pub fn count(&mut self, referral: Date, journey: &Journey, again: bool) {
        self.re_referrals += u32::from(again);
        let year_ending = financial_year(referral);
        let year = self.journeys.entry(year_ending).or_insert(JourneyTruth { year_ending, ..JourneyTruth::default() });
        year.referrals += 1;
        year.no_further_action += u32::from(journey.no_further_action);
        year.section_47 += u32::from(journey.section_47_start.is_some());
        year.conference += u32::from(journey.conference.is_some());
        year.plan += u32::from(journey.plan_start.is_some());
        year.looked_after += u32::from(journey.care_start.is_some());
    }
}

pub(super) fn truth(
    options: &SimulationOptions,
    closures: &Closures,
    calendar: &WorkingCalendar,
    intensity: &Intensity,
    multipliers: &Multipliers,
    referrals: &[ReferralRow],
    people: People,
) -> Truth {
    let span = options.span();
    let burn_in = BURN_IN as usize;
    let first = span.start().periods_since(intensity.span.start()) as usize;
    let rows = first..first + span.len();
    let mut came = vec![0; span.len()];
    for row in referrals {
        if let Some(t) = span.position(Period::containing(Frequency::Month, row.referral_date)) {
            came[t] += 1;
        }
    }
    let sources: Vec<SourceTruth> = options
        .sources
        .iter()
        .enumerate()
        .map(|(s, source)| {
            let areas = |t: usize, field: fn(&Expected) -> f64| intensity.expected[t][s].iter().map(field).sum::<f64>();
            let by_month = |field: fn(&Expected) -> f64| rows.clone().map(|t| areas(t, field)).collect::<Vec<f64>>();
            SourceTruth {
                label: source.label.clone(),
                seasonal_index: seasonal_index(options, source, calendar).to_vec(),
                opening_outstanding: first.checked_sub(1).map_or(0.0, |t| areas(t, |cell| cell.flow.outstanding)),
                exposure: rows.clone().map(|t| intensity.sources[t][s].exposure).collect(),
                kept: rows.clone().map(|t| intensity.sources[t][s].kept).collect(),
                baseline: by_month(|cell| cell.baseline),
                new_normal: by_month(|cell| cell.new_normal),
                suppressed: by_month(|cell| cell.flow.suppressed),
                hidden: by_month(|cell| cell.flow.hidden),
                returned: by_month(|cell| cell.flow.returned),
                lost: by_month(|cell| cell.flow.lost),
                outstanding: by_month(|cell| cell.flow.outstanding),
                expected: by_month(Expected::mean),
                multiplier: multipliers.sources[s][burn_in..].to_vec(),
            }
        })
        .collect();
    let areas = options.areas.iter().enumerate().map(|(a, area)| AreaTruth {
        name: area.name.clone(),
        expected: rows.clone().map(|t| intensity.expected[t].iter().map(|areas| areas[a].mean()).sum()).collect(),
    });
    Truth {
        schema: 1,
        extract_date: span.period(span.len() - 1).last_day(),
        options: options.clone(),
        closures: closures.iter().cloned().collect(),
        months: span.periods().map(|period| period.to_string()).collect(),
        expected: (0..span.len()).map(|t| sources.iter().map(|source| source.expected[t]).sum()).collect(),
        came,
        multiplier: multipliers.authority[burn_in..].to_vec(),
        areas: areas.collect(),
        sources,
        re_referrals: people.re_referrals,
        journeys: people.journeys.into_values().collect(),
    }
}
