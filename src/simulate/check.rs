//! Whether options describe an authority.

use std::collections::BTreeSet;

use super::SimulateError;
use super::journey::Step;
use super::options::{Band, SimulationOptions};

/// Sums of shares may be off by rounding.
const NEAR: f64 = 1e-6;

/// The first thing that is wrong with the options.
pub(super) fn options(options: &SimulationOptions) -> Result<(), SimulateError> {
    let fail = |option: &str, problem: &str| Err(SimulateError::option(option, problem));
    if options.schema != 1 {
        return fail("schema", "must be 1, the only form that this version reads");
    }
    if !(1..=1200).contains(&options.months) {
        return fail("months", "must be from 1 to 1200");
    }
    if !(options.referrals_per_month > 0.0 && options.referrals_per_month <= 100_000.0) {
        return fail("referrals_per_month", "must be above 0 and at most 100,000");
    }
    areas_and_sources(options)?;
    season_and_noise(options)?;
    children(options)?;
    journey(options)
}

fn areas_and_sources(options: &SimulationOptions) -> Result<(), SimulateError> {
    names("areas", "name", options.areas.iter().map(|area| area.name.as_str()))?;
    names("sources", "label", options.sources.iter().map(|source| source.label.as_str()))?;
    for (place, area) in options.areas.iter().enumerate() {
        within(format!("areas[{place}].share"), area.share, 0.0, 1.0)?;
    }
    let total: f64 = options.areas.iter().map(|area| area.share).sum();
    if (total - 1.0).abs() > NEAR {
        return Err(SimulateError::option("areas", format!("have shares that sum to {total}; make them sum to 1")));
    }
    weights("sources", options.sources.iter().map(|source| source.weight))?;
    let mut codes = BTreeSet::new();
    for (place, source) in options.sources.iter().enumerate() {
        let option = |field: &str| format!("sources[{place}].{field}");
        weights(&option("codes"), source.codes.values().copied())?;
        names(&option("codes"), "code", source.codes.keys().map(String::as_str))?;
        if let Some(code) = source.codes.keys().find(|code| !codes.insert(code.as_str())) {
            return Err(SimulateError::option(option("codes"), format!("has `{code}`, which another source has too")));
        }
        within(option("growth_per_year"), source.growth_per_year, -0.5, 0.5)?;
        within(option("suppression"), source.suppression, -2.0, 20.0)?;
        within(option("new_normal"), source.new_normal, 0.0, 10.0)?;
        within(option("weekend"), source.weekend, 0.0, 1.0)?;
        if !options.children.ages.iter().any(|profile| profile.name == source.ages) {
            return Err(SimulateError::option(option("ages"), "names no profile of children.ages"));
        }
    }
    for (place, shift) in options.level_shifts.iter().enumerate() {
        let option = |field: &str| format!("level_shifts[{place}].{field}");
        within(option("factor"), shift.factor, 0.0, 10.0)?;
        if shift.area.as_ref().is_some_and(|name| options.areas.iter().all(|area| area.name != *name)) {
            return Err(SimulateError::option(option("area"), "names no area of `areas`"));
        }
        if shift.source.as_ref().is_some_and(|name| options.sources.iter().all(|source| source.label != *name)) {
            return Err(SimulateError::option(option("source"), "names no source of `sources`"));
        }
    }
    Ok(())
}

fn season_and_noise(options: &SimulationOptions) -> Result<(), SimulateError> {
    for (place, index) in options.season.office.iter().enumerate() {
        within(format!("season.office[{place}]"), *index, 0.01, 10.0)?;
    }
    within("season.school_closed_day", options.season.school_closed_day, 0.0, 1.0)?;
    within("returning.share", options.returning.share, 0.0, 1.0)?;
    within("returning.delay_months", options.returning.delay_months, 0.1, 60.0)?;
    within("noise.dispersion", options.noise.dispersion, 0.5, 1e9)?;
    within("noise.autocorrelation", options.noise.autocorrelation, 0.0, 0.95)?;
    within("noise.source_share", options.noise.source_share, 0.0, 1.0)
}

fn children(options: &SimulationOptions) -> Result<(), SimulateError> {
    let children = &options.children;
    within("children.re_referral", children.re_referral, 0.0, 1.0)?;
    within("children.known_longer", children.known_longer, 0.0, 1.0)?;
    if children.re_referral + children.known_longer > 1.0 {
        return Err(SimulateError::option("children.known_longer", "and re_referral are more than 1 together"));
    }
    weights("children.siblings", children.siblings.iter().copied())?;
    if children.siblings.len() > 12 {
        return Err(SimulateError::option("children.siblings", "has more than 12 sizes"));
    }
    weights("children.sex", children.sex.values().copied())?;
    weights("children.need", children.need.values().copied())?;
    names("children.sex", "code", children.sex.keys().map(String::as_str))?;
    names("children.need", "code", children.need.keys().map(String::as_str))?;
    for (place, profile) in children.ages.iter().enumerate() {
        bands(&format!("children.ages[{place}].bands"), &profile.bands, 17)?;
    }
    Ok(())
}

