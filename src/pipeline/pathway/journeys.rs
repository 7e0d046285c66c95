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

/// A case that is listed apart from its referral starts at most so many days after it. Source: an assessment, which may come
/// between, takes up to 45 working days (Working Together to Safeguard Children 2023); the rest is an assumption.
const DAYS_TO_CASE: i32 = 92;

/// One referral and what followed, with days as dates.
struct Case<'a> {
    date: Date,
    source: &'a str,
    need: &'a str,
    no_further_action: bool,
    not_in_need: bool,
    /// Whether a list of cases has it.
    listed: bool,
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

    /// Ends a referral that no list of cases has, once it is too old to wait for its assessment.
    fn end_unlisted(&mut self, last: Date) {
        if !self.listed && self.day(Stage::Closure).is_none() && days_between(self.date, last) > DAYS_TO_CASE {
            let end = self.date.saturating_add(jiff::Span::new().days(DAYS_TO_CASE));
            self.reach(Stage::Closure, self.day(Stage::InNeed).or(Some(end)));
        }
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
    open_and_close(events, groups, &mut cases, (whole_from.first_day(), last));
    attach(events, &mut cases, last);
    if !events.cases.is_empty() {
        cases.values_mut().flatten().for_each(|case| case.end_unlisted(last));
    }
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
            listed: false,
            reached: [None; Stage::COUNT],
        };
        case.reach(Stage::Closure, referral.closed);
        cases.entry(referral.child).or_default().push(case);
    }
    cases.values_mut().for_each(|cases| cases.sort_by_key(|case| case.date));
    cases
}

