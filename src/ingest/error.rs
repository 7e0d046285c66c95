//! Why input can't be used.

use std::path::PathBuf;

use super::recognise::HeaderRemedy;
use crate::panel::PanelError;

/// Whose fault an [`IngestError`] is, for the exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file was read and its content can't be used (exit code 65).
    BadInput,
    /// The file isn't there or may not be read (exit code 66).
    NoInput,
    /// Reading broke off (exit code 74).
    InputOutput,
    /// The options ask for something that can't be (exit code 78).
    Configuration,
}

/// Why input can't be used; says where and what to do, and never holds a value from a row.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// No file was named.
    #[error("no input file is named: give at least one file")]
    NoFiles,
    /// There is no such file.
    #[error("{}: there is no such file; check the path and the name", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("{}: this is a folder; name the files in it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The path is a device, a pipe or a socket.
    #[error("{}: this is not an ordinary file; copy it to one", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file may not be opened.
    #[error("{}: the file can't be opened: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Reading broke off.
    #[error("{}: reading broke off: {source}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file holds nothing.
    #[error("{}: the file is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// There is a header and no row.
    #[error("{}: there is a header and no row under it", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// The bytes are no table.
    #[error("{}: this is {what}, not a CSV, Parquet or Arrow table; {remedy}", path.display())]
    NotATable {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A zero byte stands in the text.
    #[error("{}: line {row} holds a zero byte; the file is damaged or no text: export it again", path.display())]
    ZeroByte {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        row: u64,
    },
    /// One row is larger than a block.
    #[error("{}: row {row} is longer than {limit_megabytes} MB; a quotation mark opened there may never be closed, or the file has no line ends", path.display())]
    LongRow {
        /// The file.
        path: PathBuf,
        /// The row.
        row: u64,
        /// The limit.
        limit_megabytes: usize,
    },
    /// A quotation mark is never closed.
    #[error("{}: a quotation mark opened in row {row} is never closed; close it or export the file again", path.display())]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// The row.
        row: u64,
    },
    /// More columns than any table has.
    #[error("{}: there are {found} columns; this reader takes up to {limit}: export the columns that are needed", path.display())]
    TooManyColumns {
        /// The file.
        path: PathBuf,
        /// How many.
        found: usize,
        /// How many are read at most.
        limit: usize,
    },
    /// A Parquet or Arrow file that can't be decoded.
    #[error("{}: the {container} file can't be decoded: {detail}; it may be cut short or damaged: copy or export it again", path.display())]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// Parquet, Arrow or CSV.
        container: &'static str,
        /// What the decoder said, without values.
        detail: String,
    },
    /// A workbook that inflates past its limits.
    #[error("{}: the workbook is larger than 256 MB, or inflates to more than 512 MB; save the sheets that are needed in a file of their own, or as CSV", path.display())]
    LargeWorkbook {
        /// The file.
        path: PathBuf,
    },
    /// An XML document that can't be read.
    #[error("{}: line {line} of the XML document: {detail}", path.display())]
    Xml {
        /// The file.
        path: PathBuf,
        /// The line that had been reached.
        line: u64,
        /// What is wrong, without anything from the file.
        detail: &'static str,
    },
    /// No format fits.
    #[error("{}: not recognised as {}; the closest is {closest}, for which there is no column for {}. The columns are: {columns}. {remedy}", path.display(), tried.join(", "), missing.join(", "))]
    Unrecognised {
        /// The file.
        path: PathBuf,
        /// The formats that were tried.
        tried: Vec<&'static str>,
        /// The one that fits best.
        closest: &'static str,
        /// What it needs and the file lacks.
        missing: Vec<&'static str>,
        /// The file's headers.
        columns: String,
        /// What to do.
        remedy: HeaderRemedy,
    },
    /// The file holds other things than referrals.
    #[error("{}: this holds {format} and no referrals, so there is no demand in it to forecast; name files of referrals here, and see with `groundswell check` what this one holds", path.display())]
    NoReferrals {
        /// The file.
        path: PathBuf,
        /// What it holds.
        format: &'static str,
    },
    /// A column that is needed or named isn't there.
    #[error("{}: there is no column `{wanted}` for {role}. The columns are: {columns}", path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// What the column is for.
        role: &'static str,
        /// The header that was looked for.
        wanted: String,
        /// The file's headers.
        columns: String,
    },
    /// A header stands twice and is wanted.
    #[error("{}: the header `{header}` stands over columns {first} and {second}; rename one of them", path.display())]
    RepeatedHeader {
        /// The file.
        path: PathBuf,
        /// The header.
        header: String,
        /// Position from 1.
        first: usize,
        /// Position from 1.
        second: usize,
    },
    /// Some dates can only be day first, others only month first.
    #[error("{}: column `{column}` has dates that are day first (as in row {day_first_row}) and dates that are month first (as in row {month_first_row}); write them in one order, best as 2024-03-31, or set `date_order`", path.display())]
    MixedDates {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// A row whose first part is over 12.
        day_first_row: u64,
        /// A row whose second part is over 12.
        month_first_row: u64,
    },
    /// Dates and plain numbers in one time column.
    #[error("{}: column `{column}` mixes dates and numbers (as in rows {first_row} and {second_row}); write all periods in one form", path.display())]
    MixedTime {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// A row in one form.
        first_row: u64,
        /// A row in another.
        second_row: u64,
    },
    /// Years from April to March.
    #[error("{}: column `{column}` holds financial years (as in row {row}), which could be taken for months; write the first day of each instead, such as 2023-04-01", path.display())]
    FinancialYears {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// The first such row.
        row: u64,
    },
    /// Nothing usable is left.
    #[error("{}: none of the {rows} rows can be used: {reasons}", path.display())]
    NoUsableRows {
        /// The file.
        path: PathBuf,
        /// How many rows there are.
        rows: u64,
        /// Counts of what was wrong.
        reasons: String,
    },
    /// No referral falls where it is counted.
    #[error("{}: no referral can be counted, because: {reasons}", path.display())]
    NothingCounted {
        /// The first file.
        path: PathBuf,
        /// What was noticed while reading, with what to do.
        reasons: String,
    },
    /// A number is too large for a count.
    #[error("{}: column `{column}`, row {row}: a number above 1,000,000,000,000,000 is no count ({count} such); correct the file or export it again", path.display())]
    CountTooLarge {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// The first such row.
        row: u64,
        /// How many rows.
        count: u64,
    },
    /// Several dates of a table of counts fall into one period.
    #[error("{}: column `{column}` has several dates in one {period}, as daily counts have; {remedy}", path.display())]
    TooFine {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// Week, month, quarter or year.
        period: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Two rows of one file give different values for the same series and period.
    #[error("{}: a period of a series has more than one value ({count} times), as `{series}` in {period}; the column that tells these rows apart is missing from `dimensions` (others there are: {others})", path.display())]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// How many periods of series.
        count: u64,
        /// One of the series.
        series: String,
        /// The period.
        period: String,
        /// Headers that were not used.
        others: String,
    },
    /// A dimension has more labels than any table is forecast by.
    #[error("{}: column `{column}` has more than {limit} different values; it looks like free text or an identifier: choose another dimension", path.display())]
    TooManyLabels {
        /// The file.
        path: PathBuf,
        /// The column's header.
        column: String,
        /// The limit.
        limit: usize,
    },
    /// The same time column counts in different units in two files.
    #[error("{}: the periods are of another kind ({found}) than in the files before ({expected}); read such files apart", path.display())]
    OtherCalendar {
        /// The file.
        path: PathBuf,
        /// Its calendar.
        found: String,
        /// The calendar of the files before.
        expected: String,
    },
    /// An area that was asked for isn't in the file.
    #[error("no {level} is called `{wanted}`{hint}")]
    UnknownArea {
        /// What was asked for.
        wanted: String,
        /// Authority, region or nation.
        level: &'static str,
        /// Names that come close.
        hint: String,
    },
    /// The filters or dates leave no row.
    #[error("{}: no row is left after `{option}`; check its value", path.display())]
    NothingLeft {
        /// The file.
        path: PathBuf,
        /// The option.
        option: String,
    },
    /// No complete period is left.
    #[error("the data covers no complete {period}: from {first} to {last}")]
    NoCompletePeriod {
        /// Week, month, quarter or year.
        period: &'static str,
        /// The earliest date.
        first: String,
        /// The latest date.
        last: String,
    },
    /// More cells than fit.
    #[error(
        "{series} series over {periods} periods make a table too large to hold; use fewer dimensions, or `from` and `to`, or \
         correct a period that lies far from all others"
    )]
    TooLarge {
        /// How many series.
        series: usize,
        /// How many periods.
        periods: usize,
    },
    /// Options that contradict each other.
    #[error("the input options can't be used: {0}")]
    Options(String),
    /// The mapping file isn't one.
    #[error("{}: the mapping file can't be used: {detail}", path.display())]
    Mapping {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The counts make no panel.
    #[error(transparent)]
    Panel(#[from] PanelError),
}

impl IngestError {
    /// Whose fault it is: the command line turns it into an exit code.
    pub fn fault(&self) -> Fault {
        use IngestError as E;
        match self {
            E::NotFound { .. } | E::Folder { .. } | E::NotAFile { .. } | E::Unreadable { .. } => Fault::NoInput,
            E::Broken { .. } => Fault::InputOutput,
            E::NoFiles | E::Options(_) | E::Mapping { .. } | E::UnknownArea { .. } => Fault::Configuration,
            _ => Fault::BadInput,
        }
    }
}
