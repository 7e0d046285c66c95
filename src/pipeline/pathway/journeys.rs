//! From events of children to journeys of referrals.

use std::collections::BTreeMap;

use crate::ingest::EventGroups;
use crate::ingest::events::{ChildIdentifier, Events, PlanKind};
use crate::pathway::{Journey, Journeys, PathwayError, Recorded, Stage};
use crate::time::{Date, Frequency, Period};

/// Reasons of closure that mean that an assessment found no need: RC8, "case closed after assessment, no further action".
// Children in need census, code set of ReasonForClosure.
const CLOSED_AFTER_ASSESSMENT: &str = "RC8";

/// What events tell of journeys.
pub struct Told {
    pub journeys: Journeys,
    pub recorded: Recorded,
}

/// One referral and what followed, with days as dates.
struct Case<'a> {
    date: Date,
    source: &'a str,
    need: &'a str,
    no_further_action: bool,
    not_in_need: bool,
    reached: [Option<Date>; Stage::COUNT],
}

impl Case<'_> {
    /// Keeps the first day on which a stage was reached.
    fn reach(&mut self, stage: Stage, day: Option<Date>) {
        let known = &mut self.reached[stage as usize];
        *known = match (*known, day) {
            (Some(known), Some(day)) => Some(known.min(day)),
            (known, day) => known.or(day),
        };
    }

    /// When a stay ended; one that is said to end before it started ends on that day.
    fn end_of(&self, start: Stage, end: Stage) -> Option<Date> {
        let (start, end) = (self.day(start)?, self.day(end)?);
        Some(end.max(start))
    }

    fn day(&self, stage: Stage) -> Option<Date> {
        self.reached[stage as usize]
    }
}

/// The journeys of all referrals up to the last day of history; `None` where events hold no assessments, and so nothing
/// of what follows a referral. `whole_from` is the first month of which every referral is in the files.
///
/// An event belongs to the referral that it names, else to the child's last one before it.
///
/// # Errors
/// Where a journey contradicts itself.
pub fn journeys(
    events: &Events,
    groups: &EventGroups,
    whole_from: Period,
    origin: Period,
) -> Result<Option<Told>, PathwayError> {
    if events.assessments.is_empty() {
        return Ok(None);
    }
    let last = origin.last_day();
    let mut cases = cases(events, groups, last);
    attach(events, &mut cases, last);
    let mut labels = [Vec::new(), Vec::new()];
    for case in cases.values().flatten() {
        labels[0].push(case.source.to_owned());
        labels[1].push(case.need.to_owned());
    }
    labels.iter_mut().for_each(|labels| {
        labels.sort_unstable();
        labels.dedup();
    });
    let [sources, needs] = labels;
    let mut rows = Vec::new();
    for of_child in cases.values() {
        for (place, case) in of_child.iter().enumerate() {
            let again = of_child.get(place + 1).map(|next| next.date);
            rows.push(journey(case, again, last, &sources, &needs));
        }
    }
    let untold = [
        (events.section_47s.is_empty(), vec![Stage::Section47]),
        (events.conferences.is_empty(), vec![Stage::Conference]),
        (!events.plans.iter().any(|plan| plan.kind == PlanKind::ChildProtection), vec![Stage::Plan, Stage::PlanEnd]),
        (events.care.is_empty(), vec![Stage::Care, Stage::CareEnd]),
    ];
    let untold: Vec<Stage> = untold.into_iter().filter(|(untold, _)| *untold).flat_map(|(_, stages)| stages).collect();
    let recorded = if events.care.is_empty() { Recorded::AllButCare } else { Recorded::All };
    let journeys = Journeys::new(sources, needs, rows)?.without_record_of(&untold).whole_from(whole_from);
    Ok(Some(Told { journeys, recorded }))
}

/// The referrals of each child, by day.
fn cases<'a>(events: &Events, groups: &'a EventGroups, last: Date) -> BTreeMap<ChildIdentifier, Vec<Case<'a>>> {
    let mut cases: BTreeMap<ChildIdentifier, Vec<Case<'a>>> = BTreeMap::new();
    for referral in events.referrals.iter().filter(|referral| referral.date <= last) {
        let reason = referral.closure_reason.as_deref().unwrap_or("").trim().to_ascii_uppercase();
        let no_further_action = groups.no_further_action(referral.no_further_action.as_deref());
        let mut case = Case {
            date: referral.date,
            source: groups.source(referral.source.as_deref()),
            need: groups.need(referral.need.as_deref()),
            no_further_action,
            // Returns give this reason for referrals without further action too, which nobody assessed.
            not_in_need: !no_further_action && reason.starts_with(CLOSED_AFTER_ASSESSMENT),
            reached: [None; Stage::COUNT],
        };
        case.reach(Stage::Closure, referral.closed);
        cases.entry(referral.child).or_default().push(case);
    }
    cases.values_mut().for_each(|cases| cases.sort_by_key(|case| case.date));
    cases
}

