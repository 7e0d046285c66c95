//! What can be found about periods and series: one function each, so that all their words stand in one place.

use std::path::Path;

use super::findings::plural;
use crate::panel::{Finding, Place, Severity, Statement};

/// The last period is not over in the data.
pub(super) fn incomplete_last(period: String, until: String, extract_date_given: bool) -> Finding {
    Finding {
        name: "incomplete-last-month",
        severity: Severity::Warning,
        what: if extract_date_given {
            format!("The extract was made on {until}, before the last working day of {period}").into()
        } else {
            // The day of one referral is nobody else's business.
            Statement::from("The last referral is")
                .exactly(format!(" of {until},"))
                .then(format!(" before the last working day of {period}"))
        },
        place: Place { series: Some(period), ..Place::default() },
        count: 1,
        meaning: "The period is left out of fitting; forecasts start with it.",
        remedy: "If the period is complete, set `extract_date` to the day of the extract.",
    }
}

/// The first period began before the data.
pub(super) fn incomplete_first(period: String, from: String) -> Finding {
    Finding {
        name: "incomplete-first-month",
        severity: Severity::Warning,
        what: Statement::from("The first referral is")
            .exactly(format!(" of {from},"))
            .then(format!(" too late in {period} to be chance")),
        place: Place { series: Some(period), ..Place::default() },
        count: 1,
        meaning: "The extract seems to start within the period, which is left out.",
        remedy: "If the period is complete, set `from` to its first day.",
    }
}

