//! What becomes of a referral: assessment, section 47 enquiry, conference, plan, care, closure.

use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;

use super::draw::{happens, position, whole};
use super::options::{DayUnit, Delay, Journeys};
use crate::time::{WorkingCalendar, financial_year};

/// A delay that the options must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    AssessmentStart,
    AssessmentAuthorised,
    Section47Start,
    Conference,
    PlanEnd,
    CareStart,
    CareEnd,
    Closure,
}

impl Step {
    /// All of them, in the order of the shipped file.
    pub const ALL: [Step; 8] = [
        Step::AssessmentStart,
        Step::AssessmentAuthorised,
        Step::Section47Start,
        Step::Conference,
        Step::PlanEnd,
        Step::CareStart,
        Step::CareEnd,
        Step::Closure,
    ];

    /// Its name in a file.
    pub fn name(self) -> &'static str {
        match self {
            Step::AssessmentStart => "referral to assessment start",
            Step::AssessmentAuthorised => "assessment start to authorised",
            Step::Section47Start => "referral to section 47 start",
            Step::Conference => "section 47 start to conference",
            Step::PlanEnd => "plan start to end",
            Step::CareStart => "referral to care start",
            Step::CareEnd => "care start to end",
            Step::Closure => "referral to closure",
        }
    }
}

/// The dates of one child's referral; `None` where a stage isn't reached.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Journey {
    pub no_further_action: bool,
    pub assessment_start: Option<Date>,
    pub assessment_authorised: Option<Date>,
    pub section_47_start: Option<Date>,
    pub conference: Option<Date>,
    pub plan_start: Option<Date>,
    pub plan_end: Option<Date>,
    pub care_start: Option<Date>,
    pub care_end: Option<Date>,
    pub closure: Option<Date>,
}

impl Journey {
    /// The journey as it is known at the end of a day.
    pub fn known_on(self, day: Date) -> Journey {
        let known = |date: Option<Date>| date.filter(|date| *date <= day);
        Journey {
            no_further_action: self.no_further_action,
            assessment_start: known(self.assessment_start),
            assessment_authorised: known(self.assessment_authorised),
            section_47_start: known(self.section_47_start),
            conference: known(self.conference),
            plan_start: known(self.plan_start),
            plan_end: known(self.plan_end),
            care_start: known(self.care_start),
            care_end: known(self.care_end),
            closure: known(self.closure),
        }
    }
}

/// What a family's referral leads to; siblings share it, but for care.
#[derive(Debug, Clone, Copy)]
struct FamilyJourney {
    shared: Journey,
    /// Probability that one child of the family becomes looked after.
    care: f64,
    /// Days from the referral to the closure of a child in need; `None` where the case closes on its outcome.
    in_need_days: Option<u32>,
}

/// Draws journeys.
#[derive(Debug)]
pub(super) struct JourneyMaker<'a> {
    options: &'a Journeys,
    calendar: &'a WorkingCalendar,
}

impl<'a> JourneyMaker<'a> {
    pub fn new(options: &'a Journeys, calendar: &'a WorkingCalendar) -> JourneyMaker<'a> {
        JourneyMaker { options, calendar }
    }

    /// The journeys of siblings born on the given days and referred together, as they will end.
    pub fn of_family(&self, referral: Date, born: &[Date], stream: &mut ChaCha8Rng) -> Vec<Journey> {
        let family = self.family(referral, stream);
        born.iter().map(|born| self.child(referral, *born, &family, stream)).collect()
    }

    fn family(&self, referral: Date, stream: &mut ChaCha8Rng) -> FamilyJourney {
        let shares = Shares::of(self.options, referral);
        if happens(stream, shares.no_further_action) {
            let closure = self.after(Step::AssessmentStart, referral, stream);
            let shared = Journey { no_further_action: true, closure: Some(closure), ..Journey::default() };
            return FamilyJourney { shared, care: 0.0, in_need_days: None };
        }
        let assessment_start = self.after(Step::AssessmentStart, referral, stream);
        let authorised = self.after(Step::AssessmentAuthorised, assessment_start, stream);
        let mut shared = Journey {
            assessment_start: Some(assessment_start),
            assessment_authorised: Some(authorised),
            closure: Some(authorised),
            ..Journey::default()
        };
        if happens(stream, shares.section_47) {
            let start = self.after(Step::Section47Start, referral, stream);
            shared.section_47_start = Some(start);
            shared.closure = Some(authorised.max(start));
            if happens(stream, shares.conference) {
                let conference = self.after(Step::Conference, start, stream);
                shared.conference = Some(conference);
                if happens(stream, shares.plan) {
                    // A plan starts on the day of the conference that decides on it.
                    shared.plan_start = Some(conference);
                    shared.plan_end = Some(self.after(Step::PlanEnd, conference, stream));
                }
            }
        }
        // Not in need is an outcome of assessments that led to no conference.
        if shared.conference.is_none() && happens(stream, shares.not_in_need) {
            return FamilyJourney { shared, care: 0.0, in_need_days: None };
        }
        let care = if shared.plan_start.is_some() { self.options.plan_to_care } else { shares.care_without_plan };
        let in_need_days = Some(self.days(Step::Closure, stream));
        FamilyJourney { shared, care, in_need_days }
    }

    fn child(&self, referral: Date, born: Date, family: &FamilyJourney, stream: &mut ChaCha8Rng) -> Journey {
        let adult = adult_on(born);
        let mut journey = family.shared;
        if let Some(in_need_days) = family.in_need_days {
            if happens(stream, family.care) {
                // The plan of a child who becomes looked after ends on that day.
                let start = journey.plan_end.unwrap_or_else(|| self.after(Step::CareStart, referral, stream));
                journey.care_start = Some(start);
                journey.care_end = Some(self.after(Step::CareEnd, start, stream));
            }
            journey.closure = Some(plus_days(referral, in_need_days));
        }
        // Stages start in childhood and end with it at the latest.
        for start in
            [&mut journey.section_47_start, &mut journey.conference, &mut journey.plan_start, &mut journey.care_start]
        {
            *start = start.filter(|day| *day < adult);
        }
        journey.plan_end = journey.plan_start.and(journey.plan_end).map(|day| day.min(adult));
        journey.care_end = journey.care_start.and(journey.care_end).map(|day| day.min(adult));
        let latest = [
            journey.assessment_authorised,
            journey.section_47_start,
            journey.conference,
            journey.plan_end,
            journey.care_end,
        ];
        let latest = latest.into_iter().flatten().max();
        journey.closure = journey.closure.map(|day| latest.map_or(day, |latest| day.min(adult).max(latest)));
        journey
    }

    /// The day on which a step that starts on a day is done.
    fn after(&self, step: Step, from: Date, stream: &mut ChaCha8Rng) -> Date {
        let days = self.days(step, stream);
        match self.delay(step).map(|delay| delay.unit) {
            Some(DayUnit::Working) => plus_working_days(self.calendar, from, days),
            _ => plus_days(from, days),
        }
    }

    fn days(&self, step: Step, stream: &mut ChaCha8Rng) -> u32 {
        let bands = self.delay(step).map_or(&[][..], |delay| &delay.bands);
        let band = position(stream, bands.iter().map(|band| band.weight));
        bands.get(band).map_or(0, |band| whole(stream, band.from, band.to))
    }

    fn delay(&self, step: Step) -> Option<&Delay> {
        self.options.delays.iter().find(|delay| delay.name == step.name())
    }
}

