//! The commands as a user meets them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use groundswell::simulate::FileFormat;
use tempfile::TempDir;

/// The program, in a folder of its own.
pub fn groundswell(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groundswell"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// What a command said and did, after it ended with the given code.
pub fn ended(command: &mut Command, code: i32) -> Output {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{command:?} said: {said}");
    output
}

/// What a command printed on standard output, after it ended with the given code.
pub fn output(command: &mut Command, code: i32) -> String {
    String::from_utf8(ended(command, code).stdout).expect("text")
}

/// What a command said on standard error, after it ended with the given code.
pub fn complaint(command: &mut Command, code: i32) -> String {
    String::from_utf8(ended(command, code).stderr).expect("text")
}

/// What a user names of the files that the simulator wrote: a folder of lists is one input.
pub fn inputs(format: FileFormat, files: &[PathBuf]) -> Vec<PathBuf> {
    let mut inputs: Vec<PathBuf> = match format {
        FileFormat::AnnexA => files.iter().map(|file| file.parent().expect("a folder").to_owned()).collect(),
        _ => files.to_vec(),
    };
    inputs.dedup();
    inputs
}

/// Four years of two made-up series with a season, as CSV.
pub fn two_series() -> String {
    let mut text = String::from("unique_id,ds,y\n");
    for (series, level) in [("north", 100), ("south", 60)] {
        for month in 0..48 {
            let season = [24, 18, 26, 20, 23, 25, 19, 0, 22, 24, 26, 13][month % 12];
            let wobble = (month * 7 + level) % 11;
            text += &format!("{series},{}-{:02}-01,{}\n", 2019 + month / 12, month % 12 + 1, level + season + wobble);
        }
    }
    text
}

/// A folder with the two series in it.
pub fn folder_with(name: &str, text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    (folder, path)
}

/// Rows of a CSV text, split at commas (no quoted cell is expected).
pub fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn a_table_becomes_a_table_of_forecasts() {
    let (folder, _) = folder_with("series.csv", &two_series());
    let text = output(groundswell(folder.path()).args(["forecast", "series.csv", "-h", "6"]), 0);
    let rows = rows(&text);
    let header = "unique_id,ds,model,mean,median,lo_50,hi_50,lo_80,hi_80,lo_95,hi_95";
    assert_eq!(rows[0].join(","), header);
    assert_eq!(rows.len(), 1 + 2 * 6);
    assert_eq!(rows[1][..2], ["north", "2023-01-01"]);
    assert_eq!(rows[12][..2], ["south", "2023-06-01"]);
    for row in &rows[1..] {
        let figure = |column: usize| row[column].parse::<f64>().expect("a number");
        let ordered = [9, 7, 5, 4, 6, 8, 10].map(figure);
        assert!(ordered.is_sorted() && ordered[0] >= 0.0, "{row:?}");
    }
}

#[test]
fn each_model_named_is_forecast_on_its_own() {
    let (folder, _) = folder_with("series.csv", &two_series());
    let arguments = ["forecast", "series.csv", "-h", "2", "--models", "ets,seasonal_naive", "--levels", "90"];
    let rows = rows(&output(groundswell(folder.path()).args(arguments), 0));
    assert_eq!(rows[0].join(","), "unique_id,ds,model,mean,median,lo_90,hi_90");
    let models: Vec<&str> = rows[1..].iter().map(|row| row[2].as_str()).collect();
    assert_eq!(models.iter().filter(|model| **model == "ets").count(), 4);
    assert_eq!(models.iter().filter(|model| **model == "seasonal_naive").count(), 4);
}

#[test]
fn standard_input_and_output_serve_a_pipe() {
    let (folder, path) = folder_with("series.csv", &two_series());
    let mut command = groundswell(folder.path());
    let stdin = Stdio::from(File::open(path).expect("a file"));
    let text = output(command.args(["forecast", "-", "-h", "1", "-o", "-"]).stdin(stdin), 0);
    assert_eq!(rows(&text).len(), 3);
}

#[test]
fn numbered_periods_come_back_as_numbers() {
    let table: String = (1..=40).map(|period| format!("a;{period};{}\n", 50 + period % 12)).collect();
    let (folder, _) = folder_with("numbered.csv", &format!("unique_id;ds;y\n{table}"));
    let rows = rows(&output(groundswell(folder.path()).args(["forecast", "numbered.csv", "-h", "3"]), 0));
    let periods: Vec<&str> = rows[1..].iter().map(|row| row[1].as_str()).collect();
    assert_eq!(periods, ["41", "42", "43"]);
}

#[test]
fn a_backtest_prints_scores_of_the_line_up_its_members_and_seasonal_naive() {
    let (folder, _) = folder_with("series.csv", &two_series());
    let arguments = ["backtest", "series.csv", "-h", "6", "--origins", "2", "--json"];
    let text = output(groundswell(folder.path()).args(arguments), 0);
    let scores: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let models: Vec<&str> =
        scores["scores"].as_array().expect("rows").iter().filter_map(|row| row["model"].as_str()).collect();
    assert!(models.contains(&"general") && models.contains(&"seasonal_naive") && models.contains(&"ets"), "{models:?}");
}

#[test]
fn a_backtest_scores_the_levels_of_a_hierarchy_and_hands_its_forecasts_over() {
    let series = two_series().replace("\nnorth,", "\nEngland/north,").replace("\nsouth,", "\nEngland/south,");
    let (folder, _) = folder_with("series.csv", &series);
    let line_up = "schema = 1\nname = \"mine\"\ndescription = \"\"\n[reconcile]\nmethod = \"mint\"\n[[group]]\n\
                   members = [{ model = \"level\" }]\n";
    fs::write(folder.path().join("mine.toml"), line_up).expect("a line-up");
    let mut arguments = vec!["backtest", "series.csv", "-h", "3", "--origins", "2", "--line-up", "mine.toml"];
    arguments.extend(["--no-members", "--dimensions", "region/area", "--forecasts", "scored.csv", "--json"]);
    let text = output(groundswell(folder.path()).args(&arguments), 0);
    let scores: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let levels: Vec<&str> =
        scores["scores"].as_array().expect("rows").iter().filter_map(|row| row["level"].as_str()).collect();
    assert_eq!(levels, ["*", "*", "region/area", "region/area"]);
    let scored = fs::read_to_string(folder.path().join("scored.csv")).expect("forecasts");
    let rows: Vec<Vec<&str>> = scored.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..7], ["model", "origin", "unique_id", "ds", "y", "median", "lo_50"]);
    // Two models, two origins, three months, two series and their sum.
    assert_eq!(rows.len() - 1, 2 * 2 * 3 * 3);
    let wrong = ["backtest", "series.csv", "--dimensions", "area"];
    assert!(complaint(groundswell(folder.path()).args(wrong), 64).contains("region/area"));
}

