use super::{Folder, lines, span};

const HEADER: &str = "date,child,source,area\n";

fn two(first: &str, second: &str) -> Folder {
    let folder = Folder::with("old.csv", format!("{HEADER}{first}"));
    folder.write("new.csv", format!("{HEADER}{second}"));
    folder
}

#[test]
fn the_newer_extract_wins_whatever_the_order_of_files() {
    let folder = two(
        "2024-01-02,1,6,North\n2024-01-31,2,2A,North\n",
        "2024-01-31,2,6,North\n2024-02-01,3,6,North\n2024-02-29,4,6,North\n",
    );
    for files in ["files = ['old.csv', 'new.csv']", "files = ['new.csv', 'old.csv']"] {
        let ingested = folder.read(&format!("{files}\ndimensions = ['source']")).expect("readable");
        assert_eq!(lines(&ingested), ["Police: 2 2"], "{files}");
        assert_eq!(
            folder.findings(&ingested.findings),
            [
                "duplicate-row 1 []: 1 referral stands in more than one extract",
                "conflicting-row 1 []: 1 pair of the same child and day with different labels",
            ]
        );
    }
}

#[test]
fn rows_that_a_file_repeats_are_counted_once() {
    let folder = Folder::with("r.csv", format!("{HEADER}2024-01-02,1,6,N\n2024-01-31,2,6,N\n2024-01-31,2,6,N\n"));
    let ingested = folder.read("files = ['r.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 2"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        ["duplicate-row 1 []: 1 row repeats the child and day of another row of the same file"]
    );
}

#[test]
fn a_month_that_no_extract_covers_is_not_a_month_of_zeros() {
    let folder = two("2024-01-02,1,6,North\n2024-01-31,2,6,North\n", "2024-04-02,3,6,North\n2024-04-30,4,6,North\n");
    let ingested = folder.read("files = ['old.csv', 'new.csv']").expect("readable");
    assert_eq!(span(&ingested), "2024-01 to 2024-04");
    assert_eq!(lines(&ingested), ["Referrals: 2 - - 2"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        ["unobserved-month 2 []: 2 periods inside the window are in no file: 2024-02; 2024-03"]
    );
}

#[test]
fn an_area_is_observed_only_where_its_own_extract_reaches() {
    let folder = two("2024-01-02,1,6,North\n2024-03-28,2,6,North\n", "2024-03-01,3,6,South\n2024-03-28,4,6,South\n");
    let ingested = folder.read("files = ['old.csv', 'new.csv']\ndimensions = ['area']").expect("readable");
    assert_eq!(lines(&ingested), ["North: 1 0 1", "South: - - 2"]);
}

#[test]
fn extracts_that_meet_within_a_month_cover_it_together() {
    let folder = two("2024-01-02,1,6,North\n2024-02-14,2,6,North\n", "2024-02-15,3,6,North\n2024-03-28,4,6,North\n");
    let ingested = folder.read("files = ['old.csv', 'new.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["Referrals: 1 2 1"]);
    let apart = two("2024-01-02,1,6,North\n2024-02-07,2,6,North\n", "2024-02-20,3,6,North\n2024-03-28,4,6,North\n");
    let ingested = apart.read("files = ['old.csv', 'new.csv']").expect("readable");
    assert_eq!(lines(&ingested)[0], "Referrals: 1 - 1");
}

#[test]
fn files_of_different_formats_do_not_mix() {
    let folder = Folder::with("a.csv", format!("{HEADER}2024-01-02,1,6,N\n"));
    folder.write("b.csv", "month,count\n2024-01,3\n");
    assert_eq!(
        folder.message("files = ['a.csv', 'b.csv']"),
        "b.csv: the periods are of another kind (counts (one row a series and period)) than in the files before \
         (referrals (one row each)); read such files apart"
    );
}

#[test]
fn newer_tables_of_counts_win_too() {
    let folder = Folder::with("a.csv", "month,area,count\n2024-01,N,1\n2024-02,N,2\n");
    folder.write("b.csv", "month,area,count\n2024-02,N,3\n2024-03,N,4\n2024-03,S,5\n");
    folder.write("c.csv", "month,area,count\n2024-01,N,1\n");
    let ingested = folder.read("files = ['b.csv', 'a.csv', 'c.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["N: 1 3 4", "S: - - 5"]);
    assert_eq!(
        folder.findings(&ingested.findings),
        [
            "duplicate-row 1 []: 1 period of a series stands in more than one file with the same value",
            "changed-history 1 []: 1 period of a series stands in two files with different values",
        ]
    );
    folder.write("q.csv", "quarter,area,count\n2024-Q1,N,1\n");
    assert_eq!(
        folder.message("files = ['a.csv', 'q.csv']"),
        "q.csv: the periods are of another kind (quarters by area) than in the files before (months by area); read \
         such files apart"
    );
}
