//! National figures of every step: what an authority is taken to do where its own numbers don't tell.

use serde::Deserialize;

use super::error::PathwayError;
use super::stage::Step;

/// The figures that ship with the engine.
const SHIPPED: &str = include_str!("../../models/pathway/national.toml");

const FILE: &str = "models/pathway/national.toml";

/// An assumption that a result rests on, for the report's log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// What is assumed.
    pub what: String,
    /// The value, as a person reads it.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// Days in a band, both ends included, with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    from: u32,
    to: u32,
    weight: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFigures {
    name: String,
    share: Option<f64>,
    #[serde(default)]
    spread: f64,
    #[serde(default)]
    trend: f64,
    #[serde(default)]
    trend_spread: f64,
    #[serde(default)]
    drift: f64,
    #[serde(default)]
    source: String,
    bands: Vec<Band>,
    strength: f64,
    bands_source: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NationalFile {
    schema: u32,
    trend_half_life_years: f64,
    #[serde(rename = "step")]
    steps: Vec<StepFigures>,
}

/// The national figures of one step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NationalStep {
    /// Share of the children who take it; 1 for a length of stay.
    pub share: f64,
    /// Standard deviation of the logit over authorities.
    pub spread: f64,
    /// Yearly change of the logit, and the standard deviation of authorities' own about it.
    pub trend: f64,
    pub trend_spread: f64,
    /// Standard deviation of a year's wandering of an authority's logit.
    pub drift: f64,
    /// Probability of each day from 0, of those who take the step; sums to 1.
    pub days: Vec<f64>,
    /// How many children the days count for.
    pub strength: f64,
    /// Whether the share, and the days, are the authority's own and no assumption.
    pub share_is_own: bool,
    pub days_are_own: bool,
    source: String,
    bands_source: String,
}

/// National conversion, trend, delays and lengths of stay, with their sources.
#[derive(Debug, Clone, PartialEq)]
pub struct NationalFigures {
    steps: Vec<NationalStep>,
    /// Years until half of a trend is gone.
    pub(super) trend_half_life_years: f64,
}

impl NationalFigures {
    /// The figures that ship with the engine.
    pub fn shipped() -> NationalFigures {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        NationalFigures::from_toml(SHIPPED).expect("the shipped figures are valid")
    }

    /// Figures in the form of `models/pathway/national.toml`.
    ///
    /// # Errors
    /// Where the text is no such file, or a step is missing or impossible.
    pub fn from_toml(text: &str) -> Result<NationalFigures, PathwayError> {
        let wrong = |problem: String| PathwayError::File { file: FILE, problem };
        let file: NationalFile = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if file.schema != 1 {
            return Err(wrong(format!("schema {} is not known; this version reads 1", file.schema)));
        }
        if file.trend_half_life_years.is_nan() || file.trend_half_life_years <= 0.0 {
            return Err(wrong("`trend_half_life_years` must be above 0".to_owned()));
        }
        let step = |step: Step| {
            let mut named = file.steps.iter().filter(|figures| figures.name == step.name());
            let figures = named.next().ok_or_else(|| wrong(format!("step `{}` is missing", step.name())))?;
            checked(step, figures).map_err(|problem| wrong(format!("step `{}` {problem}", step.name())))
        };
        let steps = Step::ALL.into_iter().map(step).collect::<Result<_, _>>()?;
        if let Some(odd) = file.steps.iter().find(|figures| Step::ALL.iter().all(|step| step.name() != figures.name)) {
            return Err(wrong(format!("step `{}` is not known", odd.name)));
        }
        Ok(NationalFigures { steps, trend_half_life_years: file.trend_half_life_years })
    }

    pub(super) fn of(&self, step: Step) -> &NationalStep {
        &self.steps[step as usize]
    }

    pub(super) fn of_mut(&mut self, step: Step) -> &mut NationalStep {
        &mut self.steps[step as usize]
    }

    /// Every figure that isn't the authority's own as an assumption for the report's log.
    pub fn assumptions(&self) -> Vec<Assumption> {
        let mut all = Vec::new();
        for (step, figures) in Step::ALL.into_iter().zip(&self.steps) {
            if step.is_conversion() && !figures.share_is_own {
                all.push(Assumption {
                    what: format!("national share, {}", step.name()),
                    value: format!("{:.1}% of children, {}", 100.0 * figures.share, yearly_change(figures)),
                    source: figures.source.clone(),
                });
            }
            if !figures.days_are_own {
                all.push(Assumption {
                    what: format!("national days, {}", step.name()),
                    value: format!("median {}, counted as {:.0} children", figures.median_days(), figures.strength),
                    source: figures.bands_source.clone(),
                });
            }
        }
        all
    }
}

