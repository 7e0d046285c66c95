//! History and forecast of one series over time.

use super::Plot;
use super::axis::{Frame, PERIODS, axis_type, draw_counts, draw_periods, short_name, ticks_from_zero};
use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use super::placement::{Spot, draw_end_labels, first_free, labels_width};
use crate::disclosure::Cell;
use crate::forecast::Level;
use crate::publish::contents::{Lockdown, PackContents};
use crate::publish::series::{Past, Series, State, Step, drawn};
use crate::publish::theme::Ink;
use crate::time::Period;

/// So many years of history are drawn before the forecast.
const YEARS_SHOWN: usize = 7;

/// One series over time, with what is drawn behind it.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    pub past: Vec<Past>,
    pub steps: Vec<Step>,
    pub lockdowns: Vec<Lockdown>,
    pub first: Period,
    pub last: Period,
    pub origin: Period,
    /// The levels of the inner and outer band.
    pub bands: Vec<Level>,
}

impl Timeline {
    /// The last years of a series and its forecast; `None` where it has neither.
    pub fn of(contents: &PackContents, series: &Series) -> Option<Timeline> {
        let periods = series.past.iter().map(|past| past.period).chain(series.steps.iter().map(|step| step.period));
        let (first, last) = (periods.clone().min()?, periods.max()?);
        let first = first.max(contents.origin.plus(1 - (YEARS_SHOWN * contents.frequency.season_length()) as i32));
        if last < first {
            return None;
        }
        let in_view =
            |lockdown: &&Lockdown| lockdown.first_day <= last.last_day() && lockdown.last_day >= first.first_day();
        Some(Timeline {
            past: series.past.iter().copied().filter(|past| past.period >= first).collect(),
            steps: series.steps.clone(),
            lockdowns: contents.lockdowns.iter().filter(in_view).cloned().collect(),
            first,
            last,
            origin: contents.origin,
            bands: bands(contents),
        })
    }

    /// The largest figure drawn.
    pub fn largest(&self) -> f64 {
        let past = self.past.iter().map(|past| past.count);
        let bounds = self.steps.iter().flat_map(|step| {
            let high = self.bands.iter().filter_map(|level| step.range.of(*level)).map(|(_, high)| high);
            high.chain([step.range.median])
        });
        past.chain(bounds).filter_map(drawn).fold(0.0, f64::max)
    }

    fn position(&self, period: Period) -> f64 {
        f64::from(period.periods_since(self.first))
    }

    /// Where a day falls among the positions: whole numbers are the middles of periods.
    fn day(&self, day: crate::time::Date) -> f64 {
        let period = Period::containing(self.first.frequency(), day);
        let days = period.days().count().max(1) as f64;
        let gone = period.days().take_while(|other| *other < day).count() as f64;
        self.position(period) - 0.5 + gone / days
    }

    /// Positions at the edges of a frame.
    pub fn across(&self) -> (f64, f64) {
        (-0.6, self.position(self.last) + 0.6)
    }

    /// The bands, the line of what was observed and the dashed median.
    pub fn draw_lines(&self, canvas: &mut Canvas<'_>, frame: &Frame, thickness: u32, markers: bool) {
        let x = |period: Period| frame.x(self.position(period));
        for (place, level) in self.bands.iter().enumerate().rev() {
            let fill = if place == 0 { Ink::InnerBand } else { Ink::OuterBand };
            for run in runs(&self.steps, |step| {
                let (low, high) = step.range.of(*level)?;
                Some((x(step.period), frame.y(drawn(low)?), frame.y(drawn(high)?)))
            }) {
                let low: Vec<(f64, f64)> = run.iter().map(|(x, low, _)| (*x, *low)).collect();
                let high: Vec<(f64, f64)> = run.iter().map(|(x, _, high)| (*x, *high)).collect();
                let around: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
                canvas.polygon(&around, fill);
                canvas.line(&low, Ink::BandEdge, 2);
                canvas.line(&high, Ink::BandEdge, 2);
            }
        }
        for run in runs(&self.steps, |step| Some((x(step.period), frame.y(drawn(step.range.median)?)))) {
            canvas.dashed(&run, Ink::First, thickness);
        }
        let observed = |past: &Past| match past.count {
            Cell::Number(count) if past.state != State::Missing => Some((x(past.period), frame.y(count))),
            _ => None,
        };
        let lines = runs(&self.past, observed);
        for run in &lines {
            canvas.line(run, Ink::First, thickness);
        }
        if markers {
            let radius = marker_radius(frame, self.across());
            lines.iter().flatten().for_each(|point| canvas.dot(*point, radius, Ink::First));
        } else {
            // A lone point has no line.
            lines.iter().filter(|run| run.len() == 1).flatten().for_each(|point| canvas.dot(*point, 4, Ink::First));
        }
        for past in &self.past {
            let Some(figure) = drawn(past.count) else { continue };
            let point = (x(past.period), frame.y(figure));
            if past.count == Cell::Suppressed {
                canvas.ring(point, if markers { 7 } else { 5 }, Ink::First, 2);
            } else if past.state == State::Provisional && markers {
                canvas.ring(point, 10, Ink::Fourth, 5);
            }
        }
    }

