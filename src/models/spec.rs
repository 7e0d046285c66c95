//! Which model of one series, with which options, as a file names it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::adida::{self, Adida, AdidaOptions};
use super::arima::{self, Arima, ArimaOptions};
use super::ces::{self, Ces, CesOptions};
use super::count_regression::{self, CountRegression, CountRegressionOptions};
use super::croston::{self, Croston, CrostonOptions};
use super::elastic_net::{self, ElasticNet, ElasticNetOptions};
use super::ets::{self, Ets, EtsOptions};
use super::imapa::{self, Imapa, ImapaOptions};
use super::level::{self, LevelOptions, RevertingLevel};
use super::naive::{self, SeasonalNaive, SeasonalNaiveOptions};
use super::regression::{self, Regression, RegressionOptions};
use super::stl::{self, Stl, StlOptions};
use super::theta::{self, Theta, ThetaOptions};
use super::tsb::{self, Tsb, TsbOptions};
use crate::forecast::SeriesModel;
use crate::math::spelling::on_one_line;

/// A model of one series and its options. Options that are not given are those of the family's file in `models/`.
///
/// ```
/// use groundswell::models::ModelSpec;
/// let spec: ModelSpec = toml::from_str("model = 'ets'\nseason = 'none'")?;
/// assert_eq!(spec.build().id(), "ets");
/// assert!(toml::from_str::<ModelSpec>("model = 'ets'\nseasons = 'none'").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "toml::Table", into = "Written")]
pub enum ModelSpec {
    /// Repeats the last season.
    SeasonalNaive(SeasonalNaiveOptions),
    /// Exponential smoothing.
    Ets(EtsOptions),
    /// The Theta family.
    Theta(ThetaOptions),
    /// Complex exponential smoothing.
    Ces(CesOptions),
    /// STL with exponential smoothing of the rest.
    Stl(StlOptions),
    /// A level that leans back towards the long run.
    Level(LevelOptions),
    /// Regression on the season, the calendar and a trend.
    Regression(RegressionOptions),
    /// Seasonal ARIMA.
    Arima(ArimaOptions),
    /// The same for counts: Poisson or negative binomial.
    CountRegression(CountRegressionOptions),
    /// Regression on past values, the season and the calendar, few of which stay.
    ElasticNet(ElasticNetOptions),
    /// Croston's method and its corrections, for intermittent series.
    Croston(CrostonOptions),
    /// Teunter, Syntetos and Babai's method, for intermittent series that may end.
    Tsb(TsbOptions),
    /// Buckets as long as the interval between demands.
    Adida(AdidaOptions),
    /// Buckets of every length up to that interval.
    Imapa(ImapaOptions),
}

/// A spec with every option, as it is written to a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
enum Written {
    SeasonalNaive(SeasonalNaiveOptions),
    Ets(EtsOptions),
    Theta(ThetaOptions),
    Ces(CesOptions),
    Stl(StlOptions),
    Level(LevelOptions),
    Regression(RegressionOptions),
    Arima(ArimaOptions),
    CountRegression(CountRegressionOptions),
    ElasticNet(ElasticNetOptions),
    Croston(CrostonOptions),
    Tsb(TsbOptions),
    Adida(AdidaOptions),
    Imapa(ImapaOptions),
}

impl From<ModelSpec> for Written {
    fn from(spec: ModelSpec) -> Written {
        match spec {
            ModelSpec::SeasonalNaive(options) => Written::SeasonalNaive(options),
            ModelSpec::Ets(options) => Written::Ets(options),
            ModelSpec::Theta(options) => Written::Theta(options),
            ModelSpec::Ces(options) => Written::Ces(options),
            ModelSpec::Stl(options) => Written::Stl(options),
            ModelSpec::Level(options) => Written::Level(options),
            ModelSpec::Regression(options) => Written::Regression(options),
            ModelSpec::Arima(options) => Written::Arima(options),
            ModelSpec::CountRegression(options) => Written::CountRegression(options),
            ModelSpec::ElasticNet(options) => Written::ElasticNet(options),
            ModelSpec::Croston(options) => Written::Croston(options),
            ModelSpec::Tsb(options) => Written::Tsb(options),
            ModelSpec::Adida(options) => Written::Adida(options),
            ModelSpec::Imapa(options) => Written::Imapa(options),
        }
    }
}

impl From<Written> for ModelSpec {
    fn from(written: Written) -> ModelSpec {
        match written {
            Written::SeasonalNaive(options) => ModelSpec::SeasonalNaive(options),
            Written::Ets(options) => ModelSpec::Ets(options),
            Written::Theta(options) => ModelSpec::Theta(options),
            Written::Ces(options) => ModelSpec::Ces(options),
            Written::Stl(options) => ModelSpec::Stl(options),
            Written::Level(options) => ModelSpec::Level(options),
            Written::Regression(options) => ModelSpec::Regression(options),
            Written::Arima(options) => ModelSpec::Arima(options),
            Written::CountRegression(options) => ModelSpec::CountRegression(options),
            Written::ElasticNet(options) => ModelSpec::ElasticNet(options),
            Written::Croston(options) => ModelSpec::Croston(options),
            Written::Tsb(options) => ModelSpec::Tsb(options),
            Written::Adida(options) => ModelSpec::Adida(options),
            Written::Imapa(options) => ModelSpec::Imapa(options),
        }
    }
}

