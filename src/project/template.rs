//! The project file as the engine writes it: commented, and every option with its value.

use std::fmt::Write;

use super::{BacktestOptions, ForecastOptions, PublishOptions};
use crate::ingest::Format;
use crate::time::Frequency;

/// What is known about a project before its file is written.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    /// The report's title.
    pub title: String,
    /// Whose demand it is.
    pub authority: String,
    /// The files, relative to the project file.
    pub files: Vec<String>,
    /// What the files hold.
    pub format: Format,
    /// Role and header of each column found, as comments; none is needed in the file.
    pub columns: Vec<(String, String)>,
    /// What the series are told apart by.
    pub dimensions: Vec<String>,
    /// What else the series could be told apart by.
    pub other_dimensions: Vec<String>,
    /// The areas to keep; none keeps all.
    pub areas: Vec<String>,
    /// What is counted, in the plural.
    pub measure: String,
    /// Tables of looked-after children's returns beside the files, or folders of them.
    pub looked_after: Vec<String>,
    /// How long the periods of the files are; nothing: a month.
    pub frequency: Option<Frequency>,
}

impl Sketch {
    /// How many periods ahead, and between two tries on the past: what is asked of figures by week, quarter or year isn't
    /// asked twelve years ahead.
    fn horizon_and_stride(&self) -> (usize, usize) {
        match self.frequency {
            Some(Frequency::Week) => (26, 13),
            Some(Frequency::Quarter) => (8, 2),
            Some(Frequency::Year) => (3, 1),
            Some(Frequency::Month) | None => (ForecastOptions::default().horizon, BacktestOptions::default().stride),
        }
    }

    /// Whether the project follows what comes after a referral: where the files tell of children one by one.
    pub fn follows(&self) -> bool {
        let of_children = matches!(
            self.format,
            Format::Referrals | Format::CinCensus | Format::AnnexA | Format::Ssd | Format::Ssda903
        );
        of_children || !self.looked_after.is_empty()
    }
}

