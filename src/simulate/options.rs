//! What the synthetic authority is like: the options of the simulator, as they stand in a file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{SimulateError, check};
use crate::time::{ClosureKind, Period, Span};

/// The file that ships with the engine, with the source of every figure.
const AUTHORITY: &str = include_str!("../../models/simulator/authority.toml");

/// A synthetic authority: how many referrals, from whom, where, when, and what becomes of them.
///
/// The default is `models/simulator/authority.toml`, calibrated on England's statistics; each figure has its source
/// there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulationOptions {
    /// Version of the form; 1.
    pub schema: u32,
    /// The authority's invented name.
    pub name: String,
    /// Same seed and options, same bytes.
    pub seed: u64,
    /// The first month of referrals.
    #[serde(with = "month")]
    pub first_month: Period,
    /// How many months; the extract is taken at the end of the last.
    pub months: usize,
    /// Referrals in an average month of the year before `season.growth_until`, before local level shifts.
    pub referrals_per_month: f64,
    /// Whether England's closures happened: suppression, return and new normal are left out otherwise.
    pub lockdown: bool,
    /// The areas and their shares of referrals, which sum to one.
    pub areas: Vec<Area>,
    /// Who refers.
    pub sources: Vec<Source>,
    /// The year's shape.
    pub season: Season,
    /// What is left to chance.
    pub noise: Noise,
    /// Lasting changes of local practice.
    pub level_shifts: Vec<LevelShift>,
    /// What comes back after a closure.
    pub returning: Returning,
    /// Who the children are.
    pub children: Children,
    /// What becomes of a referral.
    pub journey: Journeys,
}

/// A part of the authority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its invented name.
    pub name: String,
    /// Share of the authority's referrals.
    pub share: f64,
}

/// When a source refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rhythm {
    /// On working days, by the month's index.
    Office,
    /// On school days.
    School,
}

/// One of the groups of referral sources of the Department for Education.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The group's name.
    pub label: String,
    /// Weight of each census code within the group.
    pub codes: BTreeMap<String, f64>,
    /// Weight among sources in the year before `season.growth_until`.
    pub weight: f64,
    /// Log growth a year until `season.growth_until`.
    pub growth_per_year: f64,
    /// When it refers.
    pub rhythm: Rhythm,
    /// The kind of closure that keeps it from referring.
    pub closed_by: ClosureKind,
    /// Gamma: referrals are multiplied by exp(-gamma depth) on closed days; negative where closures add referrals.
    pub suppression: f64,
    /// Level after the closures over the level before.
    pub new_normal: f64,
    /// Rate of a weekend day or bank holiday over that of a working day.
    #[serde(default)]
    pub weekend: f64,
    /// The profile of `children.ages` that it refers.
    pub ages: String,
}

/// The year's shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// The month at whose end growth stops.
    #[serde(with = "month")]
    pub growth_until: Period,
    /// Rate per working day by month, January first, of sources with the rhythm `office`.
    pub office: [f64; 12],
    /// Rate of a working day without school over that of a school day, for the rhythm `school`.
    pub school_closed_day: f64,
}

/// What is left to chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Phi of monthly totals: variance = mean + mean^2 / phi about the expected mean.
    pub dispersion: f64,
    /// Lag-1 autocorrelation of what is left of monthly totals.
    pub autocorrelation: f64,
    /// Share of the over-dispersion beyond siblings that is each source's own, from 0 to 1.
    pub source_share: f64,
}

/// A lasting change of local practice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelShift {
    /// What happened, in words.
    pub what: String,
    /// The first month at the new level.
    #[serde(with = "month")]
    pub month: Period,
    /// The area concerned; all where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The source concerned; all where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The new level over the old.
    pub factor: f64,
}

/// What comes back after a closure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returning {
    /// Share of hidden demand that returns, from 0 to 1; the rest is lost.
    pub share: f64,
    /// Mean months from hidden to returned; gamma of shape 2.
    pub delay_months: f64,
    /// The month from which each source's `new_normal` holds.
    #[serde(with = "month")]
    pub new_normal_from: Period,
}

/// Who the children are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Children {
    /// Share of referrals within twelve months of an earlier one of the same child.
    pub re_referral: f64,
    /// Share of referrals of families known for longer than twelve months.
    pub known_longer: f64,
    /// Weight of one, two, three ... children of a family referred together.
    pub siblings: Vec<f64>,
    /// Weight of each code of sex.
    pub sex: BTreeMap<String, f64>,
    /// Weight of each code of primary need.
    pub need: BTreeMap<String, f64>,
    /// Ages at a child's first referral.
    pub ages: Vec<AgeProfile>,
}

