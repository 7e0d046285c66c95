//! The year's usual shape, and the forecast beside it.

use super::axis::{Frame, PERIODS, axis_type, draw_counts, period_month, ticks_from_zero};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::placement::{draw_end_labels, labels_width};
use super::{Chart, Plot, Words};
use crate::disclosure::{Cell, Profile};
use crate::publish::contents::{Lockdown, PackContents};
use crate::publish::series::{PackSeries, drawn};
use crate::publish::sheet::{Sheet, Value};
use crate::publish::theme::Ink;
use crate::publish::words::{capitalised, headline, spoken};
use crate::time::{Frequency, Period};

/// The usual shape is that of so many years.
const YEARS: usize = 5;

/// What published counts are rounded to.
const BASE: f64 = 5.0;

/// Fewer years don't tell what is usual.
const USUAL_YEARS: usize = 3;

/// One position of the year.
#[derive(Debug, Clone)]
struct Place {
    name: String,
    lowest: f64,
    mean: f64,
    highest: f64,
    forecast: Option<f64>,
}

struct Season {
    places: Vec<Place>,
    years: usize,
}

impl Plot for Season {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let largest =
            self.places.iter().flat_map(|place| [place.highest, place.forecast.unwrap_or(0.0)]).fold(0.0, f64::max);
        let ticks = ticks_from_zero(largest, 5);
        let labels = self.end_labels();
        let room = labels_width(&labels) + 24.0;
        let frame = Frame::new(
            Area { top: area.top + LABEL * 0.6, right: area.right - room, bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            (-0.4, self.places.len() as f64 - 0.6),
        );
        draw_counts(canvas, &frame, &ticks, kind);
        let points = |figure: &dyn Fn(&Place) -> Option<f64>| -> Vec<(f64, f64)> {
            let places = self.places.iter().enumerate();
            places.filter_map(|(at, place)| Some((frame.x(at as f64), frame.y(figure(place)?)))).collect()
        };
        let (low, high) = (points(&|place| Some(place.lowest)), points(&|place| Some(place.highest)));
        let around: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
        canvas.polygon(&around, Ink::InnerBand);
        canvas.line(&low, Ink::BandEdge, 2);
        canvas.line(&high, Ink::BandEdge, 2);
        let mean = points(&|place| Some(place.mean));
        canvas.line(&mean, Ink::First, 6);
        mean.iter().for_each(|point| canvas.dot(*point, 8, Ink::First));
        let forecast = points(&|place| place.forecast);
        canvas.dashed(&forecast, Ink::Third, 6);
        let every = (self.places.len() as f64 * 74.0 / frame.area.width()).ceil().max(1.0) as usize;
        for (at, place) in self.places.iter().enumerate().step_by(every) {
            let x = frame.x(at as f64);
            canvas.text_if_free(&place.name, x, frame.area.bottom + 16.0 + kind.size, Anchor::Middle, kind);
        }
        draw_end_labels(canvas, &frame, &labels, 14.0);
    }
}

impl Season {
    /// From top to bottom: where it belongs, the text, how it looks.
    fn end_labels(&self) -> Vec<(f64, String, Type)> {
        let Some(last) = self.places.last() else { return Vec::new() };
        let mut labels = vec![
            (last.highest, capitalised(&last_years(self.years)), Type::label(Ink::BandEdge)),
            (last.mean, "Average".to_owned(), Type::label(Ink::First).bold()),
        ];
        labels.extend(last.forecast.map(|forecast| (forecast, "Forecast".to_owned(), Type::label(Ink::Third).bold())));
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        labels
    }
}