/// A commented project file that runs.
pub fn sketch(sketch: &Sketch) -> String {
    let forecast = ForecastOptions::default();
    let backtest = BacktestOptions::default();
    let publish = PublishOptions::default();
    let (horizon, stride) = sketch.horizon_and_stride();
    let levels: Vec<String> = forecast.levels.iter().map(|level| level.to_string()).collect();
    let mut columns = String::new();
    for (role, header) in &sketch.columns {
        // Writing to a string can't fail.
        let _ = writeln!(columns, "# {role} = {}", quoted(header));
    }
    let others = match sketch.other_dimensions.as_slice() {
        [] => String::new(),
        others => format!("  # also there: {}", others.join(", ")),
    };
    let looked_after = match sketch.looked_after.as_slice() {
        [] => "# looked_after = [\"ssda903\"]   # tables of looked-after children's returns (SSDA903), or folders of them: placements"
            .to_owned(),
        named => format!("looked_after = {}   # returns of looked-after children: placements", list(named)),
    };
    format!(
        r#"# What to forecast, and how. Every option: docs/reference/project-file.md.
# Run it with: groundswell run
schema = 1

[project]
title = {title}
authority = {authority}
measure = {measure}
# What a reader of the report asks first; lines without the # stand in it.
[project.assurance]
# purpose = "the budget of 2025-26"
# commissioner = "Head of Service"
# analyst = "Performance team"
# verification = "figures to March checked against the dashboard, 8 April 2025"
# approver = "Director of Children's Services, 15 April 2025"

[input]
files = {files}      # relative to this file; oldest extract first where they overlap
format = {format}
dimensions = {dimensions}{others}
areas = {areas}      # empty keeps all
# extract_date = 2024-04-05   # the last day the newest extract covers, where its latest referral doesn't tell
# from = 2014-04-01           # the first day that counts
# mapping = "codes.toml"       # what local spellings mean; groundswell check --write-mapping codes.toml begins one

# Columns as they were found; write a line without the # to name another header.
[input.columns]
{columns}
[forecast]
horizon = {horizon}           # periods ahead
levels = [{levels}]   # of the ranges, in per cent
line_up = {line_up}  # a name from models/line-ups, or a TOML file of your own
paths = {paths}           # sample paths a series
seed = {seed}

[backtest]
origins = {origins}           # how often the whole recipe is tried on the past
stride = {stride}             # periods between two tries

# What follows the referrals: assessments, plans, care, open cases, social workers and cost. What isn't set is taken from
# England's figures, and the report lists it as an assumption: set your own. Costs are made of published prices of 2017 to
# 2021 and of assumptions, 3% more each year since; on = false leaves people and money out.
[pathway]
on = {pathway}
{looked_after}
# [pathway.open_cases]      # children today, where the input holds referrals only
# in_need = 2000            # those on plan and looked after included
# on_plan = 250
# looked_after = 400
# [[pathway.step]]          # a share and days of your own in the place of England's, as many blocks as you know steps
# step = "conference"       # names of steps: docs/guide/people-and-money.md
# share = 0.29              # of section 47 enquiries; left out for closure, plan-end, care-end
# median_days = 14
# children = 640            # how many children you counted it on
# [pathway.workload]
# cases_per_worker = 15.2
# vacancy_rate = 0.142      # share of posts
# establishment = 120       # posts for case-holding social workers, full-time equivalent
# worker_month_pounds = 5000
# [pathway.costs]
# inflation_per_year = 0.03
# [pathway.placements]
# reference_months = 24     # the rates of moves and exits are those of so many months

[publish]
folder = {folder}
profile = "{profile}"  # counts 1-7 suppressed, others to the nearest 5; or "dfe-cin", "internal" (docs/reference)
workbook = [{workbook}]           # "xlsx" and "ods"; [] for none
# keep = 24                   # packs of older origins are removed; without it all stay
# theme = "theme.toml"        # colours of your own: docs/guide/theme.md
"#,
        title = quoted(&sketch.title),
        authority = quoted(&sketch.authority),
        files = list(&sketch.files),
        format = format_name(sketch.format),
        dimensions = list(&sketch.dimensions),
        areas = list(&sketch.areas),
        levels = levels.join(", "),
        line_up = quoted(&forecast.line_up),
        paths = forecast.paths,
        seed = forecast.seed,
        origins = backtest.origins,
        pathway = sketch.follows(),
        measure = quoted(&sketch.measure),
        folder = quoted(&publish.folder.display().to_string()),
        profile = publish.profile,
        workbook = publish.workbook.iter().map(|format| quoted(format.name())).collect::<Vec<_>>().join(", "),
    )
}

/// The reference page of the project file.
pub fn reference() -> String {
    let example = sketch(&Sketch {
        title: "Referrals to children's social care".to_owned(),
        authority: "Sampleshire".to_owned(),
        files: vec!["referrals.csv".to_owned()],
        format: Format::Referrals,
        columns: vec![
            ("date".to_owned(), "referral_date".to_owned()),
            ("child".to_owned(), "child_id".to_owned()),
            ("source".to_owned(), "referral_source".to_owned()),
        ],
        dimensions: vec!["source".to_owned()],
        other_dimensions: vec!["area".to_owned(), "age_band".to_owned(), "need".to_owned()],
        measure: "referrals".to_owned(),
        ..Sketch::default()
    });
    format!(
        "{REFERENCE}\n## A whole file\n\nAs `groundswell init` writes it for referrals, one row each:\n\n```toml\n{example}```\n"
    )
}

const REFERENCE: &str = "\
# Project file

Generated by `groundswell reference`; do not edit.

One TOML file, `groundswell.toml`. Paths are relative to the file itself; an option that isn't listed here is refused.

