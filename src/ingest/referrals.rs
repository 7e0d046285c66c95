//! Child-level referrals, one row each: which columns, which rows, which labels.

use std::ops::ControlFlow;
use std::path::Path;

use polars::prelude::{InitHashMaps, PlHashMap};

use super::categories::{AgeBands, Categories, Grouping, Mapping};
use super::columns::{self, DateColumn, MISSING, UNREADABLE};
use super::error::IngestError;
use super::extract::{Extract, Record, Unfinished};
use super::findings;
use super::frames::ReadAs;
use super::headers::{Headers, Role, plain};
use super::labels::Labels;
use super::options::InputOptions;
use super::table::{Batch, ReadThrough, Table};
use super::text::RowCount;
use crate::panel::Finding;

/// How many labels a dimension may have.
const MOST_LABELS: usize = 20_000;

/// How many dimensions referrals can have.
pub(super) const MOST_DIMENSIONS: usize = 5;

/// A dimension of referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Area,
    Source,
    AgeBand,
    Need,
    NoFurtherAction,
}

impl Dimension {
    pub(super) const ALL: [Dimension; MOST_DIMENSIONS] =
        [Dimension::Area, Dimension::Source, Dimension::AgeBand, Dimension::Need, Dimension::NoFurtherAction];

    /// The name in options and panels.
    pub(super) fn name(self) -> &'static str {
        match self {
            Dimension::Area => "area",
            Dimension::Source => "source",
            Dimension::AgeBand => "age_band",
            Dimension::Need => "need",
            Dimension::NoFurtherAction => "no_further_action",
        }
    }

    /// The dimensions of those names.
    ///
    /// # Errors
    /// Where a name is unknown or stands twice.
    pub(super) fn named(names: &[String]) -> Result<Vec<Dimension>, IngestError> {
        let mut dimensions = Vec::new();
        for name in names {
            let wanted = plain(name);
            let found = Dimension::ALL.into_iter().find(|dimension| plain(dimension.name()) == wanted);
            let dimension = found.ok_or_else(|| {
                IngestError::Options(format!(
                    "`{name}` is no dimension of referrals; choose among area, source, age_band, need and \
                     no_further_action"
                ))
            })?;
            if dimensions.contains(&dimension) {
                return Err(IngestError::Options(format!("the dimension `{name}` stands twice")));
            }
            dimensions.push(dimension);
        }
        Ok(dimensions)
    }

    fn role(self) -> Role {
        match self {
            Dimension::Area => Role::Area,
            Dimension::Source => Role::Source,
            Dimension::AgeBand => Role::Age,
            Dimension::Need => Role::Need,
            Dimension::NoFurtherAction => Role::NoFurtherAction,
        }
    }
}

/// The columns that a role may be played by: the one that the options name, or a usual one.
pub(super) fn find(
    headers: &Headers,
    path: &Path,
    role: Role,
    options: &InputOptions,
) -> Result<Option<usize>, IngestError> {
    let columns = &options.columns;
    let named = match role {
        Role::Date => &columns.date,
        Role::Child => &columns.child,
        Role::Source => &columns.source,
        Role::Area => &columns.area,
        Role::Age => &columns.age,
        Role::DateOfBirth => &columns.date_of_birth,
        Role::Need => &columns.need,
        Role::NoFurtherAction => &columns.no_further_action,
        Role::Series => &columns.series,
        Role::Time => &columns.time,
        Role::Value => &columns.value,
    };
    match named {
        Some(header) => headers.named(path, role.noun(), header).map(Some),
        None => headers.usual(path, role),
    }
}

/// How one dimension's cells become labels.
#[derive(Debug)]
enum Labeller {
    AsWritten,
    Groups(Categories),
    Ages(AgeBands),
}

/// One column of labels or of a filter, in one file.
#[derive(Debug)]
struct LabelColumn {
    header: String,
    /// Its place among the columns that are read.
    place: usize,
    spellings: Labels,
    codes: Vec<u32>,
    /// For each spelling the label's number and whether no group is known for it.
    labels: Vec<(u32, bool)>,
    unmapped: RowCount,
    missing: RowCount,
}

/// One column that says which rows stay, in one file.
#[derive(Debug)]
struct FilterColumn {
    option: String,
    place: usize,
    spellings: Labels,
    codes: Vec<u32>,
    kept: Vec<bool>,
    wanted: Vec<String>,
    groups: Option<Categories>,
}

