//! What is known of each referral, without a name: days to every later stage, and how long it was watched.

use super::error::PathwayError;
use super::stage::{Stage, Step};
use crate::time::Period;

/// One child's referral: which stages were reached after how many days, and how many days were watched.
///
/// Days count from the referral, which is day 0. A stage not reached by `seen_days` may still come: that is
/// right-censoring, and every estimate of the room respects it.
///
/// ```
/// use groundswell::pathway::{Journey, Stage};
/// use groundswell::time::Period;
/// let journey = Journey::new(Period::month(2024, 1), 0, 0, 400).reaching(Stage::Assessment, 2);
/// assert_eq!(journey.day_of(Stage::Assessment), Some(2));
/// assert_eq!(journey.day_of(Stage::Plan), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Journey {
    /// The month of the referral.
    pub month: Period,
    /// Position of the source among [`Journeys::sources`].
    pub source: u16,
    /// Position of the need among [`Journeys::needs`].
    pub need: u16,
    /// Days from the referral to the last day on which an event would have been seen.
    pub seen_days: u32,
    /// Days to each stage; `UNREACHED` where it wasn't.
    days: [u32; Stage::COUNT],
}

const UNREACHED: u32 = u32::MAX;

impl Journey {
    /// A referral after which nothing has been seen yet.
    pub fn new(month: Period, source: u16, need: u16, seen_days: u32) -> Journey {
        Journey { month, source, need, seen_days, days: [UNREACHED; Stage::COUNT] }
    }

    /// The journey with a stage reached so many days after the referral.
    pub fn reaching(mut self, stage: Stage, days: u32) -> Journey {
        self.days[stage as usize] = days;
        self
    }

    /// Days from the referral to the stage, where it was reached.
    pub fn day_of(&self, stage: Stage) -> Option<u32> {
        Some(self.days[stage as usize]).filter(|days| *days != UNREACHED)
    }

    /// Whether the stage was reached.
    pub fn reached(&self, stage: Stage) -> bool {
        self.days[stage as usize] != UNREACHED
    }

    /// Whether something is still under way on the last day seen: the case itself, a plan or care.
    pub fn is_open(&self) -> bool {
        let runs = |start, end| self.reached(start) && !self.reached(end);
        let case = !self.reached(Stage::NoFurtherAction) && !self.reached(Stage::Closure);
        case || runs(Stage::Plan, Stage::PlanEnd) || runs(Stage::Care, Stage::CareEnd)
    }

    /// The day on which the child could first take the step; `None` where it can't.
    ///
    /// Steps that depend on what else happens (not in need: only without conference and care; care without plan: only
    /// without plan and not found not in need) leave out the children to whom that has happened already.
    pub(super) fn start_of(&self, step: Step) -> Option<u32> {
        let start = step.from().map_or(Some(0), |stage| self.day_of(stage))?;
        let without = |stages: &[Stage]| stages.iter().all(|stage| !self.reached(*stage));
        let can = match step {
            Step::NotInNeed | Step::InNeed => without(&[Stage::Conference, Stage::Care]),
            Step::CareWithoutPlan => without(&[Stage::Plan, Stage::NotInNeed]),
            Step::Closure => self.reached(Stage::InNeed) && without(&[Stage::Plan, Stage::Care]),
            _ => true,
        };
        can.then_some(start)
    }

    /// Stages that a later one implies are taken as reached on its day; contradictions are settled for the later one.
    /// Returns how many stages were filled in.
    fn complete(&mut self) -> u64 {
        const IMPLIED: [(Stage, Stage); 6] = [
            (Stage::Plan, Stage::Conference),
            (Stage::Conference, Stage::Section47),
            (Stage::Section47, Stage::Assessment),
            (Stage::Care, Stage::Assessment),
            (Stage::InNeed, Stage::Assessment),
            (Stage::NotInNeed, Stage::Assessment),
        ];
        let mut filled = 0;
        for (later, earlier) in IMPLIED {
            if let (Some(day), None) = (self.day_of(later), self.day_of(earlier)) {
                self.days[earlier as usize] = day;
                filled += 1;
            }
        }
        if self.reached(Stage::Assessment) {
            self.days[Stage::NoFurtherAction as usize] = UNREACHED;
        }
        if self.reached(Stage::Conference) || self.reached(Stage::Care) || self.reached(Stage::InNeed) {
            if self.reached(Stage::NotInNeed) && !self.reached(Stage::InNeed) {
                self.days[Stage::InNeed as usize] = self.days[Stage::NotInNeed as usize];
            }
            self.days[Stage::NotInNeed as usize] = UNREACHED;
        }
        // A child found not in need, or without further action, is an open case no longer.
        if let (Some(day), None) = (self.day_of(Stage::NotInNeed), self.day_of(Stage::Closure)) {
            self.days[Stage::Closure as usize] = day;
        }
        filled
    }
}

