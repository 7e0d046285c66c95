//! Views of the standard safeguarding dataset, from a folder to a pack.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::commands::{complaint, groundswell, output};

/// Three years of referrals by month, day and child; every third is assessed, every ninth followed further, every
/// twenty-seventh looked after.
fn write_views(folder: &Path) {
    let views = folder.join("ssd");
    fs::create_dir_all(&views).expect("a folder");
    let head = |name: &str| match name {
        "ssd_person" => "pers_person_id,pers_sex,pers_dob,pers_expected_dob\n",
        "ssd_cin_episodes" => {
            "cine_referral_id,cine_person_id,cine_referral_date,cine_cin_primary_need_code,cine_referral_source_code,\
             cine_referral_source_desc,cine_referral_nfa,cine_close_reason,cine_close_date\n"
        }
        "ssd_cin_assessments" => {
            "cina_assessment_id,cina_person_id,cina_referral_id,cina_assessment_start_date,cina_assessment_auth_date\n"
        }
        "ssd_s47_enquiry" => "s47e_s47_enquiry_id,s47e_referral_id,s47e_person_id,s47e_s47_start_date\n",
        "ssd_initial_cp_conference" => "icpc_icpc_id,icpc_person_id,icpc_icpc_date\n",
        "ssd_cp_plans" => {
            "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,\
             cppl_cp_plan_initial_category,cppl_cp_plan_latest_category\n"
        }
        "ssd_cla_episodes" => {
            "clae_cla_episode_id,clae_person_id,clae_cla_episode_start_date,clae_cla_episode_start_reason,\
             clae_cla_primary_need_code,clae_cla_episode_ceased_date,clae_cla_placement_id,clae_entered_care_date,\
             clae_cla_episode_ceased_reason\n"
        }
        _ => {
            "clap_cla_placement_id,clap_cla_placement_start_date,clap_cla_placement_type,clap_cla_placement_provider\n"
        }
    };
    let names = [
        "ssd_person",
        "ssd_cin_episodes",
        "ssd_cin_assessments",
        "ssd_s47_enquiry",
        "ssd_initial_cp_conference",
        "ssd_cp_plans",
        "ssd_cla_episodes",
        "ssd_cla_placement",
    ];
    let mut texts = names.map(|name| head(name).to_string());
    let mut child = 0;
    for month in 0..36 {
        let (year, in_year) = (2021 + month / 12, month % 12 + 1);
        for day in 1..=28 {
            child += 1;
            let (source, need) = [("6", "N1"), ("2A", "N4")][child % 2];
            let at = |later: usize| format!("{year}-{in_year:02}-{:02} 00:00:00.000", (day + later).min(28));
            texts[0] += &format!("P{child},U,2012-05-06 00:00:00.000,NULL\n");
            texts[1] += &format!("{child},P{child},{},{need},{source},,N,NULL,NULL\n", at(0));
            if child % 3 == 0 {
                texts[2] += &format!("{child},P{child},{child},{},NULL\n", at(1));
            }
            if child % 9 == 0 {
                texts[3] += &format!("{child},{child},P{child},{}\n", at(2));
                texts[4] += &format!("{child},P{child},{}\n", at(3));
                texts[5] += &format!("{child},P{child},{},NULL,NEG,EMO\n", at(4));
            }
            if child % 27 == 0 {
                // Two episodes of one period of care.
                texts[6] += &format!("a{child},P{child},{},S,N1,{},pl{child},{},X1\n", at(5), at(6), at(5));
                texts[6] += &format!("b{child},P{child},{},P,N1,NULL,pl{child},{},NULL\n", at(6), at(5));
                texts[7] += &format!("pl{child},{},U4,PR1\n", at(5));
            }
        }
    }
    for (name, text) in names.iter().zip(texts) {
        fs::write(views.join(format!("{name}.csv")), text).expect("a file");
    }
}

#[test]
fn a_folder_of_views_is_recognised_checked_and_run() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    write_views(here);
    let checked: serde_json::Value =
        serde_json::from_str(&output(groundswell(here).args(["check", "ssd", "--json"]), 0)).expect("JSON");
    let events = &checked["events"];
    let counts = ["referrals", "assessments", "section_47s", "conferences", "plans", "care", "placements"]
        .map(|kind| events[kind].as_u64().expect("a count"));
    // Where both episodes of a child begin on the last day that is written, they are one placement.
    assert_eq!(counts, [1008, 336, 112, 112, 112, 37, 63], "two episodes are one period of care");
    assert_eq!(checked["series"], 2);
    let told = output(groundswell(here).args(["init", "ssd"]), 0);
    assert!(told.contains("standard safeguarding dataset"), "{told}");
    let project = fs::read_to_string(here.join("groundswell.toml")).expect("a project file");
    assert!(project.contains("format = \"ssd\"") && project.contains("on = true"), "{project}");
    let short = project.replace("line_up = \"referrals\"", "line_up = \"fast\"").replace("origins = 10", "origins = 1");
    fs::write(here.join("groundswell.toml"), short).expect("a file");
    output(groundswell(here).args(["run"]), 0);
    let pack = here.join("packs/2023-11");
    let completeness = fs::read_to_string(pack.join("completeness.csv")).expect("the table");
    assert!(completeness.starts_with("field,ds,share\n"), "{completeness}");
    assert!(
        completeness.contains("need,2021-01-01,1\n") && completeness.contains("age,2023-11-01,1\n"),
        "{completeness}"
    );
    assert!(pack.join("completeness.parquet").exists() && pack.join("pathway.csv").exists());
}

#[test]
fn views_that_can_t_be_used_say_what_is_missing_and_dirt_is_found() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    write_views(here);
    let assessments = here.join("ssd/ssd_cin_assessments.csv");
    let text = fs::read_to_string(&assessments).expect("a view");
    let dirty = text + "x1,P1,1,2023-05-02,2023-05-01\nx2,,1,2023-05-02,\nx3,P2,1,soon,\n";
    fs::write(&assessments, dirty).expect("a file");
    let told = output(groundswell(here).args(["check", "ssd"]), 0);
    for name in ["impossible-order", "missing-identifier", "unreadable-date"] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(told.contains("cina_assessment_auth_date lies before cina_assessment_start_date in 1 row"), "{told}");
    fs::remove_file(here.join("ssd/ssd_cin_episodes.csv")).expect("a file");
    let error = complaint(groundswell(here).args(["init", "ssd"]), 65);
    assert!(error.contains("SSD views without ssd_cin_episodes"), "{error}");
}
