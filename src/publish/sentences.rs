//! The key sentences of a pack, made from protected cells only.

use super::PackContents;
use super::contents::{ALL_ORIGINS, cell, text};
use super::held::{EarlierRecord, earlier_record, of_the_total, record};
use super::series::{PackSeries, Range, Series, State, Step};
use super::words::{about, between, capitalised, counted, more_by, odds, per_cent, periods, spoken, stretch, times};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::time::{Frequency, Period};

/// The level that sentences speak of: 80 where it is published, else the widest below 95, else the widest.
pub(super) fn spoken_level(contents: &PackContents) -> Level {
    let levels: Vec<Level> = contents.levels.iter().collect();
    let is_eighty = |level: &&Level| u8::from(**level) == 80;
    let below = levels.iter().rev().find(|level| u8::from(**level) < 95);
    *levels.iter().find(is_eighty).or(below).unwrap_or(&contents.levels.widest())
}

/// What became of the forecasts of earlier packs, one sentence an entry; none where there is no earlier pack.
pub(super) fn earlier_packs(contents: &PackContents) -> Vec<String> {
    let table = &contents.vintages;
    let (Some(made), Some(dates)) = (table.dates("made"), table.dates("ds")) else { return Vec::new() };
    let total = of_the_total(table, &contents.dimensions);
    let Some(newest) = total.iter().map(|row| made[*row]).max() else { return Vec::new() };
    let level = spoken_level(contents);
    let period = |date| Period::containing(contents.frequency, date);
    let mut sentences = Vec::new();
    if let Some(row) = total.iter().find(|row| made[**row] == newest) {
        let range = Range::read(table, contents, *row);
        let bounds = range.of(level).and_then(|(low, high)| between(low, high));
        sentences.push(format!(
            "The pack made with figures to {} expected {}{} in {}; {} came.",
            period(newest).spoken(),
            about(range.median),
            bounds.map_or_else(String::new, |bounds| format!(" ({bounds})")),
            period(dates[*row]).spoken(),
            about(cell(table, "y", *row)),
        ));
    }
    // The alert of drift goes by the same figure.
    let EarlierRecord { known, judged, held } = earlier_record(table, &contents.dimensions, level);
    if judged > 1 {
        let noun = contents.frequency.noun();
        sentences.push(format!(
            "Of the {} known since that earlier packs forecast{}, the newest forecast of each {noun} held {}, by the range \
             that should hold in {}.",
            periods(judged, contents.frequency),
            if known > judged {
                format!(" ({} more, with too few to be shown, can’t be judged)", known - judged)
            } else {
                String::new()
            },
            times(held),
            odds(level),
        ));
    }
    sentences
}

/// "In 8 of 10 similar forecasts the number would lie between 380 and 445."
fn range_sentence(range: &Range, level: Level) -> Option<String> {
    let (low, high) = range.of(level)?;
    let words = between(low, high)?;
    let verb = match words.starts_with("between") {
        true => "lie",
        false if words.contains(" to ") => "be anywhere from",
        false => "be",
    };
    Some(format!("In {} similar forecasts the number would {verb} {words}.", odds(level)))
}

/// "We expect about 390 referrals in April 2025. In 8 of 10 similar forecasts the number would lie between 330 and 450."
pub(super) fn of_period(contents: &PackContents, step: &Step) -> String {
    let name = step.period.spoken();
    let when = if contents.frequency == Frequency::Week { format!("the {name}") } else { name };
    let expected = format!("We expect {} {} in {when}.", about(step.range.median), contents.measure);
    [Some(expected), range_sentence(&step.range, spoken_level(contents))]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A headline figure of the report's first page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// What the answer is about: "Next month: April 2025".
    pub question: String,
    /// The figure alone.
    pub figure: String,
    /// The range alone: "between 380 and 445".
    pub range: Option<String>,
    /// The answer in full sentences, the last of them [`Answer::tested`].
    pub sentences: String,
    /// How it fared in tests, with a space before it; empty where that is not said.
    pub tested: String,
}

