//! Scales, ticks and the numbers beside them.

use super::canvas::{Anchor, Area, Canvas, LABEL, Type};
use crate::math::spelling::with_thousands;
use crate::publish::theme::Ink;
use crate::time::{Frequency, Period};

/// A whole number with commas between thousands.
pub(crate) fn with_commas(value: f64) -> String {
    let text = with_thousands(&format!("{:.0}", value.abs()));
    if value < 0.0 && text != "0" { format!("\u{2212}{text}") } else { text }
}

/// What long figures are counted in.
const UNITS: [(f64, &str); 3] = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")];

/// The figures beside ticks: whole numbers with commas, and from ten million on in millions, billions or trillions where
/// every tick is a whole number of them.
pub(crate) fn tick_texts(ticks: &[f64]) -> Vec<String> {
    let largest = ticks.iter().fold(0.0, |largest: f64, tick| largest.max(tick.abs()));
    let is_whole = |unit: f64| ticks.iter().all(|tick| (tick / unit - (tick / unit).round()).abs() < 1e-9);
    let unit = UNITS.into_iter().find(|(unit, _)| largest >= 10.0 * unit && is_whole(*unit));
    let text = |tick: &f64| match unit {
        Some((unit, name)) if *tick != 0.0 => format!("{} {name}", with_commas(tick / unit)),
        _ => with_commas(*tick),
    };
    ticks.iter().map(text).collect()
}

/// A figure where there is little room: "4,745", and from ten million on "4,971 million".
pub(crate) fn in_words(figure: f64) -> String {
    match UNITS.into_iter().find(|(unit, _)| figure.abs() >= 10.0 * unit) {
        Some((unit, name)) => format!("{} {name}", with_commas(figure / unit)),
        None => with_commas(figure),
    }
}

/// Ticks from zero to at least `largest`, about `wanted` of them, at round numbers; whole ones for counts.
pub(crate) fn ticks_from_zero(largest: f64, wanted: usize) -> Vec<f64> {
    let largest = largest.max(1.0);
    let rough = largest / wanted.max(1) as f64;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough * 0.75);
    let step = step.unwrap_or(10.0 * power).max(1.0);
    let count = (largest / step - 1e-9).ceil() as usize;
    (0..=count).map(|tick| tick as f64 * step).collect()
}

/// The least round number of at least `largest`, for an axis with figures at its ends alone: little room stays above.
pub(crate) fn round_top(largest: f64) -> f64 {
    let largest = largest.max(1.0);
    let power = libm::pow(10.0, libm::floor(libm::log10(largest)));
    let steps = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let round = |step: f64| (step * power).ceil();
    steps.into_iter().map(round).find(|top| *top >= largest * (1.0 - 1e-12)).unwrap_or(10.0 * power)
}

/// How much room tick marks and names of periods take under a frame.
pub(crate) const PERIODS: f64 = LABEL + 30.0;

/// A rectangle with figures on both axes: periods (or positions) across, counts from zero up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub area: Area,
    /// Positions at the left and the right edge.
    pub across: (f64, f64),
    /// The figure at the top edge.
    pub top: f64,
}

impl Frame {
    /// Counts from zero to the last tick in an area, whose left edge makes room for their figures.
    pub fn new(area: Area, ticks: &[f64], kind: Type, across: (f64, f64)) -> Frame {
        let left = area.left + counts_width(ticks, kind);
        Frame { area: Area { left, ..area }, across, top: ticks[ticks.len() - 1] }
    }

    pub fn x(&self, position: f64) -> f64 {
        let (first, last) = self.across;
        let share = if last > first { (position - first) / (last - first) } else { 0.5 };
        self.area.left + share * self.area.width()
    }

    pub fn y(&self, figure: f64) -> f64 {
        self.area.bottom - figure / self.top * self.area.height()
    }
}

/// Horizontal grid lines with their figures at the left; `edge` is where the figures end.
pub(crate) fn draw_counts(canvas: &mut Canvas<'_>, frame: &Frame, ticks: &[f64], kind: Type) {
    for (tick, text) in ticks.iter().zip(tick_texts(ticks)) {
        let y = frame.y(*tick);
        let colour = if *tick == 0.0 { Ink::Words } else { Ink::Grid };
        canvas.line(&[(frame.area.left, y), (frame.area.right, y)], colour, if *tick == 0.0 { 3 } else { 2 });
        canvas.text_if_free(&text, frame.area.left - 12.0, y + kind.centre(), Anchor::End, kind);
    }
}

/// How wide the figures of the ticks are.
pub(crate) fn counts_width(ticks: &[f64], kind: Type) -> f64 {
    tick_texts(ticks).iter().map(|text| kind.width(text)).fold(0.0, f64::max) + 16.0
}

