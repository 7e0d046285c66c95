//! The pathway fitted to an authority's journeys.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::conversion::{ConversionFit, Freedom};
use super::delay::{DelayCurve, End, Prior, Wait};
use super::error::PathwayError;
use super::journey::{Journey, Journeys};
use super::national::NationalFigures;
use super::opening::Opening;
use super::stage::{Stage, Step};
use crate::time::Period;

/// What the pathway may learn from journeys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JourneyOptions {
    /// Conversion and delays may differ by source of referral.
    pub by_source: bool,
    /// Conversion after assessment may differ by primary need.
    pub by_need: bool,
    /// Conversion may have a trend, which dies down.
    pub trend: bool,
    /// Conversion may wander from year to year as authorities' did.
    pub drift: bool,
    /// Conversion is learnt from the referrals of so many years before the last month.
    pub conversion_years: u32,
}

impl Default for JourneyOptions {
    fn default() -> JourneyOptions {
        JourneyOptions { by_source: true, by_need: true, trend: true, drift: true, conversion_years: 6 }
    }
}

/// How many children the authority's curve counts for beside a source's own. Assumption, as in national.toml.
const SOURCE_STRENGTH: f64 = 30.0;

/// The pathway fitted to journeys: conversion of each step by source and need, delays and lengths of stay.
#[derive(Debug, Clone)]
pub struct FittedPathway {
    pub(super) options: JourneyOptions,
    pub(super) journeys: Journeys,
    pub(super) origin: Period,
    /// One a conversion, in the order of [`Step::ALL`].
    pub(super) conversions: Vec<ConversionFit>,
    /// One a step.
    curves: Vec<DelayCurve>,
    /// One a step and source.
    source_curves: Vec<Vec<DelayCurve>>,
    /// Of a conversion's and source's children, the share with each need.
    needs: Vec<Vec<Vec<f64>>>,
    /// Of the last year's referrals, the share of each source.
    pub(super) source_mix: Vec<f64>,
    pub(super) trend_half_life_years: f64,
    /// What each step's days are multiplied by, so that today's stocks agree with what comes in.
    pub(super) stretch: [f64; Step::COUNT],
    /// Children open today of whom no journey tells.
    pub(super) opening: Option<Opening>,
}