/// Periods inside the window that no series observed.
pub(super) fn unobserved(periods: &[String]) -> Finding {
    Finding {
        name: "unobserved-month",
        severity: Severity::Warning,
        what: format!(
            "{} inside the window {} in no file: {}",
            plural(periods.len() as u64, "period", "periods"),
            if periods.len() == 1 { "is" } else { "are" },
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "Treated as not observed, never as zero.",
        remedy: "Add the extract that covers them.",
    }
}

/// The newer file says something else about the past.
pub(super) fn changed_history(count: u64) -> Finding {
    Finding {
        name: "changed-history",
        severity: Severity::Warning,
        what: format!(
            "{} in two files with different values",
            plural(count, "period of a series stands", "periods of series stand")
        )
        .into(),
        place: Place::default(),
        count,
        meaning: "The newer file is kept.",
        remedy: "Check whether the older figures were revised.",
    }
}

/// One authority under two codes.
pub(super) fn authority_code_change(area: String, from: &str, to: &str, period: &str) -> Finding {
    Finding {
        name: "authority-code-change",
        severity: Severity::Note,
        what: format!("{area} is {from} before {period} and {to} from then on; both are read as one series").into(),
        place: Place { series: Some(area), ..Place::default() },
        count: 1,
        meaning: "The authority kept its number at the Department for Education, so its history goes on.",
        remedy: "Check that its area did not change.",
    }
}

/// Two authorities of one name.
pub(super) fn authority_reorganised(area: String, before: String, period: &str) -> Finding {
    Finding {
        name: "authority-reorganised",
        severity: Severity::Warning,
        what: format!("{area} was made anew in {period}; the authority of that name before it is read as {before}")
            .into(),
        place: Place { series: Some(area), ..Place::default() },
        count: 1,
        meaning: "The two cover different areas, so their histories are not joined.",
        remedy: "Keep the one that you mean with `areas`.",
    }
}

/// Series without values at the end of the window.
pub(super) fn ended_series(series: &[String], last: &str) -> Finding {
    Finding {
        name: "ended-series",
        severity: Severity::Warning,
        what: format!(
            "{} no value in the last year to {last}: {}",
            plural(series.len() as u64, "series has", "series have"),
            some(series)
        )
        .into(),
        place: Place { series: series.first().cloned(), ..Place::default() },
        count: series.len() as u64,
        meaning: "They ended (as when an authority was merged or renamed) or their data is missing: they are shown and \
                  not forecast, so that none is counted beside its successor.",
        remedy: "Add their data where they go on; nothing otherwise.",
    }
}

/// Areas of a file that goes on after them.
pub(super) fn file_goes_on(areas: &[String], ended: &str, last: &str) -> Finding {
    Finding {
        name: "ended-area",
        severity: Severity::Warning,
        what: format!(
            "{} no figure after {ended}, while the file goes on to {last}: {}",
            plural(areas.len() as u64, "area has", "areas have"),
            some(areas)
        )
        .into(),
        place: Place { series: areas.first().cloned(), ..Place::default() },
        count: areas.len() as u64,
        meaning: "An authority that was merged, divided or renamed ends like this, or its later figures are missing: \
                  the forecast goes on from its last figure, which may be long ago.",
        remedy: "Name its successor in `areas`, or add the figures that are missing.",
    }
}

/// Series whose last values are missing, though not for a year.
pub(super) fn late_series(series: &[String], last: &str) -> Finding {
    Finding {
        name: "late-series",
        severity: Severity::Warning,
        what: format!(
            "{} no value for the last periods to {last}: {}",
            plural(series.len() as u64, "series has", "series have"),
            some(series)
        )
        .into(),
        place: Place { series: series.first().cloned(), ..Place::default() },
        count: series.len() as u64,
        meaning: "The missing values are treated as not observed, never as zero; forecasts of these series look further \
                  ahead than those of the others, and totals are not known for these periods.",
        remedy: "Add the values, or end the window before them with `to`.",
    }
}

/// Periods at the end of the files for which nothing is observed.
pub(super) fn unobserved_end(periods: &[String]) -> Finding {
    Finding {
        name: "unobserved-end",
        severity: Severity::Warning,
        what: format!(
            "{} at the end of the files {} no value at all: {}",
            plural(periods.len() as u64, "period", "periods"),
            if periods.len() == 1 { "has" } else { "have" },
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "The history ends before them, and forecasts start with the first of them.",
        remedy: "Add the values where they are known.",
    }
}

/// Returns with next to nothing in them.
pub(super) fn sparse_return(path: &Path, referrals: u64, periods: usize, noun: &str) -> Finding {
    Finding {
        name: "sparse-return",
        severity: Severity::Warning,
        what: Statement::from("The file holds ")
            .then_records(referrals, "referral", "referrals")
            .then(format!(" for the {periods} {noun}s that it covers")),
        place: Place { file: Some(path.display().to_string()), ..Place::default() },
        count: referrals,
        meaning: "Periods without a referral are counted as zero; a return that was cut short, filtered or made as an \
                  example looks the same.",
        remedy: "Check that the file is whole; leave it out if not.",
    }
}

/// Series without any value.
pub(super) fn empty_series(series: &[String]) -> Finding {
    Finding {
        name: "empty-series",
        severity: Severity::Loss,
        what: format!("{} no value at all: {}", plural(series.len() as u64, "series has", "series have"), some(series))
            .into(),
        place: Place { series: series.first().cloned(), ..Place::default() },
        count: series.len() as u64,
        meaning: "A series without values can't be forecast and is left out.",
        remedy: "Add their data.",
    }
}

/// Periods after the extract was made.
pub(super) fn incomplete_periods(periods: &[String], extract_date: String) -> Finding {
    Finding {
        name: "incomplete-last-month",
        severity: Severity::Warning,
        what: format!(
            "{} not over on {extract_date}, the day of the extract: {}",
            plural(periods.len() as u64, "period was", "periods were"),
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "The period is left out of fitting; forecasts start with it.",
        remedy: "If the period is complete, correct `extract_date`.",
    }
}

/// A field that many referrals lack.
pub(super) fn poor_field(field: &str, share: f64, lacking: u64) -> Finding {
    // To the nearest 5 per cent, so that no small count can be read from it.
    let percent = (share * 20.0).round() * 5.0;
    Finding {
        name: "incomplete-field",
        severity: Severity::Note,
        what: Statement::from(format!("About {percent} per cent of the referrals have a usable value of `{field}`; "))
            .then_records(lacking, "lacks one", "lack one"),
        place: Place { series: Some(field.to_string()), ..Place::default() },
        count: lacking,
        meaning: "The others are counted under `Unknown` where series are told apart by it; how it is recorded may be \
                  what changes in a series, and not demand.",
        remedy: "Complete the field in the source system, map its spellings, or don't tell series apart by it.",
    }
}

/// Periods in which a field was recorded worse than usual.
pub(super) fn completeness_fall(field: &str, periods: &[String]) -> Finding {
    Finding {
        name: "completeness-fall",
        severity: Severity::Warning,
        what: format!(
            "In {} far fewer referrals than usual have a usable value of `{field}`: {}",
            plural(periods.len() as u64, "period", "periods"),
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "Recording changed or broke off there: series by this field fall, and `Unknown` rises, without a change \
                  of demand.",
        remedy: "Ask what changed in recording; complete the field where it is known.",
    }
}

/// Single months or weeks, by the noun, far under what was expected of them.
pub(super) fn sudden_falls(periods: &[String], noun: &str) -> Finding {
    Finding {
        name: "sudden-fall",
        severity: Severity::Warning,
        what: format!(
            "{} far below what season and level lead to expect: {}",
            plural(periods.len() as u64, &format!("{noun} of a series lies"), &format!("{noun}s of series lie")),
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "So sudden and short a fall is more often recording (an export cut short, a system that changed or \
                  stood still) than demand; the models take the time as it is.",
        remedy: "Ask whether referrals of that time are missing; add them, or name the time as a closure of kind \
                 `recording` in `calendar.closures`.",
    }
}

/// Single months or weeks, by the noun, far above what was expected of them.
pub(super) fn sudden_jumps(periods: &[String], noun: &str) -> Finding {
    Finding {
        name: "sudden-jump",
        severity: Severity::Warning,
        what: format!(
            "{} far above what season and level lead to expect: {}",
            plural(periods.len() as u64, &format!("{noun} of a series lies"), &format!("{noun}s of series lie")),
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "So sudden and short a jump is more often recording (a backlog entered on one day, rows that an export \
                  multiplied, contacts counted as referrals) than demand; the models take the time as it is.",
        remedy: "Ask what was recorded then, and spread or correct it in the source system.",
    }
}

/// Levels that move from one month or week, by the noun, to the next and stay.
pub(super) fn level_shifts(periods: &[String], noun: &str) -> Finding {
    Finding {
        name: "level-shift",
        severity: Severity::Warning,
        what: format!(
            "{} from one {noun} to the next: {}",
            plural(
                periods.len() as u64,
                "level of a series moves far and for good",
                "levels of series move far and for good"
            ),
            some(periods)
        )
        .into(),
        place: Place { series: periods.first().cloned(), ..Place::default() },
        count: periods.len() as u64,
        meaning: "A front door that was reorganised, or another way of counting, looks like this. Forecasts set out \
                  from the newer level and lean back towards the mean of the last four years, as levels mostly do; what was \
                  before the move also widens their ranges and bends their season.",
        remedy: "Ask what changed. Where the new level has come to stay, or the older part counts something else, leave \
                 that out with `from`: else the forecast goes back towards it.",
    }
}

/// Labels whose series are the sum of the others.
pub(super) fn sum_of_others(dimension: &str, labels: &[String]) -> Finding {
    Finding {
        name: "sum-of-others",
        severity: Severity::Loss,
        what: format!("Among {dimension}, the sum of the others in every period: {}", some(labels)).into(),
        place: Place { series: labels.first().cloned(), ..Place::default() },
        count: labels.len() as u64,
        meaning: "Totals are added up from their parts; a total among the series would count everything twice. It is left \
                  out.",
        remedy: "Nothing; or leave it out of the file.",
    }
}

/// Labels that are called totals and aren't the sum of the others.
pub(super) fn called_total(dimension: &str, labels: &[String]) -> Finding {
    Finding {
        name: "called-total",
        severity: Severity::Warning,
        what: format!("Among {dimension}, called a total but not the sum of the others: {}", some(labels)).into(),
        place: Place { series: labels.first().cloned(), ..Place::default() },
        count: labels.len() as u64,
        meaning: "It is taken for a series like the others and added to them; if it is a total, everything is counted twice.",
        remedy: "If it is a total, leave it out with `areas` or `filters`, or of the file.",
    }
}

/// Parts of a region that the file tells as a whole too.
pub(super) fn part_of_region(whole: &str, parts: &[&str]) -> Finding {
    Finding {
        name: "part-of-region",
        severity: Severity::Note,
        what: format!("{} are parts of {whole}, which is there as well", parts.join(" and ")).into(),
        place: Place { series: parts.first().map(|part| (*part).to_owned()), ..Place::default() },
        count: parts.len() as u64,
        meaning: "They are left out, so that no total counts them twice.",
        remedy: "Nothing; to forecast the parts, name the regions you want in `areas`.",
    }
}

/// Some names in a sentence.
fn some(names: &[String]) -> String {
    const MOST: usize = 8;
    let mut list = names.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    if names.len() > MOST {
        list.push_str(&format!(" and {} more", names.len() - MOST));
    }
    list
}
