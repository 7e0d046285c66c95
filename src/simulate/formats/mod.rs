//! The synthetic authority in the forms that councils hold, clean or with faults that are counted as they are planted.
//!
//! In: a [`Simulated`] authority, a [`FileFormat`] and how often each [`Fault`] is planted ([`Dirt`]). Out: files in a
//! folder, and [`Planted`]: how many faults of each kind a reader must find, and which referrals it can't count.

mod annex_a;
mod cin_census;
mod dirt;
mod ssda903;
mod tidy;
mod workbook;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use dirt::{Dirt, Fault, Planted};

use self::annex_a::Kept;
use self::dirt::Planter;
use super::{SimulateError, Simulated};
use crate::time::{Date, financial_year};

/// A form in which councils hold referrals, or children looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// One table of referrals, as `referrals.csv` of the sample data.
    Tidy,
    /// A return of the children in need census for each year, in XML. The first month must be an April.
    CinCensus,
    /// The lists of Annex A as CSV files, a folder for every six months.
    AnnexA,
    /// Header, Episodes and UASC of the return of looked-after children for each year. The first month must be an April.
    Ssda903,
    /// The table of [`FileFormat::Tidy`] as an Excel workbook.
    TidyWorkbook,
    /// The lists of [`FileFormat::AnnexA`] as an Excel workbook for every six months.
    AnnexAWorkbook,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [FileFormat; 6] = [
        FileFormat::Tidy,
        FileFormat::CinCensus,
        FileFormat::AnnexA,
        FileFormat::Ssda903,
        FileFormat::TidyWorkbook,
        FileFormat::AnnexAWorkbook,
    ];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            FileFormat::Tidy => "tidy",
            FileFormat::TidyWorkbook => "tidy-workbook",
            FileFormat::CinCensus => "cin-census",
            FileFormat::AnnexA => "annex-a",
            FileFormat::AnnexAWorkbook => "annex-a-workbook",
            FileFormat::Ssda903 => "ssda903",
        }
    }

    /// Whether its files cover whole years from 1 April to 31 March.
    fn is_yearly(self) -> bool {
        matches!(self, FileFormat::CinCensus | FileFormat::Ssda903)
    }
}

/// Files of one format, and what was planted in them.
#[derive(Debug, Clone)]
pub struct WrittenFormat {
    /// The files in the order of their days, oldest first.
    pub files: Vec<PathBuf>,
    /// What was planted.
    pub planted: Planted,
}

/// Writes a simulated authority in one format into a folder, which is made where it isn't there.
///
/// ```
/// use groundswell::simulate::{Dirt, FileFormat, SimulationOptions, simulate, write_format};
/// # let folder = tempfile::tempdir()?;
/// let options = "first_month = '2022-04'\nmonths = 12";
/// let simulated = simulate(&SimulationOptions::from_toml(options)?)?;
/// let written = write_format(&simulated, FileFormat::CinCensus, &Dirt::none(), folder.path())?;
/// assert!(written.files[0].ends_with("cin-census-2023.xml"));
/// assert!(written.planted.findings.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where rates are no shares, the format covers whole years and the authority doesn't start with one, or a file can't
/// be written.
pub fn write_format(
    simulated: &Simulated,
    format: FileFormat,
    dirt: &Dirt,
    folder: &Path,
) -> Result<WrittenFormat, SimulateError> {
    dirt.check()?;
    let options = &simulated.truth.options;
    if format.is_yearly() && options.first_month.first_day().month() != 4 {
        let problem = format!("must be an April for {}, whose files cover years from 1 April", format.name());
        return Err(SimulateError::option("first_month", problem));
    }
    let mut to = Output { folder: folder.to_owned(), files: Vec::new() };
    let mut planter = Planter::new(dirt, options.seed, format);
    match format {
        FileFormat::Tidy => tidy::write(simulated, &mut planter, &mut to)?,
        FileFormat::TidyWorkbook => tidy::write_workbook(simulated, &mut planter, &mut to)?,
        FileFormat::CinCensus => cin_census::write(simulated, &mut planter, &mut to)?,
        FileFormat::AnnexA => annex_a::write(simulated, &Kept::Folder, &mut planter, &mut to)?,
        FileFormat::AnnexAWorkbook => annex_a::write(simulated, &Kept::Workbook, &mut planter, &mut to)?,
        FileFormat::Ssda903 => ssda903::write(simulated, &mut planter, &mut to)?,
    }
    Ok(WrittenFormat { files: to.files, planted: planter.planted() })
}

/// The folder that files are written into.
struct Output {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl Output {
    /// Writes one file, whose name may name a folder in the folder.
    fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), SimulateError> {
        let path = self.folder.join(name);
        let failed = |source| SimulateError::Write { path: path.clone(), source };
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).map_err(failed)?;
        let mut to = BufWriter::new(File::create(&path).map_err(failed)?);
        write(&mut to).and_then(|()| to.flush()).map_err(failed)?;
        self.files.push(path);
        Ok(())
    }
}

/// A list: a title, a header and rows of as many cells.
struct Sheet {
    name: String,
    title: String,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Its header and rows; no cell of the simulator needs quotes.
    fn write_csv(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "{}", self.header.join(","))?;
        self.rows.iter().try_for_each(|row| writeln!(to, "{}", row.join(",")))
    }
}

/// Years from 1 April that the authority lived through: the year in which each ends, its first and its last day, which
/// is the extract's in the last.
fn years(simulated: &Simulated) -> impl Iterator<Item = (i16, Date, Date)> {
    let extract = simulated.truth.extract_date;
    let first = simulated.truth.options.first_month.first_day();
    let day = |year, month, day| Date::new(year, month, day).unwrap_or(Date::MAX);
    (financial_year(first)..=financial_year(extract))
        .map(move |year| (year, day(year - 1, 4, 1), day(year, 3, 31).min(extract)))
}

/// A date as `31/03/2024`; nothing where there is none.
fn day_first(date: Option<Date>) -> String {
    date.map_or(String::new(), |date| date.strftime("%d/%m/%Y").to_string())
}
