//! Ranges of made-up figures.

use crate::disclosure::FigureColumn;

/// Mean, median and bounds of three levels, in standard deviations from the middle.
pub const WIDTHS: [(&str, f64); 8] = [
    ("mean", 0.0),
    ("median", 0.0),
    ("lo_50", -0.67),
    ("hi_50", 0.67),
    ("lo_80", -1.28),
    ("hi_80", 1.28),
    ("lo_95", -1.96),
    ("hi_95", 1.96),
];

/// Mean, median and bounds of three levels around medians; spreads are standard deviations.
pub fn ranges(medians: &[f64], spreads: &[f64]) -> Vec<FigureColumn> {
    let at =
        |width: f64| medians.iter().zip(spreads).map(|(median, spread)| (median + width * spread).max(0.0)).collect();
    WIDTHS.map(|(name, width)| FigureColumn::counts(name, at(width))).into()
}
