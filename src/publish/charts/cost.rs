//! What placements and social workers cost by financial year, with ranges of joint paths.

use super::axis::{Frame, axis_type, draw_counts, ticks_from_zero};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::typeface::wrapped;
use super::{Chart, Plot, Words};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::{PackContents, text};
use crate::publish::pathway::PathwayContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::Range;
use crate::publish::sheet::Sheet;
use crate::publish::theme::Ink;
use crate::publish::words::{headline, odds};

/// Pounds as a person says them: "£41.2 million", "£850,000".
pub(crate) fn pounds(cell: Cell) -> String {
    match cell {
        Cell::Number(value) if value.abs() >= 999.95e9 => {
            format!("£{} trillion", super::with_commas(value / 1e12))
        }
        Cell::Number(value) if value.abs() >= 999.95e6 => format!("£{:.1} billion", value / 1e9),
        Cell::Number(value) if value.abs() >= 999_500.0 => format!("£{:.1} million", value / 1e6),
        Cell::Number(value) => format!("£{}", super::with_commas(value)),
        Cell::Suppressed | Cell::Withheld | Cell::Missing => "not available".to_owned(),
    }
}

/// One financial year, or the part of it that the forecast covers; or one kind of cost.
pub(super) struct Year {
    pub name: String,
    pub range: Range,
}

/// Ranges of pounds side by side.
pub(super) struct Cost {
    years: Vec<Year>,
    bands: Vec<Level>,
    unit: f64,
}

impl Cost {
    /// The plot, and the unit of its scale in words.
    pub fn of(contents: &PackContents, years: Vec<Year>) -> (Cost, &'static str) {
        let highest = years.iter().filter_map(|year| year.range.median.number()).fold(0.0, f64::max);
        let (unit, words) = if highest >= 5e6 { (1e6, "£ million") } else { (1e3, "£ thousand") };
        (Cost { years, bands: super::timeline::bands(contents), unit }, words)
    }
}

impl Cost {
    fn scaled(&self, cell: Cell) -> Option<f64> {
        cell.number().map(|value| value / self.unit)
    }
}

impl Plot for Cost {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let highs = self.years.iter().flat_map(|year| self.bands.iter().filter_map(|level| year.range.of(*level)));
        let largest = highs.filter_map(|(_, high)| self.scaled(high)).fold(1.0, f64::max);
        let ticks = ticks_from_zero(largest * 1.06, 5);
        let frame = Frame::new(
            Area { top: area.top + LABEL, right: area.right - 8.0, bottom: area.bottom - 2.2 * LABEL - 24.0, ..area },
            &ticks,
            kind,
            (-0.6, self.years.len() as f64 - 0.4),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        let apart = frame.area.width() / self.years.len().max(1) as f64;
        let half = (apart * 0.28).min(120.0);
        for (place, year) in self.years.iter().enumerate() {
            let x = frame.x(place as f64);
            for (band, level) in self.bands.iter().enumerate().rev() {
                let Some((low, high)) = year.range.of(*level) else { continue };
                let (Some(low), Some(high)) = (self.scaled(low), self.scaled(high)) else { continue };
                let shape = Area { left: x - half, top: frame.y(high), right: x + half, bottom: frame.y(low) };
                canvas.rectangle(shape, if band == 0 { Ink::InnerBand } else { Ink::OuterBand });
                canvas.outline(shape, Ink::BandEdge, 2);
            }
            if let Some(median) = self.scaled(year.range.median) {
                let y = frame.y(median);
                canvas.dashed(&[(x - half, y), (x + half, y)], Ink::First, 6);
            }
            let widest = self.bands.last().and_then(|level| self.scaled(year.range.of(*level)?.1));
            let top = frame.y(widest.unwrap_or(0.0)) - 12.0;
            canvas.text_if_free(&pounds(year.range.median), x, top, Anchor::Middle, Type::label(Ink::First).bold());
            let name = Type::label(Ink::Words);
            for (line, words) in wrapped(&year.name, name.size, name.weight, apart - 8.0, 2).iter().enumerate() {
                let y = frame.area.bottom + 12.0 + name.size * (1.0 + 1.15 * line as f64);
                canvas.text(words, x, y, Anchor::Middle, name);
            }
        }
    }
}

/// The chart; `None` where nothing is forecast.
pub(super) fn chart(contents: &PackContents, pathway: &PathwayContents) -> Option<Chart> {
    let table = &pathway.cost;
    let months = table.numbers("months")?;
    let is_year = |row: &usize| text(table, "name", *row) == "total" && text(table, "window", *row) != "whole horizon";
    let rows: Vec<usize> = (0..table.rows()).filter(is_year).collect();
    let years: Vec<Year> = rows
        .iter()
        .map(|row| {
            let window = text(table, "window", *row);
            let name = match months[*row] {
                12.. => window.to_owned(),
                1 => format!("{window} (1 month)"),
                months => format!("{window} ({months} months)"),
            };
            Year { name, range: Range::read(table, contents, *row) }
        })
        .collect();
    let level = spoken_level(contents);
    // The fullest year, the first of those as full.
    let main = (0..rows.len()).max_by_key(|place| (months[rows[*place]], std::cmp::Reverse(*place)))?;
    let range = |year: &Year| {
        let (low, high) = year.range.of(level)?;
        (low.number().is_some() && high.number().is_some())
            .then(|| format!("between {} and {}", pounds(low), pounds(high)))
    };
    let told: Vec<String> = years
        .iter()
        .map(|year| {
            let range = range(year).map_or(String::new(), |range| format!(", {range}"));
            format!("{}: {}{range}", year.name, pounds(year.range.median))
        })
        .collect();
    let about = pounds(years[main].range.median);
    let words = Words {
        headline: headline([
            match range(&years[main]) {
                Some(range) => format!("{}: about {about}, {range}", years[main].name),
                None => format!("{}: about {about} for placements and workers", years[main].name),
            },
            format!("About {about} for placements and workers"),
        ]),
        subtitle: format!(
            "Placements and case-holding social workers by financial year, £ million, {}",
            contents.area()
        ),
        description: format!(
            "Chart of the cost of placements and case-holding social workers by financial year, {}, with the range that \
             holds in {} similar forecasts. {}.",
            contents.area(),
            odds(level),
            told.join("; ")
        ),
        note: Some(format!(
            "Dashed line: the middle; boxes: the {} ranges. Unit costs that weren’t set are assumptions.",
            super::timeline::bands(contents).iter().map(|level| format!("{level}%")).collect::<Vec<_>>().join(" and ")
        )),
    };
    let (plot, unit) = Cost::of(contents, years);
    let words = Words { subtitle: words.subtitle.replace("£ million", unit), ..words };
    let mut chart = super::chart(contents, "cost", Box::new(plot), Sheet::default(), words);
    chart.sheet = Sheet::of(table);
    Some(chart)
}
