//! What every reader promises of any bytes: events, counts and findings, or an error of one line that holds nothing of a
//! child's; never a panic. One file a kind of input, each with the function `keeps`, which panics where the promise is
//! broken.
//!
//! Used by the fuzz targets and, of the saved inputs, by `tests/it/corpus.rs`.

pub mod care;
pub mod cells;
pub mod census;
pub mod columnar;
pub mod csv;
pub mod lists;
mod packed;
pub mod toml;
pub mod workbook;

use std::fmt::Display;

use groundswell::ingest::{History, IngestError, Ingested, InputOptions, Source, read_events_of, read_sources};
use groundswell::ingest::{TimeLabels, sudden_changes};
use groundswell::panel::Finding;
use groundswell::time::Closures;

/// Panics where an input shows that a promise is broken.
pub type Promise = fn(&[u8]);

/// Every kind of input by the name of its folder of saved inputs, and its promise.
pub const ALL: [(&str, Promise); 8] = [
    ("csv", csv::keeps),
    ("cells", cells::keeps),
    ("care", care::keeps),
    ("census", census::keeps),
    ("toml", toml::keeps),
    ("workbook", workbook::keeps),
    ("lists", lists::keeps),
    ("columnar", columnar::keeps),
];

/// What stands for a child in inputs, and may stand in no message.
const CHILD: &str = "SYN-0";

/// How long a message may be, in bytes.
const LONGEST: usize = 4000;

/// Whether a message may name what stands in the headers only, or nothing of a file at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// The child that the input holds may be named: it may stand in a header, or the table may be of no children.
    Anything,
    /// No child.
    NoChild,
}

/// Reads bytes as referrals or counts, and looks at all that comes of it.
fn counted(options: &InputOptions, sources: &[Source], names: Names) -> Result<Ingested, IngestError> {
    let read = read_sources(options, sources, None, &mut |_| {});
    match &read {
        Ok(ingested) => {
            let sizes = (ingested.panel.keys().len(), ingested.panel.span().len());
            assert_eq!(ingested.panel.values().dim(), sizes, "a panel of another shape than its keys and span");
            let sound = |value: &f64| value.is_nan() || value.is_finite();
            assert!(ingested.panel.values().iter().all(sound), "a count without end");
            assert_eq!(ingested.inputs.len(), sources.len(), "a file that was read and isn't told of");
            noted(&ingested.findings, names);
            // Three hundred years of months take their time, and show nothing that thirty don't.
            if ingested.time_labels != TimeLabels::Number && sizes.0 * sizes.1 <= 1000 {
                noted(&sudden_changes(&ingested.panel, &Closures::england()), names);
            }
        }
        Err(error) => said(error, names),
    }
    read
}

/// Reads bytes as events, and looks at all that comes of it.
fn happened(sources: &[Source], names: Names) -> Result<History, IngestError> {
    let read = read_events_of(sources);
    match &read {
        Ok(history) => {
            assert_eq!(history.inputs.len(), sources.len(), "a file that was read and isn't told of");
            for care in &history.events.care {
                assert!(care.ended.is_none_or(|ended| ended >= care.started), "a period of care that ends first");
            }
            noted(&history.findings, names);
        }
        Err(error) => said(error, names),
    }
    read
}

/// An error or finding: one line, no longer than can be read, without a character that moves a cursor.
fn said(message: &impl Display, names: Names) {
    let text = message.to_string();
    assert!(!text.is_empty() && text.len() <= LONGEST, "a message of {} bytes", text.len());
    assert!(
        !text.chars().any(char::is_control),
        "a message of more than one line, or with a control character: {text:?}"
    );
    assert!(names == Names::Anything || !text.contains(CHILD), "a message that names a child: {text}");
}

fn noted(findings: &[Finding], names: Names) {
    for finding in findings {
        said(&finding.what, names);
        said(&format!("{}: {}", finding.name, finding.place), names);
        assert!(finding.count > 0, "a finding about nothing: {}", finding.name);
        assert!(finding.place.rows.len() <= 5, "a finding that lists its rows without end: {}", finding.name);
    }
}

/// Bytes under a name.
fn bytes_named(name: &str, bytes: &[u8]) -> Source {
    Source::Bytes(name.into(), bytes.to_vec())
}

/// The name of a child may stand where the first line has it, or a line that quotation marks make of several: then it is
/// a header.
fn names_of_table(text: &[u8]) -> Names {
    let end = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut lines = text.split(|byte| *byte == end).filter(|line| !line.trim_ascii().is_empty());
    let named = |line: &[u8]| line.contains(&b'"') || line.windows(CHILD.len()).any(|part| part == CHILD.as_bytes());
    let header = lines.find(|line| !line.trim_ascii().to_ascii_lowercase().starts_with(b"sep="));
    if header.is_some_and(named) { Names::Anything } else { Names::NoChild }
}