/// Reads files of referrals one by one.
#[derive(Debug)]
pub(super) struct ReferralReader<'a> {
    options: &'a InputOptions,
    mapping: Option<(&'a Path, &'a Mapping)>,
    dimensions: Vec<Dimension>,
    labellers: Vec<Labeller>,
    /// The labels of each dimension, over all files.
    pub(super) labels: Vec<Labels>,
    numbers: PlHashMap<[u32; MOST_DIMENSIONS], u32>,
    /// Combinations of labels, over all files; [`columns::MISSING`] for an age that follows from the date of birth.
    pub(super) combinations: Vec<[u32; MOST_DIMENSIONS]>,
    /// Which areas `areas` asked for were met.
    areas_met: Vec<bool>,
    area_labels: Labels,
    pub(super) extracts: Vec<Extract>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> ReferralReader<'a> {
    pub(super) fn new(
        options: &'a InputOptions,
        mapping: Option<(&'a Path, &'a Mapping)>,
    ) -> Result<ReferralReader<'a>, IngestError> {
        let dimensions = Dimension::named(&options.dimensions)?;
        let labellers = dimensions.iter().map(|dimension| {
            Ok(match dimension {
                Dimension::Area => Labeller::AsWritten,
                Dimension::AgeBand => Labeller::Ages(AgeBands::new()?),
                Dimension::Source => Labeller::Groups(Categories::new(Grouping::Source, mapping)?),
                Dimension::Need => Labeller::Groups(Categories::new(Grouping::Need, mapping)?),
                Dimension::NoFurtherAction => Labeller::Groups(Categories::new(Grouping::NoFurtherAction, mapping)?),
            })
        });
        Ok(ReferralReader {
            options,
            mapping,
            labellers: labellers.collect::<Result<_, IngestError>>()?,
            labels: dimensions.iter().map(|_| Labels::new()).collect(),
            dimensions,
            numbers: PlHashMap::new(),
            combinations: Vec::new(),
            areas_met: vec![false; options.areas.len()],
            area_labels: Labels::new(),
            extracts: Vec::new(),
            findings: Vec::new(),
        })
    }

    /// The dimensions that were asked for.
    pub(super) fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// Reads one file.
    ///
    /// # Errors
    /// Where the file can't be read, columns are missing, or no row can be used.
    pub(super) fn read(
        &mut self,
        table: Table,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<ReadThrough, IngestError> {
        let path = table.path().to_path_buf();
        let headers = Headers::new(table.headers());
        let mut wanted: Vec<(usize, ReadAs)> = Vec::new();
        let mut place = |column: usize, read_as: ReadAs| {
            wanted.iter().position(|pair| *pair == (column, read_as)).unwrap_or_else(|| {
                wanted.push((column, read_as));
                wanted.len() - 1
            })
        };
        let missing = |role: Role, wanted: &str| IngestError::MissingColumn {
            path: path.clone(),
            role: role.noun(),
            wanted: wanted.to_string(),
            columns: headers.listed(),
        };
        let found = |role| find(&headers, &path, role, self.options);
        let date_column = found(Role::Date)?.ok_or_else(|| missing(Role::Date, "referral date"))?;
        let date_place = place(date_column, ReadAs::Time);
        let child_column = found(Role::Child)?;
        let child_place = child_column.map(|column| place(column, ReadAs::Text));
        let mut birth: Option<(usize, usize)> = None;
        let mut label_columns: Vec<Option<LabelColumn>> = Vec::new();
        for dimension in &self.dimensions {
            let role = dimension.role();
            let column = match (found(role)?, dimension) {
                (Some(column), _) => column,
                (None, Dimension::AgeBand) => {
                    let column = found(Role::DateOfBirth)?.ok_or_else(|| missing(role, "age"))?;
                    birth = Some((column, place(column, ReadAs::Time)));
                    label_columns.push(None);
                    continue;
                }
                (None, _) => return Err(missing(role, dimension.name())),
            };
            label_columns.push(Some(LabelColumn {
                header: headers.written(column).to_string(),
                place: place(column, ReadAs::Text),
                spellings: Labels::new(),
                codes: Vec::new(),
                labels: Vec::new(),
                unmapped: RowCount::default(),
                missing: RowCount::default(),
            }));
        }
        let mut filters = Vec::new();
        if !self.options.areas.is_empty() {
            let column = found(Role::Area)?.ok_or_else(|| missing(Role::Area, "area"))?;
            filters.push(self.filter("areas", place(column, ReadAs::Text), &self.options.areas, None));
        }
        for (header, kept) in &self.options.filters {
            let column = headers.named(&path, "a filter", header)?;
            let is = |role| Ok::<bool, IngestError>(found(role)? == Some(column));
            let grouping = if is(Role::Source)? {
                Some(Grouping::Source)
            } else if is(Role::Need)? {
                Some(Grouping::Need)
            } else if is(Role::NoFurtherAction)? {
                Some(Grouping::NoFurtherAction)
            } else {
                None
            };
            let groups = grouping.map(|grouping| Categories::new(grouping, self.mapping)).transpose()?;
            filters.push(self.filter(&format!("filters.{header}"), place(column, ReadAs::Text), kept, groups));
        }
        let date_header = headers.written(date_column).to_string();
        let mut rows = RowReader {
            file: self.extracts.len(),
            date_place,
            child_place,
            birth_place: birth.map(|(_, place)| place),
            dates: DateColumn::new(),
            births: DateColumn::new(),
            label_columns,
            filters,
            buckets: Vec::new(),
            missing_dates: RowCount::default(),
            unreadable_dates: RowCount::default(),
            missing_identifiers: RowCount::default(),
            missing_births: RowCount::default(),
            filtered: 0,
            date_codes: Vec::new(),
            birth_codes: Vec::new(),
            children: Vec::new(),
        };
        let through = table.read(&wanted, &mut |batch| {
            progress(batch.bytes, batch.rows.of(0));
            rows.take(batch, self)?;
            rows.check_labels(&path)?;
            Ok(ControlFlow::Continue(()))
        })?;
        if through.rows == 0 {
            return Err(IngestError::NoRows { path });
        }
        let child_header = child_column.map(|column| headers.written(column).to_string());
        let birth_header = birth.map(|(column, _)| headers.written(column).to_string());
        if let Some(encoding) = through.converted {
            self.findings.push(findings::converted_encoding(&path, encoding));
        }
        self.note_rows(&path, &through, &rows, child_header.as_deref(), birth_header.as_deref());
        let empty_filter = rows.filters.iter().find(|filter| !filter.kept.contains(&true));
        if let Some(filter) = empty_filter.filter(|filter| filter.option != "areas") {
            return Err(IngestError::NothingLeft { path, option: filter.option.clone() });
        }
        let unfinished = Unfinished {
            path: path.clone(),
            dates: rows.dates,
            date_header,
            buckets: rows.buckets,
            missing_dates: rows.missing_dates,
            unreadable_dates: rows.unreadable_dates,
            births: birth_header.map(|header| (header, rows.births)),
            has_identifiers: child_place.is_some(),
            rows: through.rows,
            filtered: rows.filtered,
        };
        let extract = unfinished.finish(self.options, &mut self.findings)?;
        self.extracts.extend(extract);
        Ok(through)
    }

    /// Checks that every area that was asked for was met.
    ///
    /// # Errors
    /// Where one wasn't.
    pub(super) fn check_areas(&self) -> Result<(), IngestError> {
        let areas = self.options.areas.iter().zip(&self.areas_met);
        match areas.into_iter().find(|(_, met)| !**met) {
            Some((wanted, _)) => {
                let names = (0..self.area_labels.len()).map(|number| self.area_labels.text(number as u32));
                Err(unknown_area(wanted, "area", names))
            }
            None => Ok(()),
        }
    }

    fn filter(&self, option: &str, place: usize, wanted: &[String], groups: Option<Categories>) -> FilterColumn {
        FilterColumn {
            option: option.to_string(),
            place,
            spellings: Labels::new(),
            codes: Vec::new(),
            kept: Vec::new(),
            wanted: wanted.iter().map(|value| plain(value)).collect(),
            groups,
        }
    }

    fn note_rows(
        &mut self,
        path: &Path,
        through: &ReadThrough,
        rows: &RowReader,
        child: Option<&str>,
        birth: Option<&str>,
    ) {
        let notes = &mut self.findings;
        if through.ragged.count > 0 {
            notes.push(findings::ragged_rows(path, &through.ragged));
        }
        match child {
            None => notes.push(findings::no_identifier_column(path)),
            Some(column) if rows.missing_identifiers.count > 0 => {
                notes.push(findings::missing_identifiers(path, column, &rows.missing_identifiers));
            }
            Some(_) => {}
        }
        if let Some(column) = birth.filter(|_| rows.missing_births.count > 0) {
            notes.push(findings::missing_labels(path, column, &rows.missing_births));
        }
        if rows.filtered > 0 {
            notes.push(findings::filtered_rows(path, rows.filtered));
        }
        for column in rows.label_columns.iter().flatten() {
            if column.missing.count > 0 {
                notes.push(findings::missing_labels(path, &column.header, &column.missing));
            }
            if column.unmapped.count > 0 {
                let spellings = column.labels.iter().filter(|(_, unmapped)| *unmapped).count() as u64;
                notes.push(findings::unmapped_labels(path, &column.header, spellings, &column.unmapped));
            }
        }
    }

    /// The label of a spelling, and whether no group is known for it.
    fn label(&mut self, dimension: usize, spelling: &str) -> (u32, bool) {
        let (label, unmapped) = match &self.labellers[dimension] {
            Labeller::AsWritten => (spelling, false),
            Labeller::Groups(groups) => match groups.group(spelling) {
                Some(group) => (groups.label(group), false),
                None => (groups.label(groups.unknown()), true),
            },
            Labeller::Ages(bands) => match bands.of_text(spelling) {
                Some(label) => (label, false),
                None => (bands.unknown(), true),
            },
        };
        (self.labels[dimension].number(label).0, unmapped)
    }

    fn unknown(&mut self, dimension: usize) -> u32 {
        let label = match &self.labellers[dimension] {
            Labeller::AsWritten => "Unknown",
            Labeller::Groups(groups) => groups.label(groups.unknown()),
            Labeller::Ages(bands) => bands.unknown(),
        };
        self.labels[dimension].number(label).0
    }

    #[inline]
    fn combination(&mut self, labels: [u32; MOST_DIMENSIONS]) -> u32 {
        *self.numbers.entry(labels).or_insert_with(|| {
            self.combinations.push(labels);
            (self.combinations.len() - 1) as u32
        })
    }
}

