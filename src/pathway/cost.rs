//! What placements cost: weekly unit costs with inflation, by month and financial year.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ndarray::{Array3, s};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::PathwayError;
use super::lever::{PathwayLever, first_step};
use super::national::Assumption;
use crate::forecast::Forecast;
use crate::math::spelling::with_thousands;
use crate::panel::SeriesKey;
use crate::time::{Frequency, Period, Span, financial_year};

/// The unit costs that ship with the engine.
const SHIPPED: &str = include_str!("../../models/pathway/costs.toml");

const FILE: &str = "models/pathway/costs.toml";

/// One kind of placement within a group, its share and its price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitCost {
    /// The placement group.
    pub group: String,
    /// What kind of placement.
    pub kind: String,
    /// Share of the group's child-weeks; shares of a group are scaled to sum to 1.
    pub share: f64,
    /// Pounds a week on the day of `priced`.
    pub per_week: f64,
    /// The day of the price.
    pub priced: Date,
    /// Where the price comes from; empty where it is the authority's own.
    #[serde(default)]
    pub source: String,
}

/// Unit costs of every placement group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// The file's form; 1. A project file, and the plan in a manifest, have no form of their own here.
    #[serde(skip_serializing)]
    pub schema: u32,
    /// Inflation a year: 0.03 is three per cent.
    pub inflation_per_year: f64,
    /// Prices.
    #[serde(rename = "cost")]
    pub costs: Vec<UnitCost>,
    /// Shares of groups where placements aren't known.
    pub mix: BTreeMap<String, f64>,
}

impl Default for Costs {
    fn default() -> Costs {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        Costs::from_toml(SHIPPED).expect("the shipped costs are valid")
    }
}

/// Costs as a project file sets them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SetCosts {
    inflation_per_year: Option<f64>,
    #[serde(rename = "cost")]
    costs: Vec<UnitCost>,
    mix: Option<BTreeMap<String, f64>>,
}

/// The shipped costs with what a project file sets in their place; a group that is set has its own kinds only.
pub(super) fn set_over_shipped<'de, D: Deserializer<'de>>(written: D) -> Result<Costs, D::Error> {
    let set = SetCosts::deserialize(written)?;
    let mut costs = Costs::default();
    costs.inflation_per_year = set.inflation_per_year.unwrap_or(costs.inflation_per_year);
    costs.costs.retain(|shipped| set.costs.iter().all(|own| own.group != shipped.group));
    costs.costs.extend(set.costs);
    costs.mix = set.mix.unwrap_or(costs.mix);
    costs.check().map_err(D::Error::custom)?;
    Ok(costs)
}

/// The series of a cost forecast that stands for all placements.
pub const ALL_PLACEMENTS: &str = "looked after";

impl Costs {
    /// Costs in the form of `models/pathway/costs.toml`.
    ///
    /// # Errors
    /// Where the text is no such file or a figure is impossible.
    pub fn from_toml(text: &str) -> Result<Costs, PathwayError> {
        let wrong = |problem: String| PathwayError::File { file: FILE, problem };
        let costs: Costs = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if costs.schema != 1 {
            return Err(wrong(format!("schema {} is not known; this version reads 1", costs.schema)));
        }
        costs.check().map_err(wrong)?;
        Ok(costs)
    }

    fn check(&self) -> Result<(), String> {
        let costs = self;
        if !(costs.inflation_per_year.is_finite() && costs.inflation_per_year > -1.0) {
            return Err("`inflation_per_year` must be a share above -1".to_owned());
        }
        let fine = |value: f64| value.is_finite() && value >= 0.0;
        for cost in &costs.costs {
            if !fine(cost.share) || !fine(cost.per_week) {
                return Err(format!("`{}`, `{}` has a negative share or price", cost.group, cost.kind));
            }
            if costs.shares(&cost.group) <= 0.0 {
                return Err(format!("the shares of `{}` are all 0", cost.group));
            }
        }
        if costs.mix.values().any(|share| !fine(*share)) || costs.mix.values().sum::<f64>() <= 0.0 {
            return Err("[mix] must have shares of at least 0, one above 0".to_owned());
        }
        if let Some(group) = costs.mix.keys().find(|group| costs.shares(group) <= 0.0) {
            return Err(format!("[mix] names `{group}`, which has no cost"));
        }
        Ok(())
    }

    fn shares(&self, group: &str) -> f64 {
        self.costs.iter().filter(|cost| cost.group == group).map(|cost| cost.share).sum()
    }