fn journey(options: &SimulationOptions) -> Result<(), SimulateError> {
    let journey = &options.journey;
    for (name, shares) in [
        ("no_further_action", &journey.no_further_action),
        ("not_in_need", &journey.not_in_need),
        ("section_47", &journey.section_47),
        ("conference", &journey.conference),
        ("plan", &journey.plan),
        ("looked_after", &journey.looked_after),
    ] {
        if shares.is_empty() {
            return Err(SimulateError::option(format!("journey.{name}"), "is empty; give a share a year"));
        }
        for (place, share) in shares.iter().enumerate() {
            within(format!("journey.{name}[{place}]"), *share, 0.0, 1.0)?;
        }
    }
    within("journey.plan_to_care", journey.plan_to_care, 0.0, 1.0)?;
    for step in Step::ALL {
        if journey.delays.iter().filter(|delay| delay.name == step.name()).count() != 1 {
            let problem = format!("must hold `{}` once", step.name());
            return Err(SimulateError::option("journey.delays", problem));
        }
    }
    for (place, delay) in journey.delays.iter().enumerate() {
        if Step::ALL.iter().all(|step| step.name() != delay.name) {
            let known: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
            let problem = format!("is none of {}", known.join(", "));
            return Err(SimulateError::option(format!("journey.delays[{place}].name"), problem));
        }
        bands(&format!("journey.delays[{place}].bands"), &delay.bands, 6600)?;
    }
    Ok(())
}

/// A number, finite and within bounds.
fn within(option: impl Into<String>, value: f64, least: f64, most: f64) -> Result<(), SimulateError> {
    if value.is_finite() && value >= least && value <= most {
        return Ok(());
    }
    Err(SimulateError::option(option, format!("is {value}; it must be from {least} to {most}")))
}

/// Weights: at least zero, finite, not all zero.
fn weights(option: &str, weights: impl Iterator<Item = f64>) -> Result<(), SimulateError> {
    let mut total = 0.0;
    for weight in weights {
        if !weight.is_finite() || weight < 0.0 {
            return Err(SimulateError::option(option, "has a weight that is negative or not a number"));
        }
        total += weight;
    }
    if total > 0.0 && total.is_finite() {
        return Ok(());
    }
    Err(SimulateError::option(option, "has no weight above zero"))
}

/// Names that can stand in a CSV file as they are, each once.
fn names<'a>(option: &str, field: &str, names: impl Iterator<Item = &'a str>) -> Result<(), SimulateError> {
    let mut seen = BTreeSet::new();
    for (place, name) in names.enumerate() {
        let option = || format!("{option}[{place}].{field}");
        if name.trim() != name || name.is_empty() || !name.starts_with(char::is_alphanumeric) {
            return Err(SimulateError::option(option(), "must start with a letter or digit and not end with a space"));
        }
        if name.contains(|letter: char| letter.is_control() || matches!(letter, ',' | '"' | ';' | '|' | '`')) {
            return Err(SimulateError::option(option(), "may hold no comma, semicolon, quotation mark, bar or tab"));
        }
        if !seen.insert(name) {
            return Err(SimulateError::option(option(), format!("is `{name}`, which is there already")));
        }
    }
    if seen.is_empty() { Err(SimulateError::option(option, "is empty; give at least one")) } else { Ok(()) }
}

fn bands(option: &str, bands: &[Band], most: u32) -> Result<(), SimulateError> {
    weights(option, bands.iter().map(|band| band.weight))?;
    match bands.iter().position(|band| band.from > band.to || band.to > most) {
        Some(place) => {
            Err(SimulateError::option(format!("{option}[{place}]"), format!("must run upwards to at most {most}")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_describes_no_authority_is_refused_with_its_place() {
        for (text, place) in [
            ("months = 0", "`months`"),
            ("referrals_per_month = nan", "`referrals_per_month`"),
            ("areas = [{ name = 'A', share = 0.5 }]", "`areas`"),
            ("areas = [{ name = '=A1', share = 1.0 }]", "`areas[0].name`"),
            ("areas = [{ name = 'A', share = 0.5 }, { name = 'A', share = 0.5 }]", "`areas[1].name`"),
            ("returning.share = 1.5", "`returning.share`"),
            ("returning.delay_months = 0.0", "`returning.delay_months`"),
            ("children.siblings = []", "`children.siblings`"),
            ("journey.plan = []", "`journey.plan`"),
            ("journey.delays = []", "`journey.delays`"),
            (
                "level_shifts = [{ what = 'x', month = '2016-01', area = 'Atlantis', factor = 2.0 }]",
                "`level_shifts[0].area`",
            ),
        ] {
            let message = SimulationOptions::from_toml(text).expect_err(text).to_string();
            assert!(message.contains(place), "{text}: {message}");
        }
    }
}
