//! The columns of the files: their order, meaning and text stand here and nowhere else.

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::civil::Date;

use super::{ReferralRow, SimulationOptions};

/// One column of `referrals.csv`.
pub(super) struct Column {
    /// The header.
    pub name: &'static str,
    form: &'static str,
    meaning: &'static str,
    /// Appends the cell's text.
    pub write: fn(&ReferralRow, &mut String),
}

const DATE: &str = "date, `YYYY-MM-DD`";
const DATE_OR_EMPTY: &str = "date or empty";

/// The columns of `referrals.csv`, in order.
pub(super) const REFERRALS: [Column; 18] = [
    Column {
        name: "child_id",
        form: "text",
        meaning: "The invented child, the same in all its referrals. Siblings are not linked.",
        write: |row, to| _ = write!(to, "SYN-{:06}", row.child),
    },
    Column {
        name: "referral_date",
        form: DATE,
        meaning: "The day of the referral. Weekends and bank holidays occur for sources with an emergency duty only.",
        write: |row, to| _ = write!(to, "{}", row.referral_date),
    },
    Column {
        name: "referral_source_code",
        form: "code",
        meaning: "Who referred, as the children in need census codes it.",
        write: |row, to| to.push_str(&row.source_code),
    },
    Column {
        name: "referral_source",
        form: "text",
        meaning: "The group of that code.",
        write: |row, to| to.push_str(&row.source),
    },
    Column {
        name: "primary_need",
        form: "code",
        meaning: "Primary need of the child; `N0` where the referral led to no further action.",
        write: |row, to| to.push_str(&row.primary_need),
    },
    Column {
        name: "area",
        form: "text",
        meaning: "The invented part of the authority.",
        write: |row, to| to.push_str(&row.area),
    },
    Column {
        name: "age",
        form: "whole number",
        meaning: "Completed years on the day of the referral, 0 to 17.",
        write: |row, to| _ = write!(to, "{}", row.age),
    },
    Column {
        name: "sex",
        form: "code",
        meaning: "`M` male, `F` female, `U` unknown.",
        write: |row, to| to.push_str(&row.sex),
    },
    Column {
        name: "referral_nfa",
        form: "`true` or `false`",
        meaning: "Whether the referral led to no further action.",
        write: |row, to| to.push_str(if row.no_further_action { "true" } else { "false" }),
    },
    Column {
        name: "assessment_start",
        form: DATE_OR_EMPTY,
        meaning: "The assessment started.",
        write: |row, to| date(row.assessment_start, to),
    },
    Column {
        name: "assessment_authorised",
        form: DATE_OR_EMPTY,
        meaning: "The assessment was authorised.",
        write: |row, to| date(row.assessment_authorised, to),
    },
    Column {
        name: "s47_start",
        form: DATE_OR_EMPTY,
        meaning: "The section 47 enquiry started.",
        write: |row, to| date(row.section_47_start, to),
    },
    Column {
        name: "icpc_date",
        form: DATE_OR_EMPTY,
        meaning: "The initial child protection conference was held.",
        write: |row, to| date(row.conference, to),
    },
    Column {
        name: "cpp_start",
        form: DATE_OR_EMPTY,
        meaning: "The child protection plan started.",
        write: |row, to| date(row.plan_start, to),
    },
    Column {
        name: "cpp_end",
        form: DATE_OR_EMPTY,
        meaning: "The child protection plan ended.",
        write: |row, to| date(row.plan_end, to),
    },
    Column {
        name: "cla_start",
        form: DATE_OR_EMPTY,
        meaning: "The child became looked after.",
        write: |row, to| date(row.care_start, to),
    },
    Column {
        name: "cla_end",
        form: DATE_OR_EMPTY,
        meaning: "The child ceased to be looked after.",
        write: |row, to| date(row.care_end, to),
    },
    Column {
        name: "closure_date",
        form: DATE_OR_EMPTY,
        meaning: "The case was closed.",
        write: |row, to| date(row.closure, to),
    },
];

/// Headers, forms and meanings of `monthly.csv`.
pub(super) const MONTHLY: [(&str, &str, &str); 4] = [
    ("month", DATE, "The first day of the month."),
    ("referral_source", "text", "The group of sources."),
    ("area", "text", "The part of the authority."),
    ("referrals", "whole number", "Referrals of children in the month; zero where there were none."),
];

/// Labels of the census codes of primary need (children in need census, table of codes).
const NEEDS: [(&str, &str); 10] = [
    ("N0", "not stated"),
    ("N1", "abuse or neglect"),
    ("N2", "child's disability or illness"),
    ("N3", "parental disability or illness"),
    ("N4", "family in acute stress"),
    ("N5", "family dysfunction"),
    ("N6", "socially unacceptable behaviour"),
    ("N7", "low income"),
    ("N8", "absent parenting"),
    ("N9", "cases other than children in need"),
];

