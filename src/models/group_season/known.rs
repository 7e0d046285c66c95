//! A season that is known before a panel is seen.

use std::sync::LazyLock;

use ndarray::{Array1, ArrayView1};
use serde::{Deserialize, Serialize};

use super::DISPERSION;
use super::worth::is_beyond_chance;
use crate::time::Frequency;

/// The seasons that ship with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShippedSeason {
    /// Referrals to English authorities, a working day of each month.
    EnglandReferrals,
}

impl ShippedSeason {
    /// Read once: a backtest fits the same recipe hundreds of times.
    fn file(self) -> &'static SeasonFile {
        #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
        static ENGLAND_REFERRALS: LazyLock<SeasonFile> = LazyLock::new(|| {
            toml::from_str(include_str!("../../../models/seasons/england-referrals.toml"))
                .expect("the shipped seasons are valid")
        });
        match self {
            ShippedSeason::EnglandReferrals => &ENGLAND_REFERRALS,
        }
    }

    /// The season as it holds for periods of a frequency; `None` for weeks and years, which months tell nothing of.
    pub(in crate::models) fn of(self, frequency: Frequency) -> Option<KnownSeason> {
        let file = self.file();
        let months = ArrayView1::from(&file.factors);
        let factors = match frequency {
            Frequency::Month => months.to_owned(),
            Frequency::Quarter => months.exact_chunks(3).into_iter().filter_map(|quarter| quarter.mean()).collect(),
            Frequency::Week | Frequency::Year => return None,
        };
        Some(KnownSeason { factors, years: file.years })
    }
}

/// The form of `models/seasons/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeasonFile {
    #[expect(dead_code, reason = "there is one form of the file so far")]
    schema: u32,
    #[expect(dead_code, reason = "names the season for who reads the file")]
    name: String,
    /// January to December, mean one.
    factors: Vec<f64>,
    /// How many years of a large authority's own data it is worth.
    years: f64,
}

/// What a season is believed to be before the data speak.
pub(in crate::models) struct KnownSeason {
    pub(super) factors: Array1<f64>,
    years: f64,
}

impl KnownSeason {
    /// What it is worth, in counts of small series.
    pub(super) fn counts(&self) -> f64 {
        self.years * DISPERSION
    }

    /// The group's factors from its data and from what was known, each as far as it tells. `told`: by season, how many
    /// counts of small series the data's factor rests on.
    pub(super) fn with(&self, from_data: &Array1<f64>, told: &Array1<f64>) -> Array1<f64> {
        (from_data * told + &self.factors * self.counts()) / (told + self.counts())
    }

    /// Whether the data's factors lie further from what was known than one in a thousand groups would.
    pub(super) fn is_contradicted(&self, from_data: &Array1<f64>, told: &Array1<f64>) -> bool {
        let squares = from_data
            .iter()
            .zip(told)
            .zip(&self.factors)
            .filter(|((_, told), _)| **told > 0.0)
            .map(|((own, told), known)| (own / known - 1.0).powi(2) / (1.0 / told + 1.0 / self.counts()));
        let (sum, seasons) = squares.fold((0.0, 0.0), |(sum, seasons), square| (sum + square, seasons + 1.0));
        is_beyond_chance(sum, seasons)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis};

    use super::super::{Estimated, GroupYears, SeasonHistory, SeasonOptions, seasons};
    use super::*;
    use crate::time::{Period, Span, WorkingCalendar};

    #[test]
    fn the_shipped_season_has_twelve_months_about_one() {
        let season = ShippedSeason::EnglandReferrals.of(Frequency::Month).expect("months have it");
        assert_eq!(season.factors.len(), 12);
        assert!((season.factors.sum() / 12.0 - 1.0).abs() < 5e-4 && season.factors.iter().all(|factor| *factor > 0.5));
        let quarters = ShippedSeason::EnglandReferrals.of(Frequency::Quarter).expect("quarters too");
        let (first, of_months) = (quarters.factors[0], season.factors.iter().take(3).sum::<f64>() / 3.0);
        assert!(quarters.factors.len() == 4 && (first - of_months).abs() < 1e-12);
        assert!(ShippedSeason::EnglandReferrals.of(Frequency::Week).is_none());
    }

    /// DfE's months, where they are at hand: series x periods from April 2012.
    fn open_data() -> Option<Array2<f64>> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/dfe/la_monthly_referrals_long.csv");
        let text = std::fs::read_to_string(file).ok()?;
        let values: Vec<f64> = text.lines().skip(1).filter_map(|line| line.rsplit(',').next()?.parse().ok()).collect();
        Array2::from_shape_vec((values.len() / 144, 144), values).ok()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "says that it was skipped")]
    fn the_shipped_season_is_that_of_the_open_data() {
        let Some(values) = open_data() else {
            eprintln!("skipped: the open DfE file is not at ../shared/data/dfe");
            return;
        };
        let span = Span::new(Period::month(2012, 4), values.ncols());
        let calendar = WorkingCalendar::england_and_wales();
        let days: Array1<f64> = span.periods().map(|period| calendar.working_days(period)).collect();
        let exposure = &days / days.mean().expect("periods");
        let exposure = exposure.broadcast(values.dim()).expect("a row for each series").to_owned();
        let of_period: Vec<usize> = span.periods().map(|period| period.season()).collect();
        let history =
            SeasonHistory { values: values.view(), exposure: exposure.view(), seasons: &of_period, season_length: 12 };
        let years = GroupYears::Estimated(Estimated::Estimated);
        let found = seasons(&history, &SeasonOptions { group_years: years, trim: 0.2, known: None }).factors;
        let found = found.mean_axis(Axis(0)).expect("series");
        let shipped = ShippedSeason::EnglandReferrals.of(Frequency::Month).expect("months have it").factors;
        for (found, shipped) in found.iter().zip(&shipped) {
            assert!((found - shipped).abs() < 0.015, "{found:.3} {shipped:.3}");
        }
    }

    #[test]
    fn much_data_outweigh_what_was_known_and_little_do_not() {
        let known = KnownSeason { factors: Array1::from_vec(vec![1.2, 0.8]), years: 10.0 };
        let flat = Array1::ones(2);
        let after = |counts: f64| known.with(&flat, &Array1::from_elem(2, counts))[0];
        assert!((after(0.0) - 1.2).abs() < 1e-12 && (after(460.0) - 1.1).abs() < 1e-12 && after(1e6) < 1.001);
        assert!(!known.is_contradicted(&flat, &Array1::from_elem(2, 20.0)));
        assert!(known.is_contradicted(&flat, &Array1::from_elem(2, 2000.0)));
    }
}
