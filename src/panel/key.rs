//! The name of a series: one label a dimension.

use std::fmt;

/// The label that stands for all labels of a dimension.
pub const TOTAL: &str = "*";

/// One label for each of the panel's dimensions (area, source, age band, need ...); [`TOTAL`] stands for all.
///
/// Keys are ordered label by label.
///
/// ```
/// use groundswell::panel::SeriesKey;
/// let key = SeriesKey::new(["Northtown", "*"]);
/// assert_eq!(key.to_string(), "Northtown/*");
/// assert!(key.is_total());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey(Box<[Box<str>]>);

impl SeriesKey {
    /// A key from its labels, in the order of the panel's dimensions.
    pub fn new<L: Into<Box<str>>>(labels: impl IntoIterator<Item = L>) -> SeriesKey {
        SeriesKey(labels.into_iter().map(Into::into).collect())
    }

    /// The key of everything together: [`TOTAL`] in each of so many dimensions.
    pub fn grand_total(dimensions: usize) -> SeriesKey {
        SeriesKey::new(std::iter::repeat_n(TOTAL, dimensions))
    }

    /// The labels in the order of the panel's dimensions.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|label| &**label)
    }

    /// How many dimensions the key names.
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    /// Whether the key stands for more than one series in some dimension.
    pub fn is_total(&self) -> bool {
        self.labels().any(|label| label == TOTAL)
    }

    /// The key with [`TOTAL`] in every dimension whose bit in `mask` is not set.
    pub(super) fn project(&self, mask: u32) -> SeriesKey {
        let labels = self.labels().enumerate();
        SeriesKey::new(labels.map(|(dimension, label)| if mask >> dimension & 1 == 1 { label } else { TOTAL }))
    }
}

/// The labels with a slash between them.
impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (dimension, label) in self.labels().enumerate() {
            if dimension > 0 {
                f.write_str("/")?;
            }
            f.write_str(label)?;
        }
        Ok(())
    }
}
