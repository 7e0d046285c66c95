//! The workbook and the dictionary beside the other files of a pack.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use calamine::{Data, Ods, Reader, Xlsx};
use polars::prelude::{ParquetReader, SerReader};

use super::pack::Sample;
use super::pathway::pathway;
use super::told::Told;
use super::{hostile, published};
use crate::disclosure::{Cell, Profile};
use crate::publish::catalogue::{self, PackTable};
use crate::publish::contents::PackContents;
use crate::publish::dictionary::{DICTIONARY, dictionary};
use crate::publish::sheet::Sheet;
use crate::publish::text_files::{csv, is_formula};
use crate::publish::workbook::{Limits, WorkbookFormat, written};

const BOTH: [WorkbookFormat; 2] = [WorkbookFormat::Xlsx, WorkbookFormat::Ods];

/// A pack with every table that there can be.
fn full(sample: &Sample) -> PackContents {
    let mut contents = sample.pack();
    let level = sample.sources.iter().map(|(_, level)| level).sum();
    let (origin, profile) = (contents.origin, sample.profile);
    contents.futures = Some(Told { origin, level, profile, groups: Vec::new(), suffix: "", force: 1.0 }.futures());
    contents.pathway = Some(pathway(2_300.0, sample.profile, Some(140.0)));
    contents
}

fn workbook(contents: &PackContents, format: WorkbookFormat) -> Vec<u8> {
    written(contents, &catalogue::tables(contents), format, Limits::default()).expect("a workbook")
}

/// The sheets of a workbook by name, each row with its cells.
fn sheets(bytes: &[u8], format: WorkbookFormat) -> BTreeMap<String, Vec<Vec<Data>>> {
    let rows = |range: calamine::Range<Data>| range.rows().map(<[Data]>::to_vec).collect();
    let bytes = Cursor::new(bytes.to_vec());
    match format {
        WorkbookFormat::Xlsx => {
            let mut book: Xlsx<_> = calamine::open_workbook_from_rs(bytes).expect("a workbook");
            book.worksheets().into_iter().map(|(name, range)| (name, rows(range))).collect()
        }
        WorkbookFormat::Ods => {
            let mut book: Ods<_> = calamine::open_workbook_from_rs(bytes).expect("a workbook");
            book.worksheets().into_iter().map(|(name, range)| (name, rows(range))).collect()
        }
    }
}

/// The parts of a package by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut parts = BTreeMap::new();
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).expect("a part");
        let mut text = String::new();
        part.read_to_string(&mut text).expect("text");
        parts.insert(part.name().expect("a name").into_owned(), text);
    }
    parts
}

/// Fields of a CSV text, undone as RFC 4180 says.
fn fields(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (vec![], vec![], String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            letter => field.push(letter),
        }
    }
    rows
}

/// A cell of the workbook as the CSV file writes it.
fn as_in_csv(cell: &Data) -> String {
    // Excel counts days from 30 December 1899, as dates after February 1900 show them.
    let day = |serial: f64| {
        let first = jiff::civil::date(1899, 12, 30);
        (first + jiff::Span::new().days(serial as i64)).to_string()
    };
    match cell {
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::DateTime(date) => day(date.as_f64()),
        Data::DateTimeIso(date) => date.clone(),
        Data::String(text) if text == "[z]" => String::new(),
        Data::String(text) => {
            let text = text.strip_suffix(" [p]").or(text.strip_suffix(" [f]")).unwrap_or(text);
            if is_formula(text) { format!("'{text}") } else { text.to_owned() }
        }
        other => panic!("a cell that no table has: {other:?}"),
    }
}