    /// Every price with a source, inflation, and where placements aren't known their mix, as assumptions for the report's
    /// log.
    pub fn assumptions(&self, placements_known: bool) -> Vec<Assumption> {
        let price = |cost: &UnitCost| Assumption {
            what: format!("weekly cost, {}, {}", cost.group, cost.kind),
            value: format!(
                "£{} in {}, {:.0}% of the group",
                with_thousands(&format!("{:.0}", cost.per_week)),
                cost.priced.year(),
                100.0 * cost.share
            ),
            source: cost.source.clone(),
        };
        let sourced = self.costs.iter().filter(|cost| !cost.source.is_empty());
        let shipped = Costs::default();
        let inflation = (self.inflation_per_year == shipped.inflation_per_year).then(|| Assumption {
            what: "inflation of unit costs".to_owned(),
            value: format!("{:.1}% a year", 100.0 * self.inflation_per_year),
            source: "assumption without a published figure: set your own".to_owned(),
        });
        let shares: Vec<String> =
            self.mix.iter().map(|(group, share)| format!("{group} {:.0}%", 100.0 * share)).collect();
        let mix = (!placements_known && self.mix == shipped.mix).then(|| Assumption {
            what: "placements of looked-after children, where no returns tell".to_owned(),
            value: shares.join(", "),
            source: "assumption without a published figure: set your own".to_owned(),
        });
        sourced.map(price).chain(inflation).chain(mix).collect()
    }

    /// A group's pounds a week in each month of a span, levers included; `None` for a group without a price.
    fn per_week(&self, group: &str, levers: &[PathwayLever], span: Span) -> Option<Vec<f64>> {
        if group == ALL_PLACEMENTS && self.shares(group) <= 0.0 {
            let total: f64 = self.mix.values().sum();
            let mut all = vec![0.0; span.len()];
            for (group, share) in &self.mix {
                let of_group = self.per_week(group, levers, span)?;
                all.iter_mut().zip(of_group).for_each(|(all, price)| *all += share / total * price);
            }
            return Some(all);
        }
        let shares = self.shares(group);
        let inflation = levers.iter().rev().find_map(|lever| match lever {
            PathwayLever::Inflation { per_year } => Some(*per_year),
            _ => None,
        });
        let price = |cost: &UnitCost, month: Period| {
            let priced = Period::containing(Frequency::Month, cost.priced);
            // Inflation of a scenario starts with the horizon; what came before has happened.
            let so_far = f64::from(span.start().periods_since(priced).min(month.periods_since(priced))) / 12.0;
            let ahead = f64::from(month.periods_since(span.start()).max(0)) / 12.0;
            let grown = libm::pow(1.0 + self.inflation_per_year, so_far)
                * libm::pow(1.0 + inflation.unwrap_or(self.inflation_per_year), ahead);
            cost.share / shares * cost.per_week * grown
        };
        let mut prices: Vec<f64> = span
            .periods()
            .map(|month| self.costs.iter().filter(|cost| cost.group == group).map(|cost| price(cost, month)).sum())
            .collect();
        for lever in levers {
            if let PathwayLever::Cost { group: named, change, from } = lever
                && named.as_ref().is_none_or(|named| named == group)
            {
                prices.iter_mut().skip(first_step(*from, span)).for_each(|price| *price = change.of(*price).max(0.0));
            }
        }
        (shares > 0.0).then_some(prices)
    }

    /// What child-days cost, in pounds, path by path: one series a placement group, as many draws and months.
    ///
    /// `child_days` has the placement groups as its keys (or [`ALL_PLACEMENTS`], for which the shares of `mix` hold).
    ///
    /// # Errors
    /// Where a group has no price or a lever names an unknown group.
    pub fn pounds(&self, child_days: &Forecast, levers: &[PathwayLever]) -> Result<Forecast, PathwayError> {
        let span = child_days.span();
        for (index, lever) in levers.iter().enumerate() {
            lever.check(index + 1)?;
            if let PathwayLever::Cost { group: Some(group), .. } = lever
                && self.shares(group) <= 0.0
            {
                let problem = format!("names the placement group `{group}`, which has no cost");
                return Err(PathwayError::Lever { number: index + 1, problem });
            }
        }
        let mut values = Array3::zeros(child_days.paths().dim());
        for (row, key) in child_days.keys().iter().enumerate() {
            let group = key.labels().next().unwrap_or_default();
            let prices = self
                .per_week(group, levers, span)
                .ok_or_else(|| PathwayError::option(format!("costs.{group}"), "is missing: give its pounds a week"))?;
            for (step, price) in prices.iter().enumerate() {
                let paid = child_days.paths().slice(s![row, .., step]).mapv(|days| days / 7.0 * price);
                values.slice_mut(s![row, .., step]).assign(&paid);
            }
        }
        Ok(Forecast::new(child_days.keys().to_vec(), span, values)?)
    }
}

/// Sums of a monthly forecast over financial years, from April to March.
#[derive(Debug, Clone)]
pub struct FinancialYears {
    /// Paths by year; a period is the year in which the financial year ends.
    pub forecast: Forecast,
    /// How many months of each year the forecast covers: 12 for a whole one.
    pub months: Vec<usize>,
}

