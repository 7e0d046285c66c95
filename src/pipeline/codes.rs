//! Spellings that no code catches, as a mapping file for the analyst to fill in.

use std::cmp::Reverse;
use std::fmt;
use std::path::PathBuf;

use super::Error;
use crate::disclosure::{FigureColumn, Figures, Profile, protect};
use crate::ingest::{self, Format, Ingested, InputOptions, MappingLine, Unmapped};

/// What a check leaves behind of the codes in its files.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    format: Format,
    unmapped: Vec<Unmapped>,
    /// The mapping file that was read with them.
    earlier: Option<PathBuf>,
}

impl Codes {
    /// Those of files that were read with these options, which start at `base`.
    pub(super) fn of(ingested: &Ingested, options: &InputOptions, base: &std::path::Path) -> Codes {
        let earlier = options.mapping.as_ref().map(|path| base.join(path));
        Codes { format: ingested.format, unmapped: ingested.unmapped.clone(), earlier }
    }
}

/// A mapping file to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFile {
    /// Its text.
    pub text: String,
    /// How many spellings it leaves to decide.
    pub to_decide: usize,
    /// How many it doesn't show, because they could be free text about a person.
    pub withheld: usize,
}

/// What a person is told of it.
impl fmt::Display for MappingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spellings = |count: usize| format!("{count} {}", if count == 1 { "spelling" } else { "spellings" });
        write!(f, "{} to decide", spellings(self.to_decide))?;
        if self.withheld > 0 {
            write!(f, "; {} not written, as they could be free text about a person", spellings(self.withheld))?;
        }
        Ok(())
    }
}

/// The mapping file of what was checked: spellings by how often they occur, counts under the `published` profile.
///
/// # Errors
/// Where nothing that was checked has columns of codes, or the earlier mapping file can't be read.
pub(super) fn mapping_file(codes: Option<&Codes>) -> Result<MappingFile, Error> {
    let Some(codes) = codes.filter(|codes| !matches!(codes.format, Format::Counts | Format::DfeMonthly)) else {
        let message = "these files have no columns of codes (source, need, no further action): there is nothing to map";
        return Err(Error::Usage(message.to_owned()));
    };
    let writable = ingest::writable(&codes.unmapped);
    let counts = FigureColumn::counts("rows", writable.lines.iter().map(|line| line.rows as f64).collect());
    let table = protect(Profile::Published, Figures::new("unmapped", Vec::new(), vec![counts])?);
    let shown = table.cells("rows").into_iter().flatten().map(|cell| cell.number().map(|rows| rows as u64));
    let mut lines: Vec<(MappingLine, Option<u64>)> = writable.lines.into_iter().zip(shown).collect();
    // By what may be shown, so that the order tells no more than the numbers.
    lines.sort_by(|(one, rows), (other, others)| {
        (Reverse(rows), &one.spelling).cmp(&(Reverse(others), &other.spelling))
    });
    let text = ingest::mapping_text(codes.earlier.as_deref(), &lines, writable.withheld)?;
    Ok(MappingFile { text, to_decide: lines.len(), withheld: writable.withheld })
}