#[test]
fn the_simulator_gives_the_same_bytes_for_the_same_seed() {
    let folder = TempDir::new().expect("a temporary folder");
    for name in ["one", "two"] {
        output(groundswell(folder.path()).args(["simulate", "-o", name, "--seed", "9", "--referrals", "120"]), 0);
    }
    let bytes = |name: &str| fs::read(folder.path().join(name).join("referrals.csv")).expect("a file");
    assert_eq!(bytes("one"), bytes("two"));
}

#[test]
fn returns_that_the_simulator_writes_are_checked_and_make_projects() {
    let folder = TempDir::new().expect("a temporary folder");
    let options = "first_month = '2021-04'\nmonths = 24\nreferrals_per_month = 120.0\n";
    fs::write(folder.path().join("options.toml"), options).expect("written");
    let arguments = ["simulate", "-o", "care", "--options", "options.toml", "--format", "ssda903", "--dirt", "0.05"];
    let said = output(groundswell(folder.path()).args(arguments), 0);
    assert!(said.contains("in 8 files, with "), "{said}");
    let planted = fs::read_to_string(folder.path().join("care/planted.json")).expect("what was planted");
    assert!(planted.contains("open-episode-closed"), "{planted}");
    let tables = ["care/2022/episodes.csv", "care/2022/header.csv", "care/2023/episodes.csv", "care/2023/header.csv"];
    let said = output(groundswell(folder.path()).arg("check").args(tables), 0);
    assert!(said.contains(" looked-after children: ") && said.contains("(open-episode-closed)"), "{said}");
    // Alone, they are a project of who comes into care; beside counts, they tell of placements.
    let said = output(groundswell(folder.path()).arg("init").args(tables), 0);
    assert!(said.contains("Recognised looked-after children (SSDA903 tables): "), "{said}");
    let project = fs::read_to_string(folder.path().join("groundswell.toml")).expect("a project file");
    assert!(project.contains("format = \"ssda903\"") && project.contains("children coming into care"), "{project}");
    let said = output(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    assert!(said.contains("known from 2021-04 to 2023-03"), "{said}");
    fs::write(folder.path().join("counts.csv"), two_series()).expect("written");
    let said = output(groundswell(folder.path()).args(["init", "--force", "counts.csv", "care"]), 0);
    assert!(said.contains("Beside them, for placements: ") && said.contains(" looked-after children: "), "{said}");
    let project = fs::read_to_string(folder.path().join("groundswell.toml")).expect("a project file");
    assert!(project.contains("on = true\nlooked_after = [\"care\"]"), "{project}");
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    let said = complaint(groundswell(folder.path()).args(["init", "--force", "counts.csv", "empty"]), 66);
    assert!(said.contains("empty: this is a folder; name the files in it"), "{said}");
    let said = complaint(groundswell(folder.path()).args(["simulate", "-o", "x", "--dirt", "0.05"]), 64);
    assert!(said.contains("name it with --format"), "{said}");
}

#[test]
fn init_then_run_publishes_a_pack_and_a_second_run_is_no_work() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    assert!(complaint(groundswell(folder.path()).args(["init", "series.csv"]), 73).contains("--force"));
    let first = output(groundswell(folder.path()).args(["run", "--json"]), 0);
    let outcome: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let report = PathBuf::from(outcome["report"].as_str().expect("a path"));
    let html = fs::read_to_string(&report).expect("a report");
    assert!(html.contains("<h1") && html.contains("<svg"));
    let pack = report.parent().expect("a pack");
    for name in
        ["manifest.json", "forecasts.csv", "forecasts.parquet", "forecasts.json", "backtest.csv", "findings.csv"]
    {
        assert!(fs::metadata(pack.join(name)).is_ok_and(|file| file.len() > 0), "{name} is missing");
    }
    let pictures = fs::read_dir(pack.join("charts")).expect("charts").count();
    assert!(pictures >= 9, "{pictures} files of charts");
    let again = output(groundswell(folder.path()).args(["run", "--detailed-exitcode"]), 12);
    assert!(again.contains("Nothing new"), "{again}");
}

