//! Synthetic authorities with known truth.
//!
//! In: [`SimulationOptions`], by default those of `models/simulator/authority.toml`, calibrated on England's
//! statistics, and the closures of `models/lockdowns/england.toml`. Out: [`Simulated`], child-level referrals as a
//! council would extract them, with the truth behind them: what was expected, what closures hid, what came back.
//! This room reads no real data, fits nothing, and knows no model; what it plants is for others to find.

mod check;
mod columns;
mod counts;
mod draw;
mod error;
mod families;
mod formats;
mod intensity;
mod journey;
mod noise;
mod options;
mod returning;
mod truth;
mod write;

use std::sync::Arc;

pub use columns::write_dictionary;
pub use error::SimulateError;
pub use formats::{Dirt, Fault, FileFormat, Planted, WrittenFormat, write_format};
pub use options::{
    AgeProfile, Area, Band, Children, DayUnit, Delay, Journeys, LevelShift, Noise, Returning, Rhythm, Season,
    SimulationOptions, Source,
};
pub use truth::{AreaTruth, JourneyTruth, SourceTruth, Truth};
pub use write::{write_folder, write_monthly_csv, write_readme, write_referrals_csv, write_truth, write_truth_json};

use self::families::Families;
use self::intensity::Intensity;
use self::journey::JourneyMaker;
use self::noise::{Multipliers, Split};
use crate::math::random;
use crate::time::{Closures, Date, Frequency, Period, Span, WorkingCalendar};

/// Months before the first, in which children become known.
const BURN_IN: i32 = 12;

/// Referrals that fit in the memory of an ordinary machine, about 2 GB.
const MOST_REFERRALS: f64 = 10e6;

/// What a stream of random numbers is for: the first part of its key.
mod purpose {
    pub const COUNTS: u64 = 1;
    pub const MULTIPLIERS: u64 = 2;
    pub const PEOPLE: u64 = 3;
    pub const FILES: u64 = 4;
}

/// A synthetic authority: its referrals and the truth behind them.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// One row a child and referral, by date and child.
    pub referrals: Vec<ReferralRow>,
    /// What was planted.
    pub truth: Truth,
}

/// One child's referral and what was known of it on the day of the extract.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferralRow {
    /// The invented child's number; written as `SYN-000123`.
    pub child: u32,
    /// The day of the referral.
    pub referral_date: Date,
    /// Census code of the source, such as `3E`.
    pub source_code: Arc<str>,
    /// Name of the source's group.
    pub source: Arc<str>,
    /// Census code of the primary need; `N0` after no further action.
    pub primary_need: Arc<str>,
    /// Part of the authority.
    pub area: Arc<str>,
    /// Date of birth.
    pub born: Date,
    /// Completed years on the day of the referral.
    pub age: u8,
    /// Code of the child's sex.
    pub sex: Arc<str>,
    /// Whether the referral led to no further action.
    pub no_further_action: bool,
    /// Start of the assessment.
    pub assessment_start: Option<Date>,
    /// Authorisation of the assessment.
    pub assessment_authorised: Option<Date>,
    /// Start of the section 47 enquiry.
    pub section_47_start: Option<Date>,
    /// Initial child protection conference.
    pub conference: Option<Date>,
    /// Start of the child protection plan.
    pub plan_start: Option<Date>,
    /// End of the child protection plan.
    pub plan_end: Option<Date>,
    /// Start of the period of being looked after.
    pub care_start: Option<Date>,
    /// End of the period of being looked after.
    pub care_end: Option<Date>,
    /// Closure of the case.
    pub closure: Option<Date>,
}

