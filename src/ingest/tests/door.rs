//! What a file may be: encodings, containers, and everything that is no table.

use polars::prelude::*;

use super::{Folder, lines};
use crate::ingest::{Fault, Format, InputOptions, read, recognise};

const COUNTS: &str = "area,month,count\nNörth,2024-01,1\nNörth,2024-02,2\n";

fn utf16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
    let text = if mark { format!("\u{feff}{text}") } else { text.to_string() };
    text.encode_utf16().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn encodings_are_recognised_and_said() {
    let windows: Vec<u8> = COUNTS.chars().map(|letter| letter as u32 as u8).collect();
    for (bytes, said) in [
        (COUNTS.as_bytes().to_vec(), None),
        (format!("\u{feff}{COUNTS}").into_bytes(), None),
        (utf16(COUNTS, false, true), Some("The file is not UTF-8; it was read as UTF-16")),
        (utf16(COUNTS, true, true), Some("The file is not UTF-8; it was read as UTF-16")),
        (utf16(COUNTS, false, false), Some("The file is not UTF-8; it was read as UTF-16")),
        (windows, Some("The file is not UTF-8; it was read as Windows-1252")),
        (COUNTS.replace('\n', "\r\n").into_bytes(), None),
        (COUNTS.replace('\n', "\r").into_bytes(), None),
        (COUNTS.trim_end().as_bytes().to_vec(), None),
        (format!("\n\nsep=,\n{COUNTS}").replacen("\n\n", "", 1).into_bytes(), None),
    ] {
        let folder = Folder::with("c.csv", &bytes);
        let ingested = folder.read("files = ['c.csv']").expect("readable");
        assert_eq!(lines(&ingested), ["Nörth: 1 2"]);
        assert_eq!(ingested.findings.first().map(|finding| finding.what.to_string()).as_deref(), said);
    }
}

#[test]
fn windows_letters_between_the_alphabets_are_read() {
    let folder = Folder::with("c.csv", b"area,month,count\nO\x92Brien \x80,2024-01,1\n");
    assert_eq!(lines(&folder.read("files = ['c.csv']").expect("readable")), ["O\u{2019}Brien \u{20AC}: 1"]);
}

#[test]
fn quoted_fields_may_hold_separators_line_ends_and_quotation_marks() {
    let text =
        "area,month,count\r\n\"North, and\nSouth\",2024-01,1\r\n\"say \"\"hi\"\"\",2024-01,2\r\n5\" pipe,2024-01,3\r\n";
    let folder = Folder::with("c.csv", text);
    let ingested = folder.read("files = ['c.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["5\" pipe: 3", "North, and South: 1", "say \"hi\": 2"]);
}

#[test]
fn ragged_rows_are_set_aside_even_where_they_make_up_for_each_other() {
    let text = "area,month,count\nN,2024-01,1\nN,2024-02\nN,2024-03,3,9\n\nN,2024-04,4\n";
    let folder = Folder::with("c.csv", text);
    let ingested = folder.read("files = ['c.csv']").expect("readable");
    assert_eq!(lines(&ingested), ["N: 1 - - 4"]);
    assert_eq!(
        folder.findings(&ingested.findings)[0],
        "ragged-row 2 [3 4]: 2 rows have more or fewer fields than the header"
    );
}

fn frame() -> DataFrame {
    let month = |year: i32, month: i32| (year - 1970) * 365 + (year - 1969) / 4 + [0, 31, 60][month as usize - 1];
    let days = Int32Chunked::from_vec(
        "date".into(),
        vec![month(2024, 1), month(2024, 1) + 30, month(2024, 2), month(2024, 2) + 28],
    );
    let days = days.into_series().cast(&DataType::Date).expect("days are dates");
    DataFrame::new_infer_height(vec![
        days.into(),
        Column::new("child".into(), [11i64, 12, 13, 14]),
        Column::new("source".into(), ["6", "6", "2A", "6"]),
        Column::new("area".into(), ["N", "N", "N", "S"]),
    ])
    .expect("equal lengths")
}

fn parquet(frame: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(frame).expect("writable");
    bytes
}

fn arrow(frame: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).finish(frame).expect("writable");
    bytes
}

#[test]
fn parquet_and_arrow_are_known_by_their_content() {
    for (bytes, container) in [(parquet(&mut frame()), "Parquet"), (arrow(&mut frame()), "Arrow")] {
        let folder = Folder::with("export.csv", &bytes);
        let found = recognise(&folder.path().join("export.csv")).expect("known");
        assert_eq!((found.format, found.container), (Format::Referrals, container));
        assert_eq!(found.dimensions, ["area", "source"]);
        let ingested = folder.read("files = ['export.csv']\ndimensions = ['source']").expect("readable");
        assert_eq!(lines(&ingested), ["Police: 2 1", "Schools: 0 1"]);
        assert_eq!((ingested.inputs[0].rows, ingested.inputs[0].bytes), (4, bytes.len() as u64));
    }
}

