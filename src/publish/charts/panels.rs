//! The series of one dimension as small multiples.

use super::axis::{Frame, axis_type, counts_width, draw_counts, round_top};
use super::canvas::{Anchor, Area, Canvas, LABEL};
use super::timeline::{NAME, Timeline, joined, notes};
use super::typeface::shortened;
use super::{Chart, Plot, Words, key};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::PackContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{PackSeries, Range, Series};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{between, capitalised, counted, headline, odds, spoken};

/// More panels than this can't be read.
const MOST_PANELS: usize = 12;

/// Timelines side by side, each with its name.
pub(super) struct Panels {
    pub panels: Vec<(String, Timeline)>,
    /// The figures before the forecast are one point each, of this name, and no observed line.
    pub point: Option<&'static str>,
}

impl Panels {
    fn columns(&self, width: f64) -> usize {
        match (width > 1_000.0, self.panels.len()) {
            (_, 1) => 1,
            (false, _) | (true, 2 | 4) => 2,
            (true, 3 | 5 | 6 | 9) => 3,
            (true, _) => 4,
        }
    }

    /// What the lines and bands are, once for all panels; returns where the panels may start.
    fn draw_key(&self, canvas: &mut Canvas<'_>, area: Area) -> f64 {
        let levels = self.panels.first().map(|(_, timeline)| timeline.bands.clone()).unwrap_or_default();
        let ranges: Vec<String> = levels.iter().map(|level| format!("{level}% range")).collect();
        let lines = [self.point.unwrap_or("Observed"), "Forecast"];
        let names = lines.into_iter().chain(ranges.iter().map(String::as_str));
        let below = key::draw(canvas, area, names, 56.0, |canvas, place, swatch| {
            let middle = (swatch.top + swatch.bottom) / 2.0;
            let line = [(swatch.left, middle), (swatch.right, middle)];
            match place {
                0 if self.point.is_some() => canvas.dot(((swatch.left + swatch.right) / 2.0, middle), 7, Ink::First),
                0 => canvas.line(&line, Ink::First, 5),
                1 => canvas.dashed(&line, Ink::First, 5),
                band => {
                    canvas.rectangle(swatch, if band == 2 { Ink::InnerBand } else { Ink::OuterBand });
                    canvas.outline(swatch, Ink::BandEdge, 2);
                }
            }
        });
        below + 10.0
    }
}

impl Plot for Panels {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let top = self.draw_key(canvas, area);
        let columns = self.columns(area.width());
        let rows = self.panels.len().div_ceil(columns).max(1);
        let (gap_x, gap_y) = (36.0, 20.0);
        let wide = (area.width() - gap_x * (columns as f64 - 1.0)) / columns as f64;
        let high = (area.bottom - top - gap_y * (rows as f64 - 1.0)) / rows as f64;
        // Small rows get small names, never smaller than 7 points.
        let size = (high / 7.0).clamp(25.0, LABEL);
        for (place, (name, timeline)) in self.panels.iter().enumerate() {
            let (row, column) = (place / columns, place % columns);
            let left = area.left + column as f64 * (wide + gap_x);
            let above = top + row as f64 * (high + gap_y);
            let kind = axis_type().sized(size);
            let ends = [0.0, round_top(timeline.largest())];
            let frame = Frame {
                area: Area {
                    left: left + counts_width(&ends, kind),
                    top: above + size * 1.7,
                    right: left + wide - 8.0,
                    bottom: above + high - size * 1.5,
                },
                across: timeline.across(),
                top: ends[1],
            };
            let name_kind = NAME.sized(size);
            canvas.text(&shortened(name, size, name_kind.weight, wide), left, above + size, Anchor::Start, name_kind);
            timeline.draw_lockdowns(canvas, &frame, frame.area.top);
            draw_counts(canvas, &frame, &ends, kind);
            timeline.draw_lines(canvas, &frame, 4, false);
            let y = frame.area.bottom + size * 1.25;
            let years = [timeline.first, timeline.last].map(|period| period.first_day().year().to_string());
            canvas.text(&years[0], frame.area.left, y, Anchor::Start, kind);
            canvas.text_if_free(&years[1], frame.area.right, y, Anchor::End, kind);
        }
    }

    fn height(&self, width: f64) -> f64 {
        let columns = self.columns(width);
        let rows = self.panels.len().div_ceil(columns) as f64;
        let key = if width > 1_000.0 { 60.0 } else { 104.0 };
        key + rows * if columns == 1 { 560.0 } else { 270.0 }
    }
}

