//! The charts of a pack, drawn from its protected tables only.
//!
//! In: the pack's contents. Out: [`Chart`]s, each with its headline, alternative text and the figures behind it, that
//! draw themselves at any size: as a file of 159 x 100 mm, and wide or narrow for the report.
//!
//! One plot a file; [`canvas`] owns the drawing surface, [`typeface`] measures text, [`axis`] makes scales.

mod axis;
mod canvas;
mod completeness;
mod cost;
mod coverage;
mod futures;
mod heat_map;
mod key;
mod last_forecasts;
mod open_cases;
mod panels;
mod pathway_flows;
mod placement;
mod placements;
mod png;
mod quality;
mod scores;
mod season;
mod timeline;
mod total;
mod typeface;
mod workers;
mod years;

use std::io;

pub(super) use axis::{short_name, with_commas};
pub(super) use canvas::Picture;
use canvas::{Anchor, Area, Canvas, Caption, HEADLINE, LABEL, Type, picture};
pub(super) use cost::pounds;
pub(super) use png::{PngError, rasterised};
pub(super) use scores::{model_name, score_text};
pub(super) use total::of_one_series;
use typeface::{Weight, wrapped};
pub(super) use typeface::{base64, font_face_css};

use super::contents::PackContents;
use super::series::PackSeries;
use super::sheet::Sheet;
use super::theme::{Ink, Theme};

/// A file of its own is 159 x 100 mm, which fits the text width of A4.
const FILE_SIZE: (u32, u32) = (1_590, 1_000);

/// Whose figures the pathway leans on, beside the authority's own.
const NATIONAL_FIGURES: &str = "; England’s figures: Department for Education (OGL v3.0)";

/// Space around everything.
const MARGIN: f64 = 44.0;

/// The sizes of a chart in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// For desktops and paper.
    Wide,
    /// For phones.
    Narrow,
}

impl Shape {
    fn width(self) -> u32 {
        match self {
            Shape::Wide => 1_590,
            Shape::Narrow => 800,
        }
    }
}

/// What is drawn under a headline.
trait Plot {
    /// Draws into the area and not outside it.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area);

    /// How high the plot wants to be at a width.
    fn height(&self, width: f64) -> f64 {
        if width > 1_000.0 { 760.0 } else { 680.0 }
    }
}

/// One chart.
pub(super) struct Chart {
    /// The stem of its file names.
    pub id: String,
    /// Its message, in at most ten words.
    pub headline: String,
    /// Measure, area and period.
    pub subtitle: String,
    /// Alternative text, from which a person could decide without seeing the chart.
    pub description: String,
    /// What a reader needs to know about marks in the chart.
    pub note: Option<String>,
    /// Where the figures come from.
    pub source: String,
    /// The figures behind it.
    pub sheet: Sheet,
    /// What the report shows instead where those are too many to read.
    pub summary: Option<Sheet>,
    /// The handling marking.
    pub marking: Option<&'static str>,
    theme: Theme,
    plot: Box<dyn Plot>,
}

impl Chart {
    /// The chart as a file of its own: headline, plot, source, font.
    ///
    /// # Errors
    /// Where the backend fails, which writing into memory doesn't.
    pub fn file(&self) -> Result<Picture, io::Error> {
        let caption =
            Caption { id: &self.id, title: &self.headline, description: &self.full_description(), standalone: true };
        picture(FILE_SIZE, &self.theme, caption, |canvas| {
            let whole = canvas.whole();
            let (left, right) = (MARGIN, whole.right - MARGIN);
            let mut top = 36.0;
            if let Some(marking) = self.marking {
                let kind = Type::label(Ink::Third).bold();
                top += kind.size;
                canvas.text(marking, left, top, Anchor::Start, kind);
                top += 6.0;
            }
            for line in wrapped(&self.headline, HEADLINE.size, Weight::Bold, right - left, 2) {
                top += HEADLINE.size + 4.0;
                canvas.text(&line, left, top, Anchor::Start, HEADLINE);
            }
            let kind = Type::label(Ink::Words);
            top += 6.0;
            for line in wrapped(&self.subtitle, kind.size, kind.weight, right - left, 2) {
                top += kind.size + 10.0;
                canvas.text(&line, left, top, Anchor::Start, kind);
            }
            let small = kind.sized(26.0);
            let mut bottom = whole.bottom - 30.0;
            // From the bottom up: the source, and above it the note.
            for text in [Some(&self.source), self.note.as_ref()].into_iter().flatten() {
                for line in wrapped(text, small.size, small.weight, right - left, 2).iter().rev() {
                    canvas.text(line, left, bottom, Anchor::Start, small);
                    bottom -= small.size + 8.0;
                }
            }
            let area = Area { left, top: top + 24.0, right, bottom: bottom - 6.0 };
            self.plot.draw(canvas, area);
        })
    }

