//! Views of the standard safeguarding dataset (SSD): which are read, and how episodes become periods of care.
//!
//! Source: Data to Insight, "Standard Safeguarding Dataset", names of tables and fields (ssd-data-model).

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, Form, Kind, List, column};
use super::happened::Told;
use crate::ingest::events::{Care, ChildIdentifier, Event, Label, Placement};
use crate::time::Date;

const fn view(kind: Kind, child: &'static str, dates: &'static [Column], labels: &'static [Column]) -> List {
    List { form: Form::Standard, kind, child, telling: &[], dates, labels }
}

/// The views that are read, each known by the column of the person and its first date.
pub(super) const STANDARD: [List; 12] = [
    view(
        Kind::Contact,
        "cont_person_id",
        &[column("cont_contact_date", &[&["contcontactdate"]])],
        &[column(
            "cont_contact_source_code",
            &[&["contcontactsourcecode"], &["contcontactsourcedesc"], &["contcontactsource"]],
        )],
    ),
    view(
        Kind::EarlyHelp,
        "earl_person_id",
        &[
            column("earl_episode_start_date", &[&["earlepisodestart"]]),
            column("earl_episode_end_date", &[&["earlepisodeenddate"]]),
        ],
        &[],
    ),
    view(
        Kind::Referral,
        "cine_person_id",
        &[column("cine_referral_date", &[&["cinereferraldate"]]), column("cine_close_date", &[&["cineclosedate"]])],
        &[
            column(
                "cine_referral_source_code",
                &[&["cinereferralsourcecode"], &["cinereferralsourcedesc"], &["cinereferralsource"]],
            ),
            column("cine_referral_nfa", &[&["cinereferralnfa"]]),
            column("cine_cin_primary_need_code", &[&["cinecinprimaryneed"]]),
            column("cine_close_reason", &[&["cineclosereason"]]),
        ],
    ),
    view(
        Kind::Assessment,
        "cina_person_id",
        &[
            column("cina_assessment_start_date", &[&["cinaassessmentstart"]]),
            column("cina_assessment_auth_date", &[&["cinaassessmentauth"]]),
        ],
        &[],
    ),
    view(Kind::Section47, "s47e_person_id", &[column("s47e_s47_start_date", &[&["s47es47start"]])], &[]),
    view(Kind::Conference, "icpc_person_id", &[column("icpc_icpc_date", &[&["icpcicpcdate"]])], &[]),
    view(
        Kind::NeedPlan,
        "cinp_person_id",
        &[
            column("cinp_cin_plan_start_date", &[&["cinpcinplanstart"]]),
            column("cinp_cin_plan_end_date", &[&["cinpcinplanend"]]),
        ],
        &[],
    ),
    view(
        Kind::ProtectionPlan,
        "cppl_person_id",
        &[
            column("cppl_cp_plan_start_date", &[&["cpplcpplanstart"]]),
            column("cppl_cp_plan_end_date", &[&["cpplcpplanend"]]),
        ],
        &[
            column("cppl_cp_plan_latest_category", &[&["cpplcpplanlatestcategory"]]),
            column("cppl_cp_plan_initial_category", &[&["cpplcpplaninitialcategory"]]),
        ],
    ),
    view(
        Kind::Episode,
        "clae_person_id",
        &[
            column("clae_cla_episode_start_date", &[&["claeclaepisodestartdate"]]),
            column("clae_cla_episode_ceased_date", &[&["claeclaepisodeceaseddate"]]),
            column("clae_entered_care_date", &[&["claeenteredcaredate"]]),
        ],
        &[
            column("clae_cla_primary_need_code", &[&["claeclaprimaryneed"]]),
            column(
                "clae_cla_episode_ceased_reason",
                &[&["claeclaepisodeceasedreason"], &["claeclaepisodeceasereason"]],
            ),
            column("clae_cla_episode_start_reason", &[&["claeclaepisodestartreason"]]),
            column("clae_cla_placement_id", &[&["claeclaplacementid"]]),
        ],
    ),
    view(
        Kind::Placement,
        "clap_cla_placement_id",
        &[column("clap_cla_placement_start_date", &[&["clapclaplacementstart"]])],
        &[
            column("clap_cla_placement_type", &[&["clapclaplacementtype"]]),
            column("clap_cla_placement_provider", &[&["clapclaplacementprovider"]]),
        ],
    ),
    view(
        Kind::Person,
        "pers_person_id",
        &[column("pers_dob", &[&["persdob"]]), column("pers_expected_dob", &[&["persexpecteddob"]])],
        &[],
    ),
    view(
        Kind::Immigration,
        "immi_person_id",
        &[column("immi_immigration_status_start_date", &[&["immiimmigrationstatusstart"]])],
        &[column("immi_immigration_status", &[&["immiimmigrationstatus"]])],
    ),
];