/// The chart of one dimension; `None` where it has fewer than two series, and so nothing that the total doesn't show.
pub(super) fn chart(contents: &PackContents, series: &PackSeries, dimension: usize) -> Option<Chart> {
    let dimension_name = contents.dimensions.get(dimension)?.replace('_', " ");
    let margin = series.margin(dimension);
    if margin.len() < 2 {
        return None;
    }
    let panels: Vec<(String, Timeline)> =
        margin.iter().filter_map(|one| Some((one.name(), Timeline::of(contents, one)?))).take(MOST_PANELS).collect();
    let (first_name, first) = panels.first()?;
    let how_many = if margin.len() > panels.len() {
        format!("the {} largest of {}, each", panels.len(), margin.len())
    } else {
        format!("each {dimension_name}")
    };
    let level = spoken_level(contents);
    let told: Vec<String> = margin
        .iter()
        .take(panels.len())
        .filter_map(|one| {
            let range = &one.next_year()?.range;
            let words = range.of(level).and_then(|(low, high)| between(low, high));
            let words = words.map_or(String::new(), |words| format!(" ({words})"));
            Some(format!("{}: {}{words}", one.name(), spoken(range.median)))
        })
        .collect();
    let told = if told.is_empty() {
        String::new()
    } else {
        format!(
            " Expected over the next year, with the range that holds in {} similar forecasts: {}.",
            odds(level),
            told.join("; ")
        )
    };
    let words = Words {
        headline: headline([
            format!("{first_name} expected to be the largest {dimension_name}"),
            format!("Forecast by {dimension_name}"),
            "Forecast by group".to_owned(),
        ]),
        subtitle: format!(
            "{} a {}, {}, {how_many} on its own scale, {} to {}",
            capitalised(&contents.measure),
            contents.frequency.noun(),
            contents.area(),
            first.first.spoken(),
            first.last.spoken()
        ),
        description: format!(
            "{} of {} a {} by {dimension_name}, {}, {how_many} on its own scale, {} to {}.{told}",
            counted(panels.len(), "small line chart"),
            contents.measure,
            contents.frequency.noun(),
            contents.area(),
            first.first.spoken(),
            first.last.spoken()
        ),
        note: {
            let mut all: Vec<&str> = panels.iter().flat_map(|(_, timeline)| notes(timeline, false)).collect();
            all.sort_unstable();
            all.dedup();
            joined(all)
        },
    };
    let sheet = sheet(&dimension_name, &panels, level);
    let id = format!("by-{}", file_stem(&dimension_name));
    let summary = Some(summary(contents, &dimension_name, &margin));
    Some(Chart { summary, ..super::chart(contents, &id, Box::new(Panels { panels, point: None }), sheet, words) })
}

/// The figures behind small multiples.
pub(super) fn sheet(what: &str, panels: &[(String, Timeline)], level: Level) -> Sheet {
    let (low, high) = PackContents::bound_columns(level);
    let mut sheet = Sheet::new([what, "period", "observed", "median"]);
    sheet.columns.extend([low, high]);
    let gap = || Value::Text(String::new());
    for (name, timeline) in panels {
        for past in &timeline.past {
            let period = Value::Period(past.period);
            sheet.rows.push(vec![Value::Text(name.clone()), period, Value::Figure(past.count), gap(), gap(), gap()]);
        }
        for step in &timeline.steps {
            let bounds = step.range.of(level).map_or([gap(), gap()], |(low, high)| [low, high].map(Value::Figure));
            let first = [Value::Text(name.clone()), Value::Period(step.period), gap()];
            sheet.rows.push(first.into_iter().chain([Value::Figure(step.range.median)]).chain(bounds).collect());
        }
    }
    sheet
}

/// One row a series: the year before, the next period and the next year, each with its range.
fn summary(contents: &PackContents, dimension: &str, margin: &[&Series]) -> Sheet {
    let level = spoken_level(contents);
    let noun = contents.frequency.noun();
    let length = contents.frequency.season_length();
    let mut sheet = Sheet::new([dimension.to_owned(), "last year".to_owned()]);
    for when in [noun, "year"] {
        sheet.columns.extend([
            format!("next {when}"),
            format!("next {when}, {level}% low"),
            format!("next {when}, {level}% high"),
        ]);
    }
    let figures = |range: Option<&Range>| {
        let (low, high) = range.and_then(|range| range.of(level)).unwrap_or((Cell::Missing, Cell::Missing));
        [range.map_or(Cell::Missing, |range| range.median), low, high].map(Value::Figure)
    };
    for one in margin {
        let before = match one.past_bounds(contents.origin, length) {
            Some((least, most)) if least == most => Cell::Number(least),
            Some(_) => Cell::Suppressed,
            None => Cell::Missing,
        };
        let first = [Value::Text(one.name()), Value::Figure(before)];
        let next = figures(one.steps.first().map(|step| &step.range));
        let year = figures(one.next_year().map(|year| &year.range));
        sheet.rows.push(first.into_iter().chain(next).chain(year).collect());
    }
    sheet
}

/// A name as part of a file's: small letters, digits and hyphens.
pub(super) fn file_stem(name: &str) -> String {
    let stem: String =
        name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let stem = stem.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if stem.is_empty() { "dimension".to_owned() } else { stem }
}