#[test]
fn every_sheet_has_the_header_and_the_values_of_its_csv_file() {
    for contents in [full(&Sample::usual()), full(&Sample { profile: Profile::Internal, ..Sample::tiny() }), hostile()]
    {
        for format in BOTH {
            let sheets = sheets(&workbook(&contents, format), format);
            let mut seen = 0;
            for one in catalogue::tables(&contents).iter().filter(|one| one.table.rows() > 0) {
                let name = if one.stem == "history" { "history-table" } else { one.stem };
                let rows: Vec<Vec<String>> =
                    sheets[name].iter().map(|row| row.iter().map(as_in_csv).collect()).collect();
                assert_eq!(rows, fields(&csv(&Sheet::of(one.table))), "{format:?}: {name}");
                seen += 1;
            }
            assert!(seen >= 9 && sheets.len() == seen + 3, "{seen} of {:?}", sheets.keys());
        }
    }
}

#[test]
fn each_sheet_has_one_table_of_a_name_of_its_own_and_no_blank_or_merged_cell_or_formula() {
    let contents = full(&Sample::usual());
    let bytes = workbook(&contents, WorkbookFormat::Xlsx);
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.clone())).expect("a workbook");
    book.load_tables().expect("tables");
    let names: Vec<String> = book.table_names().into_iter().cloned().collect();
    let unique: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let count = catalogue::tables(&contents).len() + 2;
    assert_eq!([names.len(), unique.len()], [count; 2], "{names:?}");
    for name in &names {
        let table = book.table_by_name(name).expect("a table");
        let range = book.worksheet_range(table.sheet_name()).expect("a sheet");
        let header: Vec<String> = range.rows().next().expect("a header").iter().map(ToString::to_string).collect();
        assert_eq!(table.columns(), header, "{name}");
        // From the first cell to the last, without a blank one.
        assert_eq!((range.start(), table.data().start()), (Some((0, 0)), Some((1, 0))), "{name}");
        assert_eq!(range.end(), table.data().end(), "{name}");
        assert!(range.cells().all(|(_, _, cell)| *cell != Data::Empty), "{name} has a blank cell");
    }
    for (path, text) in parts(&bytes).iter().filter(|(path, _)| path.starts_with("xl/worksheets/")) {
        assert!(!text.contains("<mergeCell") && !text.contains("<f>") && !text.contains("<f "), "{path}");
    }
    let ods = &parts(&workbook(&contents, WorkbookFormat::Ods))["content.xml"];
    assert!(!ods.contains("spanned") && !ods.contains("table:formula") && !ods.contains("<table:table-cell/>"));
    assert_eq!(ods.matches("<table:database-range ").count(), count);
}

#[test]
fn contents_lead_to_every_sheet() {
    let contents = full(&Sample::usual());
    let bytes = workbook(&contents, WorkbookFormat::Xlsx);
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(names[..4], ["cover", "contents", "notes", "answers"]);
    let links = book.hyperlinks_by_sheet_name("contents").expect("links");
    assert_eq!(links.len(), names.len() - 2, "{links:?}");
    let ods = &parts(&workbook(&contents, WorkbookFormat::Ods))["content.xml"];
    for name in &names[2..] {
        assert!(format!("{links:?}").contains(&format!("'{name}'!A1")), "{name}");
        assert!(ods.contains(&format!("xlink:href=\"#&apos;{name}&apos;.A1\"")), "{name}");
    }
}

#[test]
fn a_name_that_looks_like_a_formula_is_text_everywhere() {
    let planted = ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1"];
    let sources = planted.map(|name| (name.to_owned(), 40.0));
    let contents = full(&Sample { sources: sources.into(), ..Sample::usual() });
    for (path, bytes) in published(&contents).iter().filter(|(path, _)| path.ends_with(".csv")) {
        for field in fields(&String::from_utf8_lossy(bytes)).iter().flatten() {
            assert!(!is_formula(field) || field.parse::<f64>().is_ok(), "{path}: {field:?}");
        }
    }
    let bytes = workbook(&contents, WorkbookFormat::Xlsx);
    let history = &sheets(&bytes, WorkbookFormat::Xlsx)["history-table"];
    let found: BTreeSet<String> = history.iter().map(|row| row[0].to_string()).collect();
    for name in planted {
        assert!(found.contains(name), "{name:?} is not among {found:?}");
    }
    let parts = parts(&bytes);
    // Each stays a text after an edit, too.
    assert!(parts["xl/styles.xml"].contains("quotePrefix=\"1\""));
    assert!(parts.iter().all(|(path, text)| !path.starts_with("xl/worksheets/") || !text.contains("<f>")));
}

