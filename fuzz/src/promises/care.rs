//! Tables of looked-after children's returns, several in one input with the separator of records between them.

use groundswell::ingest::Source;

use super::{Names, happened, names_of_table};

/// Between two tables.
const SEPARATOR: u8 = 0x1E;

/// How many tables are read at most.
const MOST: usize = 6;

pub fn keeps(bytes: &[u8]) {
    let tables: Vec<&[u8]> = bytes.split(|byte| *byte == SEPARATOR).take(MOST).collect();
    let named = |(number, table): (usize, &&[u8])| Source::Bytes(format!("table-{number}.csv").into(), table.to_vec());
    let sources: Vec<Source> = tables.iter().enumerate().map(named).collect();
    let in_header = tables.iter().any(|table| names_of_table(table) == Names::Anything);
    let _ = happened(&sources, if in_header { Names::Anything } else { Names::NoChild });
}