/// Closes the referrals whose cases are listed as closed, which a later extract may do that no longer lists the referral;
/// adds those that are open and began before the first day of which every referral is in the files.
fn open_and_close<'a>(
    events: &Events,
    groups: &'a EventGroups,
    cases: &mut BTreeMap<ChildIdentifier, Vec<Case<'a>>>,
    (whole_from, last): (Date, Date),
) {
    for event in events.cases.iter().filter(|event| event.started <= last) {
        let of_child = cases.entry(event.child).or_default();
        let before = of_child.partition_point(|case| case.date <= event.started);
        let closed = event.closed.filter(|day| *day <= last);
        let opened_by = before.checked_sub(1).and_then(|place| of_child.get_mut(place));
        match opened_by.filter(|case| days_between(case.date, event.started) <= DAYS_TO_CASE) {
            Some(case) => {
                case.listed = true;
                case.reach(Stage::Closure, closed);
                let reason = event.closure_reason.as_deref().unwrap_or("").trim().to_ascii_uppercase();
                case.not_in_need |= !case.no_further_action && reason.starts_with(CLOSED_AFTER_ASSESSMENT);
            }
            None if closed.is_none() && event.started < whole_from => {
                let mut case = Case {
                    date: event.started,
                    source: groups.source(None),
                    need: groups.need(event.need.as_deref()),
                    no_further_action: false,
                    not_in_need: false,
                    listed: true,
                    reached: [None; Stage::COUNT],
                };
                case.reach(Stage::InNeed, Some(event.started));
                of_child.insert(before, case);
            }
            None => {}
        }
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
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
        // Where the assessment says so itself, a child that isn't in need is an open case no longer.
        let found = if event.in_need == Some(false) { Stage::NotInNeed } else { Stage::InNeed };
        let stages = [(Stage::Assessment, Some(event.started)), (found, event.authorised)];
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
    let still_listed = case.listed && closure.is_none();
    for stage in Stage::ALL {
        let day = match stage {
            Stage::NoFurtherAction => case.no_further_action.then(|| closure.unwrap_or(case.date)),
            Stage::InNeed if case.not_in_need => None,
            // A list that still has the case says more than the assessment did.
            Stage::InNeed if still_listed => case.day(stage).or(case.day(Stage::NotInNeed)),
            Stage::NotInNeed if case.not_in_need => case.day(Stage::NotInNeed).or(case.day(Stage::InNeed)).or(closure),
            Stage::NotInNeed if still_listed => None,
            Stage::NotInNeed => case.day(stage).filter(|_| case.day(Stage::InNeed).is_none()),
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

    /// What two Annex A extracts tell of referrals from October 2023 on, as seen at the end of March 2024.
    fn of_extracts(extracts: &[[(&str, &str); 3]]) -> Journeys {
        let folder = tempfile::tempdir().expect("a folder");
        let mut named = Vec::new();
        for (number, lists) in extracts.iter().enumerate() {
            let extract = folder.path().join(number.to_string());
            std::fs::create_dir(&extract).expect("a folder");
            for (name, text) in lists {
                std::fs::write(extract.join(name), text).expect("a file");
            }
            named.push(number.to_string().into());
        }
        let history = crate::ingest::read_events(&named, folder.path()).expect("events");
        let groups = EventGroups::new(None).expect("groups");
        let (from, to) = (Period::month(2023, 10), Period::month(2024, 3));
        journeys(&history.events, &groups, from, to).expect("journeys").expect("assessments").journeys
    }

    const LIST_3: &str = "Child Unique ID,Date of Referral,Referral Source,Referral NFA?\n";
    const LIST_4: &str = "Child Unique ID,Continuous Assessment Start Date,Continuous Assessment Date of Authorisation,\
                          Was the child assessed as requiring LA children's social care support?\n";
    const LIST_6: &str =
        "Child Unique ID,CIN Start Date,Primary Need Code,CIN Closure Date,Reason for Closure,Case Status\n";

    #[test]
    fn a_later_extract_closes_a_case_whose_referral_it_no_longer_lists() {
        let first = [
            ("list3.csv", format!("{LIST_3}A,02/10/2023,6,No\nB,03/10/2023,6,No\nC,04/10/2023,6,No\n")),
            ("list4.csv", format!("{LIST_4}A,03/10/2023,20/10/2023,a) Yes\nB,04/10/2023,20/10/2023,b) No\n")),
            (
                "list6.csv",
                format!(
                    "{LIST_6}A,02/10/2023,N1,,,c) Child in need plan\nC,10/10/2023,N1,,,c) Child in need plan\n\
                     D,02/05/2021,N2,,,c) Child in need plan\nE,02/05/2020,N2,,,c) Child in need plan\n"
                ),
            ),
        ];
        let second = [
            ("list3.csv", format!("{LIST_3}F,25/03/2024,6,No\n")),
            ("list4.csv", format!("{LIST_4}F,26/03/2024,,\n")),
            (
                "list6.csv",
                format!(
                    "{LIST_6}A,02/10/2023,N1,01/02/2024,RC7,e) Closed episode\n\
                     C,10/10/2023,N1,,,c) Child in need plan\nD,02/05/2021,N2,,,c) Child in need plan\n"
                ),
            ),
        ];
        let of = |lists: &[(&'static str, String); 3]| {
            lists.clone().map(|(name, text)| (name, &*Box::leak(text.into_boxed_str())))
        };
        let journeys = of_extracts(&[of(&first), of(&second)]);
        let open = |from: &str| {
            let month = from.parse::<Date>().map(|day| Period::containing(Frequency::Month, day)).expect("a day");
            journeys.rows().iter().filter(|row| row.month == month && row.is_open()).count()
        };
        // A was closed later, B found not in need, C is listed still; D began before and is listed still, E isn't; F waits.
        assert_eq!([open("2023-10-01"), open("2021-05-01"), open("2020-05-01"), open("2024-03-01")], [1, 1, 0, 1]);
        let october: Vec<&Journey> =
            journeys.rows().iter().filter(|row| row.month == Period::month(2023, 10)).collect();
        assert_eq!(october.iter().filter(|row| row.reached(Stage::NotInNeed)).count(), 1);
        assert!(october.iter().any(|row| row.day_of(Stage::Closure) == Some(122)), "{october:?}");
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
