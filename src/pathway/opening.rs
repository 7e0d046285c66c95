//! Children open today of whom nothing but their number is known, or not even that.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::course::{self, Course, DAY_OF_MONTH, PathDraw};
use super::delay::Warp;
use super::draw::{normal, uniform};
use super::error::PathwayError;
use super::fit::FittedPathway;
use super::journey::Journey;
use super::lever::Adjustments;
use super::national::Assumption;
use super::stage::{Stage, Step};
use crate::math::random;

/// The figures that ship with the engine.
const SHIPPED: &str = include_str!("../../models/pathway/open-cases.toml");

/// What a stream of random numbers is for: the first part of its key.
const POOL: u64 = 0x9A04;

/// How many children are made up to stand for those open today. With so many no single one is met often.
const POOL_CHILDREN: u32 = 60_000;

/// For how many days before today they are referred: longer than any stay.
const POOL_DAYS: f64 = 6_400.0;

/// Stays are stretched to agree with today's stock by no more than this, either way. Assumption.
const MOST_STRETCH: f64 = 2.5;

/// How many children are open today; what isn't set is taken from national figures by referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenCases {
    /// Children in need, those on plan and looked after included.
    pub in_need: Option<u32>,
    /// Children on a protection plan.
    pub on_plan: Option<u32>,
    /// Looked-after children.
    pub looked_after: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stock {
    per_referral: f64,
    spread: f64,
    source: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenCasesFile {
    #[serde(rename = "schema")]
    _schema: u32,
    in_need: Stock,
    on_plan: Stock,
    looked_after: Stock,
}

fn shipped() -> OpenCasesFile {
    #[expect(clippy::expect_used, reason = "the text is compiled in and a test reads it")]
    toml::from_str(SHIPPED).expect("the shipped open cases are valid")
}

impl OpenCases {
    /// What isn't set and has to be assumed; `care_only` where journeys tell of all but care, `care_known` where returns of
    /// looked-after children tell of these.
    pub(super) fn assumptions(&self, care_only: bool, care_known: bool) -> Vec<Assumption> {
        let file = shipped();
        let stocks = [
            ("in need", self.in_need, file.in_need, true),
            ("on plan", self.on_plan, file.on_plan, true),
            ("looked after", self.looked_after, file.looked_after, false),
        ];
        let told = |in_journeys: bool| if in_journeys { care_only } else { care_known };
        let unset = stocks.into_iter().filter(|(_, set, _, in_journeys)| set.is_none() && !told(*in_journeys));
        unset
            .map(|(name, _, stock, _)| Assumption {
                what: format!("children {name} today"),
                value: format!("{} for each referral of the last year", stock.per_referral),
                source: stock.source,
            })
            .collect()
    }
}

/// Those open today as drawn in every path: made-up children of each kind, and how many of them.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// Looked after; on plan and not looked after; open otherwise; not open and referred within the last year.
    pools: [Vec<Journey>; 4],
    /// Means of looked after, on plan, in need, and of the referrals within the last year.
    means: [f64; 4],
    /// Standard deviations of their logs; 0 where the number is known.
    spreads: [f64; 3],
    /// Of the looked-after children the share on plan.
    on_plan_in_care: f64,
    /// Journeys tell of all children but the looked-after: nobody else is made up.
    pub care_only: bool,
}

impl Opening {
    /// How many children are looked after, on plan and in need in one path.
    pub fn counts(&self, stream: &mut impl Rng) -> [f64; 3] {
        std::array::from_fn(|place| {
            let (spread, z) = (self.spreads[place], normal(stream));
            // The mean of the log-normal number is the figure itself.
            self.means[place] * libm::exp(spread * z - 0.5 * spread * spread)
        })
    }

