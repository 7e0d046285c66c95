//! Returns of looked-after children in the monthly job: beside referrals, and alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::commands::{complaint, groundswell, output};

/// Referrals and returns of one simulated authority over three years, with a project file of both.
fn project() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let options = "first_month = '2021-04'\nmonths = 36\nreferrals_per_month = 150.0\n";
    fs::write(folder.path().join("options.toml"), options).expect("written");
    for (format, to) in [("tidy", "."), ("ssda903", "care")] {
        let arguments = ["simulate", "-o", to, "--options", "options.toml", "--format", format];
        output(groundswell(folder.path()).args(arguments), 0);
    }
    fs::write(
        folder.path().join("nothing.toml"),
        "schema = 1\nname = \"nothing\"\ntitle = \"Nothing\"\ndescription = \"No lever.\"\n",
    )
    .expect("written");
    folder
}

fn quick(folder: &Path, more: &str) {
    let path = folder.join("groundswell.toml");
    let text = fs::read_to_string(&path).expect("a project file");
    let text = text.replace("paths = 1000 ", "paths = 100 ").replace("origins = 10 ", "origins = 1 ");
    let text = text.replace("horizon = 12 ", "horizon = 6 ").replace("\"published\"", "\"internal\"");
    fs::write(path, text + more).expect("written");
}

/// A table of a pack as one map a row; names of levers have commas and stand in quotes.
fn table(pack: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(pack.join(name)).expect(name);
    let fields = |line: &str| -> Vec<String> {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                letter => fields.last_mut().expect("a field").push(letter),
            }
        }
        fields
    };
    let mut rows = text.lines().map(fields);
    let header = rows.next().expect("a header");
    rows.map(|row| header.iter().cloned().zip(row).collect()).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

#[test]
fn returns_beside_referrals_tell_of_placements_and_scenarios_add_up_in_people_and_money() {
    let folder = project();
    output(groundswell(folder.path()).args(["init", "referrals.csv", "care"]), 0);
    quick(folder.path(), "[scenarios]\npublish = [\"nothing.toml\", \"step-down+fewer-plans\", \"second-lockdown\"]\n");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let pack = folder.path().join("packs-OFFICIAL-SENSITIVE/2024-03");
    let manifest = fs::read_to_string(pack.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("care/2023/episodes.csv"), "returns are inputs like others");
    for chart in ["placements", "care-ages", "placement-cost"] {
        assert!(pack.join(format!("charts/{chart}.png")).is_file(), "{chart}");
    }
    // Today's children are the newest return's, and the pathway and the placements tell of the same children.
    let total = |row: &&BTreeMap<String, String>| row["age_band"] == "*" && row["placement"] == "*";
    let history = table(&pack, "placements-history.csv");
    let today = history.iter().rfind(total).expect("a month");
    assert_eq!(today["ds"], "2024-03-01");
    let ahead = table(&pack, "placements.csv");
    let pathway = table(&pack, "pathway.csv");
    let open = |row: &&BTreeMap<String, String>| row["measure"] == "open cases" && row["name"] == "looked after";
    let known = pathway.iter().filter(open).find(|row| row["state"] == "known").expect("today");
    assert_eq!(number(known, "mean"), number(today, "y"));
    let of_pathway: Vec<&String> =
        pathway.iter().filter(open).filter(|row| row["state"] == "forecast").map(|row| &row["mean"]).collect();
    let of_placements: Vec<&String> = ahead.iter().filter(total).map(|row| &row["mean"]).collect();
    assert_eq!(of_pathway, of_placements);
    // Entries are the pathway's care starts.
    let starts = pathway.iter().filter(|row| row["measure"] == "flow" && row["name"] == "care starts");
    let entries = table(&pack, "placement-flows.csv");
    let entries = entries.iter().filter(|row| row["name"] == "entries");
    assert!(starts.zip(entries).all(|(one, other)| one["mean"] == other["mean"]));
    // Ledgers add up exactly, and a scenario without levers is the forecast as it is.
    let ledgers = table(&pack, "pathway-scenarios.csv");
    for scenario in ["nothing", "step-down+fewer-plans", "second-lockdown"] {
        let lines: Vec<_> = ledgers.iter().filter(|row| row["scenario"] == scenario).collect();
        for column in ["case_months", "worker_months", "care_months", "pounds"] {
            let figures: Vec<f64> = lines.iter().map(|row| number(row, column)).collect();
            let (whole, parts) = figures.split_last().expect("lines");
            assert_eq!(parts.iter().sum::<f64>(), *whole, "{scenario}, {column}");
        }
        let [first, last] = [lines[0], lines[lines.len() - 1]].map(|row| number(row, "pounds"));
        match scenario {
            "nothing" => assert_eq!((lines.len(), first), (2, last)),
            // Fewer in residential care cost less, and so do fewer plans.
            _ => assert!(last < first, "{scenario}: {first} became {last}"),
        }
    }
    let again = output(groundswell(folder.path()).arg("run"), 0);
    assert!(again.contains("Nothing new"), "{again}");
    let shown = output(groundswell(folder.path()).args(["compare", "step-down", "baseline"]), 0);
    assert!(
        shown.contains("rate of transfers plus 0.000175, residential to fostering") && shown.contains("pounds"),
        "{shown}"
    );
    // A return that changed is new data.
    let path = folder.path().join("care/2024/episodes.csv");
    let text = fs::read_to_string(&path).expect("a return");
    let cut = text.trim_end().rfind('\n').expect("rows");
    fs::write(&path, format!("{}\n", &text[..cut])).expect("written");
    let status = output(groundswell(folder.path()).arg("status"), 0);
    assert!(status.contains("care/2024/episodes.csv"), "{status}");
}