/// The error for an area that isn't there, with names that come close.
pub(super) fn unknown_area<'a>(wanted: &str, level: &'static str, names: impl Iterator<Item = &'a str>) -> IngestError {
    let needle = plain(wanted);
    let mut close: Vec<&str> = names
        .filter(|name| {
            let name = plain(name);
            !needle.is_empty() && (name.contains(&needle) || needle.contains(&name) || edits(&name, &needle) <= 2)
        })
        .take(5)
        .collect();
    close.sort_unstable();
    close.dedup();
    let hint = if close.is_empty() { String::new() } else { format!("; did you mean {}?", close.join(" or ")) };
    IngestError::UnknownArea { wanted: wanted.to_string(), level, hint }
}

/// How many letters have to be put in, taken out or changed to make one text the other.
///
/// Method: Levenshtein distance (Wagner and Fischer 1974).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (position, candidate) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *candidate);
            diagonal = row[position + 1];
            row[position + 1] = changed.min(diagonal + 1).min(row[position] + 1);
        }
    }
    row[other.len()]
}

/// The state of reading one file.
#[derive(Debug)]
struct RowReader {
    file: usize,
    date_place: usize,
    child_place: Option<usize>,
    birth_place: Option<usize>,
    dates: DateColumn,
    births: DateColumn,
    label_columns: Vec<Option<LabelColumn>>,
    filters: Vec<FilterColumn>,
    /// Records by the code of their date.
    buckets: Vec<Vec<Record>>,
    missing_dates: RowCount,
    unreadable_dates: RowCount,
    missing_identifiers: RowCount,
    missing_births: RowCount,
    filtered: u64,
    date_codes: Vec<u32>,
    birth_codes: Vec<u32>,
    children: Vec<Option<u64>>,
}

