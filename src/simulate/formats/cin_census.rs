//! The children in need census: one return a year, with every case that was open in it, as it stood on its last day.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::dirt::{Fault, Planter};
use super::{Output, years};
use crate::simulate::{ReferralRow, SimulateError, Simulated};
use crate::time::Date;

/// The first return that has Sex and not GenderCurrent.
/// Source: Department for Education, "Children in need census 2024 to 2025: specification".
const FIRST_WITH_SEX: i16 = 2025;

pub(super) fn write(simulated: &Simulated, planter: &mut Planter<'_>, to: &mut Output) -> Result<(), SimulateError> {
    for (year, first, last) in years(simulated) {
        let is_open =
            |row: &&ReferralRow| row.referral_date <= last && row.closure.is_none_or(|closed| closed >= first);
        let mut children: BTreeMap<u32, Vec<&ReferralRow>> = BTreeMap::new();
        for row in simulated.referrals.iter().filter(is_open) {
            children.entry(row.child).or_default().push(row);
        }
        let a_return = Return { year, first, last };
        to.file(&format!("cin-census-{year}.xml"), |to| {
            write!(
                to,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Message>\n<Header><CollectionDetails>\
                 <Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>{last}</ReferenceDate>\
                 </CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>999</LEA><SoftwareCode>groundswell simulate\
                 </SoftwareCode><Release>1</Release><SerialNo>001</SerialNo></Source></Header>\n<Children>\n"
            )?;
            for (child, cases) in &children {
                a_return.child(*child, cases, planter, to)?;
            }
            writeln!(to, "</Children>\n</Message>")
        })?;
    }
    Ok(())
}

struct Return {
    year: i16,
    first: Date,
    last: Date,
}

impl Return {
    fn child(
        &self,
        child: u32,
        cases: &[&ReferralRow],
        planter: &mut Planter<'_>,
        to: &mut impl Write,
    ) -> io::Result<()> {
        // A child has one identifier and may have several cases: only where it has one is the fault that of a row.
        let faults: Vec<Option<Fault>> = cases.iter().map(|case| self.fault(case, cases.len(), planter)).collect();
        let identifier = match faults.first() {
            Some(Some(Fault::MissingChild)) => String::new(),
            _ => format!("SYN-{child:06}"),
        };
        let Some(first) = cases.first() else { return Ok(()) };
        let sex = match (self.year >= FIRST_WITH_SEX, &*first.sex) {
            (true, sex) => format!("<Sex>{sex}</Sex>"),
            (false, "M") => "<GenderCurrent>1</GenderCurrent>".to_owned(),
            (false, "F") => "<GenderCurrent>2</GenderCurrent>".to_owned(),
            (false, _) => "<GenderCurrent>0</GenderCurrent>".to_owned(),
        };
        writeln!(
            to,
            "<Child><ChildIdentifiers><LAchildID>{identifier}</LAchildID><UPNunknown>UN7</UPNunknown><PersonBirthDate>{}\
             </PersonBirthDate>{sex}</ChildIdentifiers><ChildCharacteristics><Ethnicity>NOBT</Ethnicity>\
             </ChildCharacteristics>",
            first.born
        )?;
        for (case, fault) in cases.iter().zip(faults) {
            self.case(case, fault, to)?;
            match fault {
                Some(Fault::DuplicateRow) => {
                    self.case(case, None, to)?;
                    planter.found("duplicate-row");
                }
                Some(Fault::MissingChild) => planter.found("missing-identifier"),
                Some(Fault::UnmappedCode) => planter.found("unmapped-label"),
                Some(Fault::ImpossibleOrder) => planter.found("impossible-order"),
                Some(lost) => {
                    planter.found(match lost {
                        Fault::MissingDate => "missing-date",
                        Fault::UnreadableDate => "unreadable-date",
                        _ => "date-after-extract",
                    });
                    planter.lost(case.referral_date);
                }
                None => {}
            }
        }
        writeln!(to, "</Child>")
    }

    /// The fault of a case, where it stands in no other return: there each fault has one effect.
    fn fault(&self, case: &ReferralRow, siblings: usize, planter: &mut Planter<'_>) -> Option<Fault> {
        let closed = case.closure.filter(|closed| *closed <= self.last);
        if case.referral_date < self.first || closed.is_none() {
            return None;
        }
        let mut possible = vec![
            Fault::MissingDate,
            Fault::UnreadableDate,
            Fault::FutureDate,
            Fault::UnmappedCode,
            Fault::DuplicateRow,
            Fault::ImpossibleOrder,
        ];
        if siblings == 1 {
            possible.push(Fault::MissingChild);
        }
        planter.fault(&possible)
    }

    fn case(&self, case: &ReferralRow, fault: Option<Fault>, to: &mut impl Write) -> io::Result<()> {
        let known = |date: Option<Date>| date.filter(|date| *date <= self.last);
        let days = |count: i32| jiff::Span::new().days(count);
        let referral = match fault {
            Some(Fault::MissingDate) => String::new(),
            Some(Fault::UnreadableDate) => format!("{}-02-31", self.year),
            Some(Fault::FutureDate) => self.last.saturating_add(days(40)).to_string(),
            _ => case.referral_date.to_string(),
        };
        let source = if fault == Some(Fault::UnmappedCode) { "ZZ" } else { &case.source_code };
        write!(
            to,
            "<CINdetails><CINreferralDate>{referral}</CINreferralDate><ReferralSource>{source}</ReferralSource>\
             <PrimaryNeedCode>{}</PrimaryNeedCode>",
            case.primary_need
        )?;
        if let Some(closed) = known(case.closure) {
            let closed = match fault {
                Some(Fault::ImpossibleOrder) => case.referral_date.saturating_sub(days(3)),
                _ => closed,
            };
            let assessed_only = case.section_47_start.is_none() && case.care_start.is_none();
            let reason = if case.no_further_action || assessed_only { "RC8" } else { "RC7" };
            write!(to, "<CINclosureDate>{closed}</CINclosureDate><ReasonForClosure>{reason}</ReasonForClosure>")?;
        }
        element("DateOfInitialCPC", known(case.conference), to)?;
        if let Some(started) = known(case.assessment_start) {
            write!(to, "<Assessments><AssessmentActualStartDate>{started}</AssessmentActualStartDate>")?;
            element("AssessmentAuthorisationDate", known(case.assessment_authorised), to)?;
            write!(to, "</Assessments>")?;
        }
        if let Some(started) = known(case.section_47_start) {
            write!(to, "<Section47><S47ActualStartDate>{started}</S47ActualStartDate>")?;
            element("DateOfInitialCPC", known(case.conference), to)?;
            write!(to, "<ICPCnotRequired>{}</ICPCnotRequired></Section47>", case.conference.is_none())?;
        }
        write!(to, "<ReferralNFA>{}</ReferralNFA>", case.no_further_action)?;
        if let Some(started) = known(case.plan_start) {
            write!(to, "<ChildProtectionPlans><CPPstartDate>{started}</CPPstartDate>")?;
            element("CPPendDate", known(case.plan_end), to)?;
            write!(
                to,
                "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>\
                 <NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>"
            )?;
        }
        writeln!(to, "</CINdetails>")
    }
}

fn element(name: &str, date: Option<Date>, to: &mut impl Write) -> io::Result<()> {
    date.map_or(Ok(()), |date| write!(to, "<{name}>{date}</{name}>"))
}
