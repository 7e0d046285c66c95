//! Social workers needed, against those in post and the establishment.

use super::axis::{Frame, PERIODS, axis_type, draw_counts, draw_periods, ticks_from_zero};
use super::canvas::{Area, Canvas, LABEL, Type};
use super::placement::{draw_end_labels, labels_width};
use super::timeline::{Timeline, bands};
use super::{Chart, Plot, Words};
use crate::disclosure::Cell;
use crate::publish::contents::{PackContents, text};
use crate::publish::pathway::PathwayContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{Range, Step, drawn};
use crate::publish::sheet::Sheet;
use crate::publish::theme::Ink;
use crate::publish::words::{between, headline, odds, spoken};
use crate::time::Period;

struct Workers {
    needed: Timeline,
    /// Name and figure of the lines across, from high to low.
    posts: Vec<(&'static str, f64)>,
}

impl Plot for Workers {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let largest = self.posts.iter().map(|(_, posts)| *posts).fold(self.needed.largest(), f64::max);
        let ticks = ticks_from_zero(largest, 5);
        let labels = self.labels();
        let room = labels_width(&labels) + 20.0;
        let frame = Frame::new(
            Area { top: area.top + LABEL * 0.6, right: area.right - room, bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            self.needed.across(),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        draw_periods(canvas, &frame, self.needed.first, self.needed.last, kind);
        self.needed.draw_lines(canvas, &frame, 5, true);
        for (place, (_, posts)) in self.posts.iter().enumerate() {
            let y = frame.y(*posts);
            let colour = if place + 1 == self.posts.len() { Ink::Third } else { Ink::Words };
            canvas.line(&[(frame.area.left, y), (frame.area.right, y)], colour, 4);
        }
        draw_end_labels(canvas, &frame, &labels, 12.0);
    }
}

impl Workers {
    /// From top to bottom: where it belongs, the text, how it looks.
    fn labels(&self) -> Vec<(f64, String, Type)> {
        let plain = Type::label(Ink::BandEdge);
        let mut labels = Vec::new();
        if let Some(last) = self.needed.steps.last() {
            labels.extend(self.needed.bands.iter().filter_map(|level| {
                let (_, high) = last.range.of(*level)?;
                Some((drawn(high)?, format!("{level}% range"), plain))
            }));
            labels.extend(drawn(last.range.median).map(|at| (at, "Needed".to_owned(), Type::label(Ink::First).bold())));
        }
        for (place, (name, posts)) in self.posts.iter().enumerate() {
            let colour = if place + 1 == self.posts.len() { Ink::Third } else { Ink::Words };
            labels.push((*posts, (*name).to_owned(), Type::label(colour).bold()));
        }
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        labels
    }
}

/// The chart; `None` where nothing is forecast.
pub(super) fn chart(contents: &PackContents, pathway: &PathwayContents) -> Option<Chart> {
    let table = &pathway.workers;
    let dates = table.dates("ds")?;
    let steps: Vec<Step> = (0..table.rows())
        .filter(|row| text(table, "name", *row) == "workers needed")
        .map(|row| Step {
            period: Period::containing(contents.frequency, dates[row]),
            range: Range::read(table, contents, row),
        })
        .collect();
    let (first, last) = (steps.first()?.period, steps.last()?.clone());
    let needed = Timeline {
        past: Vec::new(),
        steps,
        lockdowns: Vec::new(),
        first,
        last: last.period,
        origin: contents.origin,
        bands: bands(contents),
    };
    let posts: Vec<(&'static str, f64)> = [("Posts", pathway.establishment), ("In post", pathway.in_post)]
        .into_iter()
        .filter_map(|(name, posts)| Some((name, posts?)))
        .collect();
    let level = spoken_level(contents);
    let (about, when) = (spoken(last.range.median), last.period.spoken());
    let range = last.range.of(level).and_then(|(low, high)| between(low, high));
    let in_post = pathway.in_post.map(|posts| spoken(Cell::Number(posts)));
    let against = match (&in_post, pathway.establishment) {
        (Some(in_post), Some(posts)) => {
            format!(" There are {} posts, of which {in_post} are filled.", spoken(Cell::Number(posts)))
        }
        _ => " How many are in post is not known: the project file names no establishment.".to_owned(),
    };
    let words = Words {
        headline: headline([match (&in_post, &range) {
            (Some(in_post), _) => format!("About {about} social workers needed, {in_post} in post"),
            (None, Some(range)) => format!("About {about} social workers needed, {range}"),
            (None, None) => format!("About {about} social workers needed by {when}"),
        }]),
        subtitle: format!("Case-holding social workers needed to {when}, full-time equivalent, {}", contents.area()),
        description: format!(
            "Line chart of the social workers needed to hold the open cases, {}. By {when}: {about}{}.{against}",
            contents.area(),
            range.map_or(String::new(), |range| format!(", {range} in {} similar forecasts", odds(level)))
        ),
        note: (pathway.establishment.is_none())
            .then(|| "Set pathway.workload.establishment to see posts beside this.".to_owned()),
    };
    let mut chart = super::chart(contents, "workers", Box::new(Workers { needed, posts }), Sheet::default(), words);
    chart.sheet = Sheet::of(table);
    Some(chart)
}