fn date(date: Option<Date>, to: &mut String) {
    if let Some(date) = date {
        _ = write!(to, "{date}");
    }
}

/// Writes what each file and column holds, as Markdown.
///
/// # Errors
/// Where `to` can't be written to.
pub fn write_dictionary(options: &SimulationOptions, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "# Data dictionary\n")?;
    writeln!(to, "Made by `groundswell simulate`. Every child, date and place is invented.\n")?;
    writeln!(to, "## referrals.csv\n")?;
    writeln!(to, "One row a child and referral, by date. What happens after the day of the extract is left empty.\n")?;
    writeln!(to, "| column | form | meaning |\n|---|---|---|")?;
    for column in &REFERRALS {
        writeln!(to, "| `{}` | {} | {} |", column.name, column.form, column.meaning)?;
    }
    writeln!(
        to,
        "\nDates of one row are in order: referral, assessment start, assessment authorised; referral, section 47"
    )?;
    writeln!(to, "start, conference, plan start, plan end; care start, care end. The closure is last.\n")?;
    writeln!(to, "| source code | group |\n|---|---|")?;
    for source in &options.sources {
        let codes: Vec<String> = source.codes.keys().map(|code| format!("`{code}`")).collect();
        writeln!(to, "| {} | {} |", codes.join(" "), source.label)?;
    }
    writeln!(to, "\n| primary need | meaning |\n|---|---|")?;
    for (code, label) in NEEDS.iter().filter(|(code, _)| *code == "N0" || options.children.need.contains_key(*code)) {
        writeln!(to, "| `{code}` | {label} |")?;
    }
    let areas: Vec<&str> = options.areas.iter().map(|area| area.name.as_str()).collect();
    writeln!(to, "\nAreas: {}.\n", areas.join(", "))?;
    writeln!(to, "## monthly.csv\n")?;
    writeln!(to, "The same referrals, counted: one row a month, source and area, zeros included.\n")?;
    writeln!(to, "| column | form | meaning |\n|---|---|---|")?;
    for (name, form, meaning) in MONTHLY {
        writeln!(to, "| `{name}` | {form} | {meaning} |")?;
    }
    writeln!(to, "\n## truth.json\n")?;
    writeln!(
        to,
        "What was planted. `options` holds everything that was asked for, the seed included. Lists by month run"
    )?;
    writeln!(to, "over `months`; all amounts are referrals of children a month.\n")?;
    writeln!(to, "| field | meaning |\n|---|---|")?;
    for (field, meaning) in TRUTH {
        writeln!(to, "| `{field}` | {meaning} |")?;
    }
    writeln!(
        to,
        "\nFor each source: opening_outstanding + sum of hidden = sum of returned + sum of lost + last of outstanding;"
    )?;
    writeln!(to, "each month: expected = baseline + new_normal - suppressed + returned.")
}

/// Fields of `truth.json` and their meanings.
const TRUTH: [(&str, &str); 21] = [
    ("closures", "the closures that happened: kind, first and last day, depth from 0 to 1"),
    ("expected", "referrals expected, all sources and areas"),
    ("came", "referrals that came: what the other files hold"),
    ("multiplier", "what chance multiplied all expectations by, mean one and autocorrelated"),
    ("sources[].seasonal_index", "rate per working day by month, January first, over its mean"),
    ("sources[].opening_outstanding", "hidden before the first month and still to return"),
    ("sources[].exposure", "share of the month's usual referrals that fall on closed days, times depth"),
    ("sources[].kept", "what closures leave of a referral; above one where they add referrals"),
    ("sources[].baseline", "expected without closures at the level before them, growth and local shifts included"),
    ("sources[].new_normal", "added by the level after closures, before suppression"),
    ("sources[].suppressed", "kept away by closures; negative where they add"),
    ("sources[].hidden", "joined the hidden demand"),
    ("sources[].returned", "came back"),
    ("sources[].lost", "will never come back"),
    ("sources[].outstanding", "hidden and still to return at the month's end"),
    ("sources[].expected", "expected in all"),
    ("sources[].multiplier", "what chance multiplied the source's expectation by, beside `multiplier`"),
    ("areas[].expected", "expected in all, by area"),
    ("re_referrals", "referrals within twelve months of an earlier one, also one before the first month"),
    ("journeys[]", "what became of a year's referrals in the end, also where the extract is too early to show it"),
    ("extract_date", "the last day that the extract knows of"),
];