/// Every family: its id and its file.
const FAMILIES: [(&str, &str); 14] = [
    (naive::ID, naive::DEFAULTS),
    (ets::ID, ets::DEFAULTS),
    (theta::ID, theta::DEFAULTS),
    (ces::ID, ces::DEFAULTS),
    (stl::ID, stl::DEFAULTS),
    (level::ID, level::DEFAULTS),
    (regression::ID, regression::DEFAULTS),
    (arima::ID, arima::DEFAULTS),
    (count_regression::ID, count_regression::DEFAULTS),
    (elastic_net::ID, elastic_net::DEFAULTS),
    (croston::ID, croston::DEFAULTS),
    (tsb::ID, tsb::DEFAULTS),
    (adida::ID, adida::DEFAULTS),
    (imapa::ID, imapa::DEFAULTS),
];

impl ModelSpec {
    /// The family's model with the options of its file; `None` where there is no such family.
    pub fn family(id: &str) -> Option<ModelSpec> {
        ModelSpec::try_from(toml::Table::from_iter([("model".to_owned(), id.into())])).ok()
    }

    /// The ids of all families.
    pub fn families() -> impl ExactSizeIterator<Item = &'static str> {
        FAMILIES.iter().map(|(id, _)| *id)
    }

    /// The family's id.
    pub fn id(&self) -> &'static str {
        match self {
            ModelSpec::SeasonalNaive(_) => naive::ID,
            ModelSpec::Ets(_) => ets::ID,
            ModelSpec::Theta(_) => theta::ID,
            ModelSpec::Ces(_) => ces::ID,
            ModelSpec::Stl(_) => stl::ID,
            ModelSpec::Level(_) => level::ID,
            ModelSpec::Regression(_) => regression::ID,
            ModelSpec::Arima(_) => arima::ID,
            ModelSpec::CountRegression(_) => count_regression::ID,
            ModelSpec::ElasticNet(_) => elastic_net::ID,
            ModelSpec::Croston(_) => croston::ID,
            ModelSpec::Tsb(_) => tsb::ID,
            ModelSpec::Adida(_) => adida::ID,
            ModelSpec::Imapa(_) => imapa::ID,
        }
    }

    /// The model.
    pub fn build(&self) -> Box<dyn SeriesModel> {
        match self.clone() {
            ModelSpec::SeasonalNaive(options) => Box::new(SeasonalNaive::new(options)),
            ModelSpec::Ets(options) => Box::new(Ets::new(options)),
            ModelSpec::Theta(options) => Box::new(Theta::new(options)),
            ModelSpec::Ces(options) => Box::new(Ces::new(options)),
            ModelSpec::Stl(options) => Box::new(Stl::new(options)),
            ModelSpec::Level(options) => Box::new(RevertingLevel::new(options)),
            ModelSpec::Regression(options) => Box::new(Regression::new(options)),
            ModelSpec::Arima(options) => Box::new(Arima::new(options)),
            ModelSpec::CountRegression(options) => Box::new(CountRegression::new(options)),
            ModelSpec::ElasticNet(options) => Box::new(ElasticNet::new(options)),
            ModelSpec::Croston(options) => Box::new(Croston::new(options)),
            ModelSpec::Tsb(options) => Box::new(Tsb::new(options)),
            ModelSpec::Adida(options) => Box::new(Adida::new(options)),
            ModelSpec::Imapa(options) => Box::new(Imapa::new(options)),
        }
    }
}

impl TryFrom<toml::Table> for ModelSpec {
    type Error = String;

    fn try_from(given: toml::Table) -> Result<ModelSpec, String> {
        let known = || FAMILIES.map(|(id, _)| id).join(", ");
        let name = given.get("model").and_then(|name| name.as_str());
        let name = name.ok_or_else(|| format!("a model needs `model = \"...\"`, one of {}", known()))?;
        let (_, defaults) = FAMILIES
            .iter()
            .find(|(id, _)| *id == name)
            .ok_or_else(|| format!("there is no model `{name}`; choose one of {}", known()))?;
        let mut table: toml::Table = toml::from_str(defaults).map_err(|error| error.to_string())?;
        let named = |error: toml::de::Error| format!("model `{name}`: {}", on_one_line(error.message()));
        table.extend(given.clone());
        table.try_into().map(Written::into).map_err(named)
    }
}

/// The options that a family's file holds.
#[expect(clippy::expect_used, reason = "the files are compiled in, and a test reads each")]
pub(super) fn family_defaults<O: DeserializeOwned>(file: &str) -> O {
    let mut table: toml::Table = toml::from_str(file).expect("a family's file is TOML");
    table.remove("model");
    table.try_into().expect("a family's file gives every option")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_file_that_gives_all_its_options() {
        for id in ModelSpec::families() {
            let spec = ModelSpec::family(id).expect(id);
            assert_eq!(spec.build().id(), id);
        }
        assert_eq!(ModelSpec::family("ets"), Some(ModelSpec::Ets(EtsOptions::default())));
        assert_eq!(ModelSpec::family("crystal_ball"), None);
    }

    #[test]
    fn an_option_not_given_is_that_of_the_file() {
        let spec: ModelSpec = toml::from_str("model = 'theta'\nform = 'standard'").expect("valid");
        let ModelSpec::Theta(options) = spec else { panic!("another family") };
        assert_eq!(options, ThetaOptions { form: theta::ThetaForm::Standard, ..ThetaOptions::default() });
    }

    #[test]
    fn what_is_written_is_read_again() {
        for id in ModelSpec::families() {
            let spec = ModelSpec::family(id).expect(id);
            let text = toml::to_string(&spec).expect("TOML holds every option");
            assert_eq!(toml::from_str::<ModelSpec>(&text).expect(&text), spec);
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = toml::from_str::<ModelSpec>("model = 'arma'").expect_err("no such family").to_string();
        assert!(error.contains("there is no model `arma`; choose one of seasonal_naive, ets, theta"), "{error}");
        let error = toml::from_str::<ModelSpec>("model = 'ets'\nalpha = 1").expect_err("no such option").to_string();
        assert!(error.contains("model `ets`") && error.contains("alpha"), "{error}");
    }
}
