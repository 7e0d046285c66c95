//! Child-level referrals, one row each: which columns, which rows, which labels.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use polars::prelude::{InitHashMaps, PlHashMap};

use super::age_bands::AgeBands;
use super::categories::{Categories, Grouping};
use super::columns::{DateColumn, MISSING};
use super::completeness::Field;
use super::dates::days_since_epoch;
use super::dimension::{AREA, Dimension, MOST_DIMENSIONS, find, unknown_area};
use super::error::IngestError;
use super::extract::{Extract, Unfinished};
use super::findings;
use super::frames::ReadAs;
use super::headers::{Headers, Role, plain};
use super::labels::Labels;
use super::mapping::Mapping;
use super::options::InputOptions;
use super::referral_rows::{FilterColumn, LabelColumn, Meaning, RowReader};
use super::table::{ReadThrough, Table};
use super::text::RowCount;
use crate::panel::Finding;
use crate::time::Date;

/// How many labels a dimension may have.
pub(super) const MOST_LABELS: usize = 20_000;

/// How many numbers make a combination: a label for each dimension, and which fields are usable.
pub(super) const SLOTS: usize = MOST_DIMENSIONS + 1;

/// Where a combination says which fields are usable, a bit a [`Field`](super::completeness::Field).
pub(super) const USABLE: usize = MOST_DIMENSIONS;

/// How one dimension's cells become labels.
#[derive(Debug)]
enum Labeller {
    AsWritten,
    Groups(Categories),
    Ages(AgeBands),
}

