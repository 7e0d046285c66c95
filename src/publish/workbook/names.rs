//! Names of sheets, tables and columns that Excel takes.

use std::collections::BTreeSet;

use super::SheetNames;

/// The longest name of a sheet, in UTF-16 units.
const LONGEST_SHEET_NAME: usize = 31;

/// The longest name of a table or column.
const LONGEST_NAME: usize = 255;

/// Names given so far: Excel doesn't tell capitals from small letters.
#[derive(Debug, Default)]
pub(super) struct Names {
    sheets: BTreeSet<String>,
    tables: BTreeSet<String>,
    headers: BTreeSet<String>,
}

impl Names {
    /// A sheet and its table.
    pub fn of(&mut self, wanted: &str) -> SheetNames {
        SheetNames { sheet: self.sheet(wanted), table: self.table(wanted) }
    }

    /// A sheet's name: at most 31 characters, none of `* ? : [ ] \ /`, no apostrophe at an end, and its own.
    fn sheet(&mut self, wanted: &str) -> String {
        let allowed = |letter: char| {
            if letter.is_control() || ['*', '?', ':', '[', ']', '\\', '/'].contains(&letter) { ' ' } else { letter }
        };
        let name: String = wanted.chars().map(allowed).collect();
        let name = name.trim_matches(|letter: char| letter == '\'' || letter.is_whitespace());
        let name = match name {
            "" => "sheet",
            // Excel keeps this name for the changes of shared workbooks.
            name if name.eq_ignore_ascii_case("history") => "history-table",
            name => name,
        };
        unique(&mut self.sheets, name, LONGEST_SHEET_NAME, " ")
    }

    /// A table's name: letters, digits and underscores, not like the address of a cell, and its own.
    fn table(&mut self, wanted: &str) -> String {
        let name: String =
            wanted.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        let name = if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || is_like_a_cell(&name) {
            format!("table_{name}")
        } else {
            name
        };
        unique(&mut self.tables, &name, LONGEST_NAME, "_")
    }

    /// A column's header: one line, not empty, and its own.
    pub fn header(&mut self, wanted: &str) -> String {
        let name: String = wanted.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let name = name.trim();
        unique(&mut self.headers, if name.is_empty() { "column" } else { name }, LONGEST_NAME, " ")
    }
}

/// The name cut to so many UTF-16 units, with a number where it is taken.
fn unique(taken: &mut BTreeSet<String>, name: &str, longest: usize, joint: &str) -> String {
    for number in 1_usize.. {
        let ending = if number == 1 { String::new() } else { format!("{joint}{number}") };
        let mut room = longest - ending.len();
        let kept: String = name
            .chars()
            .take_while(|letter| {
                let fits = room.checked_sub(letter.len_utf16());
                room = fits.unwrap_or(0);
                fits.is_some()
            })
            .collect();
        let candidate = format!("{}{ending}", kept.trim_end());
        if taken.insert(candidate.to_lowercase()) {
            return candidate;
        }
    }
    name.to_owned()
}

/// Whether Excel would take the name for a cell: `AB12`, `R1C1`, `R`, `C`.
fn is_like_a_cell(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
    let name = name.to_ascii_uppercase();
    let letters = name.chars().take_while(char::is_ascii_uppercase).count();
    let row_and_column = name.strip_prefix('R').and_then(|rest| rest.split_once('C'));
    name == "R"
        || name == "C"
        || (1..=3).contains(&letters) && digits(&name[letters..])
        || row_and_column
            .is_some_and(|(row, column)| (row.is_empty() || digits(row)) && (column.is_empty() || digits(column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_names_of_their_own_that_excel_takes() {
        let mut names = Names::default();
        assert_eq!(names.sheet("a/b: [c]?*\\d"), "a b   c    d");
        assert_eq!(names.sheet("'quoted'"), "quoted");
        let long = "A name of more than thirty-one characters";
        assert_eq!(names.sheet(long), "A name of more than thirty-one");
        assert_eq!(names.sheet(&long.to_lowercase()), "a name of more than thirty-on 2");
        assert_eq!(names.sheet(long), "A name of more than thirty-on 3");
        assert_eq!([names.sheet("History"), names.sheet("history")], ["history-table", "history-table 2"]);
        assert_eq!([names.sheet(""), names.sheet("''")], ["sheet", "sheet 2"]);
        assert_eq!(names.sheet(&"𝄞".repeat(20)).chars().count(), 15);
    }

    #[test]
    fn tables_are_not_called_like_cells() {
        let mut names = Names::default();
        assert_eq!(names.table("scenario-years"), "scenario_years");
        assert_eq!(names.table("Scenario_Years"), "Scenario_Years_2");
        for name in ["AB12", "r", "C", "R1C1", "rc", "1st", ""] {
            assert!(names.table(name).starts_with("table_"), "{name}");
        }
        assert_eq!(names.table("abcd12"), "abcd12");
    }

    #[test]
    fn headers_differ_in_more_than_capitals() {
        let mut names = Names::default();
        assert_eq!(["mean", "Mean", "two\nlines"].map(|name| names.header(name)), ["mean", "Mean 2", "two lines"]);
    }
}
