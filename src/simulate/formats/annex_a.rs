//! Annex A of Ofsted's inspections: lists of the six months before a day, one folder or workbook an extract.

use std::io::Write;

use super::dirt::{Fault, Planter};
use super::{Output, Sheet, day_first, workbook};
use crate::simulate::{ReferralRow, SimulateError, Simulated};
use crate::time::{Date, Span};

/// Months that an extract looks back over.
/// Source: Ofsted, "Inspecting local authority children's services (ILACS)", annex A.
const MONTHS: usize = 6;

/// Codes of sources in the order of Ofsted's letters, a) to u).
const SOURCES: [&str; 21] = [
    "1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "6", "7", "8", "9",
    "10",
];

/// The columns with which Lists 1 to 8 begin.
const COMMON: [&str; 5] = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)"];

/// How the lists of an extract are kept.
pub(super) enum Kept {
    /// A folder with a CSV file a list.
    Folder,
    /// A workbook with a sheet a list.
    Workbook,
}

pub(super) fn write(
    simulated: &Simulated,
    kept: &Kept,
    planter: &mut Planter<'_>,
    to: &mut Output,
) -> Result<(), SimulateError> {
    let span = simulated.truth.options.span();
    for start in (0..span.len()).step_by(MONTHS) {
        let months = Span::new(span.period(start), MONTHS.min(span.len() - start));
        let last = months.last().unwrap_or(months.start()).last_day();
        let extract = Extract { first: months.start().first_day(), last };
        let lists = extract.lists(&simulated.referrals, planter).into_iter().map(|(list, columns, rows)| Sheet {
            name: format!("List {list}"),
            title: format!("Annex A, List {list}: six months to {}", day_first(Some(last))),
            header: COMMON.iter().copied().chain(columns).collect(),
            rows,
        });
        match kept {
            Kept::Folder => {
                for list in lists {
                    to.file(&format!("annex-a-{last}/{}.csv", list.name), |to| list.write_csv(to))?;
                }
            }
            Kept::Workbook => {
                let lists: Vec<Sheet> = lists.collect();
                to.file(&format!("annex-a-{last}.xlsx"), |to| to.write_all(&workbook::bytes(&lists, last)?))?;
            }
        }
    }
    Ok(())
}