/// What is expected in the first period ahead.
pub(super) fn next_period(contents: &PackContents, total: &Series) -> Option<Answer> {
    let step = total.steps.first()?;
    let level = spoken_level(contents);
    let noun = contents.frequency.noun();
    let name = step.period.spoken();
    let mut tested = String::new();
    let record = record(contents);
    if record.judged > 0 {
        // They are not all of the next period, and a reader must not take them for such.
        let (nearest, furthest) = record.ahead;
        let ahead = match nearest == furthest {
            true => periods(furthest.max(0) as usize, contents.frequency),
            false => format!("{nearest} to {}", periods(furthest.max(0) as usize, contents.frequency)),
        };
        let held =
            if record.held == 0 { "it never held".to_owned() } else { format!("it held {}", times(record.held)) };
        tested = format!(
            " Tested on {} past {noun}{}, each forecast {ahead} ahead, {held}.",
            record.judged,
            if record.judged == 1 { "" } else { "s" }
        );
    }
    Some(Answer {
        question: format!("Next {noun}: {name}"),
        figure: spoken(step.range.median),
        range: step.range.of(level).and_then(|(low, high)| between(low, high)),
        sentences: of_period(contents, step) + &tested,
        tested,
    })
}

/// The total of the `periods` periods up to the origin, where it is large enough to compare a forecast with: below this
/// mean, rounding and hidden counts may make a rise or a fall that isn't there.
pub(super) fn comparable_past(contents: &PackContents, total: &Series, periods: usize) -> Option<f64> {
    // Six times the base that counts are rounded to.
    const LEAST_MEAN: f64 = 30.0;
    let before = total.past_total(contents.origin, periods)?;
    (before >= LEAST_MEAN * periods as f64).then_some(before)
}

/// What is expected in the year from the origin on, beside the year before.
pub(super) fn next_year(contents: &PackContents, total: &Series) -> Option<Answer> {
    let year = total.next_year()?;
    let level = spoken_level(contents);
    let length = (year.last.periods_since(year.first) + 1).max(0) as usize;
    let span = stretch(length, contents.frequency);
    // Of one period there is no more to say than of the next one, but how it compares.
    let named = match length {
        1 => year.first.spoken(),
        _ => format!("{} to {}", year.first.spoken(), year.last.spoken()),
    };
    let when = if length == 1 { format!("In {named}") } else { format!("Over the {span} from {named}") };
    let mut sentences = vec![format!("{when} we expect {} {} in total.", about(year.range.median), contents.measure)];
    sentences.extend(range_sentence(&year.range, level));
    if let Some(before) = comparable_past(contents, total, length) {
        let compared = match year.range.median {
            Cell::Number(expected) => {
                let change = expected / before - 1.0;
                if change.abs() < 0.005 {
                    ", about the same".to_owned()
                } else {
                    let direction = if change > 0.0 { "higher" } else { "lower" };
                    format!("; the forecast is {} {direction}", per_cent(change.abs()))
                }
            }
            _ => String::new(),
        };
        sentences.push(format!("The {span} before had about {}{compared}.", spoken(Cell::Number(before))));
    }
    Some(Answer {
        question: format!("Next {span}: {named}"),
        figure: spoken(year.range.median),
        range: year.range.of(level).and_then(|(low, high)| between(low, high)),
        sentences: sentences.join(" "),
        tested: String::new(),
    })
}

/// How the model fared against the benchmark over its backtest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Its score is this share of the benchmark's, below one.
    Better(f64),
    /// The scores are within two per cent.
    Level,
    /// Its score is this share of the benchmark's, above one.
    Worse(f64),
    /// There is no backtest of both.
    Untested,
}

/// Scores within this share of one another count as level: backtests are too short to tell them apart.
const LEVEL_WITHIN: f64 = 0.02;

/// The weighted interval score of a model over all origins.
pub(super) fn score(contents: &PackContents, column: &str, model: &str) -> Option<f64> {
    let table = &contents.backtest;
    let row = (0..table.rows())
        .find(|row| text(table, "model", *row) == model && text(table, "stratum", *row) == ALL_ORIGINS)?;
    cell(table, column, row).number()
}

/// Compares the model with the benchmark.
pub(super) fn verdict(contents: &PackContents) -> Verdict {
    if contents.model == contents.benchmark {
        return Verdict::Untested;
    }
    match (score(contents, "scaled_wis", &contents.model), score(contents, "scaled_wis", &contents.benchmark)) {
        (Some(model), Some(benchmark)) if benchmark > 0.0 => match model / benchmark {
            ratio if ratio < 1.0 - LEVEL_WITHIN => Verdict::Better(ratio),
            ratio if ratio > 1.0 + LEVEL_WITHIN => Verdict::Worse(ratio),
            _ => Verdict::Level,
        },
        _ => Verdict::Untested,
    }
}

