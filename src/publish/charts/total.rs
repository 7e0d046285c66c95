//! The chart of the total: what it says, and the figures behind it.

use super::timeline::{Timeline, joined, notes};
use super::{Chart, Words, nothing};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::PackContents;
use crate::publish::sentences::{comparable_past, spoken_level};
use crate::publish::series::{PackSeries, Series, Step, Year};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::words::{about, between, capitalised, headline, odds, spoken};
use crate::time::Period;

/// The chart of the total.
pub(super) fn chart(contents: &PackContents, series: &PackSeries) -> Chart {
    const ID: &str = "history-and-forecast";
    let found = series.total().and_then(|total| Some((total, Timeline::of(contents, total)?)));
    let Some((total, timeline)) = found else {
        return nothing(
            contents,
            ID,
            "No total to show",
            "There is no series for the total, so nothing is drawn here.",
        );
    };
    let noun = contents.frequency.noun();
    let measure = capitalised(&contents.measure);
    let words = Words {
        headline: message(contents, total),
        subtitle: format!(
            "{measure} a {noun}, {}, {} to {}",
            contents.area(),
            timeline.first.spoken(),
            timeline.last.spoken()
        ),
        description: description(contents, contents.area(), &timeline),
        note: joined(notes(&timeline, true)),
    };
    let sheet = sheet(contents, &timeline);
    super::chart(contents, ID, Box::new(timeline), sheet, words)
}

/// History and forecast of one series by itself; `None` where it has neither.
pub(in crate::publish) fn of_one_series(contents: &PackContents, one: &Series, id: &str) -> Option<Chart> {
    let timeline = Timeline::of(contents, one)?;
    let name = one.name();
    let words = Words {
        headline: headline([format!("{name}: history and forecast"), "History and forecast".to_owned()]),
        subtitle: format!("{} a {}", capitalised(&contents.measure), contents.frequency.noun()),
        description: description(contents, &name, &timeline),
        note: None,
    };
    let sheet = sheet(contents, &timeline);
    Some(super::chart(contents, id, Box::new(timeline), sheet, words))
}

/// A forecast within this share of the year before stays near it.
const NEAR: f64 = 0.05;

/// What the total does: its next year against the last.
fn message(contents: &PackContents, total: &Series) -> String {
    let measure = capitalised(&contents.measure);
    let level = spoken_level(contents);
    let year = total.next_year();
    let length = |year: &Year| (year.last.periods_since(year.first) + 1).max(1) as usize;
    let before = year.and_then(|year| comparable_past(contents, total, length(year)));
    let noun = contents.frequency.noun();
    let Some(first) = total.steps.first() else {
        return headline([format!("{measure} so far, no forecast"), "History, no forecast".to_owned()]);
    };
    let plain = format!("{} expected in {}", capitalised(&about(first.range.median)), first.period.spoken());
    let (Some(year), Some(before)) = (year, before) else {
        return headline([plain, "History and forecast".to_owned()]);
    };
    match (year.range.of(level), year.range.median) {
        (Some((Cell::Number(low), _)), Cell::Number(_)) if low > before => {
            headline([format!("{measure} likely to rise over the next year"), plain])
        }
        (Some((_, Cell::Number(high))), Cell::Number(_)) if high < before => {
            headline([format!("{measure} likely to fall over the next year"), plain])
        }
        (Some((Cell::Number(_), Cell::Number(_))), Cell::Number(expected)) => {
            // The headline names what is forecast, not what was; last year lies in the range, and only near it stays.
            let near = spoken(Cell::Number(rounded_to_two_figures(expected / length(year) as f64)));
            let does = match expected / before - 1.0 {
                change if change > NEAR => "may rise to about",
                change if change < -NEAR => "may fall to about",
                _ => "likely to stay near",
            };
            headline([format!("{measure} {does} {near} a {noun}"), plain])
        }
        _ => headline([plain, "History and forecast".to_owned()]),
    }
}

/// Two figures are enough for "near".
fn rounded_to_two_figures(value: f64) -> f64 {
    if value < 10.0 {
        return value.round();
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - 1.0);
    (value / unit).round() * unit
}

/// Alternative text.
fn description(contents: &PackContents, of: &str, timeline: &Timeline) -> String {
    let noun = contents.frequency.noun();
    let mut parts = vec![format!(
        "Line chart of {} a {noun}, {of}, {} to {}.",
        contents.measure,
        timeline.first.spoken(),
        timeline.last.spoken()
    )];
    let observed: Vec<(Period, f64)> =
        timeline.past.iter().filter_map(|past| Some((past.period, past.count.number()?))).collect();
    if let (Some(last), Some(lowest), Some(highest)) = (
        observed.last(),
        observed.iter().min_by(|a, b| a.1.total_cmp(&b.1)),
        observed.iter().max_by(|a, b| a.1.total_cmp(&b.1)),
    ) {
        let number = |figure: f64| spoken(Cell::Number(figure));
        parts.push(format!("The last figure, {}, is {}.", last.0.spoken(), number(last.1)));
        parts.push(format!(
            "The lowest is {} in {}, the highest {} in {}.",
            number(lowest.1),
            lowest.0.spoken(),
            number(highest.1),
            highest.0.spoken()
        ));
    }
    let level = spoken_level(contents);
    let mut ends: Vec<&Step> = timeline.steps.first().into_iter().chain(timeline.steps.last()).collect();
    ends.dedup_by_key(|step| step.period);
    for step in ends {
        let range = step.range.of(level).and_then(|(low, high)| between(low, high));
        let range = range.map_or(String::new(), |range| format!(", {range} in {} similar forecasts", odds(level)));
        parts.push(format!("The forecast for {} is {}{range}.", step.period.spoken(), spoken(step.range.median)));
    }
    let shaded: Vec<&str> = timeline.lockdowns.iter().map(|lockdown| lockdown.label.as_str()).collect();
    if !shaded.is_empty() {
        parts.push(format!("Shaded: {}.", shaded.join(", ")));
    }
    parts.join(" ")
}

/// The figures behind the chart.
fn sheet(contents: &PackContents, timeline: &Timeline) -> Sheet {
    let bounds = |level: Level| {
        let (low, high) = PackContents::bound_columns(level);
        [low, high]
    };
    let columns = ["period".to_owned(), "observed".to_owned(), "median".to_owned()];
    let mut sheet = Sheet::new(columns.into_iter().chain(contents.levels.iter().flat_map(bounds)));
    let gaps = || contents.levels.iter().flat_map(|_| [Value::Text(String::new()), Value::Text(String::new())]);
    for past in &timeline.past {
        let first = [Value::Period(past.period), Value::Figure(past.count), Value::Text(String::new())];
        sheet.rows.push(first.into_iter().chain(gaps()).collect());
    }
    for step in &timeline.steps {
        let first = [Value::Period(step.period), Value::Text(String::new()), Value::Figure(step.range.median)];
        let bounds = step.range.bounds.iter().flat_map(|(_, low, high)| [Value::Figure(*low), Value::Figure(*high)]);
        sheet.rows.push(first.into_iter().chain(bounds).collect());
    }
    sheet
}