    /// The lockdown periods, without labels.
    pub fn draw_lockdowns(&self, canvas: &mut Canvas<'_>, frame: &Frame, top: f64) {
        for (left, right, _) in self.shaded(frame) {
            canvas.rectangle(Area { left, top, right, bottom: frame.area.bottom }, Ink::Shade);
        }
    }

    fn shaded(&self, frame: &Frame) -> Vec<(f64, f64, &str)> {
        // Long figures may leave no room for the plot.
        let right = frame.area.right.max(frame.area.left);
        let edge = |position: f64| frame.x(position).clamp(frame.area.left, right);
        let next = |day: crate::time::Date| day.tomorrow().unwrap_or(day);
        let lockdowns = self.lockdowns.iter();
        lockdowns
            .map(|one| (edge(self.day(one.first_day)), edge(self.day(next(one.last_day))), one.label.as_str()))
            .collect()
    }
}

/// Consecutive items for which there is a point.
fn runs<T, P>(items: &[T], point: impl Fn(&T) -> Option<P>) -> Vec<Vec<P>> {
    let mut runs: Vec<Vec<P>> = Vec::new();
    let mut open = false;
    for item in items {
        match point(item) {
            Some(point) if open => {
                if let Some(run) = runs.last_mut() {
                    run.push(point);
                }
            }
            Some(point) => {
                runs.push(vec![point]);
                open = true;
            }
            None => open = false,
        }
    }
    runs
}

fn marker_radius(frame: &Frame, (first, last): (f64, f64)) -> u32 {
    let apart = frame.area.width() / (last - first).max(1.0);
    (apart * 0.42).clamp(3.0, 7.0) as u32
}

/// The levels drawn as bands: 80 and 95 where they are published, else the two widest.
pub(super) fn bands(contents: &PackContents) -> Vec<Level> {
    let levels: Vec<Level> = contents.levels.iter().collect();
    let usual: Vec<Level> = levels.iter().copied().filter(|level| [80, 95].contains(&u8::from(*level))).collect();
    if usual.len() == 2 { usual } else { levels[levels.len().saturating_sub(2)..].to_vec() }
}

impl Plot for Timeline {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let kind = axis_type();
        let ticks = ticks_from_zero(self.largest(), 5);
        let end_labels = self.end_labels();
        let mut frame = Frame::new(
            Area { right: area.right - self.room_right(), bottom: area.bottom - PERIODS, ..area },
            &ticks,
            kind,
            self.across(),
        );
        let strip = self.strip(&frame);
        let lowest = strip.iter().map(|label| label.spot.y + STRIP_ROW).fold(0.0, f64::max);
        frame.area.top += lowest + 8.0;
        self.draw_lockdowns(canvas, &frame, area.top);
        draw_counts(canvas, &frame, &ticks, kind);
        draw_periods(canvas, &frame, self.first, self.last, kind);
        if !self.steps.is_empty() {
            let x = frame.x(self.position(self.origin) + 0.5);
            canvas.line(&[(x, area.top), (x, frame.area.bottom)], Ink::Outline, 3);
        }
        for label in &strip {
            let Spot { x, y, anchor } = label.spot;
            canvas.text_if_free(&label.text, x, area.top + y + kind.size, anchor, kind);
        }
        self.draw_lines(canvas, &frame, 5, true);
        draw_end_labels(canvas, &frame, &end_labels, 10.0);
        self.label_observed(canvas, &frame);
    }
}

