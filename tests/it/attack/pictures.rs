//! What the coordinates of pictures and the cells of packed tables give back: one who measures the marks of an SVG against
//! its axis must get the figures that are published, and nothing where none is.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use groundswell::math::random::stream;
use polars::prelude::{DataType, IntoLazy, ParquetReader, SerReader, all};
use rand::RngExt;
use tempfile::TempDir;

use super::packs::{csv, current, history};
use super::reader::{Key, Release, Told, Truth};
use crate::commands::{groundswell, output};

const AREAS: [&str; 3] = ["East", "North", "West"];
const SOURCES: [&str; 4] = ["Education", "Health", "Housing", "Police"];

/// Months known, and months forecast.
const KNOWN: usize = 40;
const AHEAD: usize = 12;

/// How far a mark may lie from its figure, in units of the picture: a mark and both ends of the axis stand on whole ones.
const ROUNDING: f64 = 1.1;

/// Counts so small that a picture shows single children.
fn count(area: usize, source: usize, month: usize) -> u32 {
    let usual = [[14, 7, 2, 23], [9, 3, 2, 17], [6, 4, 1, 12]][area][source];
    stream(7, &[area as u64, source as u64, month as u64]).random_range(usual / 2..=usual * 3 / 2)
}

fn month(at: usize) -> String {
    format!("{}-{:02}", 2019 + at / 12, at % 12 + 1)
}

fn truth() -> Truth {
    let mut truth = Truth::new();
    for (area, name) in AREAS.iter().enumerate() {
        for (source, of) in SOURCES.iter().enumerate() {
            for at in 0..KNOWN {
                for (name, of) in [(*name, *of), ("*", *of), (*name, "*"), ("*", "*")] {
                    let key = vec![name.to_owned(), of.to_owned(), format!("{}-01", month(at))];
                    *truth.entry(key).or_default() += f64::from(count(area, source, at));
                }
            }
        }
    }
    truth
}

/// A pack of these counts.
fn published(profile: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let line_up = "schema = 1\nname = \"short\"\ndescription = \"Last year again.\"\n[[group]]\nmembers = [{ model = \"seasonal_naive\" }]\n";
    let project = format!(
        "schema = 1\n[project]\ntitle = \"Referrals\"\nauthority = \"Testshire\"\n[input]\nfiles = [\"counts.csv\"]\nformat = \"counts\"\n\
         dimensions = [\"area\", \"source\"]\n[forecast]\nline_up = \"short.toml\"\nhorizon = {AHEAD}\npaths = 100\n[backtest]\norigins = 2\n\
         [publish]\nprofile = \"{profile}\"\n"
    );
    let mut text = String::from("area,source,month,referrals\n");
    for (area, name) in AREAS.iter().enumerate() {
        for (source, of) in SOURCES.iter().enumerate() {
            (0..KNOWN).for_each(|at| text += &format!("{name},{of},{},{}\n", month(at), count(area, source, at)));
        }
    }
    for (name, text) in [("short.toml", line_up), ("groundswell.toml", project.as_str()), ("counts.csv", text.as_str())]
    {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    output(groundswell(folder.path()).args(["--jobs", "1", "run", "--quiet"]), 0);
    let packs = if profile == "internal" { "packs-OFFICIAL-SENSITIVE" } else { "packs" };
    let pack = current(&folder.path().join(packs));
    (folder, pack)
}

/// One element of an SVG: its name, its attributes, and the text in it.
struct Element<'a> {
    name: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
    text: &'a str,
}

impl Element<'_> {
    fn number(&self, attribute: &str) -> f64 {
        self.attributes[attribute].parse().expect("a number")
    }

    fn is(&self, attribute: &str, value: &str) -> bool {
        self.attributes.get(attribute) == Some(&value)
    }

    fn points(&self) -> Vec<(f64, f64)> {
        let pair = |pair: &str| {
            let (x, y) = pair.split_once(',').expect("a pair");
            (x.parse().expect("a number"), y.parse().expect("a number"))
        };
        self.attributes["points"].split_whitespace().map(pair).collect()
    }
}

fn elements(svg: &str) -> Vec<Element<'_>> {
    let element = |piece: &'_ str| -> Option<(usize, usize)> {
        let end = piece.find('>')?;
        Some((piece.find([' ', '>']).unwrap_or(end), end))
    };
    svg.split('<')
        .filter_map(|piece| {
            let (name, end) = element(piece)?;
            let mut attributes = BTreeMap::new();
            let mut rest = piece.get(name..end)?;
            while let Some((before, after)) = rest.split_once("=\"") {
                let (value, then) = after.split_once('"')?;
                attributes.insert(before.trim(), value);
                rest = then;
            }
            Some(Element { name: &piece[..name], attributes, text: piece[end + 1..].trim() })
        })
        .collect()
}