#[test]
fn what_is_suppressed_is_a_mark_and_its_number_is_nowhere_in_the_package() {
    let sample =
        Sample { sources: vec![("Housing".to_owned(), 3.718_293_7), ("Police".to_owned(), 91.0)], ..Sample::usual() };
    let (open, shown) = (full(&Sample { profile: Profile::Internal, ..sample.clone() }), full(&sample));
    let hidden: Vec<String> = open
        .forecast
        .figures()
        .iter()
        .zip(shown.forecast.figures())
        .flat_map(|(open, shown)| open.cells().iter().zip(shown.cells()))
        .filter(|(_, shown)| **shown == Cell::Suppressed)
        .filter_map(|(open, _)| Some(open.number()?.to_string()))
        .filter(|number| number.len() > 8)
        .collect();
    assert!(hidden.len() > 20, "{hidden:?}");
    for format in BOTH {
        let text = |contents: &PackContents| parts(&workbook(contents, format)).into_values().collect::<String>();
        let (open, shown) = (text(&open), text(&shown));
        for number in &hidden {
            let number = &number[..7];
            assert!(open.contains(number) && !shown.contains(number), "{format:?}: {number}");
        }
        let forecasts = &sheets(&workbook(&full(&sample), format), format)["forecasts"];
        assert!(forecasts.iter().any(|row| row.iter().any(|cell| *cell == Data::String("[c]".to_owned()))));
    }
}

#[test]
fn a_table_that_is_too_long_is_left_out_and_the_contents_say_where_it_is() {
    let contents = full(&Sample::usual());
    let tables = catalogue::tables(&contents);
    let longest = tables.iter().max_by_key(|one| one.table.rows()).expect("tables").stem;
    assert_eq!(longest, "history");
    let left_out = |limits: Limits| {
        let bytes = written(&contents, &tables, WorkbookFormat::Xlsx, limits).expect("a workbook");
        let sheets = sheets(&bytes, WorkbookFormat::Xlsx);
        let told = sheets["contents"].iter().filter(|row| row[0].to_string().starts_with("none (too long)"));
        let told: Vec<String> = told.map(|row| row[5].to_string()).collect();
        assert_eq!(sheets.len() + told.len(), tables.len() + 3);
        told
    };
    let history = ["history.csv, .parquet, .json"];
    assert_eq!(left_out(Limits { rows: 800, ..Limits::default() }), history);
    let cells: usize =
        tables.iter().map(|one| one.table.rows() * (one.table.labels().len() + one.table.figures().len())).sum();
    assert_eq!(left_out(Limits { cells: cells - 1, ..Limits::default() }), history);
    assert!(left_out(Limits { cells, ..Limits::default() }).is_empty());
}

#[test]
fn a_workbook_says_what_it_is_and_nothing_of_the_clock() {
    let contents = full(&Sample { profile: Profile::Internal, ..Sample::usual() });
    let xlsx = parts(&workbook(&contents, WorkbookFormat::Xlsx));
    let core = &xlsx["docProps/core.xml"];
    for part in [
        "<dc:title>Northtown Council: Referrals to children’s social care</dc:title>",
        "<dc:subject>Forecast of referrals for Northtown Council, known to March 2025, 12 months ahead</dc:subject>",
        "<dc:creator>Northtown Council</dc:creator>",
        "<dc:language>en-GB</dc:language>",
        ">2025-03-31T00:00:00Z</dcterms:created>",
        ">2025-03-31T00:00:00Z</dcterms:modified>",
        "<cp:category>OFFICIAL-SENSITIVE</cp:category>",
    ] {
        assert!(core.contains(part), "{part} is not in {core}");
    }
    for (path, text) in xlsx.iter().filter(|(path, _)| path.starts_with("xl/worksheets/sheet")) {
        assert!(text.contains("OFFICIAL-SENSITIVE"), "{path}");
    }
    let ods = parts(&workbook(&contents, WorkbookFormat::Ods));
    for part in ["<dc:language>en-GB</dc:language>", "<dc:date>2025-03-31T00:00:00</dc:date>"] {
        assert!(ods["meta.xml"].contains(part), "{}", ods["meta.xml"]);
    }
    assert!(ods["styles.xml"].contains("OFFICIAL-SENSITIVE"));
    assert_eq!(ods["mimetype"], "application/vnd.oasis.opendocument.spreadsheet");
}

