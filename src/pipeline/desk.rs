//! The commands about a project's files: check them, write a project file.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::codes::{self, Codes, MappingFile};
use super::event_counts::EventCounts;
use super::looked_after::{self, LookedAfter};
use super::pathway::referrals_only;
use super::work::closures;
use super::{Error, Listener, asked, care, idle_levers, read_input, read_with_history, short_history};
use crate::ingest::{self, Format, History, IngestError, Ingested, InputOptions, Recognition, TimeLabels};
use crate::panel::{Finding, Panel, Place, Severity, findings_by_kind, findings_together};
use crate::project::{self, RunPlan, Sketch};
use crate::time::{Closures, Period};

/// What was found in some files.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// The files, with what they were recognised as.
    pub files: Vec<CheckedFile>,
    /// How many series their referrals or counts make.
    pub series: usize,
    /// The first and the last complete period; none where there is no series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub periods: Option<[String; 2]>,
    /// What tables of looked-after children hold; none where there is no such file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_after: Option<LookedAfter>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// Events of files that tell of more than referrals; none where there is no such file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<EventCounts>,
    #[serde(skip)]
    codes: Option<Codes>,
}

/// A file that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct CheckedFile {
    /// The file.
    pub path: PathBuf,
    /// Rows under its header.
    pub rows: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl CheckedFile {
    fn of(input: ingest::InputFile) -> CheckedFile {
        CheckedFile { path: input.path, rows: input.rows, sha256: input.sha256 }
    }
}

/// Findings as a person reads them, the gravest last.
impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "{}: {} rows", file.path.display(), file.rows)?;
        }
        if let Some([first, last]) = &self.periods {
            writeln!(f, "{} series, {first} to {last}", self.series)?;
        }
        if let Some(looked_after) = &self.looked_after {
            writeln!(f, "{}", looked_after.line())?;
        }
        if let Some(events) = &self.events {
            writeln!(f, "{events}")?;
        }
        let mut findings = findings_by_kind(&self.findings);
        findings.sort_by_key(|(finding, _)| finding.severity);
        for (finding, places) in findings {
            writeln!(f, "\n{}: {} ({})", finding.severity, finding.what, finding.name)?;
            let mut before = "  where: ";
            for place in places.iter().map(|place| place.to_string()).filter(|place| !place.is_empty()) {
                writeln!(f, "{before}{place}")?;
                before = "         ";
            }
            writeln!(f, "  meaning: {}\n  to do: {}", finding.meaning, finding.remedy)?;
        }
        if self.findings.is_empty() {
            writeln!(f, "\nNothing odd was found.")?;
        }
        Ok(())
    }
}

/// Looks at files, or at the inputs of a project file; fits nothing.
///
/// # Errors
/// Where a file can't be read or used.
pub fn check(files: &[PathBuf], listener: Listener<'_>) -> Result<Checked, Error> {
    let is_project = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "toml");
    if files.len() > 1
        && let Some(project) = files.iter().find(|path| is_project(path))
    {
        let message = "is a project file, which names its own inputs: check it alone, and files without it";
        return Err(Error::Usage(format!("{} {message}", project.display())));
    }
    if let [project] = files
        && is_project(project)
    {
        let plan = RunPlan::load(project)?;
        let closures = closures(&plan)?;
        let care = care::read(&plan)?;
        let alone = care.as_ref().filter(|_| care::is_all_there_is(&plan));
        let (ingested, told) = match alone {
            // What was noticed stands with the returns.
            Some(care) => (Ingested { inputs: Vec::new(), findings: Vec::new(), ..care.entries(&plan)? }, None),
            None => {
                let (ingested, told) = read_with_history(plan.input(), plan.base(), &closures, listener);
                (ingested.map_err(|error| asked(&plan, error))?, told)
            }
        };
        let codes = Codes::of(&ingested, plan.input(), plan.base());
        let mut more: Vec<Finding> = referrals_only(&plan, ingested.format).into_iter().collect();
        more.extend(idle_levers::findings(&plan, &ingested.panel));
        more.extend(short_history::of_panel(&ingested.panel));
        let looked_after = care.map(|care| (care.summary, care.inputs, care.findings));
        let mut checked = Checked::of(Some((ingested, codes)), looked_after);
        checked.add(told);
        checked.findings.extend(more);
        return Ok(checked);
    }
    let (looked_after, files) = looked_after::apart(files)?;
    let looked_after = if looked_after.is_empty() {
        None
    } else {
        let (held, history) = looked_after::read(&looked_after)?;
        Some((held, history.inputs, history.findings))
    };
    let (mut ingested, mut told, mut empty) = (None, None, None);
    if let [first, ..] = files.as_slice() {
        let recognition = ingest::recognise(first)?;
        let dimensions = first_dimensions(&recognition);
        let options = InputOptions { files, dimensions, ..InputOptions::default() };
        let (read, history) = read_with_history(&options, Path::new(""), &Closures::england(), listener);
        told = history;
        match read {
            Ok(read) => {
                let codes = Codes::of(&read, &options, Path::new(""));
                ingested = Some((read, codes));
            }
            // What was noticed on the way is worth knowing all the same.
            Err(Error::Ingest(IngestError::NoCompletePeriod { period, first, last })) if told.is_some() => {
                empty = Some(no_complete_period(&options.files, period, &first, &last));
            }
            Err(error) => return Err(error),
        }
    }
    let mut checked = Checked::of(ingested, looked_after);
    checked.add(told);
    checked.findings.extend(empty);
    Ok(checked)
}

