//! What a workbook holds, whatever its form: properties, a cover, and sheets of one table each.

use std::borrow::Cow;

use super::SheetNames;
use super::names::Names;
use crate::disclosure::{Cell, Labels, ProtectedTable};
use crate::publish::sheet::MARKING_COLUMN;
use crate::time::Date;

/// The longest text that Excel takes in a cell, in UTF-16 units.
const LONGEST_TEXT: usize = 32_767;

/// Text wider than this is wrapped, in characters.
const WIDEST: usize = 50;

/// The width of the cover's column in characters.
pub(super) const COVER_WIDTH: f64 = 100.0;

/// How many letters of a text go into the width of a digit, in Arial.
const LETTERS_A_DIGIT: f64 = 1.12;

/// A line of text, in points.
const LINE_POINTS: f64 = 15.75;

/// The tallest row that Excel has, in points.
const TALLEST_ROW_POINTS: f64 = 409.0;

/// As many rows as are looked at to find a column's width.
const ROWS_MEASURED: usize = 2_000;

/// Not applicable: what stands for an empty text.
const NOT_APPLICABLE: &str = "[z]";

/// What a workbook says of itself.
#[derive(Debug, Clone)]
pub(super) struct Properties {
    pub title: String,
    pub subject: String,
    pub author: String,
    pub description: String,
    /// The run's own date, so that the same inputs give the same bytes.
    pub date: Date,
    /// BCP 47.
    pub language: &'static str,
    /// The handling marking.
    pub marking: Option<&'static str>,
}

/// A line of the cover.
#[derive(Debug, Clone)]
pub(super) enum CoverLine {
    Title(String),
    Heading(String),
    Text(String),
    /// To a sheet.
    Link(String),
}

impl CoverLine {
    /// How tall the line is, in points; `None` where one line of usual letters is enough.
    pub fn height(&self) -> Option<f64> {
        let (text, size) = match self {
            CoverLine::Title(text) => (text, 16.0 / 12.0),
            CoverLine::Heading(text) => (text, 14.0 / 12.0),
            CoverLine::Text(text) | CoverLine::Link(text) => (text, 1.0),
        };
        points(lines(text, COVER_WIDTH / size) as f64 * size)
    }
}

fn points(lines: f64) -> Option<f64> {
    (lines > 1.0).then(|| (lines * LINE_POINTS).min(TALLEST_ROW_POINTS))
}

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    Text,
    Date,
    /// As it is, without thousands: steps, levels, lines.
    Plain,
    /// With thousands and so many decimal places.
    Number(u8),
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BookCell<'a> {
    Text(Cow<'a, str>),
    Date(Date),
    Number(f64),
}

#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    Labels(&'a Labels),
    State(&'a Labels),
    Figures(&'a [Cell]),
    Constant(&'static str),
}

/// A column of a sheet's table.
#[derive(Debug, Clone)]
pub(super) struct BookColumn<'a> {
    pub header: String,
    pub look: Look,
    /// In characters.
    pub width: f64,
    /// Whether texts are broken into lines.
    pub wraps: bool,
    source: Source<'a>,
}

impl BookColumn<'_> {
    /// The cell of a row: never blank.
    pub fn cell(&self, row: usize) -> BookCell<'_> {
        match self.source {
            Source::Labels(Labels::Text(texts)) => BookCell::Text(fitting(&texts[row])),
            Source::Labels(Labels::Dates(dates)) => BookCell::Date(dates[row]),
            Source::Labels(Labels::Numbers(numbers)) => BookCell::Number(numbers[row] as f64),
            Source::State(labels) => BookCell::Text(Cow::Owned(marked_state(&labels.text(row)))),
            Source::Figures(cells) => match (cells[row].number(), cells[row].mark()) {
                (Some(number), _) => BookCell::Number(number),
                (None, Some(mark)) => BookCell::Text(Cow::Borrowed(mark.symbol())),
                (None, None) => BookCell::Text(Cow::Borrowed(NOT_APPLICABLE)),
            },
            Source::Constant(text) => BookCell::Text(Cow::Borrowed(text)),
        }
    }
}