/// Tick marks under the frame with the names of years or, where there are few, of periods.
pub(crate) fn draw_periods(canvas: &mut Canvas<'_>, frame: &Frame, first: Period, last: Period, kind: Type) {
    let length = last.periods_since(first) + 1;
    let season = first.frequency().season_length() as i32;
    let starts_year = |period: &Period| period.season() == 0;
    let all: Vec<Period> = (0..length).map(|step| first.plus(step)).collect();
    // Weeks have no exact 52-week year, so the first of a season is looked for rather than counted.
    let mut years: Vec<Period> = all.iter().copied().filter(starts_year).collect();
    years.dedup_by_key(|period| period.first_day().year());
    let (ticks, name): (Vec<Period>, fn(Period) -> String) = if years.len() >= 3 || length > 2 * season {
        (years, |period| period.first_day().year().to_string())
    } else {
        (all, short_name)
    };
    let widest = ticks.iter().map(|tick| kind.width(&name(*tick))).fold(0.0, f64::max) + 0.6 * LABEL;
    let apart = frame.area.width() / f64::from(length.max(1));
    let spacing = ticks.windows(2).map(|pair| f64::from(pair[1].periods_since(pair[0]))).fold(f64::MAX, f64::min);
    let every = if ticks.len() < 2 { 1 } else { (widest / (spacing * apart)).ceil().max(1.0) as usize };
    for (place, tick) in ticks.iter().enumerate() {
        let x = frame.x(f64::from(tick.periods_since(first)));
        canvas.line(&[(x, frame.area.bottom), (x, frame.area.bottom + 10.0)], Ink::Words, 2);
        if place % every == 0 {
            let name = name(*tick);
            let half = kind.width(&name) / 2.0;
            let centre = x.clamp(half + 4.0, (canvas.whole().right - half - 4.0).max(half + 4.0));
            canvas.text_if_free(&name, centre, frame.area.bottom + 16.0 + kind.size, Anchor::Middle, kind);
        }
    }
}

/// A period's shortest name: "Apr 2025", "Q2 2025", "2025", "23 Mar 2025".
pub(crate) fn short_name(period: Period) -> String {
    let day = period.first_day();
    let month = &period_month(period)[..3];
    match period.frequency() {
        Frequency::Week => format!("{} {month} {}", day.day(), day.year()),
        Frequency::Month => format!("{month} {}", day.year()),
        Frequency::Quarter | Frequency::Year => period.spoken(),
    }
}

/// The name of the month that a period starts in.
pub(crate) fn period_month(period: Period) -> String {
    let day = period.first_day();
    let month = Period::month(day.year(), day.month()).spoken();
    month.split(' ').next().unwrap_or("").to_owned()
}

/// What a label of an axis looks like.
pub(crate) fn axis_type() -> Type {
    Type::label(Ink::Words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_commas() {
        for (value, text) in
            [(0.0, "0"), (999.0, "999"), (1_000.0, "1,000"), (52_345.4, "52,345"), (1_234_567.0, "1,234,567")]
        {
            assert_eq!(with_commas(value), text);
        }
        assert_eq!(with_commas(-1_200.0), "\u{2212}1,200");
        assert_eq!(with_commas(-0.2), "0");
    }

    #[test]
    fn a_round_top_is_whole_reaches_the_largest_and_leaves_little_room() {
        for largest in [0.0, 0.3, 1.0, 1.1, 7.0, 10.0, 437.0, 1_000.0, 4_115.0, 52_345.0, 9.9e14] {
            let top = round_top(largest);
            assert!(top >= largest && top.fract() == 0.0, "{largest}: {top}");
            assert!(largest < 3.0 || top <= largest * 1.35, "{largest}: {top}");
        }
        assert_eq!(round_top(4_115.0), 5_000.0);
    }

    #[test]
    fn figures_too_long_for_an_axis_are_in_words() {
        assert_eq!(tick_texts(&[0.0, 1_000.0]), ["0", "1,000"]);
        assert_eq!(tick_texts(&[0.0, 2e7, 4e7]), ["0", "20 million", "40 million"]);
        assert_eq!(tick_texts(&[0.0, 5e14, 1e15]), ["0", "500 trillion", "1,000 trillion"]);
    }

    #[test]
    fn two_ticks_never_read_alike() {
        assert_eq!(tick_texts(&[12e6, 12.5e6, 13e6]), ["12,000,000", "12,500,000", "13,000,000"]);
        assert_eq!(tick_texts(&[-2e7, 0.0]), ["\u{2212}20 million", "0"]);
        assert_eq!([4_745.0, 4_970_640_000.0].map(in_words), ["4,745", "4,971 million"]);
    }

    #[test]
    fn ticks_start_at_zero_reach_the_largest_and_are_whole() {
        for largest in [0.0, 0.3, 1.0, 7.0, 10.0, 437.0, 1_000.0, 52_345.0] {
            let ticks = ticks_from_zero(largest, 5);
            assert_eq!(ticks[0], 0.0);
            assert!(ticks[ticks.len() - 1] >= largest && ticks.len() <= 8, "{largest}: {ticks:?}");
            assert!(ticks.iter().all(|tick| tick.fract() == 0.0), "{ticks:?}");
        }
    }
}
