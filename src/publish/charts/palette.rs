//! The colours of the charts.
//!
//! Source: Government Analysis Function, "Data visualisation: colours in charts". Turquoise, orange and light purple
//! carry lines and never text.

use plotters::style::RGBColor;

/// Observed figures and what matters most.
pub(crate) const NAVY: RGBColor = RGBColor(0x12, 0x43, 0x6D);
/// A second line, and what comes back.
pub(crate) const TURQUOISE: RGBColor = RGBColor(0x28, 0xA1, 0x97);
/// A third line, and what went wrong.
pub(crate) const PLUM: RGBColor = RGBColor(0x80, 0x16, 0x50);
/// A fourth line, and what is provisional.
pub(crate) const ORANGE: RGBColor = RGBColor(0xF4, 0x6A, 0x25);
/// Text beside the headline, and axes.
pub(crate) const DARK_GREY: RGBColor = RGBColor(0x3D, 0x3D, 0x3D);
/// What is there for comparison; always outlined or labelled, because alone it is too pale.
pub(crate) const PALE_GREY: RGBColor = RGBColor(0xBF, 0xBF, 0xBF);
/// The outline of pale shapes.
pub(crate) const MID_GREY: RGBColor = RGBColor(0x6F, 0x6F, 0x6F);
/// The inner band of a forecast.
pub(crate) const INNER_BAND: RGBColor = RGBColor(0xB5, 0xD6, 0xF2);
/// The outer band of a forecast.
pub(crate) const OUTER_BAND: RGBColor = RGBColor(0xDA, 0xEA, 0xF9);
/// The edges of both bands.
pub(crate) const BAND_EDGE: RGBColor = RGBColor(0x20, 0x73, 0xBC);
/// Headlines.
pub(crate) const BLACK: RGBColor = RGBColor(0x0B, 0x0C, 0x0C);
/// Grid lines, which only help the eye.
pub(crate) const GRID: RGBColor = RGBColor(0xDE, 0xE0, 0xE2);
/// Lockdown periods.
pub(crate) const LOCKDOWN: RGBColor = RGBColor(0xEE, 0xEF, 0xF0);
/// The paper.
pub(crate) const WHITE: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio. Method: WCAG 2.2, definitions of relative luminance and contrast ratio.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let luminance = |RGBColor(red, green, blue): RGBColor| {
            let linear = |channel: u8| {
                let share = f64::from(channel) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_measured_as_the_standard_says() {
        assert!((contrast(RGBColor(0, 0, 0), WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(RGBColor(0x76, 0x76, 0x76), WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_colour_of_text_can_be_read_on_every_ground_it_stands_on() {
        for text in [NAVY, PLUM, DARK_GREY, BLACK] {
            for ground in [WHITE, LOCKDOWN, OUTER_BAND, INNER_BAND] {
                assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
            }
        }
        // Labels of bands stand beside them, on paper.
        assert!(contrast(BAND_EDGE, WHITE) >= 4.5);
        assert!(contrast(WHITE, NAVY) >= 4.5);
    }

    #[test]
    fn every_line_and_outline_can_be_seen() {
        for line in [NAVY, TURQUOISE, PLUM, ORANGE, DARK_GREY, MID_GREY, BAND_EDGE] {
            assert!(contrast(line, WHITE) >= 3.0, "{line:?}: {}", contrast(line, WHITE));
        }
        for (line, ground) in [(NAVY, INNER_BAND), (NAVY, OUTER_BAND), (BAND_EDGE, INNER_BAND), (DARK_GREY, LOCKDOWN)] {
            assert!(contrast(line, ground) >= 3.0, "{line:?} on {ground:?}: {}", contrast(line, ground));
        }
    }
}
