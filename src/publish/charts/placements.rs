//! Looked-after children by placement group and by age, and what placements cost.

use super::cost::{Cost, Year};
use super::panels::{self, Panels};
use super::timeline::{Timeline, bands};
use super::{Chart, Words, pounds};
use crate::publish::contents::{PackContents, text};
use crate::publish::placements::PlacementContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{PackSeries, Range, Series};
use crate::publish::sheet::Sheet;
use crate::publish::words::{between, capitalised, headline, odds, periods, spoken};

/// The place of each dimension among [`PlacementContents::DIMENSIONS`].
const AGE: usize = 0;
const PLACEMENT: usize = 1;

/// The series of placements.
fn series(contents: &PackContents, placements: &PlacementContents) -> PackSeries {
    let (history, forecast) = (&placements.history, &placements.forecast);
    PackSeries::of(contents, &PlacementContents::DIMENSIONS, history, forecast, "placements", None)
}

/// All charts of placements.
pub(super) fn all(contents: &PackContents, placements: &PlacementContents) -> Vec<Chart> {
    let series = series(contents, placements);
    let groups = series.margin(PLACEMENT);
    let mut ages = series.margin(AGE);
    // Ages in their own order: "under 1" comes first.
    ages.sort_by_key(|one| one.key.first().and_then(|age| age.split(' ').next()?.parse::<u32>().ok()).unwrap_or(0));
    let total = series.total();
    let by_group = by(contents, placements, "placements", "placement", total, &groups);
    let by_age = by(contents, placements, "care-ages", "age", total, &ages);
    by_group.into_iter().chain(by_age).chain(cost(contents, placements)).collect()
}

/// Small multiples: all children first, then each part on its own scale.
fn by(
    contents: &PackContents,
    placements: &PlacementContents,
    id: &str,
    what: &str,
    total: Option<&Series>,
    parts: &[&Series],
) -> Option<Chart> {
    let level = spoken_level(contents);
    let mut panels = Vec::new();
    let mut told = Vec::new();
    for (place, one) in total.into_iter().chain(parts.iter().copied()).enumerate() {
        let name = if place == 0 { "All looked after".to_owned() } else { capitalised(&one.name()) };
        // Lockdowns are of referrals; here they would only be in the way.
        let timeline = Timeline { lockdowns: Vec::new(), ..Timeline::of(contents, one)? };
        let last = timeline.steps.last()?;
        let today = one
            .past
            .last()
            .map_or(String::new(), |past| format!("{} in {}, ", spoken(past.count), past.period.spoken()));
        let range = last.range.of(level).and_then(|(low, high)| between(low, high));
        let range = range.map_or(String::new(), |range| format!(" ({range})"));
        told.push(format!("{name}: {today}{} by {}{range}", spoken(last.range.median), last.period.spoken()));
        panels.push((name, timeline));
    }
    let (_, all) = panels.first()?;
    let last = all.steps.last()?;
    let (first, end) = (all.first.spoken(), last.period.spoken());
    let about = spoken(last.range.median);
    let most = parts.first().map(|one| one.name()).unwrap_or_default();
    let by_headline = match id {
        "placements" => [
            format!("About {about} looked-after children by {end}, most in {most}"),
            format!("About {about} looked-after children by {end}"),
        ],
        _ => [format!("Looked-after children by {what}, to {end}"), format!("Looked-after children by {what}")],
    };
    let gap = contents.origin.periods_since(placements.known_to);
    let note = (gap > 0).then(|| {
        format!("Your returns tell of placements to {}; what came since is simulated.", placements.known_to.spoken())
    });
    let words = Words {
        headline: headline(by_headline),
        subtitle: format!(
            "Children at the end of each {}, {}, each {what} on its own scale, {first} to {end}",
            contents.frequency.noun(),
            contents.area()
        ),
        description: format!(
            "Line charts of looked-after children by {what}, {}, with the range that holds in {} similar forecasts. {}.",
            contents.area(),
            odds(level),
            told.join("; ")
        ),
        note,
    };
    let sheet = panels::sheet(what, &panels, level);
    Some(super::chart(contents, id, Box::new(Panels { panels, point: None }), sheet, words))
}

/// What placements cost over the horizon, by group; `None` where nothing is forecast.
fn cost(contents: &PackContents, placements: &PlacementContents) -> Option<Chart> {
    let table = &placements.cost;
    let whole = |row: &usize| text(table, "window", *row) == "whole horizon";
    let rows: Vec<usize> = (0..table.rows()).filter(whole).collect();
    let total = rows.iter().copied().find(|row| text(table, "name", *row) == "total")?;
    let total = Range::read(table, contents, total);
    let mut groups: Vec<Year> = rows
        .iter()
        .filter(|row| text(table, "name", **row) != "total")
        .map(|row| Year { name: capitalised(text(table, "name", *row)), range: Range::read(table, contents, *row) })
        .collect();
    groups.sort_by(|a, b| {
        let middle = |year: &Year| year.range.median.number().unwrap_or(0.0);
        middle(b).total_cmp(&middle(a)).then_with(|| a.name.cmp(&b.name))
    });
    let level = spoken_level(contents);
    let told: Vec<String> = groups
        .iter()
        .map(|group| {
            let range = group.range.of(level).filter(|(low, high)| low.number().is_some() && high.number().is_some());
            let range =
                range.map_or(String::new(), |(low, high)| format!(", between {} and {}", pounds(low), pounds(high)));
            format!("{}: {}{range}", group.name, pounds(group.range.median))
        })
        .collect();
    let span = periods(contents.horizon, contents.frequency);
    let most = groups.first()?.name.to_lowercase();
    let levels: Vec<String> = bands(contents).iter().map(|level| format!("{level}%")).collect();
    let (plot, unit) = Cost::of(contents, groups);
    let words = Words {
        headline: headline([
            format!("Placements: about {}, most of it {most}", pounds(total.median)),
            format!("Placements: about {}", pounds(total.median)),
        ]),
        subtitle: format!("Cost by placement group over the next {span}, {unit}, {}", contents.area()),
        description: format!(
            "Chart of what placements cost over the next {span} by placement group, {}, with the range that holds in {} \
             similar forecasts. {}.",
            contents.area(),
            odds(level),
            told.join("; ")
        ),
        note: Some(format!(
            "Dashed line: the middle; boxes: the {} ranges. Unit costs that weren’t set are assumptions.",
            levels.join(" and ")
        )),
    };
    Some(super::chart(contents, "placement-cost", Box::new(plot), Sheet::of(table), words))
}
