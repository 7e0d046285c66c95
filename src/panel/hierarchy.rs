//! Which leaves each total adds up.

use std::collections::BTreeMap;

use super::{Panel, SeriesKey};

/// A total and the rows of the panel that it adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The total's key: [`super::TOTAL`] in each dimension that is added up.
    pub key: SeriesKey,
    /// Rows of the panel, ascending; at least one.
    pub leaves: Vec<usize>,
}

/// All totals over the dimensions of a panel whose keys are leaves: the grand total, each margin, and the leaves
/// themselves as totals of one.
///
/// Derived from the keys, never configured.
///
/// ```
/// # use groundswell::panel::{Hierarchy, Panel, SeriesKey, ValueKind};
/// # use groundswell::time::{Period, Span};
/// # let keys = vec![SeriesKey::new(["North", "Police"]), SeriesKey::new(["North", "Schools"])];
/// # let span = Span::new(Period::month(2024, 1), 1);
/// # let values = ndarray::array![[1.0], [2.0]];
/// let panel = Panel::new(vec!["area".into(), "source".into()], keys, span, values, ValueKind::Count)?;
/// let totals: Vec<String> = Hierarchy::of(&panel).totals().iter().map(|total| total.key.to_string()).collect();
/// assert_eq!(totals, ["*/*", "*/Police", "*/Schools", "North/*", "North/Police", "North/Schools"]);
/// # Ok::<(), groundswell::panel::PanelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hierarchy {
    totals: Vec<Total>,
}

impl Hierarchy {
    /// The hierarchy of a panel of leaves.
    pub fn of(panel: &Panel) -> Hierarchy {
        let mut totals: BTreeMap<SeriesKey, Vec<usize>> = BTreeMap::new();
        for mask in 0..1u32 << panel.dimensions().len() {
            for (row, key) in panel.keys().iter().enumerate() {
                totals.entry(key.project(mask)).or_default().push(row);
            }
        }
        Hierarchy { totals: totals.into_iter().map(|(key, leaves)| Total { key, leaves }).collect() }
    }

    /// The totals, sorted by key; leaves are among them.
    pub fn totals(&self) -> &[Total] {
        &self.totals
    }
}