/// Reads files of referrals one by one.
#[derive(Debug)]
pub(super) struct ReferralReader<'a> {
    options: &'a InputOptions,
    mapping: Option<(&'a Path, &'a Mapping)>,
    dimensions: Vec<Dimension>,
    /// For every dimension, asked for or not.
    labellers: BTreeMap<Dimension, Labeller>,
    /// The labels of each dimension, over all files.
    pub(super) labels: Vec<Labels>,
    numbers: PlHashMap<[u32; SLOTS], u32>,
    /// Combinations of labels, over all files; `MISSING` for an age that follows from the date of birth.
    pub(super) combinations: Vec<[u32; SLOTS]>,
    /// Fields that have a column in any file.
    pub(super) fields: BTreeSet<Field>,
    /// Rows by column and spelling that no group is known for, over all files.
    pub(super) unmapped: BTreeMap<(Grouping, String), u64>,
    /// Which areas `areas` asked for were met.
    pub(super) areas_met: Vec<bool>,
    pub(super) area_labels: Labels,
    pub(super) extracts: Vec<Extract>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> ReferralReader<'a> {
    pub(super) fn new(
        options: &'a InputOptions,
        mapping: Option<(&'a Path, &'a Mapping)>,
    ) -> Result<ReferralReader<'a>, IngestError> {
        let dimensions = Dimension::named(&options.dimensions)?;
        let labellers = Dimension::ALL.into_iter().map(|dimension| {
            let labeller = match (dimension.grouping(), dimension) {
                (Some(grouping), _) => Labeller::Groups(Categories::new(grouping, mapping)?),
                (None, Dimension::AgeBand) => Labeller::Ages(AgeBands::new()?),
                (None, _) => Labeller::AsWritten,
            };
            Ok((dimension, labeller))
        });
        Ok(ReferralReader {
            options,
            mapping,
            labellers: labellers.collect::<Result<_, IngestError>>()?,
            labels: dimensions.iter().map(|_| Labels::new()).collect(),
            dimensions,
            numbers: PlHashMap::new(),
            combinations: Vec::new(),
            fields: BTreeSet::new(),
            unmapped: BTreeMap::new(),
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

    /// Reads one file, and where it is asked for what else the file tells of.
    ///
    /// # Errors
    /// Where the file can't be read, columns are missing, or no row can be used.
    pub(super) fn read(
        &mut self,
        table: Table,
        events: bool,
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
        let mut birth_is_key = false;
        let mut label_columns: Vec<LabelColumn> = Vec::new();
        for dimension in Dimension::ALL {
            let role = dimension.role();
            let key = self.dimensions.iter().position(|asked| *asked == dimension);
            // What tells no series apart is read for its completeness, where it can be.
            let found = |role| if key.is_some() { found(role) } else { Ok(found(role).ok().flatten()) };
            if let Some(column) = found(role)? {
                label_columns.push(LabelColumn {
                    dimension,
                    key,
                    header: headers.written(column).to_string(),
                    place: place(column, ReadAs::Text),
                    spellings: Labels::new(),
                    codes: Vec::new(),
                    meanings: Vec::new(),
                    unmapped: RowCount::default(),
                    missing: RowCount::default(),
                });
            } else if dimension == Dimension::AgeBand
                && let Some(column) = found(Role::DateOfBirth)?
            {
                birth = Some((column, place(column, ReadAs::Time)));
                birth_is_key = key.is_some();
            } else if key.is_some() {
                let name = if dimension == Dimension::AgeBand { "age" } else { dimension.name() };
                return Err(missing(role, name));
            }
        }
        self.fields.extend(label_columns.iter().map(|column| Field::of(column.dimension)));
        self.fields.extend(birth.map(|_| Field::Age).into_iter().chain(child_column.map(|_| Field::Identifier)));
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
            birth_is_key,
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
        let mut through = table.read(&wanted, events, &mut |batch| {
            progress(batch.bytes, batch.rows.of(0));
            rows.take(batch, self)?;
            rows.check_labels(&path)?;
            Ok(ControlFlow::Continue(()))
        })?;
        self.findings.append(&mut through.notes);
        if through.rows == 0 {
            return Err(IngestError::NoRows { path });
        }
        let child_header = child_column.map(|column| headers.written(column).to_string());
        let birth = birth.filter(|_| birth_is_key);
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
            covers: through.covers.clone(),
        };
        let extract = unfinished.finish(self.options, &mut self.findings)?;
        self.extracts.extend(extract);
        Ok(through)
    }

    /// Whether series are told apart by source and returns lie on both sides of a day on which its codes changed.
    pub(super) fn crosses(&self, day: Date) -> bool {
        let day = days_since_epoch(day);
        let mut windows = self.extracts.iter().flat_map(|extract| &extract.covers);
        self.dimensions.contains(&Dimension::Source)
            && windows.clone().any(|(first, _)| *first < day)
            && windows.any(|(_, last)| *last >= day)
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
                Err(unknown_area(wanted, AREA, names))
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
        for column in &rows.label_columns {
            if let Some(grouping) = column.dimension.grouping() {
                for (spelling, meaning) in column.meanings.iter().enumerate().filter(|(_, meaning)| meaning.rows > 0) {
                    let spelling = column.spellings.text(spelling as u32).to_string();
                    *self.unmapped.entry((grouping, spelling)).or_default() += meaning.rows;
                }
            }
        }
        for column in rows.label_columns.iter().filter(|column| column.key.is_some()) {
            if column.missing.count > 0 {
                notes.push(findings::missing_labels(path, &column.header, &column.missing));
            }
            if column.unmapped.count > 0 {
                let spellings = column.meanings.iter().filter(|meaning| meaning.rows > 0).count() as u64;
                notes.push(findings::unmapped_labels(path, &column.header, spellings, &column.unmapped));
            }
        }
    }

    /// What a spelling of a column means; `key` is its place among the dimensions that were asked for.
    pub(super) fn meaning(&mut self, dimension: Dimension, key: Option<usize>, spelling: &str) -> Meaning {
        let (label, unmapped, usable) = match &self.labellers[&dimension] {
            Labeller::AsWritten => (spelling, false, true),
            Labeller::Groups(groups) => {
                let group = groups.group(spelling);
                let known = group.is_some_and(|group| group != groups.unknown());
                (groups.label(group.unwrap_or(groups.unknown())), group.is_none(), known)
            }
            Labeller::Ages(bands) => {
                let band = bands.of_text(spelling);
                (band.unwrap_or(bands.unknown()), band.is_none(), band.is_some())
            }
        };
        let label = key.map_or(MISSING, |key| self.labels[key].number(label).0);
        Meaning { label, unmapped, usable, rows: 0 }
    }

    /// The number of the label for what is unknown.
    pub(super) fn unknown(&mut self, dimension: Dimension, key: Option<usize>) -> u32 {
        let label = match &self.labellers[&dimension] {
            Labeller::AsWritten => "Unknown",
            Labeller::Groups(groups) => groups.label(groups.unknown()),
            Labeller::Ages(bands) => bands.unknown(),
        };
        key.map_or(MISSING, |key| self.labels[key].number(label).0)
    }

    #[inline]
    pub(super) fn combination(&mut self, labels: [u32; SLOTS]) -> u32 {
        *self.numbers.entry(labels).or_insert_with(|| {
            self.combinations.push(labels);
            (self.combinations.len() - 1) as u32
        })
    }
}
