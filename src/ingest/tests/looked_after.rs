//! Tables of looked-after children's returns at the door.

use super::Folder;
use crate::ingest::{Fault, Format, format_of, read_events, recognise};

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n1,15/04/2023,S,C2,N1,U4,PR1,,\n";

#[test]
fn a_table_is_recognised_by_its_columns_and_holds_no_referrals() {
    let folder = Folder::with("anything.csv", EPISODES);
    let path = folder.path().join("anything.csv");
    assert_eq!(format_of(&path).expect("known"), Format::Ssda903);
    assert_eq!(recognise(&path).expect("known").dimensions, [""; 0]);
    let error = folder.read("files = ['anything.csv']").expect_err("no referrals");
    assert_eq!(error.fault(), Fault::BadInput);
    assert_eq!(
        folder.without_folder(&error.to_string()),
        "anything.csv: this holds looked-after children (SSDA903 tables) and no referrals, so there is no demand in it \
         to forecast; name files of referrals here, and see with `groundswell check` what this one holds"
    );
}

#[test]
fn returns_of_both_kinds_make_one_history() {
    let folder = Folder::with("episodes.csv", EPISODES);
    folder.write("header.csv", "CHILD;SEX;DOB;ETHNIC\n1;F;01/02/2010;WBRI\n1;F\n");
    folder.write(
        "census.xml",
        "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year></CollectionDetails></Header>\
         <Children><Child><ChildIdentifiers><LAchildID>1</LAchildID></ChildIdentifiers><CINdetails>\
         <CINreferralDate>2023-05-01</CINreferralDate></CINdetails></Child></Children></Message>",
    );
    let files = ["episodes.csv", "census.xml", "header.csv"].map(Into::into);
    let history = read_events(&files, folder.path()).expect("readable");
    let events = &history.events;
    assert_eq!((events.referrals.len(), events.care.len(), events.placements.len()), (1, 1, 1));
    assert_eq!(events.care[0].child, events.referrals[0].child, "one authority's numbers name the same child");
    assert_eq!(
        folder.findings(&history.findings),
        ["ragged-row 1 [3]: 1 row has more or fewer fields than the header"]
    );
    assert_eq!(history.inputs.iter().map(|input| input.rows).collect::<Vec<_>>(), [1, 1, 2]);
}
