//! Which leaves each total adds up.

use std::collections::{BTreeMap, BTreeSet};

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

    /// The totals that add up two leaves or more, each set of leaves once: where every area lies in one region, an area's
    /// margin over the regions is the area itself, and no sum.
    pub fn sums(&self) -> Vec<Total> {
        let mut seen: BTreeSet<&[usize]> = BTreeSet::new();
        let sums = self.totals.iter().filter(|total| total.leaves.len() > 1 && seen.insert(&total.leaves));
        sums.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::panel::ValueKind;
    use crate::time::{Period, Span};

    #[test]
    fn sums_have_two_leaves_or_more_and_stand_once() {
        let keys = [["North", "a"], ["North", "b"], ["South", "c"]].map(SeriesKey::new).to_vec();
        let span = Span::new(Period::month(2024, 1), 1);
        let dimensions = vec!["region".into(), "area".into()];
        let panel = Panel::new(dimensions, keys, span, Array2::ones((3, 1)), ValueKind::Count).expect("a valid panel");
        let hierarchy = Hierarchy::of(&panel);
        assert_eq!(hierarchy.totals().len(), 9);
        let sums: Vec<(String, Vec<usize>)> =
            hierarchy.sums().into_iter().map(|total| (total.key.to_string(), total.leaves)).collect();
        assert_eq!(sums, [("*/*".to_owned(), vec![0, 1, 2]), ("North/*".to_owned(), vec![0, 1])]);
    }
}