/// The journeys of an authority's referrals.
///
/// Invariant: sorted, labels exist, no stage lies after the last day seen, plans and care end only after they started, and a
/// stage that a later one implies is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Journeys {
    sources: Vec<String>,
    needs: Vec<String>,
    rows: Vec<Journey>,
    implied: u64,
    /// Stages that no record tells of, whether or not they happened.
    unrecorded: Vec<Stage>,
    /// Referrals before this month are known only where they were still open in it.
    whole_from: Option<Period>,
}

impl Journeys {
    /// Journeys with the names of their sources and needs. A stage without the stage that must come before it (a plan
    /// without conference) has that filled in on the same day; [`Journeys::implied`] counts them.
    ///
    /// # Errors
    /// Where a journey contradicts itself or its labels.
    pub fn new(sources: Vec<String>, needs: Vec<String>, mut rows: Vec<Journey>) -> Result<Journeys, PathwayError> {
        let mut implied = 0;
        for (row, journey) in rows.iter_mut().enumerate() {
            let wrong = |problem| Err(PathwayError::Journey { row, problem });
            if usize::from(journey.source) >= sources.len() || usize::from(journey.need) >= needs.len() {
                return wrong("has a source or need that isn't listed");
            }
            if journey.month.frequency() != crate::time::Frequency::Month {
                return wrong("is dated by another period than a month");
            }
            if Stage::ALL.iter().any(|stage| journey.day_of(*stage).is_some_and(|day| day > journey.seen_days)) {
                return wrong("reaches a stage after the last day seen");
            }
            for (start, end) in [(Stage::Plan, Stage::PlanEnd), (Stage::Care, Stage::CareEnd)] {
                match (journey.day_of(start), journey.day_of(end)) {
                    (None, Some(_)) => return wrong("has an end of plan or care without a start"),
                    (Some(start), Some(end)) if end < start => {
                        return wrong("has a plan or care that ends before it starts");
                    }
                    _ => {}
                }
            }
            implied += journey.complete();
        }
        // The order in which a reader met them must not matter to any random draw.
        rows.sort_unstable();
        Ok(Journeys { sources, needs, rows, implied, unrecorded: Vec::new(), whole_from: None })
    }

    /// The journeys, of which no record tells of the given stages: that no child was seen to reach them means nothing.
    #[must_use]
    pub fn without_record_of(mut self, stages: &[Stage]) -> Journeys {
        self.unrecorded = stages.to_vec();
        self
    }

    /// The journeys, of which those referred before a month are there only where they were still open in it: they are
    /// followed, and nothing is learnt from them, as the short ones among them are missing.
    #[must_use]
    pub fn whole_from(mut self, month: Period) -> Journeys {
        self.whole_from = Some(month);
        self
    }

    /// Whether records tell of the stages of a step.
    pub(super) fn tell_of(&self, step: Step) -> bool {
        let told = |stage: Stage| !self.unrecorded.contains(&stage);
        told(step.to()) && step.from().is_none_or(told)
    }

    /// The journeys that may be learnt from.
    pub(super) fn whole(&self) -> impl Iterator<Item = &Journey> + Clone {
        self.rows.iter().filter(|row| self.whole_from.is_none_or(|month| row.month >= month))
    }

    /// Names of the sources.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Names of the needs.
    pub fn needs(&self) -> &[String] {
        &self.needs
    }

    /// The journeys.
    pub fn rows(&self) -> &[Journey] {
        &self.rows
    }

    /// How many stages were taken as reached because a later one was.
    pub fn implied(&self) -> u64 {
        self.implied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey() -> Journey {
        Journey::new(Period::month(2024, 1), 0, 0, 100)
    }

    fn journeys(journey: Journey) -> Result<Journeys, PathwayError> {
        Journeys::new(vec!["Police".into()], vec!["N1".into()], vec![journey])
    }

    #[test]
    fn a_plan_implies_conference_enquiry_and_assessment_on_its_day() {
        let journeys = journeys(journey().reaching(Stage::Plan, 30)).expect("valid");
        for stage in [Stage::Conference, Stage::Section47, Stage::Assessment] {
            assert_eq!(journeys.rows()[0].day_of(stage), Some(30));
        }
        assert_eq!(journeys.implied(), 3);
    }

    #[test]
    fn an_assessment_outweighs_no_further_action() {
        let both = journey().reaching(Stage::NoFurtherAction, 1).reaching(Stage::Assessment, 3);
        assert!(!journeys(both).expect("valid").rows()[0].reached(Stage::NoFurtherAction));
    }

    #[test]
    fn a_child_found_not_in_need_is_an_open_case_no_longer() {
        let found = journey().reaching(Stage::NotInNeed, 40);
        assert!(!journeys(found).expect("valid").rows()[0].is_open());
    }

    #[test]
    fn a_stage_after_the_last_day_seen_is_refused() {
        let error = journeys(journey().reaching(Stage::Assessment, 101)).expect_err("too late");
        assert_eq!(error.to_string(), "journey 0 reaches a stage after the last day seen");
    }

    #[test]
    fn a_plan_that_ends_before_it_starts_is_refused() {
        assert!(journeys(journey().reaching(Stage::Plan, 40).reaching(Stage::PlanEnd, 39)).is_err());
        assert!(journeys(journey().reaching(Stage::CareEnd, 39)).is_err());
    }
}