    /// What each step's days are multiplied by in one path: where more children come in than on average, stays are
    /// shorter, as the stock is what it is.
    pub fn stretch(
        &self,
        fitted: [f64; Step::COUNT],
        counts: [f64; 3],
        inflows: Inflows,
        usual: Inflows,
    ) -> [f64; Step::COUNT] {
        let mut stretch = fitted;
        let steps = [(Step::CareEnd, 0), (Step::PlanEnd, 1), (Step::Closure, 2)];
        for (step, place) in steps.into_iter().filter(|(step, _)| !self.care_only || *step == Step::CareEnd) {
            let stock = counts[place] / self.means[place].max(1e-9);
            let inflow = inflows.0[place] / usual.0[place].max(1e-9);
            if stock > 0.0 && inflow > 0.0 {
                stretch[step as usize] *= (stock / inflow).clamp(1.0 / MOST_STRETCH, MOST_STRETCH);
            }
        }
        stretch
    }

    /// The children open in one path. Takes the same numbers whatever levers do.
    pub fn draw<'a>(&'a self, [care, plan, need]: [f64; 3], stream: &mut impl Rng) -> Vec<&'a Journey> {
        let plan = (plan - care * self.on_plan_in_care).max(0.0);
        let rest = (need - care - plan).max(0.0);
        let wanted = if self.care_only { [care, 0.0, 0.0, 0.0] } else { [care, plan, rest, self.means[3]] };
        let mut here = Vec::new();
        for (pool, wanted) in self.pools.iter().zip(wanted) {
            for _ in 0..(wanted + 0.5) as usize {
                let place = uniform(stream);
                here.extend(pool.get((place * pool.len() as f64) as usize));
            }
        }
        here
    }
}

/// Children for each referral who become looked after, go on plan, and are found in need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inflows([f64; 3]);

impl Inflows {
    /// Children for each referral who become looked after.
    pub fn care(&self) -> f64 {
        self.0[0]
    }

    /// What comes in where each conversion has the given share.
    pub fn of(share: impl Fn(Step) -> f64) -> Inflows {
        let assessed = 1.0 - share(Step::NoFurtherAction);
        let plan = assessed * share(Step::Section47) * share(Step::Conference) * share(Step::Plan);
        let care = plan * share(Step::CareFromPlan) + (assessed - plan) * share(Step::CareWithoutPlan);
        Inflows([care, plan, assessed * (1.0 - share(Step::NotInNeed))])
    }
}

impl FittedPathway {
    /// What comes in at the posterior means, over all sources.
    pub(super) fn usual_inflows(&self) -> Inflows {
        Inflows::of(|step| {
            let means = self.conversions[step as usize].means();
            let mix = self.source_mix.iter().enumerate();
            mix.map(|(source, weight)| weight * self.share(means, step, source, 0.0, 0.0)).sum()
        })
    }