/// Files that hold referrals and cover no period from its first day to its last.
fn no_complete_period(files: &[PathBuf], period: &str, first: &str, last: &str) -> Finding {
    Finding {
        name: "no-complete-month",
        severity: Severity::Loss,
        what: format!("Referrals from {first} to {last} cover no complete {period}").into(),
        place: Place { file: files.first().map(|path| path.display().to_string()), ..Place::default() },
        count: 1,
        meaning: "Nothing can be forecast from these files alone: a period that isn't covered whole is no count.",
        remedy: "Name all extracts together; where the files do cover their periods, say so in a project file with \
                 `from` and `extract_date`.",
    }
}

impl Checked {
    /// The spellings of code lists that no code, label or mapping catches, as a mapping file to fill in.
    ///
    /// # Errors
    /// Where the files have no columns of codes, or the project's mapping file can't be read.
    pub fn mapping_file(&self) -> Result<MappingFile, Error> {
        codes::mapping_file(self.codes.as_ref())
    }

    /// Adds what reading events showed and reading referrals didn't.
    fn add(&mut self, told: Option<History>) {
        let Some(told) = told else { return };
        if self.files.is_empty() {
            self.files.extend(told.inputs.into_iter().map(CheckedFile::of));
        }
        self.events = Some(EventCounts::of(&told.events));
        for finding in told.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
    }

    fn of(
        ingested: Option<(Ingested, Codes)>,
        looked_after: Option<(LookedAfter, Vec<ingest::InputFile>, Vec<Finding>)>,
    ) -> Checked {
        let mut checked = Checked {
            files: Vec::new(),
            series: 0,
            periods: None,
            looked_after: None,
            findings: Vec::new(),
            events: None,
            codes: None,
        };
        if let Some((ingested, codes)) = ingested {
            checked.codes = Some(codes);
            let span = ingested.panel.span();
            checked.files.extend(ingested.inputs.into_iter().map(CheckedFile::of));
            checked.series = ingested.panel.keys().len();
            let labels = ingested.time_labels;
            checked.periods = Some([span.start(), ingested.last_complete].map(|period| spoken(labels, period)));
            checked.findings.extend(ingested.findings);
        }
        if let Some((looked_after, inputs, findings)) = looked_after {
            checked.files.extend(inputs.into_iter().map(CheckedFile::of));
            checked.looked_after = Some(looked_after);
            checked.findings.extend(findings);
        }
        checked
    }
}

/// What a first run cuts a file by: referrals by their source, whose streams differ most under a lockdown, or by what
/// else there is; counts by all there are.
fn first_dimensions(recognition: &Recognition) -> Vec<String> {
    match recognition.format {
        Format::Referrals | Format::CinCensus | Format::AnnexA | Format::Ssd => {
            let source = recognition.dimensions.iter().find(|dimension| *dimension == "source");
            source.or(recognition.dimensions.first()).cloned().into_iter().collect()
        }
        Format::Counts | Format::DfeMonthly | Format::Ssda903 | Format::Auto => recognition.dimensions.clone(),
    }
}

/// The one area that all series are of, as the file spells it.
fn one_area(panel: &Panel) -> Option<String> {
    let place = panel.dimensions().iter().position(|dimension| dimension == "area")?;
    let mut areas = panel.keys().iter().filter_map(|key| key.labels().nth(place));
    let first = areas.next()?;
    areas.all(|area| area == first).then(|| first.to_owned())
}

/// A period in a sentence; numbers that count periods are no dates.
fn spoken(labels: TimeLabels, period: Period) -> String {
    match labels {
        TimeLabels::Number => format!("period {}", period.ordinal()),
        _ => period.to_string(),
    }
}

/// A project file, and what was recognised.
#[derive(Debug, Clone)]
pub struct Initialised {
    /// The project file's text.
    pub text: String,
    /// What was recognised, for the screen.
    pub summary: String,
}