fn checked(step: Step, figures: &StepFigures) -> Result<NationalStep, String> {
    let share = match (step.is_conversion(), figures.share) {
        (true, Some(share)) if share > 0.0 && share < 1.0 => share,
        (true, _) => return Err("needs a `share` between 0 and 1".to_owned()),
        (false, None) => 1.0,
        (false, Some(_)) => return Err("is taken by everyone who gets there and has no `share`".to_owned()),
    };
    for (name, value) in [
        ("spread", figures.spread),
        ("trend_spread", figures.trend_spread),
        ("drift", figures.drift),
        ("strength", figures.strength),
    ] {
        if !(value.is_finite() && value >= 0.0) {
            return Err(format!("has a `{name}` below 0"));
        }
    }
    if step.is_conversion() && (figures.spread <= 0.0 || figures.trend_spread <= 0.0) {
        return Err("needs a `spread` and a `trend_spread` above 0".to_owned());
    }
    let longest = figures.bands.iter().map(|band| band.to).max().unwrap_or(0);
    if figures.bands.iter().any(|band| band.from > band.to || !band.weight.is_finite() || band.weight < 0.0)
        || longest > LONGEST_DAYS
    {
        return Err(format!(
            "has a band that ends before it starts, a negative weight, or more than {LONGEST_DAYS} days"
        ));
    }
    let total: f64 = figures.bands.iter().map(|band| band.weight).sum();
    if total <= 0.0 {
        return Err("has no band with a weight".to_owned());
    }
    let mut days = vec![0.0; longest as usize + 1];
    for band in &figures.bands {
        let each = band.weight / total / f64::from(band.to - band.from + 1);
        days[band.from as usize..=band.to as usize].iter_mut().for_each(|day| *day += each);
    }
    let StepFigures { spread, trend, trend_spread, drift, strength, .. } = *figures;
    let (source, bands_source) = (figures.source.clone(), figures.bands_source.clone());
    let (share_is_own, days_are_own) = (false, false);
    Ok(NationalStep {
        share,
        spread,
        trend,
        trend_spread,
        drift,
        days,
        strength,
        share_is_own,
        days_are_own,
        source,
        bands_source,
    })
}

/// Twenty-five years: longer than any stay.
pub(super) const LONGEST_DAYS: u32 = 9_131;

/// What the trend makes of a share in its first year, as a person reads it: percentage points, to a tenth.
fn yearly_change(figures: &NationalStep) -> String {
    // The slope of a logistic curve at the share.
    let points = 100.0 * figures.trend * figures.share * (1.0 - figures.share);
    match (points.abs() * 10.0).round() / 10.0 {
        0.0 => "hardly changing from year to year".to_owned(),
        size if points > 0.0 => format!("rising by about {size:.1} percentage points a year"),
        size => format!("falling by about {size:.1} percentage points a year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_figures_are_valid_and_each_is_an_assumption_with_a_source() {
        let national = NationalFigures::shipped();
        let assumptions = national.assumptions();
        assert_eq!(assumptions.len(), Step::COUNT + Step::CONVERSIONS);
        assert!(assumptions.iter().all(|assumption| !assumption.source.is_empty()));
        for step in Step::ALL {
            assert!((national.of(step).days.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_trend_is_told_in_percentage_points() {
        let national = NationalFigures::shipped();
        let told = |share: f64, trend: f64| yearly_change(&NationalStep { share, trend, ..national.steps[0].clone() });
        // A logit of 0 moved by 0.04 is 51.0%, and by -0.1 it is 47.5%.
        assert_eq!(told(0.5, 0.04), "rising by about 1.0 percentage points a year");
        assert_eq!(told(0.5, -0.1), "falling by about 2.5 percentage points a year");
        assert_eq!(told(0.02, -0.02), "hardly changing from year to year");
    }

    #[test]
    fn a_missing_step_is_named() {
        let text = SHIPPED.replace("\"plan to end\"", "\"plan to the end\"");
        let error = NationalFigures::from_toml(&text).expect_err("a step is missing");
        assert_eq!(error.to_string(), "models/pathway/national.toml is not valid: step `plan to end` is missing");
    }
}