/// The verdict as the report's first page says it.
pub(super) fn verdict_sentence(contents: &PackContents) -> String {
    match verdict(contents) {
        Verdict::Better(ratio) => format!(
            "Tested on the past, this forecast’s errors were {} smaller than those of simply repeating last year’s \
             figures.",
            per_cent(1.0 - ratio)
        ),
        Verdict::Level => "Tested on the past, this forecast was about as good as simply repeating last year’s \
                           figures, and no better. Treat it as a rough guide."
            .to_owned(),
        Verdict::Worse(ratio) => format!(
            "Tested on the past, this forecast did not beat simply repeating last year’s figures: its errors were {} \
             larger. Do not plan on it alone.",
            more_by(ratio)
        ),
        Verdict::Untested if record(contents).judged > 0 => {
            "How its errors compare with those of simply repeating last year’s figures is not known. Treat it with caution."
                .to_owned()
        }
        Verdict::Untested => "This forecast has not been tested against simply repeating last year’s figures, \
                              because there is too little history. Treat it with caution."
            .to_owned(),
    }
}

/// The share of past forecasts whose range at the level held, over all origins, and how many there were.
pub(super) fn coverage(contents: &PackContents, stratum: &str, level: Level) -> Option<(f64, Option<f64>)> {
    let table = &contents.coverage;
    let levels = table.numbers("level")?;
    let row = (0..table.rows())
        .find(|row| text(table, "stratum", *row) == stratum && levels[*row] == i64::from(u8::from(level)))?;
    Some((cell(table, "inside", row).number()?, cell(table, "forecasts", row).number()))
}

/// What the data can't tell, one sentence an entry.
pub(super) fn limits(contents: &PackContents, series: &PackSeries) -> Vec<String> {
    // Off by more than this, a range is called too narrow or too wide: twice the target on unseen authorities.
    const NOTABLE: f64 = 0.05;
    let noun = contents.frequency.noun();
    let mut limits = vec![format!(
        "The forecast carries on from the past. It can’t foresee a new lockdown, a change in the law, a new front door \
         or a change in how {} are counted.",
        contents.measure
    )];
    let level = spoken_level(contents);
    if let Some((inside, tests)) = coverage(contents, ALL_ORIGINS, level) {
        let nominal = level.share();
        if (inside - nominal).abs() > NOTABLE {
            let fault = if inside < nominal { "too narrow" } else { "too wide" };
            // The record counts the newest forecast of each period, these are all of them.
            let all =
                tests.map_or("all tests".to_owned(), |tests| format!("all {} tests", spoken(Cell::Number(tests))));
            limits.push(format!(
                "In {all} on the past, at every distance ahead, the {} range held {} of the time, so the ranges here may be \
                 {fault}.",
                odds(level),
                per_cent(inside)
            ));
        }
    }
    if let Some(total) = series.total() {
        let provisional: Vec<String> = total
            .past
            .iter()
            .filter(|past| past.state == State::Provisional)
            .map(|past| past.period.spoken())
            .collect();
        if !provisional.is_empty() {
            limits.push(format!("The figures for {} are provisional and may still rise.", provisional.join(", ")));
        }
    }
    let leaves = series.leaves();
    let gaps = leaves.iter().filter(|one| one.past.iter().any(|past| past.state == State::Missing)).count();
    if gaps > 0 {
        let have = if gaps == 1 { "has" } else { "have" };
        limits.push(format!(
            "{gaps} of {} series {have} at least one {noun} without figures; see data quality.",
            leaves.len()
        ));
    }
    limits.extend(losses(contents));
    limits
}

/// What was left out, a sentence a kind: files may have many findings alike.
fn losses(contents: &PackContents) -> Vec<String> {
    let table = &contents.findings;
    let mut kinds: Vec<(&str, String, usize)> = Vec::new();
    for row in (0..table.rows()).filter(|row| text(table, "severity", *row) == "loss") {
        let name = text(table, "name", row);
        match kinds.iter_mut().find(|(kind, ..)| *kind == name) {
            Some((.., alike)) => *alike += 1,
            None => {
                let (what, place) = (capitalised(text(table, "what", row)), text(table, "where", row));
                let what = if place.is_empty() { what } else { format!("{what} ({place})") };
                kinds.push((name, what, 0));
            }
        }
    }
    let sentence = |(_, what, alike): (&str, String, usize)| match alike {
        0 => format!("{what}."),
        _ => format!("{what}, and {} alike; see data quality.", counted(alike, "finding")),
    };
    kinds.into_iter().map(sentence).collect()
}