/// A sheet with one table that begins in its first cell.
#[derive(Debug)]
pub(super) struct BookSheet<'a> {
    pub name: String,
    /// The table's own name, unique in the workbook.
    pub table: String,
    pub title: String,
    /// What the table says, for a reader who can't see it.
    pub says: String,
    pub columns: Vec<BookColumn<'a>>,
    /// At least one.
    pub rows: usize,
    /// The texts of this column are names of sheets, where there is such a sheet.
    pub links: Option<usize>,
}

impl Look {
    /// Figures and what stands for them end on the right, what names a row begins on the left.
    pub fn is_figure(self) -> bool {
        matches!(self, Look::Number(_))
    }
}

impl<'a> BookSheet<'a> {
    /// How tall a row is, in points; `None` where one line is enough. Not every program makes room for wrapped text by
    /// itself.
    pub fn height(&self, row: usize) -> Option<f64> {
        let wrapping = self.columns.iter().filter(|column| column.wraps);
        let lines = wrapping.map(|column| match column.cell(row) {
            BookCell::Text(text) => lines(&text, column.width),
            BookCell::Date(_) | BookCell::Number(_) => 1,
        });
        points(lines.max().unwrap_or(1) as f64)
    }

    /// A protected table with at least one row and column as a sheet.
    pub fn of(names: &SheetNames, title: &str, says: &str, table: &'a ProtectedTable) -> BookSheet<'a> {
        BookSheet {
            name: names.sheet.clone(),
            table: names.table.clone(),
            title: title.to_owned(),
            says: says.to_owned(),
            columns: columns(table),
            rows: table.rows(),
            links: None,
        }
    }
}

/// A workbook.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub properties: Properties,
    /// The name of the cover's sheet.
    pub cover_name: String,
    pub cover: Vec<CoverLine>,
    pub sheets: Vec<BookSheet<'a>>,
}

impl Book<'_> {
    /// The sheet of this name.
    pub fn has_sheet(&self, name: &str) -> bool {
        self.sheets.iter().any(|sheet| sheet.name == name)
    }
}

fn columns(table: &ProtectedTable) -> Vec<BookColumn<'_>> {
    let labels = table.labels().iter().map(|column| {
        let look = match column.labels {
            Labels::Text(_) => Look::Text,
            Labels::Dates(_) => Look::Date,
            Labels::Numbers(_) => Look::Plain,
        };
        let source =
            if column.name == "state" { Source::State(&column.labels) } else { Source::Labels(&column.labels) };
        (column.name.as_str(), look, source)
    });
    let figures = table.figures().iter().map(|column| {
        let look = Look::Number(decimals(column.cells()));
        (column.name(), look, Source::Figures(column.cells()))
    });
    let marking = table.profile().marking().map(|marking| (MARKING_COLUMN, Look::Text, Source::Constant(marking)));
    let mut headers = Names::default();
    labels
        .chain(figures)
        .chain(marking)
        .map(|(name, look, source)| {
            let mut column = BookColumn { header: headers.header(name), look, width: 0.0, wraps: false, source };
            let longest = (0..table.rows().min(ROWS_MEASURED)).map(|row| shown_width(&column.cell(row), look)).max();
            let wanted = longest.unwrap_or(0).max(column.header.chars().count()) + 2;
            (column.wraps, column.width) = (wanted > WIDEST, wanted.clamp(10, WIDEST) as f64);
            column
        })
        .collect()
}

/// How many characters a cell takes.
fn shown_width(cell: &BookCell<'_>, look: Look) -> usize {
    match (cell, look) {
        (BookCell::Text(text), _) => text.chars().count(),
        (BookCell::Date(_), _) => 10,
        (BookCell::Number(number), Look::Number(decimals)) => {
            let whole = format!("{:.0}", number.abs()).len();
            whole + whole / 3 + usize::from(decimals) + 2
        }
        (BookCell::Number(number), _) => format!("{number}").len(),
    }
}

/// How many decimal places show a column's figures: as many as they have, and no more than three; where they have more,
/// three for figures below ten and one for others.
fn decimals(cells: &[Cell]) -> u8 {
    let numbers = || cells.iter().filter_map(|cell| cell.number());
    let has_at_most = |places: &u8| {
        let scale = 10_f64.powi(i32::from(*places));
        numbers().all(|number| ((number * scale).round() - number * scale).abs() < 1e-6)
    };
    let exact = (0..=3).find(has_at_most);
    exact.unwrap_or(if numbers().all(|number| number.abs() < 10.0) { 3 } else { 1 })
}

