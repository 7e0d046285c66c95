//! Distinct texts of a column, numbered in the order in which they come.

use polars::prelude::{InitHashMaps, PlHashMap, StringChunked};

/// Numbers for distinct texts.
#[derive(Debug, Default)]
pub(super) struct Labels {
    numbers: PlHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// The text seen last and its number: most columns repeat themselves.
    last: Option<u32>,
    /// Codes of short cells by their bytes, so that most cells are never looked at as text.
    short: PlHashMap<u128, u32>,
}

/// How many short cells are remembered.
const MOST_SHORT: usize = 1 << 16;

impl Labels {
    pub(super) fn new() -> Labels {
        Labels { numbers: PlHashMap::new(), texts: Vec::new(), last: None, short: PlHashMap::new() }
    }

    /// The number of a text that was numbered before.
    #[inline]
    pub(super) fn find(&mut self, text: &str) -> Option<u32> {
        if let Some(last) = self.last
            && &*self.texts[last as usize] == text
        {
            return Some(last);
        }
        self.last = self.numbers.get(text).copied().or(self.last);
        self.last.filter(|last| &*self.texts[*last as usize] == text)
    }

    /// The number of a text, and whether it is new.
    #[inline]
    pub(super) fn number(&mut self, text: &str) -> (u32, bool) {
        if let Some(number) = self.find(text) {
            return (number, false);
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        self.last = Some(number);
        (number, true)
    }

    /// The codes of text cells, as `code` makes them from a cell and its position; a short cell's code is remembered,
    /// so `code` must give equal cells equal codes.
    pub(super) fn codes(
        &mut self,
        cells: &StringChunked,
        codes: &mut Vec<u32>,
        mut code: impl FnMut(&mut Labels, Option<&str>, usize) -> u32,
    ) {
        let mut last: Option<(u128, u32)> = None;
        let present = cells.rechunk_validity();
        for array in cells.downcast_iter() {
            for (position, view) in array.views().iter().enumerate() {
                let here = codes.len();
                if present.as_ref().is_some_and(|present| !present.get_bit(here)) {
                    codes.push(code(self, None, here));
                    continue;
                }
                if !view.is_inline() {
                    codes.push(code(self, Some(array.value(position)), here));
                    continue;
                }
                let key = view.as_u128();
                let known = match last {
                    Some((same, known)) if same == key => Some(known),
                    _ => self.short.get(&key).copied(),
                };
                let made = known.unwrap_or_else(|| {
                    let made = code(self, Some(array.value(position)), here);
                    if self.short.len() < MOST_SHORT {
                        self.short.insert(key, made);
                    }
                    made
                });
                last = Some((key, made));
                codes.push(made);
            }
        }
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// How many distinct texts there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The texts in the order of their numbers; the table of numbers is dropped.
    pub(super) fn into_texts(self) -> Vec<Box<str>> {
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut labels = Labels::new();
        let numbers: Vec<(u32, bool)> = ["a", "b", "b", "a", "c"].map(|text| labels.number(text)).to_vec();
        assert_eq!(numbers, [(0, true), (1, true), (1, false), (0, false), (2, true)]);
        assert_eq!(labels.text(1), "b");
        assert_eq!(labels.len(), 3);
    }

    #[test]
    fn short_and_long_cells_and_empty_ones_get_their_codes() {
        let long = "a text that is longer than twelve bytes";
        let cells = StringChunked::from_iter([Some("a"), None, Some(long), Some("a"), Some(""), Some(long), Some("b")]);
        let mut labels = Labels::new();
        let mut codes = Vec::new();
        let mut asked = Vec::new();
        labels.codes(&cells, &mut codes, |labels, text, position| {
            asked.push(position);
            text.map_or(99, |text| labels.number(text).0)
        });
        assert_eq!(codes, [0, 99, 1, 0, 2, 1, 3]);
        assert_eq!(asked, [0, 1, 2, 4, 5, 6], "the second `a` is remembered");
    }
}