    /// The plot alone, for a page that has the words and the font.
    ///
    /// # Errors
    /// Where the backend fails, which writing into memory doesn't.
    pub fn inline(&self, shape: Shape) -> Result<Picture, io::Error> {
        let width = f64::from(shape.width());
        let height = self.plot.height(width - 16.0) + 16.0;
        let suffix = if shape == Shape::Wide { "wide" } else { "narrow" };
        let id = format!("{}-{suffix}", self.id);
        let description = self.full_description();
        let caption = Caption { id: &id, title: &self.headline, description: &description, standalone: false };
        picture((shape.width(), height as u32), &self.theme, caption, |canvas| {
            let whole = canvas.whole();
            let area = Area { left: 8.0, top: 8.0, right: whole.right - 8.0, bottom: whole.bottom - 8.0 };
            self.plot.draw(canvas, area);
        })
    }

    /// The alternative text with the marking and the note.
    fn full_description(&self) -> String {
        let parts =
            [self.marking.map(|marking| format!("{marking}.")), Some(self.description.clone()), self.note.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// All charts of a pack, in the order of the report. Each is there for every pack; one without figures says so.
pub(super) fn all(contents: &PackContents, series: &PackSeries) -> Vec<Chart> {
    let mut charts = futures::all(contents, series);
    charts.extend([total::chart(contents, series), years::chart(contents, series)]);
    for dimension in 0..contents.dimensions.len() {
        if let Some(mut chart) = panels::chart(contents, series, dimension) {
            // Two dimensions may differ in nothing that a file's name can show.
            if charts.iter().any(|other| other.id == chart.id) {
                chart.id = format!("{}-{}", chart.id, dimension + 1);
            }
            charts.push(chart);
        }
    }
    charts.extend(season::chart(contents, series));
    if let Some(pathway) = &contents.pathway {
        let of = [pathway_flows::chart, open_cases::chart, workers::chart, cost::chart];
        let drawn = of.into_iter().filter_map(|chart| chart(contents, pathway));
        charts.extend(drawn.map(|chart| Chart { source: format!("{}{NATIONAL_FIGURES}", chart.source), ..chart }));
    }
    if let Some(placements) = &contents.placements {
        charts.extend(placements::all(contents, placements));
    }
    charts.push(last_forecasts::chart(contents));
    charts.push(scores::chart(contents));
    charts.push(coverage::chart(contents));
    charts.push(quality::chart(contents, series));
    charts.extend(completeness::chart(contents));
    charts
}

/// What is common to the charts of a pack.
fn chart(contents: &PackContents, id: &str, plot: Box<dyn Plot>, sheet: Sheet, words: Words) -> Chart {
    Chart {
        id: id.to_owned(),
        headline: words.headline,
        subtitle: words.subtitle,
        description: words.description,
        note: words.note,
        source: format!("Source: {}", contents.source),
        sheet: sheet.marked(contents.profile),
        summary: None,
        marking: contents.profile.marking(),
        theme: contents.theme,
        plot,
    }
}

/// The words of a chart.
struct Words {
    headline: String,
    subtitle: String,
    description: String,
    note: Option<String>,
}

/// A plot of nothing: says why there is none.
struct Nothing(String);

impl Plot for Nothing {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        canvas.outline(area, Ink::Grid, 2);
        let kind = Type::label(Ink::Words);
        let lines = wrapped(&self.0, kind.size, kind.weight, area.width() - 80.0, 4);
        let mut y = (area.top + area.bottom) / 2.0 - (lines.len() as f64 - 1.0) * LABEL * 0.7;
        for line in lines {
            canvas.text(&line, (area.left + area.right) / 2.0, y, Anchor::Middle, kind);
            y += LABEL * 1.4;
        }
    }

    fn height(&self, _width: f64) -> f64 {
        240.0
    }
}

/// A chart without figures.
fn nothing(contents: &PackContents, id: &str, headline: &str, why: &str) -> Chart {
    let words = Words {
        headline: headline.to_owned(),
        subtitle: format!("{}, {}", super::words::capitalised(&contents.measure), contents.area()),
        description: why.to_owned(),
        note: None,
    };
    chart(contents, id, Box::new(Nothing(why.to_owned())), Sheet::default(), words)
}