/// Ages of those whom a kind of source refers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeProfile {
    /// The name by which sources call it.
    pub name: String,
    /// Bands of completed years.
    pub bands: Vec<Band>,
}

/// Whole numbers from `from` to `to`, both included, each as likely, with a weight among bands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The least.
    pub from: u32,
    /// The greatest.
    pub to: u32,
    /// Weight among bands.
    pub weight: f64,
}

/// What becomes of a referral: shares by year ending 31 March, and delays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journeys {
    /// The year that the first share of each list holds for.
    pub first_year: i16,
    /// Share of referrals that lead to no further action.
    pub no_further_action: Vec<f64>,
    /// Share of referrals that are assessed and found not in need.
    pub not_in_need: Vec<f64>,
    /// Share of referrals with a section 47 enquiry.
    pub section_47: Vec<f64>,
    /// Share of section 47 enquiries with an initial child protection conference.
    pub conference: Vec<f64>,
    /// Share of conferences that end in a plan.
    pub plan: Vec<f64>,
    /// Share of referrals after which the child becomes looked after.
    pub looked_after: Vec<f64>,
    /// Share of plans that end because the child becomes looked after.
    pub plan_to_care: f64,
    /// How long each step takes.
    pub delays: Vec<Delay>,
}

/// How delays are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayUnit {
    /// Monday to Friday without bank holidays.
    Working,
    /// Every day.
    Calendar,
}

/// How long a step takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// From which event to which, as in the shipped file.
    pub name: String,
    /// How its days are counted.
    pub unit: DayUnit,
    /// Bands of days.
    pub bands: Vec<Band>,
}

/// The shipped authority.
impl Default for SimulationOptions {
    fn default() -> SimulationOptions {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        SimulationOptions::from_toml("").expect("the shipped authority is valid")
    }
}

impl SimulationOptions {
    /// The shipped authority with what the text says otherwise; lists replace lists.
    ///
    /// ```
    /// use groundswell::simulate::SimulationOptions;
    /// let options = SimulationOptions::from_toml("seed = 7\nreturning.share = 0.5")?;
    /// assert_eq!((options.seed, options.returning.share, options.months), (7, 0.5, 120));
    /// # Ok::<(), groundswell::simulate::SimulateError>(())
    /// ```
    ///
    /// # Errors
    /// Where the text is not TOML, names an unknown option, or an option has a value that describes no authority.
    pub fn from_toml(text: &str) -> Result<SimulationOptions, SimulateError> {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        static SHIPPED: LazyLock<toml::Table> =
            LazyLock::new(|| AUTHORITY.parse().expect("the shipped authority is valid"));
        let own = text.parse()?;
        let mut whole = SHIPPED.clone();
        overlay(&mut whole, own);
        let options: SimulationOptions = toml::Value::Table(whole).try_into()?;
        check::options(&options)?;
        Ok(options)
    }

    /// The months of referrals.
    pub fn span(&self) -> Span {
        Span::new(self.first_month, self.months)
    }
}

/// Values of `over` replace those of `under`; tables are joined, lists are not.
fn overlay(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => overlay(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// Months as text: `2014-04`.
pub(super) mod month {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::time::Period;

    pub fn serialize<S: Serializer>(month: &Period, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(month)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
        let numbers = parts.and_then(|(year, month)| Some((year.parse::<u16>().ok()?, month.parse::<u8>().ok()?)));
        match numbers {
            Some((year @ 1900..=2149, month @ 1..=12)) => Ok(Period::month(year as i16, month as i8)),
            _ => Err(de::Error::custom("a month between 1900 and 2149 is written like 2014-04")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        SimulationOptions::from_toml(text).expect_err("refused").to_string()
    }

    #[test]
    fn the_shipped_authority_is_valid_and_survives_writing_and_reading() {
        let options = SimulationOptions::default();
        let text = toml::to_string(&options).expect("written");
        assert_eq!(SimulationOptions::from_toml(&text).expect("read"), options);
    }

    #[test]
    fn a_file_holds_only_what_differs() {
        let options = SimulationOptions::from_toml("months = 24\n[noise]\ndispersion = 20.0").expect("valid");
        assert_eq!((options.months, options.noise.dispersion), (24, 20.0));
        assert_eq!(options.noise.autocorrelation, SimulationOptions::default().noise.autocorrelation);
    }

    #[test]
    fn an_unknown_option_is_refused_by_name() {
        assert!(problem("return_share = 0.5").contains("return_share"));
        assert!(problem("[returning]\nshares = 0.5").contains("shares"));
    }

    #[test]
    fn a_month_is_a_month() {
        for text in ["2014-13", "14-04", "2014-4", "2014", "2014-04-01"] {
            assert!(problem(&format!("first_month = \"{text}\"")).contains("written like 2014-04"), "{text}");
        }
    }
}
