//! Returns of the children in need census.

use groundswell::ingest::InputOptions;

use super::{Names, bytes_named, counted, happened};

pub fn keeps(bytes: &[u8]) {
    // Anything else is no XML, and another target's: a table, whose headers may be named.
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
    let start = &bytes[..bytes.len().min(64)];
    let text = marks.iter().find_map(|mark| start.strip_prefix(*mark)).unwrap_or(start);
    if text.iter().find(|byte| **byte != 0 && !byte.is_ascii_whitespace()) != Some(&b'<') {
        return;
    }
    let source = [bytes_named("census.xml", bytes)];
    let dimensions = ["source", "age_band", "need", "no_further_action"].map(str::to_owned).to_vec();
    let counted = counted(&InputOptions { dimensions, ..InputOptions::default() }, &source, Names::NoChild);
    let happened = happened(&source, Names::NoChild);
    if let (Ok(counted), Ok(happened)) = (counted, happened) {
        assert_eq!(counted.inputs, happened.inputs, "counts and events tell of the file in two ways");
    }
}