/// How many lines a text takes in a column of so many digits, broken between words.
fn lines(text: &str, digits: f64) -> usize {
    broken(text, (digits * LETTERS_A_DIGIT) as usize)
}

/// How many lines of so many letters a text takes, broken between words.
fn broken(text: &str, width: usize) -> usize {
    let of_paragraph = |paragraph: &str| {
        let (mut lines, mut used) = (1, 0);
        for word in paragraph.split(' ').map(|word| word.chars().count()) {
            if used > 0 && used + 1 + word > width {
                (lines, used) = (lines + 1, word);
            } else {
                used += word + usize::from(used > 0);
            }
            // A word longer than a line goes on in the next.
            lines += used.saturating_sub(1) / width.max(1);
            used = if used > width { (used - 1) % width.max(1) + 1 } else { used };
        }
        lines
    };
    text.lines().map(of_paragraph).sum::<usize>().max(1)
}

/// `provisional [p]`, `forecast [f]`: the shorthand of official statistics beside the word.
fn marked_state(state: &str) -> String {
    match state {
        "" => NOT_APPLICABLE.to_owned(),
        "provisional" => "provisional [p]".to_owned(),
        "forecast" => "forecast [f]".to_owned(),
        other => fitting(other).into_owned(),
    }
}

/// A text that fits a cell: `[z]` for nothing, and the end cut off where Excel takes no more.
fn fitting(text: &str) -> Cow<'_, str> {
    const CUT: &str = " [cut: the CSV file has all of it]";
    if text.trim().is_empty() {
        return Cow::Borrowed(NOT_APPLICABLE);
    }
    // Bytes are never fewer than UTF-16 units.
    if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
        return Cow::Borrowed(text);
    }
    let mut room = LONGEST_TEXT - CUT.len();
    let kept = text.chars().take_while(|letter| {
        let fits = room.checked_sub(letter.len_utf16());
        room = fits.unwrap_or(0);
        fits.is_some()
    });
    Cow::Owned(kept.collect::<String>() + CUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_longer_than_a_cell_is_cut_and_says_so() {
        for letter in ["a", "é", "𝄞"] {
            let text = letter.repeat(LONGEST_TEXT);
            let cut = fitting(&text);
            let units = cut.encode_utf16().count();
            assert!(units <= LONGEST_TEXT && units > LONGEST_TEXT - 3, "{letter}: {units}");
            assert_eq!(cut.ends_with("has all of it]"), units != text.encode_utf16().count(), "{letter}");
        }
        assert_eq!(fitting(&"a".repeat(LONGEST_TEXT)).len(), LONGEST_TEXT);
        assert!(fitting(&"a".repeat(LONGEST_TEXT + 1)).ends_with("has all of it]"));
    }

    #[test]
    fn nothing_is_not_applicable_and_states_have_their_shorthand() {
        assert_eq!(fitting("  "), "[z]");
        assert_eq!([marked_state("provisional"), marked_state("observed")], ["provisional [p]", "observed"]);
    }

    #[test]
    fn lines_are_broken_between_words_and_within_long_ones() {
        assert_eq!([broken("", 10), broken("four four", 10), broken("four four four", 10)], [1, 1, 2]);
        assert_eq!([broken(&"a".repeat(25), 10), broken("a\nb", 10), broken(&"a".repeat(20), 10)], [3, 2, 2]);
    }

    #[test]
    fn decimal_places_are_those_that_figures_need() {
        let of = |figures: &[f64]| decimals(&figures.iter().map(|figure| Cell::Number(*figure)).collect::<Vec<_>>());
        assert_eq!([of(&[10.0, 1_000.0]), of(&[0.612, 1.12]), of(&[12.3, 110.0]), of(&[0.07])], [0, 3, 1, 2]);
        assert_eq!([of(&[1.0 / 3.0]), of(&[100.0 / 3.0])], [3, 1]);
        assert_eq!(decimals(&[Cell::Suppressed, Cell::Missing]), 0);
    }
}