/// Simulates an authority. Same options, same result, on every platform.
///
/// ```
/// use groundswell::simulate::{SimulationOptions, simulate};
/// let options = SimulationOptions::from_toml("months = 12\nreferrals_per_month = 50.0")?;
/// let simulated = simulate(&options)?;
/// assert_eq!(simulated.truth.months.len(), 12);
/// assert!((450..800).contains(&simulated.referrals.len()));
/// # Ok::<(), groundswell::simulate::SimulateError>(())
/// ```
///
/// # Errors
/// Where the options describe no authority.
pub fn simulate(options: &SimulationOptions) -> Result<Simulated, SimulateError> {
    check::options(options)?;
    let calendar = WorkingCalendar::england_and_wales();
    let closures = if options.lockdown { Closures::england() } else { Closures::none() };
    let split = Split::of(options)?;
    let lived = Span::new(options.first_month.plus(-BURN_IN), options.months + BURN_IN as usize);
    // What an earlier closure hid may still return.
    let first_closed = closures.iter().map(|closure| Period::containing(Frequency::Month, closure.first)).min();
    let start = first_closed.map_or(lived.start(), |closed| closed.min(lived.start()));
    let span = Span::inclusive(start, lived.period(lived.len() - 1));
    let intensity = Intensity::of(options, span, &closures, &calendar);
    let referrals = intensity.total(lived.start().periods_since(span.start()) as usize);
    if referrals > MOST_REFERRALS {
        let problem = format!("and `months` make {referrals:.0} referrals; the most is {MOST_REFERRALS}");
        return Err(SimulateError::option("referrals_per_month", problem));
    }
    let multipliers = Multipliers::draw(options, &split, lived);
    let events = counts::events(options, &intensity, &multipliers, &split, lived);

    let extract = options.span().period(options.months - 1).last_day();
    let names = Names::of(options);
    let maker = JourneyMaker::new(&options.journey, &calendar);
    let mut families = Families::new(&options.children, options.areas.len());
    let mut people = truth::People::default();
    let mut referrals = Vec::new();
    for event in events {
        let source = &options.sources[event.source];
        let month = Period::containing(Frequency::Month, event.day);
        let key = [purpose::PEOPLE, month.ordinal() as u64, event.area as u64, event.source as u64, event.number];
        let mut stream = random::stream(options.seed, &key);
        let code = draw::position(&mut stream, source.codes.values().copied());
        let ages = options.children.ages.iter().find(|profile| profile.name == source.ages);
        let ages = ages.map_or(&[][..], |profile| &profile.bands);
        let referred = families.refer(event.day, event.area, event.children, ages, &mut stream);
        let born: Vec<Date> = referred.children.iter().map(|child| families.child(*child).born).collect();
        let journeys = maker.of_family(event.day, &born, &mut stream);
        for (child, journey) in referred.children.iter().zip(journeys) {
            families.note(*child, event.day, journey.closure.unwrap_or(Date::MAX));
            if month < options.first_month {
                continue;
            }
            people.count(event.day, &journey, referred.again);
            referrals.push(names.row(*child, families.child(*child), &event, code, journey, extract));
        }
    }
    referrals.sort_by_key(|row| (row.referral_date, row.child));
    let truth = truth::truth(options, &closures, &calendar, &intensity, &multipliers, &referrals, people);
    Ok(Simulated { referrals, truth })
}

/// Labels of rows, each held once.
struct Names {
    sources: Vec<Arc<str>>,
    codes: Vec<Vec<Arc<str>>>,
    areas: Vec<Arc<str>>,
    needs: Vec<Arc<str>>,
    not_stated: Arc<str>,
    sexes: Vec<Arc<str>>,
}

impl Names {
    fn of(options: &SimulationOptions) -> Names {
        let all = |names: &mut dyn Iterator<Item = &String>| names.map(|name| Arc::from(name.as_str())).collect();
        Names {
            sources: all(&mut options.sources.iter().map(|source| &source.label)),
            codes: options.sources.iter().map(|source| all(&mut source.codes.keys())).collect(),
            areas: all(&mut options.areas.iter().map(|area| &area.name)),
            needs: all(&mut options.children.need.keys()),
            not_stated: Arc::from("N0"),
            sexes: all(&mut options.children.sex.keys()),
        }
    }

    fn row(
        &self,
        place: usize,
        child: &families::Child,
        event: &counts::Event,
        code: usize,
        journey: journey::Journey,
        extract: Date,
    ) -> ReferralRow {
        let journey = journey.known_on(extract);
        let need = if journey.no_further_action { &self.not_stated } else { &self.needs[child.need] };
        ReferralRow {
            child: place as u32 + 1,
            referral_date: event.day,
            source_code: self.codes[event.source][code].clone(),
            source: self.sources[event.source].clone(),
            primary_need: need.clone(),
            area: self.areas[event.area].clone(),
            born: child.born,
            age: families::age_on(child.born, event.day),
            sex: self.sexes[child.sex].clone(),
            no_further_action: journey.no_further_action,
            assessment_start: journey.assessment_start,
            assessment_authorised: journey.assessment_authorised,
            section_47_start: journey.section_47_start,
            conference: journey.conference,
            plan_start: journey.plan_start,
            plan_end: journey.plan_end,
            care_start: journey.care_start,
            care_end: journey.care_end,
            closure: journey.closure,
        }
    }
}

#[cfg(test)]
mod tests;
