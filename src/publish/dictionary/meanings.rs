//! What columns mean.

use crate::publish::contents::PackContents;

/// What a column without a meaning of its own says; a test holds that no column of a pack does.
pub(in crate::publish) const UNKNOWN: &str = "not described";

/// Where a column stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    /// In the table of this stem.
    Table(&'a str),
    /// Among the figures behind the chart of this id.
    Chart(&'a str),
}

/// What a figure is measured in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    /// What the pack counts.
    Counted,
    Named(&'static str),
    None,
}

use Unit::{Counted, Named, None};

const SHARE: Unit = Named("share, 0 to 1");
const AS_NAMED: Unit = Named("as name says");
const AS_UNIT_SAYS: Unit = Named("as unit says");
const POUNDS: Unit = Named("pounds");

/// Columns of one table that mean there what they mean nowhere else: table, column, unit, meaning.
#[rustfmt::skip]
const OF_TABLES: &[(&str, &str, Unit, &str)] = &[
    ("answers", "lo_80", AS_UNIT_SAYS, "low end of the posterior’s middle 80%"),
    ("answers", "hi_80", AS_UNIT_SAYS, "high end of the posterior’s middle 80%"),
    ("assumptions", "value", None, "the value that was taken"),
    ("assumptions", "source", None, "where the value comes from"),
    ("assumptions", "what", None, "what the project file left open"),
    ("backtest", "forecasts", None, "how many forecasts were scored"),
    ("completeness", "share", SHARE, "the share of the month’s records in which the field is filled in"),
    ("findings", "what", None, "what was noticed"),
    ("findings", "meaning", None, "what it means for the forecast"),
    ("findings", "name", None, "the finding’s stable name"),
    ("ledger", "mean", Counted, "what the line is or adds, on average over the simulated futures; the last line is the sum of the others"),
    ("ledger", "lever", None, "baseline, a lever, or (last) the scenario’s title"),
    ("pathway", "mean", AS_NAMED, "average over the simulated futures"),
    ("pathway", "median", AS_NAMED, "as likely to be too high as too low"),
    ("pathway", "state", None, "forecast; on the last day of history known, given (by the project file) or assumed"),
    ("pathway", "name", None, "the stage, the open cases, or the kind of entry or exit"),
    ("pathway-flows", "mean", AS_NAMED, "average over the simulated futures"),
    ("pathway-flows", "median", AS_NAMED, "as likely to be too high as too low"),
    ("pathway-flows", "name", None, "the stage reached"),
    ("pathway-cost", "mean", POUNDS, "average over the simulated futures"),
    ("pathway-cost", "median", POUNDS, "as likely to be too high as too low"),
    ("pathway-cost", "name", None, "the kind of cost, or their total"),
    ("pathway-cost", "months", None, "how many months of the window are forecast"),
    ("placements", "mean", Named("children"), "average over the simulated futures"),
    ("placements", "median", Named("children"), "as likely to be too high as too low"),
    ("placements-history", "y", Named("children"), "looked after on the last day of the month"),
    ("placement-flows", "mean", Named("children"), "average over the simulated futures"),
    ("placement-flows", "median", Named("children"), "as likely to be too high as too low"),
    ("placement-flows", "name", None, "entries or exits"),
    ("placement-cost", "mean", POUNDS, "average over the simulated futures"),
    ("placement-cost", "median", POUNDS, "as likely to be too high as too low"),
    ("placement-cost", "name", None, "the kind of placement, or their total"),
    ("placement-cost", "months", None, "how many months of the window are forecast"),
    ("workers", "mean", AS_NAMED, "average over the simulated futures"),
    ("workers", "median", AS_NAMED, "as likely to be too high as too low"),
    ("workers", "name", None, "cases held, or workers needed (full-time equivalent)"),
    ("dictionary", "table", None, "the table, which is also its sheet in the workbook; charts/ before the figures behind a chart"),
    ("dictionary", "files", None, "the files of the pack that have the column"),
    ("dictionary", "column", None, "the column’s name"),
    ("dictionary", "type", None, "text, date, whole number or number: the type in Parquet and in the workbook"),
    ("dictionary", "unit", None, "what the figures are measured in"),
    ("dictionary", "meaning", None, "what the column says"),
    ("dictionary", "shorthand", None, "what the marks that stand in the column’s cells mean"),
];

/// Columns of the figures behind a chart: chart, column, unit, meaning.
#[rustfmt::skip]
const OF_CHARTS: &[(&str, &str, Unit, &str)] = &[
    ("where-it-comes-from", "baseline", Counted, "the usual level"),
    ("completeness", "share", SHARE, "the share of the period’s records in which the field is filled in"),
    ("coverage", "inside", SHARE, "how often the range held"),
    ("last-forecasts", "inside", None, "whether what came lay in the range: yes, no or unknown"),
    ("last-forecasts", "known_to", None, "the last period that the forecast knew"),
    ("last-forecasts", "observed", Counted, "what came"),
    ("seasonal-pattern", "mean", Counted, "the average of the years shown"),
    ("seasonal-pattern", "lowest", Counted, "the lowest of the years shown"),
    ("seasonal-pattern", "highest", Counted, "the highest of the years shown"),
    ("next-year", "observed_at_least", Counted, "the least that the year before can have held: a hidden period holds 1 or more"),
    ("next-year", "observed_at_most", Counted, "the most that it can have held: a hidden period holds 7 or fewer"),
    ("next-year", "year_to", None, "the last period of the year"),
    ("scenarios", "scenario", None, "the scenario’s title"),
];

/// Charts whose figures are rows of a table, and that table.
const DRAWN_FROM: &[(&str, &str)] = &[
    ("pathway", "pathway-flows"),
    ("open-cases", "pathway"),
    ("workers", "workers"),
    ("cost", "pathway-cost"),
    ("placements", "placements"),
    ("placement-cost", "placement-cost"),
];

/// Columns that mean the same wherever they stand: column, unit, meaning.
#[rustfmt::skip]
const ANYWHERE: &[(&str, Unit, &str)] = &[
    ("age_band", None, "the age band; * is all ages"),
    ("bias", None, "mean error in units of the series’ usual size; above zero: forecast too high"),
    ("came_back_so_far", Counted, "estimated sum of what came back until the end of the period"),
    ("care_months", Named("children x months"), "children looked after, added up over the months of the horizon"),
    ("case_months", Named("cases x months"), "open cases added up over the months of the horizon"),
    ("count", None, "records of the input concerned (rows, referrals, episodes, children); empty where a finding is of periods, series or files"),
    ("description", None, "what was fitted, in words"),
    ("ds", None, "first day of the period"),
    ("expected", Counted, "the sum of the parts"),
    ("field", None, "the field of the records"),
    ("forecast_median", Counted, "the forecast’s median for this part of the year"),
    ("forecasts", None, "how many forecasts were judged"),
    ("from", None, "first day of the window’s first period"),
    ("to", None, "first day of the window’s last period"),
    ("inside", SHARE, "how often what came lay inside the range"),
    ("kept_away_so_far", Counted, "estimated sum of what lockdowns kept away until the end of the period"),
    ("left_open", SHARE, "the width of the 80% range after the data over that of before; above 1 the data made it wider"),
    ("level", Named("per cent"), "the level of the range"),
    ("lever", None, "what is changed"),
    ("line", None, "the line’s number within its scenario and window, from 0"),
    ("made", None, "first day of the last period that the forecast knew"),
    ("mase", None, "mean absolute error over that of repeating the last year; below 1 is better than that"),
    ("mean", Counted, "average over the simulated futures"),
    ("measure", None, "flow, open cases, entries or exits"),
    ("median", Counted, "the middle of the simulated futures: as likely to be too high as too low"),
    ("model", None, "the model or combination of models"),
    ("moved_sd", Named("standard deviations of the prior"), "how far the data moved what was believed"),
    ("new-normal", Counted, "what the lasting change since the lockdowns adds"),
    ("observed", Counted, "what was observed"),
    ("of", None, "the group that the answer is about; * is all"),
    ("pack", None, "the earlier pack"),
    ("part", None, "the part: baseline, season, new-normal, suppressed, returning, or expected, their sum"),
    ("period", None, "the period, such as 2024-03"),
    ("placement", None, "the kind of placement; * is all kinds"),
    ("posterior", AS_UNIT_SAYS, "what is believed after the data"),
    ("pounds", POUNDS, "cost over the horizon"),
    ("prior", AS_UNIT_SAYS, "what was believed before the data"),
    ("prior_lo_80", AS_UNIT_SAYS, "low end of the prior’s middle 80%"),
    ("prior_hi_80", AS_UNIT_SAYS, "high end of the prior’s middle 80%"),
    ("question", None, "returns, delay, lockdown or new-normal"),
    ("remedy", None, "what to do about it"),
    ("returning", Counted, "what comes back"),
    ("scaled_wis", None, "weighted interval score over the usual size of the series; smaller is better"),
    ("scenario", None, "the scenario’s name; baseline is the forecast"),
    ("season", Counted, "what the time of the year adds"),
    ("sentence", None, "the answer in words"),
    ("series", None, "the series"),
    ("severity", None, "note, warning (may change a forecast) or loss (something was left out)"),
    ("state", None, "observed, provisional (the period isn’t over or complete), missing or forecast"),
    ("step", None, "the forecast, a lever, or (last) the scenario"),
    ("stratum", None, "the group of forecasts: all, before, in or after lockdowns by their origin; newest: of each period the newest alone"),
    ("suppressed", Counted, "what lockdowns keep away"),
    ("told_by", None, "data, or prior where the data can’t tell"),
    ("unique_id", None, "the series: its labels joined by /, * for a total"),
    ("unit", None, "what the figures of the row are measured in"),
    ("value", Counted, "what the part adds or takes"),
    ("where", None, "file, column, rows or series"),
    ("window", None, "period, horizon, next-year, whole horizon, or a financial year such as 2025-26"),
    ("with_median", Counted, "the median under the scenario"),
    ("without_median", Counted, "the median of the forecast"),
    ("worker_months", Named("workers x months"), "full-time social workers added up over the months of the horizon"),
    ("y", Counted, "what was observed"),
    ("marks", None, "why figures of the row are null: the column, then c (not shown, to protect children) or x (not available)"),
    ("marking", None, "the handling marking of the pack"),
];

/// The unit and meaning of a column.
pub(super) fn meaning(contents: &PackContents, scope: Scope<'_>, column: &str, is_label: bool) -> (Unit, String) {
    let told = |(unit, says): (Unit, &str)| (unit, says.to_owned());
    if let Some(own) = own(scope, column) {
        return told(own);
    }
    let dimension = contents.dimensions.iter().find(|name| **name == column || name.replace('_', " ") == column);
    if let Some(name) = dimension.filter(|_| is_label && column != "unique_id") {
        return (None, format!("the series’ {}; * is the total", name.replace('_', " ")));
    }
    if let Some((side, level)) = bound(column) {
        // The unit of the middle holds for the bounds.
        let unit = own(scope, "median").map_or(Counted, |(unit, _)| unit);
        return (unit, format!("{side} end of the middle {level}% of the simulated futures"));
    }
    if let Some(level) = column.strip_prefix("coverage_").filter(|level| is_level(level)) {
        return (SHARE, format!("how often what came lay between lo_{level} and hi_{level}"));
    }
    if let Some((_, says)) =
        column.strip_suffix("_per_cent").and_then(|name| own(Scope::Table("answers"), name).or_else(|| anywhere(name)))
    {
        return (Named("per cent"), format!("{says}, as a change"));
    }
    if matches!(scope, Scope::Chart("seasonal-pattern")) && column == contents.frequency.noun() {
        return (None, format!("the {column} of the year"));
    }
    anywhere(column).map_or((None, UNKNOWN.to_owned()), told)
}

/// What a column means where it stands and nowhere else.
fn own(scope: Scope<'_>, column: &str) -> Option<(Unit, &'static str)> {
    let find = |of: &'static [(&str, &str, Unit, &str)], place: &str| {
        let known = of.iter().find(|(table, name, ..)| *table == place && *name == column);
        known.map(|(_, _, unit, says)| (*unit, *says))
    };
    match scope {
        Scope::Table(stem) => find(OF_TABLES, stem),
        Scope::Chart(id) => {
            let of_table = DRAWN_FROM.iter().find(|(chart, _)| *chart == id);
            find(OF_CHARTS, id).or_else(|| find(OF_TABLES, of_table?.1))
        }
    }
}

fn anywhere(column: &str) -> Option<(Unit, &'static str)> {
    ANYWHERE.iter().find(|(name, ..)| *name == column).map(|(_, unit, says)| (*unit, *says))
}

/// Which end of which level a column holds: `lo_80`.
fn bound(column: &str) -> Option<(&'static str, &str)> {
    let (side, level) = match (column.strip_prefix("lo_"), column.strip_prefix("hi_")) {
        (Some(level), _) => ("low", level),
        (_, Some(level)) => ("high", level),
        _ => return Option::None,
    };
    is_level(level).then_some((side, level))
}

fn is_level(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit())
}