| option | meaning | default |
|---|---|---|
| `schema` | the version of this file's form: 1 | needed |
| `project.title`, `project.authority` | stand on the report | needed |
| `project.measure` | what is counted, in the plural | `referrals` |
| `project.assurance.purpose`, `.commissioner`, `.analyst`, `.verification`, `.approver` | what the forecast is for, who asked for it, made it, checked it and approved its use: stands in the report's log | not recorded |
| `input.files` | the files | needed |
| `input.format` | `auto`, `referrals` (one row each), `counts` (one row a series and period), `dfe-monthly`,  `cin-census` (XML returns), `annex-a` (workbooks, or folders of CSV lists), `ssd` (folders of SSD views), `ssda903` (looked-after children alone: who comes into care is forecast) | `auto` |
| `input.columns` | headers that differ from the usual: `date`, `child`, `source`, `area`, `age`, `date_of_birth`, `need`, `no_further_action`; for counts `series`, `time`, `value` | found by name |
| `input.dimensions` | what series are told apart by: `area`, `source`, `age_band`, `need`, `no_further_action`; for counts, headers; for `ssda903`, `age_band`, `placement` | none: one series |
| `input.areas` | areas to keep, by name or code | all |
| `input.level` | of a DfE file: `authority`, `region`, `national` | `authority` |
| `input.area_labels` | of a DfE file: label areas by `name` or `code` | `name` |
| `input.filters` | for each column the values that stay: `{ team = [\"North\"] }` | none |
| `input.from`, `input.to` | the first and last day that count | all |
| `input.extract_date` | the last day that the newest extract covers | its latest referral |
| `input.frequency` | `week`, `month`, `quarter`, `year` | month, or as the dates show |
| `input.mapping` | a TOML file that maps local spellings of source, need and no further action (`docs/guide/mapping-codes.md`) | none |
| `input.date_order` | `auto`, `day-first`, `month-first` | `auto` |
| `input.excel_1904` | numeric dates count from 1904 | `false` |
| `calendar.file` | a calendar with local dates, in the form of `models/calendars/england-and-wales.toml` | shipped |
| `calendar.closures` | a file of lockdowns and closures, in the form of `models/lockdowns/england.toml` | shipped |
| `calendar.features.working_days`, `.school_weeks` | which calendar regressors are made | `true` |
| `forecast.horizon` | periods ahead, 1 to 1200 | 12 |
| `forecast.levels` | levels of the ranges in per cent | `[50, 80, 95]` |
| `forecast.line_up` | a name from `models/line-ups`, or a TOML file | `referrals` |
| `forecast.paths` | sample paths a series, 100 to 100,000 | 1000 |
| `forecast.seed` | the seed of every random choice | 1 |
| `backtest.origins` | how often the recipe is tried on the past, 1 to 200 | 10 |
| `backtest.stride` | periods between two tries, 1 to 120 | 6 |
| `pathway.on` | follow the referrals to assessments, plans, care, open cases, social workers and cost (months only); `groundswell init` writes `true` for files of children one by one, and the prices behind it are assumed until you set your own (`docs/guide/people-and-money.md`) | `false` |
| `pathway.looked_after` | tables of looked-after children's returns (SSDA903) of all years, or folders of them: placements and their cost | none |
| `pathway.open_cases.in_need`, `.on_plan`, `.looked_after` | children today, where the input doesn't tell | England's, by referral |
| `pathway.step` | a list of `step`, `share`, `median_days`, `children`: conversion and days of your own (`docs/guide/people-and-money.md`) | `models/pathway/national.toml` |
| `pathway.workload.cases_per_worker`, `.cases_per_child_in_need` | open cases a social worker holds; cases held for each child in need | `models/pathway/workload.toml` |
| `pathway.workload.establishment`, `.vacancy_rate` | posts for case-holding social workers, full-time equivalent; share of them that is vacant | no posts shown; `models/pathway/workload.toml` |
| `pathway.workload.worker_month_pounds` | pounds for a social worker's month, on-costs included | `models/pathway/workload.toml` |
| `pathway.costs.inflation_per_year` | 0.03 is three per cent | `models/pathway/costs.toml` |
| `pathway.costs.cost` | a list of `group`, `kind`, `share`, `per_week`, `priced`; a group that is named has its own kinds only | `models/pathway/costs.toml` |
| `pathway.costs.mix` | shares of groups, where placements aren't known | `models/pathway/costs.toml` |
| `pathway.lever` | a list of levers whose effect on cases, workers and pounds the ledger tells (`docs/guide/people-and-money.md`) | none |
| `pathway.journeys.by_source`, `.by_need`, `.trend`, `.drift` | whether conversion may differ by source and need, have a trend, wander from year to year | `true` |
| `pathway.journeys.conversion_years` | conversion is learnt from the referrals of so many years | 6 |
| `pathway.placements.reference_months` | rates of moves and exits are those of so many months up to the last that returns tell of | 24 |
| `pathway.placements.reference` | in their place, the days from `first` to `last` | none |
| `pathway.placements.prior_events`, `.entry_drift_per_year`, `.leaving_drift_per_year`, `.drift_years`, `.smoothing`, `.passing_change`, `.lasting_share`, `.lasting_change` | how the placement model weighs what it has seen (`docs/methods/placements.md`) | `models/pathway/placements.toml` |
| `scenarios.publish` | names from `models/scenarios` and TOML files of your own, joined by `+` where they act together; `[]` for none | those that tell something where the data end |
| `publish.folder` | the folder that holds the packs | `packs` |
| `publish.keep` | how many origins' packs stay once a new pack is there; the older ones are removed | all |
| `publish.profile` | `published`; `dfe-cin`: counts 1-5 and what would tell them are hidden, others exact; `internal`: exact, marked, in the folder `…-OFFICIAL-SENSITIVE` | `published` |
| `publish.workbook` | the forms of the workbook: `xlsx` (Excel), `ods` (OpenDocument), both, or `[]` for none | `[\"xlsx\"]` |
| `publish.theme` | a TOML file of colours for charts and report, in the form of `assets/theme.toml` (`docs/guide/theme.md`) | shipped |
";

