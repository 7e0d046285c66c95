//! Parquet and Arrow files.

use groundswell::ingest::{InputOptions, recognise_source};

use super::{Names, bytes_named, counted, said};

pub fn keeps(bytes: &[u8]) {
    let magic: [&[u8]; 2] = [b"PAR1", b"ARROW1"];
    if !magic.iter().any(|magic| bytes.starts_with(magic)) {
        return;
    }
    let source = bytes_named("table.parquet", bytes);
    match recognise_source(source.clone()) {
        Ok(recognition) => {
            let dimensions = recognition.dimensions;
            let _ = counted(&InputOptions { dimensions, ..InputOptions::default() }, &[source], Names::Anything);
        }
        Err(error) => said(&error, Names::Anything),
    }
}