/// Probabilities of one year's referrals, each among those who could take the step.
#[derive(Debug, Clone, Copy)]
struct Shares {
    no_further_action: f64,
    /// Of assessed.
    section_47: f64,
    /// Of section 47 enquiries.
    conference: f64,
    /// Of conferences.
    plan: f64,
    /// Of assessed without conference.
    not_in_need: f64,
    /// Of children in need without plan.
    care_without_plan: f64,
}

impl Shares {
    fn of(options: &Journeys, referral: Date) -> Shares {
        let year_ending = financial_year(referral);
        let place = usize::try_from(year_ending - options.first_year).unwrap_or(0);
        let of_year = |shares: &[f64]| shares.get(place).or(shares.last()).copied().unwrap_or(0.0);
        let ratio = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
        let no_further_action = of_year(&options.no_further_action);
        let assessed = 1.0 - no_further_action;
        let (section_47, conference, plan) =
            (of_year(&options.section_47), of_year(&options.conference), of_year(&options.plan));
        let conferences = section_47.min(assessed) * conference;
        let plans = conferences * plan;
        let not_in_need = of_year(&options.not_in_need);
        let in_need_without_plan = assessed - not_in_need - plans;
        let care_without_plan = of_year(&options.looked_after) - plans * options.plan_to_care;
        Shares {
            no_further_action,
            section_47: ratio(section_47, assessed),
            conference,
            plan,
            not_in_need: ratio(not_in_need, assessed - conferences),
            care_without_plan: ratio(care_without_plan, in_need_without_plan),
        }
    }
}

/// The eighteenth birthday; 1 March for those born on 29 February.
pub(super) fn adult_on(born: Date) -> Date {
    let year = born.year() + 18;
    Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
}

fn plus_days(day: Date, days: u32) -> Date {
    day.saturating_add(i64::from(days).days())
}

/// That many working days later; from a day that isn't worked, counted from the next that is.
fn plus_working_days(calendar: &WorkingCalendar, from: Date, days: u32) -> Date {
    let mut day = from;
    let mut left = days;
    loop {
        if calendar.is_working_day(day) {
            if left == 0 {
                return day;
            }
            left -= 1;
        }
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;
    use crate::simulate::SimulationOptions;

    #[test]
    fn working_days_skip_weekends_and_bank_holidays() {
        let calendar = WorkingCalendar::england_and_wales();
        let plus = |from, days| plus_working_days(&calendar, from, days);
        let good_friday = Date::constant(2024, 3, 29);
        assert_eq!(plus(Date::constant(2024, 3, 28), 1), Date::constant(2024, 4, 2));
        assert_eq!(plus(good_friday, 0), Date::constant(2024, 4, 2));
        assert_eq!(plus(Date::constant(2024, 4, 2), 5), Date::constant(2024, 4, 9));
    }

    #[test]
    fn nothing_starts_after_the_eighteenth_birthday_and_everything_ends_with_it() {
        let (options, calendar) = (SimulationOptions::default(), WorkingCalendar::england_and_wales());
        let maker = JourneyMaker::new(&options.journey, &calendar);
        let (referral, born) = (Date::constant(2019, 5, 1), Date::constant(2001, 6, 15));
        let adult = Date::constant(2019, 6, 15);
        let mut stream = random::stream(5, &[]);
        for _ in 0..2000 {
            for journey in maker.of_family(referral, &[born], &mut stream) {
                let starts = [journey.section_47_start, journey.conference, journey.plan_start, journey.care_start];
                assert!(starts.into_iter().flatten().all(|day| day < adult));
                assert!([journey.plan_end, journey.care_end].into_iter().flatten().all(|day| day <= adult));
            }
        }
    }

    #[test]
    fn a_day_after_the_extract_is_not_known() {
        let day = Date::constant(2024, 3, 31);
        let journey = Journey { plan_start: Some(day), plan_end: Some(plus_days(day, 1)), ..Journey::default() };
        let known = journey.known_on(day);
        assert_eq!((known.plan_start, known.plan_end), (Some(day), None));
    }
}