/// Looks at files and writes the text of a project file that runs; `area` names the one authority to keep, and `folder`
/// is where the project file will stand.
///
/// # Errors
/// Where a file isn't recognised, the files hold different things, or there is no such area.
pub fn init(files: &[PathBuf], area: Option<&str>, folder: &Path) -> Result<Initialised, Error> {
    let (looked_after, others) = looked_after::apart(files)?;
    let beside: Vec<String> = looked_after.iter().map(|file| relative(file, folder)).collect();
    if others.is_empty() && !looked_after.is_empty() {
        return init_of_care(&looked_after, beside);
    }
    let files = &others;
    let recognised = files.iter().map(|file| ingest::recognise(file)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = recognised.first() else { return Err(Error::Usage("name at least one file".to_owned())) };
    if let Some(other) = recognised.iter().find(|other| other.format != first.format) {
        let (one, two) = (first.path.display(), other.path.display());
        return Err(Error::Usage(format!("{one} and {two} hold different things; write a project file for each")));
    }
    let dimensions = first_dimensions(first);
    let options = InputOptions {
        files: files.to_vec(),
        dimensions: dimensions.clone(),
        areas: area.map(str::to_owned).into_iter().collect(),
        ..InputOptions::default()
    };
    // A project file that doesn't run is none: the files are read as it will read them.
    let ingested = read_input(&options, Path::new(""), &Closures::england(), &mut |_| {})?;
    let authority = match (area, first.format) {
        (Some(area), _) => one_area(&ingested.panel).unwrap_or_else(|| area.to_owned()),
        (None, Format::DfeMonthly) => "England's local authorities".to_owned(),
        (None, _) => "Your authority".to_owned(),
    };
    let others = first.dimensions.iter().filter(|dimension| !dimensions.contains(dimension)).cloned().collect();
    let sketch = Sketch {
        title: "Referrals to children's social care".to_owned(),
        authority,
        measure: "referrals".to_owned(),
        files: files.iter().map(|file| relative(file, folder)).collect(),
        format: first.format,
        columns: first.columns.iter().map(|column| (column.option.to_owned(), column.header.clone())).collect(),
        dimensions,
        other_dimensions: others,
        areas: options.areas,
        looked_after: beside,
        frequency: Some(ingested.panel.span().frequency()),
    };
    let span = ingested.panel.span();
    let (noun, series) = (first.format.noun(), ingested.panel.keys().len());
    let [from, to] = [span.start(), ingested.last_complete].map(|period| spoken(ingested.time_labels, period));
    let mut summary = format!("Recognised {noun}: {series} series, {from} to {to}");
    if !looked_after.is_empty() {
        let (held, _) = looked_after::read(&looked_after)?;
        summary.push_str(&format!("\nBeside them, for placements: {}", held.line()));
    }
    summary.push_str(&noticed(&ingested.findings));
    if sketch.follows() {
        summary.push_str(
            "\nThe report will go on to people and money, at assumed prices: set your own under [pathway], or on = false",
        );
    }
    Ok(Initialised { text: project::sketch(&sketch), summary })
}

/// A project file of looked-after children's returns alone: who comes into care is forecast, and placements follow.
fn init_of_care(files: &[PathBuf], named: Vec<String>) -> Result<Initialised, Error> {
    let (held, history) = looked_after::read(files)?;
    if history.events.placements.is_empty() {
        return Err(Error::NoReturns { path: files[0].clone() });
    }
    let text = project::sketch(&Sketch {
        title: "Looked-after children".to_owned(),
        authority: "Your authority".to_owned(),
        measure: "children coming into care".to_owned(),
        files: named,
        format: Format::Ssda903,
        dimensions: vec!["age_band".to_owned()],
        other_dimensions: vec!["placement".to_owned()],
        ..Sketch::default()
    });
    let mut summary = format!("Recognised {}: {}", Format::Ssda903.noun(), held.line());
    summary.push_str(&noticed(&history.findings));
    Ok(Initialised { text, summary })
}

/// What was noticed, a line a kind; nothing where there is nothing.
fn noticed(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("\nFinding: {} ({})", finding.what, finding.name);
    let mut lines: String = findings_together(findings).iter().map(line).collect();
    if !lines.is_empty() {
        lines.push_str("\nWhere, what each means and what to do: groundswell check, with the project file");
    }
    lines
}

/// A file's path as the project file names it: relative where it lies in the project's folder or below, else absolute.
fn relative(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let file = absolute(file);
    let clean = |path: &Path| path.components().collect::<PathBuf>();
    let (file, folder) = (clean(&file), clean(&folder));
    file.strip_prefix(&folder).unwrap_or(&file).display().to_string()
}