/// A placement's type and provider.
type Placed = (Option<Label>, Option<Label>);

/// What some views tell of persons and placements that others name.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) born: BTreeMap<ChildIdentifier, Date>,
    placements: BTreeMap<ChildIdentifier, Placed>,
    unaccompanied: BTreeSet<ChildIdentifier>,
}

impl Beside {
    pub(super) fn of(told: &[Told]) -> Beside {
        let mut beside = Beside::default();
        for row in told {
            let label = |at: usize| row.labels.get(at).cloned().flatten();
            match row.kind {
                Kind::Person => {
                    let born = row.dates.iter().flatten().next();
                    beside.born.extend(born.map(|born| (row.child, *born)));
                }
                Kind::Placement => drop(beside.placements.insert(row.child, (label(0), label(1)))),
                Kind::Immigration if label(0).is_some_and(|status| is_unaccompanied(&status)) => {
                    beside.unaccompanied.insert(row.child);
                }
                _ => {}
            }
        }
        beside
    }

    fn placed(&self, episode: &Told) -> Placed {
        let identifier = episode.labels.get(3).cloned().flatten();
        let identifier = identifier.map(|text| ChildIdentifier::of(text.strip_suffix(".0").unwrap_or(&text)));
        identifier.and_then(|identifier| self.placements.get(&identifier).cloned()).unwrap_or_default()
    }
}

/// `UASC`, `Unaccompanied asylum seeking child`.
fn is_unaccompanied(status: &str) -> bool {
    let status = status.to_lowercase();
    status.contains("uasc") || status.contains("unaccompanied")
}

/// Whether a code of the looked-after children's return stands alone or before its label: `X1`, `X1 - Episode ceases`.
fn has_code(label: Option<&Label>, code: &str) -> bool {
    label.is_some_and(|label| label.split(|c: char| !c.is_ascii_alphanumeric()).next() == Some(code))
}

/// Periods of care and placements out of episodes. A period begins with the day on which the child entered care, or where
/// that isn't given with an episode whose reason is S (started to be looked after); an episode that ceases with X1 is
/// followed by another.
pub(super) fn care(told: &[Told], beside: &Beside, events: &mut Vec<Event>) {
    let mut episodes: Vec<(ChildIdentifier, Date, &Told)> = told
        .iter()
        .filter(|row| row.kind == Kind::Episode)
        .filter_map(|row| Some((row.child, row.dates[0]?, row)))
        .collect();
    episodes.sort_by_key(|(child, started, _)| (*child, *started));
    let mut period: Option<Care> = None;
    for (child, started, episode) in episodes {
        let date = |at: usize| episode.dates.get(at).copied().flatten();
        let label = |at: usize| episode.labels.get(at).cloned().flatten();
        let entered = date(2).filter(|entered| *entered <= started);
        let entered = entered.or(has_code(label(2).as_ref(), "S").then_some(started));
        let goes_on = period.as_ref().is_some_and(|before| {
            before.child == child && before.ended.is_none() && entered.is_none_or(|day| day == before.started)
        });
        if !goes_on {
            events.extend(period.take().map(Event::Care));
        }
        let goes_on_after = has_code(label(1).as_ref(), "X1");
        let care = period.get_or_insert_with(|| Care {
            child,
            born: beside.born.get(&child).copied(),
            started: entered.unwrap_or(started),
            start_known: entered.is_some(),
            ended: None,
            end_reason: None,
            need: None,
            unaccompanied: beside.unaccompanied.contains(&child),
            authority: None,
        });
        care.need = label(0).or(care.need.take());
        if !goes_on_after {
            care.ended = date(1);
            care.end_reason = care.ended.and(label(1));
        }
        let (kind, provider) = beside.placed(episode);
        let ended = date(1);
        events.push(Event::Placement(Placement { child, started, ended, legal_status: None, kind, provider }));
    }
    events.extend(period.map(Event::Care));
}