#[test]
fn levers_on_what_nothing_is_known_of_are_refused_in_words() {
    let folder = project();
    output(groundswell(folder.path()).args(["init", "referrals.csv"]), 0);
    quick(folder.path(), "");
    let said = complaint(groundswell(folder.path()).args(["scenario", "-s", "step-down"]), 78);
    assert!(said.contains("scenario `step-down`, lever 1") && said.contains("looked_after"), "{said}");
    let path = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&path).expect("a project file").replace("on = true", "on = false");
    fs::write(&path, &text).expect("written");
    let said = complaint(groundswell(folder.path()).args(["scenario", "-s", "fewer-plans"]), 78);
    assert!(said.contains("set [pathway] on = true"), "{said}");
    fs::write(&path, text + "[scenarios]\npublish = [\"fewer-plans\"]\n").expect("written");
    let said = complaint(groundswell(folder.path()).arg("run"), 78);
    assert!(said.contains("`fewer-plans`, which has levers on what follows"), "{said}");
}

#[test]
fn returns_alone_forecast_who_comes_into_care_and_where_children_live() {
    let folder = project();
    output(groundswell(folder.path()).args(["init", "care"]), 0);
    quick(folder.path(), "[scenarios]\npublish = [\"step-down\"]\n");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let pack = folder.path().join("packs-OFFICIAL-SENSITIVE/2024-03");
    let report = fs::read_to_string(pack.join("report.html")).expect("a report");
    assert!(report.contains("children coming into care") && report.contains("Where looked-after children live"));
    assert!(!pack.join("pathway.csv").exists(), "no referrals, no pathway");
    let entries = table(&pack, "placement-flows.csv");
    let forecast = table(&pack, "forecasts.csv");
    let total = forecast.iter().filter(|row| row["age_band"] == "*" && row["model"] == "referrals");
    let entries: Vec<f64> =
        entries.iter().filter(|row| row["name"] == "entries").map(|row| number(row, "mean")).collect();
    // The children who enter are those of the forecast.
    for (entered, row) in entries.iter().zip(total) {
        assert!((entered - number(row, "mean")).abs() < 1e-6, "{entered} {row:?}");
    }
    let ledger = table(&pack, "pathway-scenarios.csv");
    assert!(number(&ledger[1], "pounds") < 0.0 && !ledger[1].contains_key("case_months"), "{ledger:?}");
    let said = complaint(groundswell(folder.path()).args(["scenario", "-s", "fewer-plans"]), 78);
    assert!(said.contains("needs referrals"), "{said}");
}

