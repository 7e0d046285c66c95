//! Distinct texts of a column, numbered in the order in which they come.

use polars::prelude::{InitHashMaps, PlHashMap};

/// Numbers for distinct texts.
#[derive(Debug, Default)]
pub(super) struct Labels {
    numbers: PlHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// The text seen last and its number: most columns repeat themselves.
    last: Option<u32>,
}

impl Labels {
    pub(super) fn new() -> Labels {
        Labels { numbers: PlHashMap::new(), texts: Vec::new(), last: None }
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
}