#[test]
fn a_failing_run_leaves_the_last_pack_standing() {
    let (folder, path) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    output(groundswell(folder.path()).args(["run"]), 0);
    let latest = fs::read(folder.path().join("packs/latest.json")).expect("a pointer");
    fs::write(&path, "unique_id,ds,y\n").expect("a file");
    let complaint = complaint(groundswell(folder.path()).args(["run", "--quiet"]), 65);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert_eq!(fs::read(folder.path().join("packs/latest.json")).expect("a pointer"), latest);
    assert_eq!(
        fs::read_dir(folder.path().join("packs"))
            .expect("packs")
            .filter(|entry| {
                entry
                    .as_ref()
                    .is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".groundswell-staging"))
            })
            .count(),
        0
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let text = output(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    assert!(text.contains("2 series"), "{text}");
    assert!(!folder.path().join("packs").exists());
}

#[test]
fn the_working_directory_is_not_relied_on() {
    let (folder, _) = folder_with("series.csv", &two_series());
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let project = folder.path().join("groundswell.toml");
    let elsewhere = TempDir::new().expect("a temporary folder");
    output(groundswell(elsewhere.path()).arg("run").arg(&project), 0);
    assert!(folder.path().join("packs/latest.json").exists());
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn check_tells_what_was_found_and_fits_nothing() {
    let text = two_series().replace("south,2020-05-01,", "south,never,");
    let (folder, _) = folder_with("series.csv", &text);
    let found = output(groundswell(folder.path()).args(["check", "series.csv", "--json"]), 0);
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let names: Vec<&str> =
        found["findings"].as_array().expect("findings").iter().filter_map(|f| f["name"].as_str()).collect();
    assert!(names.contains(&"unreadable-date"), "{names:?}");
    output(groundswell(folder.path()).args(["check", "series.csv", "--strict"]), 65);
}

#[test]
fn completions_and_the_manual_are_printed() {
    let folder = TempDir::new().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(output(groundswell(folder.path()).args(["completions", shell]), 0).contains("groundswell"));
    }
    assert!(output(groundswell(folder.path()).args(["man"]), 0).contains(".TH groundswell"));
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut table = String::from("unique_id,ds,y\n");
    for series in 0..200 {
        for month in 1..=24 {
            table +=
                &format!("s{series},{}-{:02}-01,{}\n", 2021 + month / 13, (month - 1) % 12 + 1, series % 7 + month);
        }
    }
    fs::write(folder.path().join("series.csv"), table).expect("a file");
    for arguments in [
        &["completions", "bash"][..],
        &["help", "run"],
        &["man"],
        &["forecast", "series.csv", "-h", "60", "--models", "seasonal_naive", "--quiet"],
    ] {
        let mut command = groundswell(folder.path());
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ended");
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn what_a_backtest_lacks_is_told_with_what_would_do() {
    let (folder, _) = folder_with("series.csv", &two_series());
    let said = |arguments: &[&str], code: i32| {
        complaint(groundswell(folder.path()).args(["backtest", "series.csv", "--quiet"]).args(arguments), code)
    };
    let short = said(&["-h", "24"], 65);
    let expected = "48 months of history are too few for a backtest 24 months ahead: it takes 49, 25 to learn from and 24 to \
                    compare with; -h 23 or less leaves room";
    assert!(short.contains(expected), "{short}");
    let outside = said(&["--origins", "2050-01"], 64);
    assert!(outside.contains("`2050-01` is outside the data, which run from 2019-01 to 2022-12"), "{outside}");
    assert!(said(&["--origins", "2022-12"], 64).contains("nothing comes after it"));
    assert!(said(&["--origins", "2022-03", "--stratum", "all=2022-01..2022-06"], 64).contains("another name"));
    let mut command = groundswell(folder.path());
    command.args(["backtest", "series.csv", "-h", "3", "--models", "seasonal_naive", "--json", "--quiet"]);
    let text = output(command.args(["--origins", "2021-06,2022-03", "--stratum", "before=2021-01..2021-12"]), 0);
    let scores: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = scores["scores"].as_array().expect("rows").iter();
    let groups: Vec<&str> = rows.filter_map(|row| row["stratum"].as_str()).collect();
    assert_eq!(groups, ["all", "before", "others"]);
}

#[test]
fn an_area_made_anew_beside_one_that_ended_is_tried_where_it_has_a_history() {
    let mut text = String::from("unique_id,ds,y\n");
    for month in 0..120 {
        let (series, level) = if month < 60 { ("old", 70) } else { ("new", 80) };
        let wobble = (month * 7 + level) % 11;
        text += &format!("{series},{}-{:02}-01,{}\n", 2013 + month / 12, month % 12 + 1, level + wobble);
    }
    let (folder, _) = folder_with("series.csv", &text);
    output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
    let rehearsed = output(groundswell(folder.path()).args(["run", "--dry-run"]), 0);
    // Of the last 60 months, the newest 12 are compared with, and the first 25 are learnt from.
    assert!(rehearsed.contains("judged at 4 origins"), "{rehearsed}");
    let published = output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    assert!(published.contains("Published "), "{published}");
    let backtest = fs::read_to_string(folder.path().join("packs/2022-12/backtest.csv")).expect("a table");
    assert!(backtest.lines().any(|line| line.starts_with("referrals,all,48,")), "{backtest}");
}

#[test]
fn a_project_file_is_checked_alone_and_numbered_periods_are_no_dates() {
    let (folder, _) = folder_with("one.csv", "date,y\n1,2\n");
    let said = output(groundswell(folder.path()).args(["init", "one.csv"]), 0);
    assert!(said.contains("1 series, period 1 to period 1"), "{said}");
    let said = complaint(groundswell(folder.path()).args(["check", "groundswell.toml", "one.csv"]), 64);
    assert!(said.contains("groundswell.toml is a project file"), "{said}");
    fs::write(folder.path().join("series.csv"), two_series()).expect("a file");
    let said = complaint(groundswell(folder.path()).args(["forecast", "series.csv", "-o", "no/such/out.csv"]), 73);
    assert!(said.contains("there is no folder no/such") && !said.contains(".groundswell-"), "{said}");
}

#[test]
fn what_a_project_file_asks_for_and_is_not_there_is_told_with_its_line() {
    let (folder, _) = folder_with(
        "r.csv",
        "child_id,referral_date,area,referral_source\n1,2024-01-05,North,Police\n2,2024-02-05,North,Police\n\
         3,2024-03-05,North,School\n",
    );
    output(groundswell(folder.path()).args(["init", "r.csv"]), 0);
    let file = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&file).expect("a project file");
    let line = |text: &str, option: &str| text.lines().position(|line| line.starts_with(option)).expect("there") + 1;
    for (option, written, said) in [
        ("dimensions", "dimensions = [\"sorce\"]", "did you mean `source`?"),
        ("areas", "areas = [\"Narnia\"]", "no area is called `Narnia`; see in the file's column of areas how"),
        ("line_up", "line_up = \"referals\"", "did you mean `referrals`?"),
    ] {
        let old = text.lines().find(|line| line.starts_with(option)).expect("there");
        fs::write(&file, text.replace(old, written)).expect("a file");
        let complaint = complaint(groundswell(folder.path()).args(["check", "groundswell.toml"]), 78);
        let place = format!("groundswell.toml:{}:1: ", line(&text, option));
        assert!(complaint.contains(&place) && complaint.contains(said), "{complaint}");
    }
}