/// Writes every event into the case that it belongs to.
fn attach(events: &Events, cases: &mut BTreeMap<ChildIdentifier, Vec<Case<'_>>>, last: Date) {
    let mut reach = |child: ChildIdentifier, referred: Option<Date>, day: Date, stages: &[(Stage, Option<Date>)]| {
        let Some(of_child) = cases.get_mut(&child) else { return };
        let before = of_child.partition_point(|case| case.date <= referred.unwrap_or(day));
        let Some(case) = before.checked_sub(1).and_then(|place| of_child.get_mut(place)) else { return };
        for (stage, day) in stages {
            case.reach(*stage, day.filter(|day| *day <= last));
        }
    };
    for event in &events.assessments {
        let stages = [(Stage::Assessment, Some(event.started)), (Stage::InNeed, event.authorised)];
        reach(event.child, event.referred, event.started, &stages);
    }
    for event in &events.section_47s {
        reach(event.child, event.referred, event.started, &[(Stage::Section47, Some(event.started))]);
    }
    for event in &events.conferences {
        reach(event.child, event.referred, event.held, &[(Stage::Conference, Some(event.held))]);
    }
    for event in events.plans.iter().filter(|plan| plan.kind == PlanKind::ChildProtection) {
        let stages = [(Stage::Plan, Some(event.started)), (Stage::PlanEnd, event.ended)];
        reach(event.child, event.referred, event.started, &stages);
    }
    for event in events.care.iter().filter(|care| care.start_known) {
        let stages = [(Stage::Care, Some(event.started)), (Stage::CareEnd, event.ended)];
        reach(event.child, None, event.started, &stages);
    }
}