impl FinancialYears {
    /// Adds up the months of each financial year in every path, so that a year's range is that of joint paths and never
    /// a sum of monthly bounds.
    ///
    /// # Errors
    /// Where the forecast is not by months.
    pub fn of(monthly: &Forecast) -> Result<FinancialYears, PathwayError> {
        let span = monthly.span();
        if span.frequency() != Frequency::Month || span.is_empty() {
            return Err(PathwayError::Referrals { problem: "are not by months".to_owned() });
        }
        let ends_in = |month: Period| i32::from(financial_year(month.first_day()));
        let first = ends_in(span.start());
        let years = (ends_in(span.period(span.len() - 1)) - first + 1) as usize;
        let mut months = vec![0; years];
        let (series, draws, _) = monthly.paths().dim();
        let mut sums = Array3::zeros((series, draws, years));
        for (step, month) in span.periods().enumerate() {
            let year = (ends_in(month) - first) as usize;
            months[year] += 1;
            let mut sum = sums.slice_mut(s![.., .., year]);
            sum += &monthly.paths().slice(s![.., .., step]);
        }
        let span = Span::new(Period::numbered(Frequency::Year, first), years);
        Ok(FinancialYears { forecast: Forecast::new(monthly.keys().to_vec(), span, sums)?, months })
    }
}

/// The sum of all series of a forecast, path by path, under one name.
///
/// # Errors
/// None in practice: sums of finite paths are finite.
pub fn total_of(forecast: &Forecast, name: &str) -> Result<Forecast, PathwayError> {
    let (_, draws, steps) = forecast.paths().dim();
    let mut total = Array3::zeros((1, draws, steps));
    for series in forecast.paths().outer_iter() {
        let mut sum = total.slice_mut(s![0, .., ..]);
        sum += &series;
    }
    Ok(Forecast::new(vec![SeriesKey::new([name])], forecast.span(), total)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pathway::Change;
    use crate::time::Start;

    /// Seven child-days a month, so that a month costs one week's price.
    fn a_week_a_month(group: &str, start: Period, months: usize) -> Forecast {
        let values = Array3::from_elem((1, 2, months), 7.0);
        Forecast::new(vec![SeriesKey::new([group])], Span::new(start, months), values).expect("finite")
    }

    const PRICED: &str = "schema = 1\ninflation_per_year = 0.1\n[[cost]]\ngroup = \"a\"\nkind = \"x\"\nshare = 3.0\nper_week = 100.0\npriced = \"2024-01-01\"\n[[cost]]\ngroup = \"a\"\nkind = \"y\"\nshare = 1.0\nper_week = 300.0\npriced = \"2024-01-01\"\n[mix]\na = 1.0\n";

    fn pounds(levers: &[PathwayLever], step: usize) -> f64 {
        let costs = Costs::from_toml(PRICED).expect("valid");
        costs.pounds(&a_week_a_month("a", Period::month(2024, 1), 25), levers).expect("costs").paths()[(0, 0, step)]
    }

    #[test]
    fn prices_are_weighted_and_grow_with_inflation() {
        assert!((pounds(&[], 0) - 150.0).abs() < 1e-9);
        assert!((pounds(&[], 12) - 165.0).abs() < 1e-9);
        assert!((pounds(&[], 24) - 181.5).abs() < 1e-9);
    }

    #[test]
    fn levers_change_inflation_and_price() {
        assert!((pounds(&[PathwayLever::Inflation { per_year: 0.0 }], 24) - 150.0).abs() < 1e-9);
        let from = Some(Start::Day(Date::constant(2025, 1, 1)));
        let lever = PathwayLever::Cost { group: Some("a".into()), change: Change::Multiply(2.0), from };
        assert!((pounds(std::slice::from_ref(&lever), 11) - pounds(&[], 11)).abs() < 1e-9);
        assert!((pounds(&[lever], 12) - 330.0).abs() < 1e-9);
    }

    #[test]
    fn a_group_without_a_price_is_named() {
        let costs = Costs::from_toml(PRICED).expect("valid");
        let error = costs.pounds(&a_week_a_month("b", Period::month(2024, 1), 1), &[]).expect_err("no price");
        assert_eq!(error.to_string(), "the pathway's option `costs.b` is missing: give its pounds a week");
    }

    #[test]
    fn a_financial_year_runs_from_april_to_march() {
        let years = FinancialYears::of(&a_week_a_month("a", Period::month(2025, 2), 15)).expect("months");
        assert_eq!(years.months, [2, 12, 1]);
        assert_eq!(years.forecast.span().start(), Period::numbered(Frequency::Year, 2025));
        assert_eq!(years.forecast.series(0).row(1).to_vec(), [14.0, 84.0, 7.0]);
    }

    #[test]
    fn the_shipped_costs_are_valid_and_every_price_is_an_assumption() {
        let costs = Costs::default();
        assert_eq!(costs.assumptions(false).len(), costs.costs.len() + 2);
        assert_eq!(costs.assumptions(true).len(), costs.costs.len() + 1);
        let all = costs.pounds(&a_week_a_month(ALL_PLACEMENTS, Period::month(2025, 4), 1), &[]).expect("costs");
        assert!((800.0..1600.0).contains(&all.paths()[(0, 0, 0)]));
    }
}