    /// The pathway with made-up children in place of those open today, where no journey tells of them.
    ///
    /// Method: children referred evenly over the past go through the pathway as fitted; those still open today are the
    /// pool from which as many as `open` says are drawn in every path. Where a number isn't set it is the national one
    /// for each of `referrals_last_year`, with the spread over authorities. Stays are stretched or shortened so that the
    /// number would stand still if referrals did (Little's law: a stock is what comes in times the mean stay), because
    /// hardly anything beats the last value of a stock (`docs/methods/pathway.md`).
    ///
    /// # Errors
    /// Where the numbers contradict each other.
    pub fn with_open_cases(
        mut self,
        open: &OpenCases,
        referrals_last_year: f64,
        care_only: bool,
        seed: u64,
    ) -> Result<FittedPathway, PathwayError> {
        let wrong = |problem: &str| Err(PathwayError::option("open_cases", problem));
        if let (Some(in_need), Some(part)) = (open.in_need, open.on_plan.max(open.looked_after))
            && part > in_need
        {
            return wrong("has more children on plan or looked after than in need, which includes them");
        }
        let file = shipped();
        let stock = |set: Option<u32>, stock: &Stock| match set {
            Some(number) => (f64::from(number), 0.0),
            None => (stock.per_referral * referrals_last_year, stock.spread),
        };
        let care = stock(open.looked_after, &file.looked_after);
        let plan = stock(open.on_plan, &file.on_plan);
        let need = stock(open.in_need, &file.in_need);
        // How many there would be at so many referrals a year if every stay were as fitted.
        let scale = referrals_last_year / 365.25 / (f64::from(POOL_CHILDREN) / POOL_DAYS);
        // Care is the end of plans' and cases' stays, so the stretches are found from the inside to the outside.
        let inside = [(Step::CareEnd, 0), (Step::PlanEnd, 1), (Step::Closure, 2)];
        for (step, place) in inside.into_iter().filter(|(step, _)| !care_only || *step == Step::CareEnd) {
            let pools = self.pools(seed);
            let natural: [f64; 4] = std::array::from_fn(|place| pools[place].len() as f64 * scale);
            let wanted = [care.0, (plan.0 - care.0 * on_plan(&pools[0])).max(0.0), 0.0];
            let wanted = if place == 2 { (need.0 - wanted[0] - wanted[1]).max(0.0) } else { wanted[place] };
            if natural[place] > 0.0 && wanted > 0.0 {
                // A part of those open otherwise wait for their assessment, whose days stay as they are.
                self.stretch[step as usize] = (wanted / natural[place]).clamp(1.0 / MOST_STRETCH, MOST_STRETCH);
            }
        }
        let pools = self.pools(seed);
        let recent = pools[3].len() as f64 * scale;
        self.opening = Some(Opening {
            on_plan_in_care: on_plan(&pools[0]),
            pools,
            means: [care.0, plan.0, need.0, recent],
            spreads: [care.1, plan.1, need.1],
            care_only,
        });
        Ok(self)
    }

    /// Made-up children by what they are today.
    fn pools(&self, seed: u64) -> [Vec<Journey>; 4] {
        let adjustments = Adjustments::default();
        let sources = self.journeys.sources().len();
        let shares = self
            .conversions
            .iter()
            .map(|conversion| {
                let share = |source| self.share(conversion.means(), conversion.step(), source, 0.0, 0.0);
                (0..sources).map(|source| vec![(share(source), share(source))]).collect()
            })
            .collect();
        let warps = vec![Warp::none(); Step::COUNT];
        let draw =
            PathDraw { fit: self, adjustments: &adjustments, step_of_day: &[0], shares, warps, stretch: self.stretch };
        let mut stream = random::stream(seed, &[POOL]);
        let mix: Vec<(usize, f64)> = self.source_mix.iter().copied().enumerate().collect();
        let mut pools: [Vec<Journey>; 4] = Default::default();
        for _ in 0..POOL_CHILDREN {
            let luck = course::luck(&mut stream);
            let referral = -1 - (luck[DAY_OF_MONTH] * POOL_DAYS) as i32;
            let source = super::simulate::source_at(&mix, uniform(&mut stream));
            let course = draw.course(referral, source, None, &luck);
            let Some(pool) = kind(&course) else { continue };
            pools[pool].push(self.seen_today(&course, source));
        }
        pools
    }

    /// The journey of a made-up child as it is known today.
    fn seen_today(&self, course: &Course, source: usize) -> Journey {
        let seen = (-1 - course.referral) as u32;
        let month = self.origin.plus(-((f64::from(seen) / 30.437) as i32));
        let journey = Journey::new(month, source as u16, 0, seen);
        Stage::ALL.into_iter().fold(journey, |journey, stage| match course.day_of(stage) {
            Some(day) if day < 0 => journey.reaching(stage, (day - course.referral) as u32),
            _ => journey,
        })
    }
}

/// Which pool a child belongs to; `None` for one that plays no part any more.
fn kind(course: &Course) -> Option<usize> {
    let here = |stay: Option<(i32, i32)>| stay.is_some_and(|(start, end)| start < 0 && end >= 0);
    if here(course.looked_after()) {
        Some(0)
    } else if here(course.on_plan()) {
        Some(1)
    } else if here(course.open()) {
        Some(2)
    } else {
        (course.referral >= -365).then_some(3)
    }
}