impl FittedPathway {
    /// The pathway of an authority of which no journey is known: national figures with the spread over authorities.
    /// `sources` are those of its referrals with their shares; see [`FittedPathway::with_open_cases`] for who is open.
    ///
    /// # Errors
    /// Where there is no source or an option is impossible.
    pub fn national(
        sources: Vec<String>,
        shares: &[f64],
        origin: Period,
        national: &NationalFigures,
        options: &JourneyOptions,
    ) -> Result<FittedPathway, PathwayError> {
        if sources.is_empty() || sources.len() != shares.len() {
            return Err(PathwayError::NoJourneys);
        }
        let journeys = Journeys::new(sources, vec!["unknown".to_owned()], Vec::new())?;
        let mut fitted = FittedPathway::of(journeys, origin, national, options)?;
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            fitted.source_mix = shares.iter().map(|share| share / total).collect();
        }
        Ok(fitted)
    }

    /// Fits the pathway. `origin` is the last month of history: every journey's last day seen is in it.
    ///
    /// # Errors
    /// Where there is no journey to learn from.
    pub fn fit(
        journeys: Journeys,
        origin: Period,
        national: &NationalFigures,
        options: &JourneyOptions,
    ) -> Result<FittedPathway, PathwayError> {
        if journeys.rows().is_empty() {
            return Err(PathwayError::NoJourneys);
        }
        FittedPathway::of(journeys, origin, national, options)
    }

    fn of(
        journeys: Journeys,
        origin: Period,
        national: &NationalFigures,
        options: &JourneyOptions,
    ) -> Result<FittedPathway, PathwayError> {
        if options.conversion_years == 0 {
            return Err(PathwayError::option("conversion_years", "is 0; give 1 or more"));
        }
        let sources = journeys.sources().len();
        let rows: Vec<Journey> = journeys.whole().copied().collect();
        let told = |step: Step| if journeys.tell_of(step) { &rows[..] } else { &[] };
        let window = |step: Step| national.of(step).days.len() as u32 - 1;
        let curves: Vec<DelayCurve> = Step::ALL
            .into_iter()
            .map(|step| {
                let figures = national.of(step);
                let prior = Prior { share: figures.share, days: &figures.days, strength: figures.strength };
                DelayCurve::estimate(told(step).iter().filter_map(|row| wait(row, step)), prior, window(step))
            })
            .collect();
        let source_curves = Step::ALL
            .into_iter()
            .map(|step| {
                let all = &curves[step as usize];
                if !options.by_source || !step.is_conversion() {
                    return vec![all.clone()];
                }
                let days = all.days();
                let prior = Prior { share: all.incidence(), days: &days, strength: SOURCE_STRENGTH };
                let of = |source: usize| told(step).iter().filter(move |row| usize::from(row.source) == source);
                (0..sources)
                    .map(|source| {
                        DelayCurve::estimate(of(source).filter_map(|row| wait(row, step)), prior, window(step))
                    })
                    .collect()
            })
            .collect();
        let first = origin.plus(-12 * options.conversion_years as i32);
        let recent: Vec<Journey> =
            rows.iter().filter(|row| row.month > first && row.month <= origin).copied().collect();
        let conversions = Step::ALL[..Step::CONVERSIONS]
            .iter()
            .map(|step| {
                let needs = if options.by_need && step.from().is_some() { journeys.needs().len() } else { 0 };
                let freedom = Freedom { sources, needs, trend: options.trend, by_source: options.by_source };
                let recent = if journeys.tell_of(*step) { &recent[..] } else { &[] };
                ConversionFit::estimate(*step, recent, &curves[*step as usize], national.of(*step), freedom, origin)
            })
            .collect();
        let needs = Step::ALL[..Step::CONVERSIONS].iter().map(|step| need_mix(&journeys, &recent, *step)).collect();
        let mut source_mix = vec![0.0; sources];
        let last_year = rows.iter().filter(|row| row.month > origin.plus(-12));
        last_year.for_each(|row| source_mix[usize::from(row.source)] += 1.0);
        let total: f64 = source_mix.iter().sum();
        if total > 0.0 {
            source_mix.iter_mut().for_each(|share| *share /= total);
        } else {
            source_mix.fill(1.0 / sources as f64);
        }
        Ok(FittedPathway {
            options: options.clone(),
            origin,
            conversions,
            curves,
            source_curves,
            needs,
            source_mix,
            trend_half_life_years: national.trend_half_life_years,
            stretch: [1.0; Step::COUNT],
            opening: None,
            journeys,
        })
    }

    /// The last month of history.
    pub fn origin(&self) -> Period {
        self.origin
    }

    /// The journeys that the pathway was fitted to.
    pub fn journeys(&self) -> &Journeys {
        &self.journeys
    }

    /// The conversion of a step; `None` for steps that everyone takes.
    pub fn conversion(&self, step: Step) -> Option<&ConversionFit> {
        self.conversions.get(step as usize)
    }

    /// The days of a step over all sources.
    pub fn delay(&self, step: Step) -> &DelayCurve {
        &self.curves[step as usize]
    }

    /// The days of a step for one source, shrunk to those of all.
    pub fn delay_of(&self, step: Step, source: usize) -> &DelayCurve {
        let curves = &self.source_curves[step as usize];
        curves.get(source).unwrap_or(&curves[0])
    }

    /// Shares of a source's children who take each conversion so many (damped) years after the origin, averaged over the
    /// needs of those who come so far.
    pub(super) fn share(&self, parameters: &[f64], step: Step, source: usize, years: f64, shift: f64) -> f64 {
        let fit = &self.conversions[step as usize];
        let mix = &self.needs[step as usize][source];
        let of_need = |need| super::conversion::logistic(fit.logit(parameters, source, need, years) + shift);
        mix.iter().enumerate().filter(|(_, weight)| **weight > 0.0).map(|(need, weight)| weight * of_need(need)).sum()
    }

    /// Years after the origin of a step of the horizon, as far as a dying trend counts them.
    pub(super) fn damped_years(&self, step: usize) -> f64 {
        let rate = std::f64::consts::LN_2 / self.trend_half_life_years;
        -libm::expm1(-rate * (step as f64 + 1.0) / 12.0) / rate
    }

    /// Parameters of every conversion drawn from their posteriors.
    pub(super) fn draw(&self, stream: &mut impl Rng) -> Vec<Vec<f64>> {
        self.conversions.iter().map(|fit| fit.draw(stream)).collect()
    }
}

/// The wait of a journey for a step, where it can take it.
fn wait(journey: &Journey, step: Step) -> Option<Wait> {
    let start = journey.start_of(step)?;
    let since = |stage: Stage| journey.day_of(stage).map(|day| day.saturating_sub(start));
    let end = match (since(step.to()), step.rival().and_then(since)) {
        (Some(days), _) => Wait { days, end: End::Step },
        (None, Some(days)) => Wait { days, end: End::Rival },
        (None, None) => Wait { days: journey.seen_days.saturating_sub(start), end: End::Unseen },
    };
    Some(end)
}

/// Needs of each source's children who could take the step; where a source has none, those of all sources.
fn need_mix(journeys: &Journeys, rows: &[Journey], step: Step) -> Vec<Vec<f64>> {
    let (sources, needs) = (journeys.sources().len(), journeys.needs().len());
    let mut counts = vec![vec![0.0; needs]; sources];
    for row in rows.iter().filter(|row| row.start_of(step).is_some()) {
        counts[usize::from(row.source)][usize::from(row.need)] += 1.0;
    }
    let all: Vec<f64> = (0..needs).map(|need| counts.iter().map(|of| of[need]).sum()).collect();
    let shares = |counts: &[f64]| {
        let total: f64 = counts.iter().sum();
        (total > 0.0).then(|| counts.iter().map(|count| count / total).collect::<Vec<f64>>())
    };
    let everywhere = shares(&all).unwrap_or_else(|| vec![1.0 / needs as f64; needs]);
    counts.iter().map(|counts| shares(counts).unwrap_or_else(|| everywhere.clone())).collect()
}