const STRIP_ROW: f64 = LABEL + 10.0;

/// A label in the strip above the plot.
struct StripLabel {
    text: String,
    /// Below the top of the first row.
    spot: Spot,
}

/// Shaded periods under one label.
struct Shaded {
    text: String,
    left: f64,
    right: f64,
}

/// "1st, 2nd lockdown" of "1st lockdown" and "2nd lockdown"; names without a common last word stand in full.
fn one_label(names: &[&str]) -> String {
    let split: Vec<Option<(&str, &str)>> = names.iter().map(|name| name.rsplit_once(' ')).collect();
    let last = split.first().copied().flatten().map(|(_, last)| last);
    match last {
        Some(last) if split.iter().all(|name| name.is_some_and(|(_, word)| word == last)) => {
            let firsts: Vec<&str> = split.iter().flatten().map(|(first, _)| *first).collect();
            format!("{} {last}", firsts.join(", "))
        }
        _ => names.join(", "),
    }
}

impl Timeline {
    /// The labels of lockdowns and of the origin, each in the first row where it touches no other and doesn't cross the
    /// origin's line.
    fn strip(&self, frame: &Frame) -> Vec<StripLabel> {
        let kind = axis_type();
        let origin = frame.x(self.position(self.origin) + 0.5);
        let mut wanted: Vec<(String, Vec<(f64, Anchor)>)> = Vec::new();
        let mut taken = Vec::new();
        let beside = [(origin - 10.0, Anchor::End), (origin + 10.0, Anchor::Start)];
        if let Some(step) = self.steps.first() {
            wanted.push((format!("Forecast from {}", short_name(step.period)), beside.to_vec()));
            taken.push(Area { left: origin - 1.0, right: origin + 1.0, top: -1e4, bottom: 1e4 });
        }
        for group in self.lockdown_labels(frame, kind) {
            let (half, middle) = (kind.width(&group.text) / 2.0, (group.left + group.right) / 2.0);
            let lowest = frame.area.left + half;
            let over = middle.clamp(lowest, (frame.area.right - half).max(lowest));
            // Where it would cross the origin's line, it ends or starts there, on the side of what it names.
            let side = beside[usize::from(middle > origin)];
            wanted.push((group.text, vec![(over, Anchor::Middle), side]));
        }
        // Above the plot, labels may stand over the axis.
        let room =
            Area { left: frame.area.left - 60.0, top: -1e4, right: frame.area.right + self.room_right(), bottom: 1e4 };
        let mut labels = Vec::new();
        for (text, places) in wanted {
            let row_of = |row: usize| {
                places.iter().map(move |(x, anchor)| Spot { x: *x, y: row as f64 * STRIP_ROW, anchor: *anchor })
            };
            if let Some((spot, area)) = first_free(&text, kind, (0..8).flat_map(row_of), room, &taken) {
                taken.push(Area { left: area.left - 12.0, right: area.right + 12.0, ..area });
                labels.push(StripLabel { text, spot });
            }
        }
        labels
    }

    /// The labels of the shaded periods; neighbours whose labels would touch share one.
    fn lockdown_labels(&self, frame: &Frame, kind: Type) -> Vec<Shaded> {
        let origin = frame.x(self.position(self.origin) + 0.5);
        let mut groups: Vec<(Vec<&str>, Shaded)> = Vec::new();
        for (left, right, label) in self.shaded(frame) {
            groups.push((vec![label], Shaded { text: label.to_owned(), left, right }));
            // A joined label is wider, and may now touch the one before.
            while let [.., (_, before), (_, last)] = groups.as_slice() {
                let reach = |one: &Shaded| {
                    let (middle, half) = ((one.left + one.right) / 2.0, kind.width(&one.text) / 2.0 + 12.0);
                    (middle - half, middle + half)
                };
                if reach(before).1 <= reach(last).0 {
                    break;
                }
                let names: Vec<&str> = groups[groups.len() - 2..].iter().flat_map(|(names, _)| names.clone()).collect();
                let text = one_label(&names);
                if kind.width(&text) > frame.area.width() * 0.8
                    || before.right <= origin + 1.0 && origin - 1.0 <= last.left
                {
                    break;
                }
                let (left, right) = (before.left, last.right);
                groups.truncate(groups.len() - 2);
                groups.push((names, Shaded { text, left, right }));
            }
        }
        groups.into_iter().map(|(_, shaded)| shaded).collect()
    }