#[test]
fn a_table_of_counts_may_be_parquet_with_numbers() {
    let mut frame = DataFrame::new_infer_height(vec![
        Column::new("unique_id".into(), [1i64, 1, 2]),
        Column::new("ds".into(), [1i32, 2, 2]),
        Column::new("y".into(), [Some(1.5f64), None, Some(3.0)]),
    ])
    .expect("equal lengths");
    let folder = Folder::with("t.parquet", parquet(&mut frame));
    let ingested = folder.read("files = ['t.parquet']").expect("readable");
    assert_eq!(lines(&ingested), ["1: 1.5 -", "2: - 3"]);
}

#[test]
fn files_cut_short_at_any_byte_end_in_an_error_and_not_in_a_panic() {
    for whole in [parquet(&mut frame()), arrow(&mut frame())] {
        for end in (9..whole.len()).step_by(whole.len() / 60 + 1) {
            let folder = Folder::with("t.bin", &whole[..end]);
            let error = folder.read("files = ['t.bin']\ndimensions = ['source']").expect_err("cut short");
            assert_eq!(error.fault(), Fault::BadInput, "{error}");
        }
    }
    let folder = Folder::with("t.bin", &parquet(&mut frame())[..200]);
    assert_eq!(
        folder.message("files = ['t.bin']"),
        "t.bin: the Parquet file can't be decoded: its end is missing; it may be cut short or damaged: copy or export it \
         again"
    );
}

/// In a Parquet file only the footer is damaged: Polars trusts the run lengths inside pages, and some would make it ask
/// for more memory than there is, which ends the process.
#[test]
fn damaged_bytes_end_in_an_answer_and_not_in_a_panic() {
    let (parquet, arrow) = (parquet(&mut frame()), arrow(&mut frame()));
    let end = parquet.len() - 8;
    let footer = u32::from_le_bytes(parquet[end..end + 4].try_into().expect("four bytes")) as usize;
    for (whole, first) in [(&parquet, end - footer), (&arrow, 0)] {
        for place in (first..whole.len()).step_by(whole.len() / 150 + 1) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x55;
            let folder = Folder::with("t.bin", &bytes);
            // Some bytes don't matter; what counts is that the answer is an answer.
            if let Err(error) = folder.read("files = ['t.bin']\ndimensions = ['source']") {
                assert_eq!(error.fault(), Fault::BadInput, "{error}");
            }
        }
    }
}

#[test]
fn what_is_no_table_is_named_for_what_it_is() {
    for (bytes, message) in [
        (&b""[..], "f: the file is empty"),
        (b"\n \n", "f: the file is empty"),
        (b"\xEF\xBB\xBF", "f: the file is empty"),
        (b"month,count", "f: there is a header and no row under it"),
        (b"month,count\n\n", "f: there is a header and no row under it"),
        (
            b"PK\x03\x04rest",
            "f: the Excel file can't be decoded: its end is missing: it was cut short; it may be cut short or damaged: \
             copy or export it again",
        ),
        (
            b"%PDF-1.7",
            "f: this is a PDF document, not a CSV, Parquet or Arrow table; name the table that it was made from",
        ),
        (
            b"\x7FELF\x02\x00\x00\x00\x00",
            "f: this is a binary file, not a CSV, Parquet or Arrow table; name the table itself, or export it as CSV",
        ),
        (
            b"month,count\n2024-01,\x001\n",
            "f: line 2 holds a zero byte; the file is damaged or no text: export it again",
        ),
        (
            b"month,count\n2024-01,\"1\n2024-02,2\n",
            "f: a quotation mark opened in row 2 is never closed; close it or export the file again",
        ),
        (
            b"PAR1",
            "f: the Parquet file can't be decoded: its end is missing; it may be cut short or damaged: copy or export it \
             again",
        ),
        (
            b"date,date,child\n2024-01-01,2024-01-01,1\n",
            "f: the header `date` stands over columns 1 and 2; rename one of them",
        ),
        (
            b"just some words\nand more words\n",
            "f: not recognised as referrals (one row each), counts (one row a series and period), DfE monthly statistics \
             (one column a month); the closest is referrals (one row each), for which there is no column for the date of \
             referral, the child's identifier or the source of referral. The columns are: `just some words`. Rename \
             them (a table of counts needs columns such as `month` and `referrals`), or name them in a project file, under \
             [input.columns]",
        ),
        (
            b"Referrals by area,,\nArea,Month,Referrals\nNorth,2024-03,5\n",
            "f: not recognised as referrals (one row each), counts (one row a series and period), DfE monthly statistics \
             (one column a month); the closest is referrals (one row each), for which there is no column for the date of \
             referral, the child's identifier or the source of referral. The columns are: `Referrals by area`, ``, ``. Its \
             first row looks like a title: delete what stands above the row of headers",
        ),
        (
            b"Area,Jan-24,Feb-24,Mar-24,Apr-24,May-24,Jun-24\nNorth,1,2,3,4,5,6\n",
            "f: not recognised as referrals (one row each), counts (one row a series and period), DfE monthly statistics \
             (one column a month); the closest is referrals (one row each), for which there is no column for the date of \
             referral, the child's identifier or the source of referral. The columns are: `Area`, `Jan-24`, `Feb-24`, \
             `Mar-24`, `Apr-24`, `May-24`, `Jun-24`. It has a column for each period: turn it round, so that each row holds \
             one period, under headers such as `area`, `month` and `referrals`",
        ),
    ] {
        let folder = Folder::with("f", bytes);
        assert_eq!(folder.message("files = ['f']"), message);
        assert_eq!(folder.read("files = ['f']").expect_err("an error").fault(), Fault::BadInput);
    }
}

