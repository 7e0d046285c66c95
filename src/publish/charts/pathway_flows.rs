//! How many children reach each stage over the horizon.

use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::{Chart, Plot, Words};
use crate::publish::contents::{PackContents, text};
use crate::publish::pathway::PathwayContents;
use crate::publish::sentences::spoken_level;
use crate::publish::series::{Range, drawn};
use crate::publish::sheet::Sheet;
use crate::publish::theme::Ink;
use crate::publish::words::{between, capitalised, headline, odds, periods, spoken};

/// The flows that are drawn, from the front door on, each with how deep it lies behind it.
const DRAWN: [(&str, usize); 8] = [
    ("referrals", 0),
    ("no further action", 1),
    ("assessments", 1),
    ("in need", 2),
    ("section 47 enquiries", 2),
    ("initial conferences", 3),
    ("plan starts", 4),
    ("care starts", 2),
];

/// How far a stage stands in from the one before it.
const STEP_IN: f64 = 22.0;

struct Bar {
    name: String,
    depth: usize,
    range: Range,
    low: f64,
    middle: f64,
    high: f64,
}

struct Flows {
    bars: Vec<Bar>,
}

impl Bar {
    fn label(&self, level: crate::forecast::Level) -> String {
        let range = self.range.of(level).and_then(|(low, high)| between(low, high));
        range.map_or(spoken(self.range.median), |range| format!("{} ({range})", spoken(self.range.median)))
    }
}

impl Plot for Flows {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = Type::label(Ink::Words);
        let narrow = area.width() <= 1_000.0;
        let row = area.height() / self.bars.len().max(1) as f64;
        let names = |bar: &Bar| bar.depth as f64 * STEP_IN + kind.width(&bar.name);
        let left = if narrow { area.left } else { area.left + self.bars.iter().map(names).fold(0.0, f64::max) + 18.0 };
        let values = self.bars.iter().map(|bar| kind.bold().width(&spoken(bar.range.median))).fold(0.0, f64::max);
        let right = area.right - values - 20.0;
        let largest = self.bars.iter().map(|bar| bar.high).fold(1.0, f64::max);
        let x = |figure: f64| left + figure / largest * (right - left);
        for (place, bar) in self.bars.iter().enumerate() {
            let middle = area.top + (place as f64 + if narrow { 0.72 } else { 0.5 }) * row;
            let half = (row * if narrow { 0.2 } else { 0.3 }).min(26.0);
            let inset = if narrow { bar.depth as f64 * STEP_IN } else { 0.0 };
            if narrow {
                canvas.text(&bar.name, left + inset, middle - half - 10.0, Anchor::Start, kind);
            } else {
                let at = area.left + bar.depth as f64 * STEP_IN;
                canvas.text(&bar.name, at, middle + kind.centre(), Anchor::Start, kind);
            }
            canvas
                .rectangle(Area { left, top: middle - half, right: x(bar.middle), bottom: middle + half }, Ink::First);
            let range =
                Area { left: x(bar.low), top: middle - half * 0.5, right: x(bar.high), bottom: middle + half * 0.5 };
            canvas.rectangle(range, Ink::InnerBand);
            canvas.outline(range, Ink::BandEdge, 2);
            canvas.line(&[(x(bar.middle), middle - half), (x(bar.middle), middle + half)], Ink::First, 5);
            let end = x(bar.high.max(bar.middle)) + 12.0;
            canvas.text(&spoken(bar.range.median), end, middle + kind.centre(), Anchor::Start, kind.bold());
        }
    }

    fn height(&self, width: f64) -> f64 {
        self.bars.len() as f64 * if width > 1_000.0 { 78.0 } else { 108.0 } + LABEL * 0.4
    }
}

/// The chart; `None` where no flow can be shown.
pub(super) fn chart(contents: &PackContents, pathway: &PathwayContents) -> Option<Chart> {
    let table = &pathway.flows;
    let level = spoken_level(contents);
    let find = |name: &str| (0..table.rows()).find(|row| text(table, "name", *row) == name);
    let bars: Vec<Bar> = DRAWN
        .iter()
        .filter_map(|(name, depth)| {
            let range = Range::read(table, contents, find(name)?);
            let (low, high) = range.of(level)?;
            let (low, middle, high) = (drawn(low)?, drawn(range.median)?, drawn(high)?);
            Some(Bar { name: capitalised(name), depth: *depth, range, low, middle, high })
        })
        .collect();
    let of = |name: &str| bars.iter().find(|bar| bar.name == capitalised(name)).map(|bar| spoken(bar.range.median));
    let span = periods(contents.horizon, contents.frequency);
    let (plans, referrals) = (of("plan starts")?, of("referrals")?);
    let starts = bars.iter().find(|bar| bar.name == capitalised("plan starts"));
    let range = starts.and_then(|bar| bar.range.of(level)).and_then(|(low, high)| between(low, high));
    let told: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.label(level))).collect();
    let words = Words {
        headline: headline([
            match range {
                Some(range) => format!("About {plans} plan starts, {range}"),
                None => format!("About {plans} plan starts from {referrals} referrals in {span}"),
            },
            format!("About {plans} plan starts in {span}"),
        ]),
        subtitle: format!("Children who reach each stage over the next {span}, {}", contents.area()),
        description: format!(
            "Bar chart of the children who reach each stage after a referral over the next {span}, {}, with the range \
             that holds in {} similar forecasts. {}.",
            contents.area(),
            odds(level),
            told.join("; ")
        ),
        note: Some(format!(
            "Pale boxes: the {level}% range. Stages are reached in the same months, not by the same children."
        )),
    };
    Some(super::chart(contents, "pathway", Box::new(Flows { bars }), Sheet::of(table), words))
}