fn journey(case: &Case<'_>, again: Option<Date>, last: Date, sources: &[String], needs: &[String]) -> Journey {
    let days = |day: Date| case.date.until(day).map_or(0, |span| span.get_days()).max(0) as u32;
    let place = |labels: &[String], label: &str| labels.iter().position(|other| other == label).unwrap_or(0) as u16;
    let month = Period::containing(Frequency::Month, case.date);
    let mut journey = Journey::new(month, place(sources, case.source), place(needs, case.need), days(last));
    let closure = case.day(Stage::Closure).filter(|day| *day <= last);
    for stage in Stage::ALL {
        let day = match stage {
            Stage::NoFurtherAction => case.no_further_action.then(|| closure.unwrap_or(case.date)),
            Stage::InNeed if case.not_in_need => None,
            Stage::NotInNeed if case.not_in_need => case.day(Stage::InNeed).or(closure),
            Stage::NotInNeed => None,
            Stage::Closure if case.no_further_action => None,
            Stage::ReReferral => again,
            Stage::PlanEnd => case.end_of(Stage::Plan, stage),
            Stage::CareEnd => case.end_of(Stage::Care, stage),
            stage => case.day(stage),
        };
        if let Some(day) = day.filter(|day| *day <= last) {
            journey = journey.reaching(stage, days(day));
        }
    }
    journey
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A return of 2023-24 of four children: one on plan, one found not in need, one without further action and referred
    /// again, one whose case began before the year.
    const RETURN: &str = r#"<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>
<ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails></Header><Children>
<Child><ChildIdentifiers><LAchildID>A</LAchildID></ChildIdentifiers><CINdetails>
<CINreferralDate>2023-05-02</CINreferralDate><ReferralSource>6</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>
<Assessments><AssessmentActualStartDate>2023-05-03</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2023-06-12</AssessmentAuthorisationDate></Assessments>
<Section47><S47ActualStartDate>2023-05-04</S47ActualStartDate><DateOfInitialCPC>2023-05-24</DateOfInitialCPC></Section47>
<ReferralNFA>false</ReferralNFA>
<ChildProtectionPlans><CPPstartDate>2023-05-24</CPPstartDate><CPPendDate>2024-01-10</CPPendDate></ChildProtectionPlans>
</CINdetails></Child>
<Child><ChildIdentifiers><LAchildID>B</LAchildID></ChildIdentifiers><CINdetails>
<CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>2A</ReferralSource><PrimaryNeedCode>N4</PrimaryNeedCode>
<CINclosureDate>2023-07-11</CINclosureDate><ReasonForClosure>RC8</ReasonForClosure>
<Assessments><AssessmentActualStartDate>2023-06-02</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2023-07-10</AssessmentAuthorisationDate></Assessments><ReferralNFA>0</ReferralNFA>
</CINdetails></Child>
<Child><ChildIdentifiers><LAchildID>C</LAchildID></ChildIdentifiers><CINdetails>
<CINreferralDate>2023-08-01</CINreferralDate><ReferralSource>6</ReferralSource>
<CINclosureDate>2023-08-02</CINclosureDate><ReasonForClosure>RC8</ReasonForClosure><ReferralNFA>1</ReferralNFA>
</CINdetails><CINdetails>
<CINreferralDate>2023-10-10</CINreferralDate><ReferralSource>6</ReferralSource><ReferralNFA>false</ReferralNFA>
</CINdetails></Child>
<Child><ChildIdentifiers><LAchildID>D</LAchildID></ChildIdentifiers><CINdetails>
<CINreferralDate>2022-11-01</CINreferralDate><ReferralSource>4</ReferralSource><PrimaryNeedCode>N2</PrimaryNeedCode>
<Assessments><AssessmentActualStartDate>2022-11-02</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2022-12-20</AssessmentAuthorisationDate></Assessments><ReferralNFA>false</ReferralNFA>
</CINdetails></Child></Children></Message>"#;

    fn told() -> Told {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("cin.xml"), RETURN).expect("a file");
        let history = crate::ingest::read_events(&["cin.xml".into()], folder.path()).expect("events");
        let groups = EventGroups::new(None).expect("groups");
        let months = (Period::month(2023, 4), Period::month(2024, 3));
        journeys(&history.events, &groups, months.0, months.1).expect("journeys").expect("assessments")
    }

    fn referred(month: Period) -> Journey {
        let told = told();
        told.journeys.rows().iter().find(|row| row.month == month).copied().expect("a journey")
    }

    #[test]
    fn a_return_tells_the_days_to_every_stage_but_care() {
        let journey = referred(Period::month(2023, 5));
        let days = [Stage::Assessment, Stage::InNeed, Stage::Section47, Stage::Conference, Stage::Plan, Stage::PlanEnd];
        let days = days.map(|stage| journey.day_of(stage));
        assert_eq!(days, [Some(1), Some(41), Some(2), Some(22), Some(22), Some(253)]);
        // 2 May 2023 to 31 March 2024.
        assert_eq!(journey.seen_days, 334);
        let told = told();
        assert_eq!(told.recorded, Recorded::AllButCare);
        assert_eq!(told.journeys.sources(), ["Housing", "Police", "Schools"]);
    }

    #[test]
    fn a_case_closed_after_assessment_was_not_in_need() {
        let journey = referred(Period::month(2023, 6));
        assert_eq!((journey.day_of(Stage::NotInNeed), journey.day_of(Stage::InNeed)), (Some(39), None));
        assert!(!journey.is_open());
    }

    #[test]
    fn the_next_referral_of_a_child_is_a_re_referral_and_no_further_action_ends_the_first() {
        let journey = referred(Period::month(2023, 8));
        assert_eq!((journey.day_of(Stage::NoFurtherAction), journey.day_of(Stage::ReReferral)), (Some(1), Some(70)));
    }

    #[test]
    fn what_happened_after_the_last_day_is_not_known() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("cin.xml"), RETURN).expect("a file");
        let history = crate::ingest::read_events(&["cin.xml".into()], folder.path()).expect("events");
        let groups = EventGroups::new(None).expect("groups");
        let told = journeys(&history.events, &groups, Period::month(2023, 4), Period::month(2023, 5));
        let told = told.expect("journeys").expect("assessments");
        let journey = told.journeys.rows().iter().find(|row| row.month == Period::month(2023, 5)).expect("a journey");
        assert!(journey.reached(Stage::Plan) && !journey.reached(Stage::InNeed) && !journey.reached(Stage::PlanEnd));
        assert_eq!(told.journeys.rows().len(), 2);
    }
}