/// The (file, column) pairs that a dictionary tells of.
fn told(contents: &PackContents) -> BTreeSet<(String, String)> {
    let tables = catalogue::tables(contents);
    let table = dictionary(contents, &tables, &super::charts_of(contents)).expect("a dictionary");
    let (Some(files), Some(columns), Some(meanings)) =
        (table.text("files"), table.text("column"), table.text("meaning"))
    else {
        panic!("the dictionary lacks a column")
    };
    let unknown = meanings.iter().zip(files).zip(columns).filter(|((meaning, _), _)| *meaning == "not described");
    let unknown: Vec<String> = unknown.map(|((_, files), column)| format!("{column} of {files}")).collect();
    assert!(unknown.is_empty(), "say in meanings.rs what these mean: {unknown:#?}");
    let rows = files.iter().zip(columns);
    rows.flat_map(|(files, column)| files.split("; ").map(move |file| (file.to_owned(), column.clone()))).collect()
}

#[test]
fn the_dictionary_has_every_column_of_every_file_and_no_other() {
    for sample in [Sample::usual(), Sample { profile: Profile::Internal, ..Sample::usual() }] {
        let contents = full(&sample);
        let mut written = BTreeSet::new();
        for (path, bytes) in published(&contents) {
            let columns: Vec<String> = match path.rsplit('.').next() {
                Some("csv") => fields(&String::from_utf8_lossy(&bytes)).swap_remove(0),
                Some("parquet") => {
                    let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("a table");
                    frame.get_column_names().iter().map(ToString::to_string).collect()
                }
                Some("json") if !path.starts_with("sbom") => {
                    let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                    let names = json["columns"].as_array().expect("columns").iter();
                    names.map(|name| name.as_str().expect("a name").to_owned()).chain(["marks".to_owned()]).collect()
                }
                _ => continue,
            };
            written.extend(columns.into_iter().filter(|name| !name.is_empty()).map(|name| (path.clone(), name)));
        }
        let told = told(&contents);
        assert_eq!(written.difference(&told).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not told");
        assert_eq!(told.difference(&written).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not written");
    }
}

#[test]
fn every_table_of_a_full_pack_is_in_the_catalogue() {
    let contents = full(&Sample::usual());
    for PackTable { stem, .. } in catalogue::tables(&contents) {
        assert!(catalogue::entry(stem).is_some(), "{stem} has no line in the catalogue");
    }
    assert!(catalogue::entry(DICTIONARY).is_some());
}

/// Readers such as Power BI fix names and types once: a table without rows has those of a table with some.
#[test]
fn a_table_without_rows_has_the_columns_and_types_of_one_with_rows() {
    let schema = |contents: &PackContents| -> BTreeMap<String, (Vec<String>, String)> {
        let mut of = BTreeMap::new();
        for (path, bytes) in published(contents) {
            if path.ends_with(".parquet") && path != "dictionary.parquet" {
                let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("a table");
                let types = frame.schema().iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
                of.entry(path).or_insert((Vec::new(), String::new())).0 = types;
            } else if path.ends_with(".csv") && !path.contains('/') {
                let header = String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_owned();
                of.entry(path).or_insert((Vec::new(), String::new())).1 = header;
            }
        }
        of
    };
    let (full, empty) = (schema(&Sample::usual().pack()), schema(&Sample::empty().pack()));
    assert!(full.len() >= 19, "{:?}", full.keys());
    assert_eq!(full, empty);
}