    /// How much room the labels of the lines' ends take.
    fn room_right(&self) -> f64 {
        labels_width(&self.end_labels()) + 18.0
    }

    /// From top to bottom: where it belongs, the text, how it looks.
    fn end_labels(&self) -> Vec<(f64, String, Type)> {
        let Some(last) = self.steps.last() else { return Vec::new() };
        let plain = Type::label(Ink::BandEdge);
        let mut labels: Vec<(f64, String, Type)> = self
            .bands
            .iter()
            .filter_map(|level| {
                let (_, high) = last.range.of(*level)?;
                Some((drawn(high)?, format!("{level}% range"), plain))
            })
            .collect();
        labels.extend(
            drawn(last.range.median).map(|median| (median, "Forecast".to_owned(), Type::label(Ink::First).bold())),
        );
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        labels
    }

    /// Writes "Observed" just above the line, as far left as it is free of line and text.
    fn label_observed(&self, canvas: &mut Canvas<'_>, frame: &Frame) {
        let kind = Type::label(Ink::First).bold();
        let text = "Observed";
        let wide = kind.width(text);
        let points: Vec<(f64, f64)> = self
            .past
            .iter()
            .filter_map(|past| Some((frame.x(self.position(past.period)), frame.y(drawn(past.count)?))))
            .collect();
        let mut x = frame.area.left + 8.0;
        while x + wide < frame.area.right {
            let under = points.iter().filter(|(at, _)| *at >= x - 14.0 && *at <= x + wide + 14.0);
            let highest = under.map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
            if highest.is_finite() {
                let y = highest - 22.0;
                let area = kind.area(text, x, y, Anchor::Start);
                let spot = Spot { x, y, anchor: Anchor::Start };
                let is_free = first_free(text, kind, [spot], canvas.whole(), canvas.taken()).is_some();
                let shaded = self.shaded(frame).iter().any(|(left, right, _)| area.left < *right && *left < area.right);
                if area.top > frame.area.top && !shaded && is_free {
                    // Grid lines stay behind the word.
                    canvas.rectangle(Area { top: area.top - 2.0, bottom: y + 6.0, ..area }, Ink::Paper);
                    canvas.text(text, x, y, Anchor::Start, kind);
                    return;
                }
            }
            x += 20.0;
        }
    }
}

/// Notes as one text; `None` where there is none.
pub(super) fn joined(notes: Vec<&str>) -> Option<String> {
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// What the marks of a timeline mean, drawn with or without markers.
pub(super) fn notes(timeline: &Timeline, markers: bool) -> Vec<&'static str> {
    let mut notes = Vec::new();
    let any = |wanted: &dyn Fn(&Past) -> bool| timeline.past.iter().any(wanted);
    let hidden = |step: &Step| {
        step.range.median == Cell::Suppressed
            || timeline.bands.iter().filter_map(|level| step.range.of(*level)).any(|(low, _)| low == Cell::Suppressed)
    };
    if any(&|past| past.count == Cell::Suppressed) {
        notes.push("Small rings: too few to be shown.");
    }
    if any(&|past| past.count == Cell::Withheld) {
        notes.push("Gaps: not shown, to protect children.");
    }
    if timeline.steps.iter().any(hidden) {
        notes.push("Forecasts from 1 to 7 are drawn at 5.");
    }
    if markers && any(&|past| past.state == State::Provisional) {
        notes.push("Thick ring: provisional.");
    }
    if any(&|past| past.state == State::Missing) {
        notes.push("Gaps: not available.");
    }
    notes
}

/// The colour of names inside panels.
pub(super) const NAME: Type = Type { size: LABEL, weight: super::typeface::Weight::Bold, colour: Ink::Words };
