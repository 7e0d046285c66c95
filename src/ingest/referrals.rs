//! Child-level referrals, one row each: read, cleaned, merged and counted.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use polars::prelude::{InitHashMaps, PlFixedStateQuality, PlHashMap};

use super::categories::{AgeBands, Categories, Grouping, Mapping};
use super::dates::{self, OrderEvidence, Written, date_of, days_since_epoch};
use super::error::IngestError;
use super::findings;
use super::frames::{Cells, ReadAs};
use super::headers::{Headers, Role, plain};
use super::labels::Labels;
use super::merge::{self, Extract, Merged, Record};
use super::options::InputOptions;
use super::table::{Batch, Table};
use super::text::RowCount;
use crate::panel::Finding;

/// How many labels a dimension may have.
const MOST_LABELS: usize = 20_000;

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
    pub(super) const ALL: [Dimension; 5] =
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

    /// The dimension of that name.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn named(name: &str) -> Result<Dimension, IngestError> {
        let wanted = plain(name);
        Dimension::ALL.into_iter().find(|dimension| plain(dimension.name()) == wanted).ok_or_else(|| {
            IngestError::Options(format!(
                "`{name}` is no dimension of referrals; choose among area, source, age_band, need and no_further_action"
            ))
        })
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

/// The columns of one file that are read.
#[derive(Debug, Default)]
struct Layout {
    wanted: Vec<(usize, ReadAs)>,
    date: usize,
    child: Option<usize>,
    birth: Option<usize>,
    /// For each dimension the place of its column among those wanted; none for ages from dates of birth.
    labels: Vec<Option<usize>>,
    filters: Vec<(usize, Filter)>,
}

/// Which spellings of a column stay.
#[derive(Debug)]
struct Filter {
    option: String,
    kept: Vec<String>,
    grouping: Option<Grouping>,
}

/// How one dimension's cells become labels.
enum Labeller {
    AsWritten,
    Groups(Categories),
    Ages,
}

/// One column's spellings and the labels that they stand for.
struct Column {
    spellings: Labels,
    /// For each spelling: its label and whether no group is known for it.
    labels: Vec<(u32, bool)>,
}

/// Everything that stays the same from file to file.
pub(super) struct Referrals<'a> {
    options: &'a InputOptions,
    dimensions: Vec<Dimension>,
    labellers: Vec<Labeller>,
    bands: AgeBands,
    /// The labels of each dimension, over all files.
    labels: Vec<Labels>,
    /// Combinations of labels, over all files.
    combinations: PlHashMap<Box<[u32]>, u32>,
    combination_labels: Vec<Box<[u32]>>,
    extracts: Vec<Extract>,
    pub(super) findings: Vec<Finding>,
}

/// What stands for a label in a combination where the age is taken from the date of birth.
const FROM_BIRTH: u32 = u32::MAX;

impl<'a> Referrals<'a> {
    pub(super) fn new(
        options: &'a InputOptions,
        dimensions: Vec<Dimension>,
        mapping: Option<(&Path, &Mapping)>,
    ) -> Result<Referrals<'a>, IngestError> {
        let labellers = dimensions.iter().map(|dimension| {
            Ok(match dimension {
                Dimension::Area => Labeller::AsWritten,
                Dimension::AgeBand => Labeller::Ages,
                Dimension::Source => Labeller::Groups(Categories::new(Grouping::Source, mapping)?),
                Dimension::Need => Labeller::Groups(Categories::new(Grouping::Need, mapping)?),
                Dimension::NoFurtherAction => Labeller::Groups(Categories::new(Grouping::NoFurtherAction, mapping)?),
            })
        });
        Ok(Referrals {
            options,
            labellers: labellers.collect::<Result<_, IngestError>>()?,
            bands: AgeBands::new()?,
            labels: dimensions.iter().map(|_| Labels::new()).collect(),
            dimensions,
            combinations: PlHashMap::new(),
            combination_labels: Vec::new(),
            extracts: Vec::new(),
            findings: Vec::new(),
        })
    }
}