/// A plot with an axis of counts: its edges, and what a unit of the picture is worth.
struct Frame {
    left: f64,
    right: f64,
    zero: f64,
    top: f64,
    worth: f64,
}

/// The colour of what was observed.
const OBSERVED: &str = "#12436D";

/// The plots of a picture: each zero line with the highest grid line over it and the number beside that.
fn frames(elements: &[Element<'_>]) -> Vec<Frame> {
    let level = |element: &&Element<'_>| {
        let points = if element.name == "polyline" { element.points() } else { Vec::new() };
        points.len() == 2 && points[0].1 == points[1].1 && points[1].0 - points[0].0 > 100.0
    };
    let lines: Vec<(f64, f64, f64, &str)> = elements
        .iter()
        .filter(level)
        .map(|line| (line.points()[0].0, line.points()[1].0, line.points()[0].1, line.attributes["stroke"]))
        .collect();
    let zeros = lines.iter().filter(|(.., stroke)| *stroke == "#3D3D3D");
    let frame = |(left, right, zero, _): &(f64, f64, f64, &str)| {
        let over =
            lines.iter().filter(|(x, end, y, stroke)| x == left && end == right && y < zero && *stroke == "#DEE0E2");
        // Plots above one another share their edges: the lines of this one end where the next zero line lies.
        let ceiling = lines.iter().filter(|(x, _, y, stroke)| x == left && y < zero && *stroke == "#3D3D3D");
        let ceiling = ceiling.map(|line| line.2).fold(0.0, f64::max);
        let top = over.map(|line| line.2).filter(|y| *y > ceiling).fold(f64::INFINITY, f64::min);
        let beside = |element: &&Element<'_>| {
            element.name == "text"
                && element.is("text-anchor", "end")
                && (element.number("x") - left).abs() < 30.0
                && (element.number("y") + 12.0 - top).abs() < 8.0
        };
        let number: f64 = elements.iter().find(beside)?.text.replace(',', "").parse().ok()?;
        Some(Frame { left: *left, right: *right, zero: *zero, top, worth: number / (zero - top) })
    };
    zeros.filter_map(frame).collect()
}