/// A format as the project file has it.
fn format_name(format: Format) -> String {
    toml::Value::try_from(format).map(|name| name.to_string()).unwrap_or_default()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_valid_toml_whatever_the_names_hold() {
        let text = sketch(&Sketch {
            title: "\"Quoted\" \\ and\nbroken".to_owned(),
            files: vec!["a b.csv".to_owned()],
            columns: vec![("date".to_owned(), "Date \"of\" referral".to_owned())],
            ..Sketch::default()
        });
        let table: toml::Table = text.parse().expect("valid TOML");
        assert_eq!(table["project"]["title"].as_str(), Some("\"Quoted\" \\ and\nbroken"));
    }

    #[test]
    fn people_and_money_follow_where_files_tell_of_children_and_nowhere_else() {
        for (format, follows) in
            [(Format::Referrals, true), (Format::AnnexA, true), (Format::Counts, false), (Format::DfeMonthly, false)]
        {
            let text = sketch(&Sketch { format, ..Sketch::default() });
            assert!(text.contains(&format!("[pathway]\non = {follows}\n")), "{format:?}");
        }
        assert!(reference().contains("[pathway]\non = true\n"));
    }

    #[test]
    fn years_are_not_asked_twelve_ahead() {
        for (frequency, horizon, stride) in [
            (None, 12, 6),
            (Some(Frequency::Month), 12, 6),
            (Some(Frequency::Week), 26, 13),
            (Some(Frequency::Quarter), 8, 2),
            (Some(Frequency::Year), 3, 1),
        ] {
            let table: toml::Table = sketch(&Sketch { frequency, ..Sketch::default() }).parse().expect("valid TOML");
            assert_eq!(table["forecast"]["horizon"].as_integer(), Some(horizon), "{frequency:?}");
            assert_eq!(table["backtest"]["stride"].as_integer(), Some(stride), "{frequency:?}");
        }
    }

    #[test]
    fn the_reference_names_every_option_of_a_sketch() {
        let table: toml::Table = sketch(&Sketch::default()).parse().expect("valid TOML");
        for (section, options) in table {
            for option in options.as_table().into_iter().flat_map(|options| options.keys()) {
                // A table within a section has a row that begins with its first option.
                let names = [format!("`{section}.{option}`"), format!("`{section}.{option}.")];
                let named = REFERENCE.lines().any(|line| names.iter().any(|name| line.contains(name)));
                assert!(named, "{section}.{option} is not in the reference");
            }
        }
    }
}
