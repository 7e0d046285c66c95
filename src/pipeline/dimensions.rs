//! Ids that name a place in a hierarchy: `North East/Northtown` by region and area.

use std::collections::BTreeSet;

use super::Error;
use crate::panel::{Hierarchy, Panel, SeriesKey, TOTAL, Total};

/// How ids are divided into dimensions: `region/area` means ids such as `North East/Northtown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdDimensions {
    names: Vec<String>,
    separator: char,
}

/// More dimensions than anyone has; every further one doubles the number of margins.
const MOST: usize = 8;

impl IdDimensions {
    /// Reads `region/area`: names of dimensions, with what stands between their labels in the ids between them.
    ///
    /// # Errors
    /// Where there are fewer than two names, or too many, or an empty one.
    pub fn parse(text: &str) -> Result<IdDimensions, Error> {
        let is_name = |character: char| character.is_alphanumeric() || character == '_' || character == ' ';
        let separator = text.chars().find(|character| !is_name(*character));
        let names: Vec<String> = separator
            .map(|separator| text.split(separator).map(|name| name.trim().to_owned()).collect())
            .unwrap_or_default();
        let distinct: BTreeSet<&String> = names.iter().collect();
        match separator {
            Some(separator)
                if (2..=MOST).contains(&names.len())
                    && distinct.len() == names.len()
                    && names.iter().all(|name| !name.is_empty()) =>
            {
                Ok(IdDimensions { names, separator })
            }
            _ => Err(Error::Usage(format!(
                "`{text}` names no dimensions: write 2 to {MOST} names with what divides the ids between them, \
                 such as region/area"
            ))),
        }
    }

    /// The panel with keys of these dimensions.
    pub(super) fn divide(&self, panel: &Panel) -> Result<Panel, Error> {
        let divided = |key: &SeriesKey| {
            let id = key.to_string();
            let labels: Vec<&str> = id.split(self.separator).collect();
            if labels.len() != self.names.len() || labels.contains(&TOTAL) {
                let (needed, separator) = (self.names.len(), self.separator);
                let what = format!("series `{id}` does not have {needed} labels with `{separator}` between them");
                return Err(Error::Usage(what));
            }
            Ok(SeriesKey::new(labels))
        };
        let keys = panel.keys().iter().map(divided).collect::<Result<Vec<_>, _>>()?;
        Ok(Panel::new(self.names.clone(), keys, panel.span(), panel.values().to_owned(), panel.kind())?)
    }

    /// The series and the sums of two series or more, sorted by key.
    pub(super) fn nodes(panel: &Panel) -> Vec<Total> {
        let hierarchy = Hierarchy::of(panel);
        let sums: BTreeSet<SeriesKey> = hierarchy.sums().into_iter().map(|total| total.key).collect();
        let is_node = |total: &&Total| !total.key.is_total() || sums.contains(&total.key);
        hierarchy.totals().iter().filter(is_node).cloned().collect()
    }

    /// The dimensions that a key doesn't add up: `region`, `region/area`; [`TOTAL`] where it adds up all.
    pub(super) fn level(&self, key: &SeriesKey) -> String {
        let kept = self.names.iter().zip(key.labels()).filter(|(_, label)| *label != TOTAL);
        let kept: Vec<&str> = kept.map(|(name, _)| name.as_str()).collect();
        if kept.is_empty() { TOTAL.to_owned() } else { kept.join(&self.separator.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::panel::ValueKind;
    use crate::time::{Period, Span};

    fn panel(ids: &[&str]) -> Panel {
        let keys = ids.iter().map(|id| SeriesKey::new([*id])).collect();
        let span = Span::new(Period::month(2024, 1), 2);
        Panel::new(vec!["unique_id".into()], keys, span, Array2::ones((ids.len(), 2)), ValueKind::Count)
            .expect("a valid panel")
    }

    #[test]
    fn ids_are_divided_into_labels_and_sums_have_levels() {
        let dimensions = IdDimensions::parse("region/area").expect("two dimensions");
        let divided = dimensions.divide(&panel(&["North/a", "North/b", "South/c"])).expect("a panel");
        let nodes: Vec<(String, String)> = IdDimensions::nodes(&divided)
            .iter()
            .map(|total| (total.key.to_string(), dimensions.level(&total.key)))
            .collect();
        let expected = [
            ("*/*", "*"),
            ("North/*", "region"),
            ("North/a", "region/area"),
            ("North/b", "region/area"),
            ("South/c", "region/area"),
        ];
        assert_eq!(nodes, expected.map(|(key, level)| (key.to_owned(), level.to_owned())));
    }

    #[test]
    fn an_id_with_other_labels_is_refused_by_name() {
        let dimensions = IdDimensions::parse("region/area").expect("two dimensions");
        let error = dimensions.divide(&panel(&["North/a", "South"])).expect_err("refused").to_string();
        assert!(error.contains("`South`") && error.contains("2 labels"), "{error}");
    }

    #[test]
    fn one_name_is_no_hierarchy() {
        for text in ["", "area", "region/", "area/area"] {
            assert!(IdDimensions::parse(text).is_err(), "{text}");
        }
    }
}
