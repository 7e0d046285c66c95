//! Workbooks: an archive as it is, or its parts with the separator of records between them, each after a line with its
//! name.

use groundswell::ingest::{InputOptions, recognise_source};

use super::{Names, bytes_named, counted, happened, packed, said};

/// Between two parts.
const SEPARATOR: u8 = 0x1E;

/// How many parts are packed at most.
const MOST: usize = 10;

pub fn keeps(bytes: &[u8]) {
    let packed;
    let book = if bytes.starts_with(b"PK") {
        bytes
    } else {
        let mut parts = Vec::new();
        for part in bytes.split(|byte| *byte == SEPARATOR).take(MOST) {
            let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
            let (name, content) = part.split_at(end);
            let Ok(name) = std::str::from_utf8(name) else { return };
            parts.push((name, content.get(1..).unwrap_or_default()));
        }
        let Some(book) = packed::workbook(&parts) else { return };
        packed = book;
        &packed[..]
    };
    let source = bytes_named("book.xlsx", book);
    match recognise_source(source.clone()) {
        Ok(recognition) => {
            let dimensions = recognition.dimensions;
            let _ = counted(
                &InputOptions { dimensions, ..InputOptions::default() },
                std::slice::from_ref(&source),
                Names::Anything,
            );
        }
        Err(error) => said(&error, Names::Anything),
    }
    let _ = happened(&[source], Names::Anything);
}
