//! The files of a synthetic authority.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::columns::{MONTHLY, REFERRALS, write_dictionary};
use super::{Planted, SimulateError, Simulated};
use crate::math::spelling::with_thousands;
use crate::time::{Frequency, Period};

type Writer<'a> = &'a mut BufWriter<File>;
type FileOf = (&'static str, fn(&Simulated, Writer) -> io::Result<()>);

/// The files of the folder, in the order in which they are written.
const FILES: [FileOf; 5] = [
    ("referrals.csv", |simulated, to| write_referrals_csv(simulated, to)),
    ("monthly.csv", |simulated, to| write_monthly_csv(simulated, to)),
    ("truth.json", |simulated, to| write_truth_json(simulated, to)),
    ("DICTIONARY.md", |simulated, to| write_dictionary(&simulated.truth.options, to)),
    ("README.md", |simulated, to| write_readme(simulated, to)),
];

/// Writes the referrals, the monthly counts, the truth, the dictionary and a read-me into a folder, which is made
/// where it isn't there; other files of the folder stay. Returns the files.
///
/// # Errors
/// Where the folder or a file can't be written.
pub fn write_folder(simulated: &Simulated, folder: &Path) -> Result<Vec<PathBuf>, SimulateError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| SimulateError::Write { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut written = Vec::with_capacity(FILES.len());
    for (name, write) in FILES {
        let path = folder.join(name);
        let file = File::create(&path).map_err(failed(&path))?;
        let mut to = BufWriter::new(file);
        write(simulated, &mut to).and_then(|()| to.flush()).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// Writes what was simulated (`truth.json`) and what was planted in files of a format (`planted.json`) into a folder that
/// is there. Returns the files.
///
/// # Errors
/// Where a file can't be written.
pub fn write_truth(simulated: &Simulated, planted: &Planted, folder: &Path) -> Result<Vec<PathBuf>, SimulateError> {
    let write = |name: &str, write: &dyn Fn(&mut BufWriter<File>) -> io::Result<()>| {
        let path = folder.join(name);
        let failed = |source| SimulateError::Write { path: path.clone(), source };
        let mut to = BufWriter::new(File::create(&path).map_err(failed)?);
        write(&mut to).and_then(|()| to.flush()).map_err(failed)?;
        Ok::<PathBuf, SimulateError>(path)
    };
    let truth = write("truth.json", &|to| write_truth_json(simulated, to))?;
    let planted = write("planted.json", &|to| {
        serde_json::to_writer_pretty(&mut *to, planted).map_err(io::Error::from)?;
        writeln!(to)
    })?;
    Ok(vec![truth, planted])
}

/// Writes one row a child and referral; the columns are those of the dictionary.
///
/// # Errors
/// Where `to` can't be written to.
pub fn write_referrals_csv(simulated: &Simulated, to: &mut impl Write) -> io::Result<()> {
    let mut line = REFERRALS.iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    line.push('\n');
    to.write_all(line.as_bytes())?;
    for row in &simulated.referrals {
        line.clear();
        for (place, column) in REFERRALS.iter().enumerate() {
            if place > 0 {
                line.push(',');
            }
            (column.write)(row, &mut line);
        }
        line.push('\n');
        to.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// Writes referrals counted by month, source and area, zeros included.
///
/// # Errors
/// Where `to` can't be written to.
pub fn write_monthly_csv(simulated: &Simulated, to: &mut impl Write) -> io::Result<()> {
    let mut counts: BTreeMap<(Period, &str, &str), u32> = BTreeMap::new();
    for row in &simulated.referrals {
        let month = Period::containing(Frequency::Month, row.referral_date);
        *counts.entry((month, &row.source, &row.area)).or_default() += 1;
    }
    writeln!(to, "{}", MONTHLY.map(|(name, _, _)| name).join(","))?;
    let options = &simulated.truth.options;
    for month in options.span().periods() {
        for source in &options.sources {
            for area in &options.areas {
                let count = counts.get(&(month, source.label.as_str(), area.name.as_str())).unwrap_or(&0);
                writeln!(to, "{},{},{},{count}", month.first_day(), source.label, area.name)?;
            }
        }
    }
    Ok(())
}

/// Writes the truth as JSON, one field a line.
///
/// # Errors
/// Where `to` can't be written to.
pub fn write_truth_json(simulated: &Simulated, to: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *to, Lines::default());
    simulated.truth.serialize(&mut serializer).map_err(io::Error::from)?;
    writeln!(to)
}

/// Writes what the folder is.
///
/// # Errors
/// Where `to` can't be written to.
pub fn write_readme(simulated: &Simulated, to: &mut impl Write) -> io::Result<()> {
    let (truth, options) = (&simulated.truth, &simulated.truth.options);
    let (first, last) = (options.span().start(), options.span().period(options.months - 1));
    write!(
        to,
        "# {name}: a synthetic authority

**No child in this folder exists.** `groundswell simulate` made every referral, date and place from seed {seed}.
Counts, seasons, sources, delays and shares follow published statistics of England, so that the files look like a
council's; `models/simulator/authority.toml` names the source of each figure.

- `referrals.csv`: {referrals} referrals of children, {first} to {last}, as an extract of {extract} shows them.
- `monthly.csv`: the same, counted by month, source and area.
- `truth.json`: what was planted: expectations, closures, what they hid, what came back, the options and the seed.
- `DICTIONARY.md`: what each column means.

",
        name = options.name,
        seed = options.seed,
        referrals = with_thousands(&simulated.referrals.len().to_string()),
        first = first.spoken(),
        last = last.spoken(),
        extract = truth.extract_date,
    )?;
    if options.lockdown {
        write!(
            to,
            "England's closures of 2020 and 2021 happened here. Of the referrals that they hid, {share:.0}% came back, after
{delay} months on average, and the level of each source changed from {from}.
",
            share = options.returning.share * 100.0,
            delay = options.returning.delay_months,
            from = options.returning.new_normal_from.spoken(),
        )?;
    } else {
        writeln!(to, "No closure happened here.")?;
    }
    if !options.level_shifts.is_empty() {
        writeln!(to, "\nPlanted changes of local practice:\n")?;
    }
    for shift in &options.level_shifts {
        let concerned: Vec<&str> = [&shift.area, &shift.source].into_iter().flatten().map(String::as_str).collect();
        let concerned = if concerned.is_empty() { "all referrals".to_owned() } else { concerned.join(", ") };
        writeln!(to, "- {}: {} ({concerned} times {}).", shift.month.spoken(), shift.what, shift.factor)?;
    }
    Ok(())
}

/// JSON with one field a line and lists of numbers on one.
#[derive(Debug, Default)]
struct Lines {
    depth: usize,
}

impl Lines {
    fn indent<W: ?Sized + Write>(&self, to: &mut W) -> io::Result<()> {
        writeln!(to)?;
        (0..self.depth).try_for_each(|_| to.write_all(b"  "))
    }
}

impl Formatter for Lines {
    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth += 1;
        to.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(b",")?;
        }
        self.indent(to)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth -= 1;
        self.indent(to)?;
        to.write_all(b"}")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }
}