#[test]
fn paths_that_can_not_be_read_are_no_input() {
    let folder = Folder::new();
    for (options, message) in [
        ("files = ['none.csv']", "none.csv: there is no such file; check the path and the name"),
        ("files = ['none/none.csv']", "none/none.csv: there is no such file; check the path and the name"),
    ] {
        assert_eq!(folder.message(options), message);
        assert_eq!(folder.read(options).expect_err("an error").fault(), Fault::NoInput);
    }
    std::fs::create_dir(folder.path().join("sub.csv")).expect("a folder");
    assert_eq!(folder.message("files = ['sub.csv']"), "sub.csv: this is a folder; name the files in it");
    if cfg!(target_os = "linux") {
        let options = InputOptions { files: vec!["/dev/zero".into()], ..InputOptions::default() };
        let error = read(&options, folder.path(), &mut |_| {}).expect_err("a device");
        assert_eq!(error.to_string(), "/dev/zero: this is not an ordinary file; copy it to one");
        assert_eq!(error.fault(), Fault::NoInput);
    }
}

#[test]
fn one_enormous_line_and_a_million_columns_are_refused() {
    let folder = Folder::with("f", format!("month,count\n2024-01,{}\n", "1".repeat(21 << 20)));
    assert_eq!(
        folder.message("files = ['f']"),
        "f: row 2 is longer than 16 MB; a quotation mark opened there may never be closed, or the file has no line ends"
    );
    let folder = Folder::with("f", "x".repeat(21 << 20));
    assert!(folder.message("files = ['f']").starts_with("f: row 1 is longer than 16 MB"));
    let folder = Folder::with("f", format!("{}\n1\n", "a,".repeat(1_000_000)));
    assert_eq!(
        folder.message("files = ['f']"),
        "f: there are 1000001 columns; this reader takes up to 16384: export the columns that are needed"
    );
}

#[test]
fn a_file_of_many_blocks_keeps_its_row_numbers() {
    // Quotation marks in some blocks, none in others, rows of uneven length: over ten blocks.
    let mut text = "date,child,source,area\n".to_string();
    let mut bad_rows = Vec::new();
    for row in 0..700_000u32 {
        let day = row % 28 + 1;
        if row % 99_991 == 7 {
            bad_rows.push(u64::from(row) + 2);
            text.push_str(&format!("soon,{row},6,N\n"));
        } else if (200_000..300_000).contains(&row) {
            text.push_str(&format!("2024-02-{day:02},\"{row}, \"\"quoted\"\" and\nlonger than others\",6,N\n"));
        } else {
            text.push_str(&format!("2024-02-{day:02},child number {row} of this file,6,N\n"));
        }
    }
    text.push_str("2024-02-29,last,6,N\n");
    let folder = Folder::with("r.csv", &text);
    let mut seen = Vec::new();
    let options = InputOptions { files: vec!["r.csv".into()], ..InputOptions::default() };
    let ingested = read(&options, folder.path(), &mut |progress| seen.push(progress.bytes)).expect("readable");
    assert_eq!(lines(&ingested), [format!("Referrals: {}", 700_001 - bad_rows.len())]);
    let unreadable = ingested.findings.iter().find(|finding| finding.name == "unreadable-date").expect("found");
    assert_eq!(unreadable.count, bad_rows.len() as u64);
    assert_eq!(unreadable.place.rows, bad_rows[..5]);
    assert_eq!(ingested.inputs[0].rows, 700_001);
    assert!(seen.len() > 5 && seen.is_sorted() && seen.last() == Some(&(text.len() as u64)), "{seen:?}");
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    use sha2::{Digest, Sha256};
    for bytes in [COUNTS.as_bytes().to_vec(), utf16(COUNTS, false, true)] {
        let folder = Folder::with("c.csv", &bytes);
        let ingested = folder.read("files = ['c.csv']").expect("readable");
        let expected: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ingested.inputs[0].sha256, expected);
    }
}

#[test]
fn types_that_polars_was_built_without_are_an_error_and_not_a_panic() {
    // Elsewhere such columns hold dictionaries, decimals or 8-bit numbers; here a list stands for them.
    let list = ListChunked::from_iter([Some(Series::new("".into(), [1i64]))]).into_series();
    let mut frame =
        DataFrame::new_infer_height(vec![Column::new("ds".into(), ["2024-01"]), list.with_name("y".into()).into()])
            .expect("equal lengths");
    let folder = Folder::with("t.parquet", parquet(&mut frame));
    let error = folder.read("files = ['t.parquet']").expect_err("a list is no number");
    assert_eq!(error.fault(), Fault::BadInput);
}