/// What the marks of observed counts in a plot give back, by month.
fn measured(elements: &[Element<'_>], frame: &Frame) -> BTreeMap<usize, f64> {
    let points = elements.iter().flat_map(|element| match element.name {
        "circle" if element.is("fill", OBSERVED) || element.is("stroke", OBSERVED) => {
            vec![(element.number("cx"), element.number("cy"))]
        }
        "polyline" if element.is("stroke", OBSERVED) => element.points(),
        _ => Vec::new(),
    });
    let inside =
        |(x, y): &(f64, f64)| (frame.left..frame.right).contains(x) && *y >= frame.top - 1.0 && *y <= frame.zero;
    let months = (KNOWN + AHEAD) as f64 + 0.2;
    let read = |(x, y): (f64, f64)| {
        let at = ((x - frame.left) / (frame.right - frame.left) * months - 0.6).round() as usize;
        (at, (frame.zero - y) * frame.worth)
    };
    points.filter(inside).map(read).filter(|(at, _)| *at < KNOWN).collect()
}

/// Every plot of observed counts with the series that it shows, the largest of the forecast first as the report has them.
fn plots(pack: &Path) -> Vec<(Key, BTreeMap<usize, f64>, f64)> {
    let mut plots = Vec::new();
    for (chart, dimension) in [("history-and-forecast", None), ("by-area", Some(0)), ("by-source", Some(1))] {
        let svg = fs::read_to_string(pack.join(format!("charts/{chart}.svg"))).expect("a picture");
        let elements = elements(&svg);
        let mut names: Vec<String> = Vec::new();
        if let Some(dimension) = dimension {
            let column = ["area", "source"][dimension];
            for row in csv(&pack.join(format!("charts/{chart}.csv"))) {
                if names.last() != Some(&row[column]) {
                    names.push(row[column].clone());
                }
            }
        } else {
            names.push("*".to_owned());
        }
        let frames = frames(&elements);
        assert_eq!(frames.len(), names.len(), "{chart}: plots and series");
        for (frame, name) in frames.iter().zip(names) {
            let mut key: Key = vec!["*".to_owned(), "*".to_owned()];
            if let Some(dimension) = dimension {
                key[dimension] = name;
            }
            plots.push((key, measured(&elements, frame), frame.worth));
        }
    }
    plots
}

fn cell(key: &Key, at: usize) -> Key {
    key.iter().cloned().chain([format!("{}-01", month(at))]).collect()
}

/// The measuring itself: a pack with exact figures gives every one of them back, to less than a child.
#[test]
fn marks_of_an_exact_pack_give_the_counts_back() {
    let (_folder, pack) = published("internal");
    let truth = truth();
    let (mut read, mut uneven) = (0, 0);
    for (key, marks, worth) in plots(&pack) {
        assert_eq!(marks.len(), KNOWN, "{key:?}");
        for (at, value) in marks {
            let count = truth[&cell(&key, at)];
            assert!((value - count).abs() <= ROUNDING * worth, "{key:?}, month {at}: {value} for {count}");
            read += 1;
            // Rounded to five, this one would have been read elsewhere.
            uneven += usize::from((count - (count / 5.0).round() * 5.0).abs() > 2.0 * ROUNDING * worth);
        }
    }
    assert!(read == KNOWN * 8 && uneven > 20, "{read} marks, {uneven} that rounding would move");
}

/// Asserts that marks stand at published figures, and nowhere where none is; gives how many months have no figure.
fn marks_tell_what_is_published(pack: &Path, shown: &Release, hidden_stands_at: Option<f64>) -> usize {
    let mut hidden = 0;
    for (key, marks, worth) in plots(pack) {
        for at in 0..KNOWN {
            let expected = match shown.get(&cell(&key, at)) {
                Some(Told::Number(number)) => Some(*number),
                Some(Told::Hidden) => {
                    hidden += 1;
                    hidden_stands_at
                }
                None => None,
            };
            let agrees = match (marks.get(&at), expected) {
                (Some(value), Some(number)) => (value - number).abs() <= ROUNDING * worth,
                (None, None) => true,
                _ => false,
            };
            assert!(agrees, "{key:?}, month {at}: {:?} is drawn for {expected:?}", marks.get(&at));
        }
    }
    hidden
}

#[test]
fn coordinates_and_packed_tables_tell_what_is_published_and_no_more() {
    for (profile, hidden_stands_at) in [("published", Some(5.0)), ("dfe-cin", None)] {
        let (_folder, pack) = published(profile);
        let shown = history(&pack);
        let hidden = marks_tell_what_is_published(&pack, &shown, hidden_stands_at);
        assert!(hidden > 10, "{profile}: {hidden} months of the pictures have no figure");
        let cells = packed_tables_say_what_the_plain_ones_say(&pack);
        assert!(cells > 5_000, "{profile}: only {cells} cells were compared");
    }
}

/// Tables that lie packed in Parquet and in the workbook hold the cells of the CSV files, and nothing behind a mark. Gives
/// how many cells were compared.
fn packed_tables_say_what_the_plain_ones_say(pack: &Path) -> usize {
    let mut book: Xlsx<_> = open_workbook(pack.join("workbook.xlsx")).expect("a workbook");
    let sheets: BTreeMap<String, calamine::Range<Data>> = book.worksheets().into_iter().collect();
    let mut compared = 0;
    for stem in ["history", "forecasts", "yearly", "recent", "backtest", "coverage"] {
        let plain = csv(&pack.join(format!("{stem}.csv")));
        let file = File::open(pack.join(format!("{stem}.parquet"))).expect("a table");
        let table = ParquetReader::new(file).finish().expect("a table");
        let table = table.lazy().select([all().as_expr().cast(DataType::String)]).collect().expect("text");
        let sheet = &sheets[if stem == "history" { "history-table" } else { stem }];
        let headers: Vec<String> = sheet.rows().next().expect("a header").iter().map(ToString::to_string).collect();
        for (at, row) in plain.iter().enumerate() {
            for (column, cell) in row {
                let packed = table.column(column).expect("the column").str().expect("text").get(at);
                assert!(
                    is_same(cell, packed.unwrap_or_default()),
                    "{stem}.parquet, {column}, row {at}: {packed:?}, {cell}"
                );
                compared += 1;
                let Some(place) = headers.iter().position(|header| header == column) else { continue };
                let in_book = sheet.rows().nth(at + 1).expect("the row")[place].clone();
                // Dates are numbers there.
                if !matches!(in_book, Data::DateTime(_)) {
                    assert!(
                        is_same(cell, &in_book.to_string()),
                        "workbook, {stem}, {column}, row {at}: {in_book}, {cell}"
                    );
                    compared += 1;
                }
            }
        }
    }
    compared
}

/// The same number, the same words, or a mark for which nothing or the same mark stands.
fn is_same(plain: &str, packed: &str) -> bool {
    let packed = packed.trim_end_matches(" [p]").trim_end_matches(" [f]");
    let packed = if packed == "[z]" { "" } else { packed };
    match (plain.parse::<f64>(), packed.parse::<f64>()) {
        (Ok(plain), Ok(packed)) => (plain - packed).abs() < 1e-9,
        (Err(_), Err(_)) => plain == packed || (plain.starts_with('[') && packed.is_empty()),
        _ => false,
    }
}