type List = (u8, Vec<&'static str>, Vec<Vec<String>>);

/// What is known on the last day of six months.
struct Extract {
    first: Date,
    last: Date,
}

impl Extract {
    fn lists(&self, referrals: &[ReferralRow], planter: &mut Planter<'_>) -> Vec<List> {
        let all = |cells: &dyn Fn(&ReferralRow) -> Option<Vec<String>>| -> Vec<Vec<String>> {
            referrals.iter().filter_map(|row| Some([self.common(row), cells(row)?].concat())).collect()
        };
        let (allocated_team, allocated_worker) = ("Allocated Team", "Allocated Worker");
        let team = |row: &ReferralRow| [row.area.to_string(), "SYN worker".to_owned()];
        let flag = |flag: bool| if flag { "a) Yes" } else { "b) No" }.to_owned();
        let assessments = all(&|row| {
            let started = self.open(row.assessment_start, row.assessment_authorised)?;
            let authorised = self.known(row.assessment_authorised);
            let supported = flag(row.closure.is_none() || row.closure > row.assessment_authorised);
            let cells = [flag(false), day_first(Some(started)), flag(true), day_first(authorised), supported];
            Some([cells.to_vec(), team(row).to_vec()].concat())
        });
        let enquiries = all(&|row| {
            let started = self.known(row.section_47_start)?;
            let conference = self.known(row.conference);
            if started < self.first && conference.is_none_or(|held| held < self.first) {
                return None;
            }
            let cells = [
                flag(false),
                day_first(Some(started)),
                flag(row.conference.is_none()),
                day_first(conference),
                flag(self.known(row.plan_start).is_some()),
                "1".to_owned(),
                u8::from(conference.is_some()).to_string(),
            ];
            Some([cells.to_vec(), team(row).to_vec()].concat())
        });
        let in_need = all(&|row| {
            let started = self.open(Some(row.referral_date), row.closure)?;
            let closed = self.known(row.closure);
            let reason = closed.map_or("", |_| if row.no_further_action { "RC8" } else { "RC7" }).to_owned();
            let status = if closed.is_some() { "e) Closed episode" } else { "c) Child in need plan" }.to_owned();
            let seen = day_first(Some(started));
            let need = row.primary_need.to_string();
            let cells = [flag(false), day_first(Some(started)), need, seen, day_first(closed), reason, status];
            Some([cells.to_vec(), team(row).to_vec()].concat())
        });
        let protected = all(&|row| {
            let started = day_first(Some(self.open(row.plan_start, row.plan_end)?));
            let (category, ended) = ("a) Neglect".to_owned(), day_first(self.known(row.plan_end)));
            let none = String::new();
            let cells = [
                flag(false),
                started.clone(),
                category.clone(),
                category,
                started.clone(),
                flag(true),
                none,
                ended,
                flag(false),
                "0".to_owned(),
            ];
            Some([cells.to_vec(), team(row).to_vec()].concat())
        });
        let looked_after = all(&|row| {
            let started = day_first(Some(self.open(row.care_start, row.care_end)?));
            let ended = self.known(row.care_end);
            let reason = ended.map_or("", |_| "E4A").to_owned();
            let cells = [flag(false), flag(false), started.clone(), "N1".to_owned(), flag(false), started.clone()];
            let rest = ["C2".to_owned(), day_first(ended), reason, started, "U4".to_owned(), "PR1".to_owned()];
            Some([cells.to_vec(), rest.to_vec(), team(row).to_vec()].concat())
        });
        let disability = "Does the Child have a Disability";
        let with_team = |columns: &[&'static str]| [columns, &[allocated_team, allocated_worker]].concat();
        let referred = with_team(&[
            "Date of referral",
            "Referral Source",
            "Referral NFA?",
            "Number of Referrals in Last 12 Months",
        ]);
        vec![
            (3, referred, self.referrals(referrals, planter)),
            (
                4,
                with_team(&[
                    disability,
                    "Continuous Assessment Start Date",
                    "Child Seen During Continuous Assessment",
                    "Continuous Assessment Date of Authorisation",
                    "Was the child assessed as requiring LA children's social care support?",
                ]),
                assessments,
            ),
            (
                5,
                with_team(&[
                    disability,
                    "Strategy discussion initiating Section 47 Enquiry Start Date",
                    "Was an Initial Child Protection Conference deemed unnecessary?",
                    "Date of Initial Child Protection Conference",
                    "Did the Initial Child Protection Conference Result in a Child Protection Plan",
                    "Number of Section 47 Enquiries in the last 12 months",
                    "Number of ICPCs in the last 12 months",
                ]),
                enquiries,
            ),
            (
                6,
                with_team(&[
                    disability,
                    "CIN Start Date",
                    "Primary Need Code",
                    "Date Child Was Last Seen",
                    "CIN Closure Date",
                    "Reason for Closure",
                    "Case Status",
                ]),
                in_need,
            ),
            (
                7,
                with_team(&[
                    disability,
                    "Child Protection Plan Start Date",
                    "Initial Category of Abuse",
                    "Latest Category of Abuse",
                    "Date of the Last Statutory Visit",
                    "Was the Child Seen Alone?",
                    "Date of latest review conference",
                    "Child Protection Plan End Date",
                    "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
                    "Number of Previous Child Protection Plans",
                ]),
                protected,
            ),
            (
                8,
                with_team(&[
                    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
                    disability,
                    "Date Started to be Looked After",
                    "Child's Category of Need",
                    "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)",
                    "Start date of current legal status",
                    "Child's Legal Status",
                    "Date Ceased to be Looked After",
                    "Reason Ceased to be Looked After",
                    "Start Date of Most Recent Placement",
                    "Placement Type",
                    "Placement Provider",
                ]),
                looked_after,
            ),
        ]
    }

    /// List 3, in which faults are planted.
    fn referrals(&self, referrals: &[ReferralRow], planter: &mut Planter<'_>) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for row in referrals.iter().filter(|row| (self.first..=self.last).contains(&row.referral_date)) {
            let letter = SOURCES.iter().position(|code| **code == *row.source_code).unwrap_or(SOURCES.len() - 1);
            let source = format!("{}) {}: {}", char::from(b'a' + letter as u8), row.source_code, row.source);
            let no_further_action = if row.no_further_action { "a) Yes" } else { "b) No" }.to_owned();
            let mut cells = self.common(row);
            let (team, worker) = (row.area.to_string(), "SYN worker".to_owned());
            let date = day_first(Some(row.referral_date));
            cells.extend([date, source, no_further_action, "1".to_owned(), team, worker]);
            let (date, source) = (COMMON.len(), COMMON.len() + 1);
            let fault = planter.fault(&Fault::OF_REFERRALS);
            match fault {
                Some(Fault::MissingChild) => {
                    cells[0].clear();
                    planter.found("missing-identifier");
                }
                Some(Fault::UnmappedCode) => {
                    "zz-7391".clone_into(&mut cells[source]);
                    planter.found("unmapped-label");
                }
                Some(Fault::DuplicateRow) => {
                    rows.push(cells.clone());
                    planter.found("duplicate-row");
                }
                Some(lost) => {
                    let (written, finding) = match lost {
                        Fault::MissingDate => (String::new(), "missing-date"),
                        Fault::UnreadableDate => ("31/02/2020".to_owned(), "unreadable-date"),
                        _ => {
                            let later = self.last.saturating_add(jiff::Span::new().days(30));
                            (day_first(Some(later)), "date-after-extract")
                        }
                    };
                    cells[date] = written;
                    planter.found(finding);
                    planter.lost(row.referral_date);
                }
                None => {}
            }
            rows.push(cells);
        }
        rows
    }

    fn common(&self, row: &ReferralRow) -> Vec<String> {
        let sex = match &*row.sex {
            "M" => "a) Male",
            "F" => "b) Female",
            _ => "c) Not stated/recorded (or unborn)",
        };
        let child = format!("SYN-{:06}", row.child);
        let age = crate::simulate::families::age_on(row.born, self.last).to_string();
        vec![child, sex.to_owned(), "s) NOBT".to_owned(), day_first(Some(row.born)), age]
    }

    fn known(&self, date: Option<Date>) -> Option<Date> {
        date.filter(|date| *date <= self.last)
    }

    /// The start of what was open on some day of the six months.
    fn open(&self, started: Option<Date>, ended: Option<Date>) -> Option<Date> {
        self.known(started).filter(|_| ended.is_none_or(|ended| ended >= self.first))
    }
}