#[test]
fn figures_of_ones_own_and_annex_a_lists_take_the_place_of_englands() {
    let folder = project();
    output(groundswell(folder.path()).args(["init", "referrals.csv"]), 0);
    quick(folder.path(), "");
    let said = output(groundswell(folder.path()).args(["check", "groundswell.toml"]), 0);
    assert!(said.contains("referrals-only") && said.contains("[[pathway.step]]"), "{said}");
    let plans = |pack: &Path| -> f64 {
        let starts = |row: &&BTreeMap<String, String>| row["measure"] == "flow" && row["name"] == "plan starts";
        table(pack, "pathway.csv").iter().filter(starts).map(|row| number(row, "mean")).sum()
    };
    let packs = folder.path().join("packs-OFFICIAL-SENSITIVE");
    let current = || {
        let latest = fs::read_to_string(packs.join("latest.json")).expect("a pointer");
        let latest: serde_json::Value = serde_json::from_str(&latest).expect("JSON");
        packs.join(latest["pack"].as_str().expect("a name"))
    };
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    let englands = plans(&current());
    let assumed = |name: &str| table(&current(), "assumptions.csv").iter().any(|row| row["what"] == name);
    assert!(assumed("national share, conference to plan"));
    let path = folder.path().join("groundswell.toml");
    let text = fs::read_to_string(&path).expect("a project file");
    let own = "[[pathway.step]]\nstep = \"plan\"\nshare = 0.43\nmedian_days = 3\nchildren = 400\n";
    fs::write(&path, text.clone() + own).expect("written");
    output(groundswell(folder.path()).args(["run", "--quiet"]), 0);
    // England's is 86%.
    let share = plans(&current()) / englands;
    assert!((0.42..0.62).contains(&share), "{share}");
    assert!(!assumed("national share, conference to plan") && !assumed("national days, conference to plan"));
    fs::write(&path, text + &own.replace("0.43", "1.43")).expect("written");
    let said = complaint(groundswell(folder.path()).arg("run"), 78);
    assert!(said.contains("no. 1, of `plan`, needs a `share` above 0 and below 1"), "{said}");

    // Lists of all extracts tell what became of each referral.
    let lists = TempDir::new().expect("a temporary folder");
    fs::copy(folder.path().join("options.toml"), lists.path().join("options.toml")).expect("copied");
    let arguments = ["simulate", "-o", "lists", "--options", "options.toml", "--format", "annex-a"];
    output(groundswell(lists.path()).args(arguments), 0);
    let mut extracts: Vec<String> = fs::read_dir(lists.path().join("lists"))
        .expect("extracts")
        .map(|entry| format!("lists/{}", entry.expect("an extract").file_name().display()))
        .filter(|name| lists.path().join(name).is_dir())
        .collect();
    extracts.sort();
    output(groundswell(lists.path()).arg("init").args(&extracts), 0);
    quick(lists.path(), "");
    output(groundswell(lists.path()).args(["run", "--quiet"]), 0);
    let pack = lists.path().join("packs-OFFICIAL-SENSITIVE/2024-03");
    let report = fs::read_to_string(pack.join("report.html")).expect("a report");
    assert!(report.contains("learnt from your own records of referrals"), "journeys of lists are used");
    let findings = fs::read_to_string(pack.join("findings.csv")).expect("findings");
    assert!(!findings.contains("referrals-only"), "{findings}");
}