/// The chart; `None` where periods have no season or a whole year isn't there.
pub(super) fn chart(contents: &PackContents, series: &PackSeries) -> Option<Chart> {
    let length = contents.frequency.season_length();
    let total = series.total()?;
    // What lockdowns kept away is no season. Where a place of the year has nothing else, it is not left empty.
    let in_lockdown = |period: Period| {
        let overlaps = |one: &Lockdown| one.first_day <= period.last_day() && period.first_day() <= one.last_day;
        contents.lockdowns.iter().any(overlaps)
    };
    let of_season = |season: usize, any: bool| -> Vec<f64> {
        let matching = total.past.iter().rev().filter(|past| past.period.season() == season);
        let kept = matching.filter(|past| any || !in_lockdown(past.period));
        kept.filter_map(|past| drawn(past.count)).take(YEARS).collect()
    };
    let in_season = |season: usize| -> Vec<f64> {
        let usual = of_season(season, false);
        if usual.is_empty() { of_season(season, true) } else { usual }
    };
    let left_out = total.past.iter().any(|past| in_lockdown(past.period));
    if length == 1 || (0..length).any(|season| in_season(season).is_empty()) {
        return None;
    }
    // The year is shown from its first month on, however the forecast falls.
    let places: Vec<Place> = (0..length)
        .map(|season| {
            let figures = in_season(season);
            let step = total.steps.iter().find(|step| step.period.season() == season);
            Place {
                name: name(contents.frequency, season),
                lowest: figures.iter().copied().fold(f64::INFINITY, f64::min),
                mean: figures.iter().sum::<f64>() / figures.len() as f64,
                highest: figures.iter().copied().fold(0.0, f64::max),
                forecast: step.and_then(|step| drawn(step.range.median)),
            }
        })
        .collect();
    let years = (0..length).map(|season| in_season(season).len()).min().unwrap_or(0);
    let noun = contents.frequency.noun();
    let busiest = places.iter().max_by(|a, b| a.mean.total_cmp(&b.mean))?;
    let quietest = places.iter().min_by(|a, b| a.mean.total_cmp(&b.mean))?;
    let long = |place: &Place| {
        let season = places.iter().position(|other| other.name == place.name).unwrap_or(0);
        match contents.frequency {
            Frequency::Month => period_month(Period::month(2000, season as i8 + 1)),
            _ => format!("{noun} {}", season + 1),
        }
    };
    // As the counts that it is of are rounded.
    let base = if contents.profile == Profile::Internal { 1.0 } else { BASE };
    let average = |place: &Place| Cell::Number((place.mean / base).round() * base);
    let mean = |place: &Place| spoken(average(place));
    let words = Words {
        headline: if years < USUAL_YEARS {
            let known = if years == 1 { "one year alone".to_owned() } else { format!("{years} years alone") };
            headline([format!("{} by {noun}, of {known}: too few to tell a season", capitalised(&contents.measure))])
        } else {
            headline([
                format!("On average {} is the busiest {noun}, {} the quietest", long(busiest), long(quietest)),
                format!("The year’s usual shape by {noun}"),
            ])
        },
        subtitle: format!(
            "{} by {noun} of the year, {}, {}{} and forecast",
            capitalised(&contents.measure),
            contents.area(),
            last_years(years),
            if left_out { " without lockdowns" } else { "" }
        ),
        description: format!(
            "Line chart of {} by {noun} of the year, {}, to {}. The busiest is {} with {} on average, the quietest {} with {}. \
             Averages: {}.",
            contents.measure,
            contents.area(),
            contents.origin.spoken(),
            long(busiest),
            mean(busiest),
            long(quietest),
            mean(quietest),
            places.iter().map(|place| format!("{} {}", place.name, mean(place))).collect::<Vec<_>>().join(", ")
        ),
        note: None,
    };
    let mut sheet = Sheet::new([noun, "lowest", "mean", "highest", "forecast_median"]);
    for (season, place) in places.iter().enumerate() {
        let number = |figure: f64| Value::Figure(Cell::Number(figure));
        let step = total.steps.iter().find(|step| step.period.season() == season);
        let forecast = step.map_or(Value::Text(String::new()), |step| Value::Figure(step.range.median));
        let mean = Value::Figure(average(place));
        let row = [Value::Text(place.name.clone()), number(place.lowest), mean, number(place.highest), forecast];
        sheet.rows.push(row.into());
    }
    Some(super::chart(contents, "seasonal-pattern", Box::new(Season { places, years }), sheet, words))
}

/// "last year", "last 5 years".
fn last_years(years: usize) -> String {
    if years == 1 { "last year".to_owned() } else { format!("last {years} years") }
}

/// A position of the year as an axis names it.
fn name(frequency: Frequency, season: usize) -> String {
    match frequency {
        Frequency::Month => period_month(Period::month(2000, season as i8 + 1))[..3].to_owned(),
        Frequency::Quarter => format!("Q{}", season + 1),
        Frequency::Week | Frequency::Year => (season + 1).to_string(),
    }
}