fn on_plan(in_care: &[Journey]) -> f64 {
    let on_plan = in_care.iter().filter(|child| child.reached(Stage::Plan) && !child.reached(Stage::PlanEnd)).count();
    on_plan as f64 / (in_care.len().max(1)) as f64
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::forecast::Forecast;
    use crate::panel::SeriesKey;
    use crate::pathway::{JourneyOptions, NationalFigures, PathwayForecast, Referrals};
    use crate::time::{Period, Span};

    const LAST: fn() -> Period = || Period::month(2024, 12);

    fn followed(open: OpenCases, care_only: bool, months: usize) -> PathwayForecast {
        let options = JourneyOptions { trend: false, ..JourneyOptions::default() };
        let national = NationalFigures::shipped();
        let fitted = FittedPathway::national(vec!["all".into()], &[1.0], LAST(), &national, &options).expect("a fit");
        let fitted = fitted.with_open_cases(&open, 3600.0, care_only, 3).expect("open cases");
        let span = Span::new(LAST().plus(1), months);
        let paths = Array3::from_elem((1, 200, months), 300.0);
        let forecast = Forecast::new(vec![SeriesKey::new(["all"])], span, paths).expect("finite");
        let history = Span::new(LAST().plus(-35), 36);
        let referrals = Referrals { forecast: &forecast, source_dimension: Some(0), history, seed: 3 };
        fitted.simulate(referrals, &[]).expect("paths")
    }

    const SET: OpenCases = OpenCases { in_need: Some(2300), on_plan: Some(290), looked_after: Some(480) };

    #[test]
    fn numbers_that_are_set_are_open_in_every_path() {
        // Rounding of parts moves each by a child at most.
        let [need, care, plan] = followed(SET, false, 1).opening;
        assert!(need.abs_diff(2300) <= 2 && plan.abs_diff(290) <= 4 && care.abs_diff(480) <= 1, "{need} {care} {plan}");
    }

    #[test]
    fn stocks_stand_about_still_where_referrals_do() {
        let paths = followed(SET, false, 24);
        let middle = paths.stocks.quantiles(&[0.5]);
        for (row, opening) in paths.opening.into_iter().enumerate() {
            let end = middle[(row, 0, 23)];
            assert!((end / opening as f64 - 1.0).abs() < 0.12, "{row}: {opening} became {end}");
        }
    }

    #[test]
    fn numbers_that_are_not_set_differ_between_paths_as_between_authorities() {
        let paths = followed(OpenCases::default(), false, 1);
        // 0.642 and 0.134 for each of 3,600 referrals.
        assert!(paths.opening[0].abs_diff(2311) < 150 && paths.opening[1].abs_diff(482) < 45, "{:?}", paths.opening);
        let bounds = paths.stocks.quantiles(&[0.1, 0.9]);
        // Standard deviations of logs of 0.22 and 0.37: p90 over p10 of 1.75 and 2.6.
        let ratio = |row: usize| bounds[(row, 1, 0)] / bounds[(row, 0, 0)];
        assert!((1.5..2.1).contains(&ratio(0)) && (2.1..3.1).contains(&ratio(1)), "{} {}", ratio(0), ratio(1));
    }

    #[test]
    fn children_in_care_of_whom_journeys_do_not_tell_are_no_further_cases_in_need() {
        let paths = followed(SET, true, 1);
        assert_eq!(paths.opening[1], 480);
        assert_eq!((paths.opening[0], paths.opening[2]), (0, 0));
    }

    #[test]
    fn more_children_on_plan_than_in_need_are_refused() {
        let open = OpenCases { in_need: Some(100), on_plan: Some(200), looked_after: None };
        let national = NationalFigures::shipped();
        let options = JourneyOptions::default();
        let fitted = FittedPathway::national(vec!["all".into()], &[1.0], LAST(), &national, &options).expect("a fit");
        let error = fitted.with_open_cases(&open, 100.0, false, 1).expect_err("a contradiction");
        assert!(error.to_string().contains("open_cases"), "{error}");
    }
}