impl RowReader {
    /// Takes the rows of a batch: first column by column, then row by row.
    fn take(&mut self, batch: Batch, reader: &mut ReferralReader<'_>) -> Result<(), IngestError> {
        self.dates.codes(&batch.columns[self.date_place], &batch.rows, &mut self.date_codes);
        self.buckets.resize_with(self.dates.written().len(), Vec::new);
        if let Some(place) = self.birth_place {
            self.births.codes(&batch.columns[place], &batch.rows, &mut self.birth_codes);
        }
        if let Some(place) = self.child_place {
            columns::identifier_hashes(&batch.columns[place], &mut self.children);
        }
        for (dimension, column) in self.label_columns.iter_mut().enumerate() {
            let Some(column) = column else { continue };
            let known = column.spellings.len();
            let cells = &batch.columns[column.place];
            columns::label_codes(&mut column.spellings, cells, MOST_LABELS, &mut column.codes);
            for spelling in known..column.spellings.len() {
                column.labels.push(reader.label(dimension, column.spellings.text(spelling as u32)));
            }
        }
        for filter in &mut self.filters {
            let known = filter.spellings.len();
            let cells = &batch.columns[filter.place];
            columns::label_codes(&mut filter.spellings, cells, usize::MAX >> 1, &mut filter.codes);
            for spelling in known..filter.spellings.len() {
                let kept = filter.keeps(filter.spellings.text(spelling as u32));
                filter.kept.push(kept.is_some());
                if filter.option == "areas" {
                    if let Some(wanted) = kept {
                        reader.areas_met[wanted] = true;
                    }
                    reader.area_labels.number(filter.spellings.text(spelling as u32));
                }
            }
        }
        let unknown: Vec<u32> = (0..self.label_columns.len()).map(|dimension| reader.unknown(dimension)).collect();
        let mut last = ([MISSING; MOST_DIMENSIONS], None);
        for position in 0..batch.len() {
            if self.filters.iter().any(|filter| !filter.kept.get(filter.codes[position] as usize).is_some_and(|k| *k)) {
                self.filtered += 1;
                continue;
            }
            let date = self.date_codes[position];
            if date >= UNREADABLE {
                let row = batch.rows.of(position);
                if date == MISSING {
                    self.missing_dates.add(row)
                } else {
                    self.unreadable_dates.add(row)
                }
                continue;
            }
            let mut labels = [MISSING; MOST_DIMENSIONS];
            for (dimension, column) in self.label_columns.iter_mut().enumerate() {
                let Some(column) = column else { continue };
                labels[dimension] = match column.labels.get(column.codes[position] as usize) {
                    Some((label, false)) => *label,
                    Some((label, true)) => {
                        column.unmapped.add(batch.rows.of(position));
                        *label
                    }
                    None => {
                        column.missing.add(batch.rows.of(position));
                        unknown[dimension]
                    }
                };
            }
            let combination = match last {
                (same, Some(number)) if same == labels => number,
                _ => reader.combination(labels),
            };
            last = (labels, Some(combination));
            let child = match self.child_place.map(|_| self.children[position]) {
                Some(Some(hash)) => hash,
                without => {
                    let row = batch.rows.of(position);
                    if without.is_some() {
                        self.missing_identifiers.add(row);
                    }
                    columns::row_hash(self.file, row)
                }
            };
            let mut birth = MISSING;
            if self.birth_place.is_some() {
                birth = self.birth_codes[position];
                if birth >= UNREADABLE {
                    self.missing_births.add(batch.rows.of(position));
                    birth = MISSING;
                }
            }
            self.buckets[date as usize].push(Record { child, combination, birth: birth as i32 });
        }
        Ok(())
    }

    /// Checks that no dimension has more labels than anything is forecast by.
    fn check_labels(&self, path: &Path) -> Result<(), IngestError> {
        match self.label_columns.iter().flatten().find(|column| column.spellings.len() >= MOST_LABELS) {
            Some(column) => Err(IngestError::TooManyLabels {
                path: path.to_path_buf(),
                column: column.header.clone(),
                limit: MOST_LABELS,
            }),
            None => Ok(()),
        }
    }
}

impl FilterColumn {
    /// Which of the wanted values a spelling is.
    fn keeps(&self, spelling: &str) -> Option<usize> {
        let written = plain(spelling);
        let group = self.groups.as_ref().and_then(|groups| Some(plain(groups.label(groups.group(spelling)?))));
        self.wanted.iter().position(|wanted| *wanted == written || Some(wanted) == group.as_ref())
    }
}
