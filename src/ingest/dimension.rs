//! What referrals and tables can be cut by, and which column plays which part.

use std::path::Path;

use super::categories::Grouping;
use super::error::IngestError;
use super::headers::{Headers, Role, plain};
use super::options::InputOptions;
use crate::math::spelling::{edits, meant};

/// How many dimensions referrals can have.
pub(super) const MOST_DIMENSIONS: usize = 5;

/// A dimension of referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
                     no_further_action{}",
                    meant(name, Dimension::ALL.map(Dimension::name))
                ))
            })?;
            if dimensions.contains(&dimension) {
                return Err(IngestError::Options(format!("the dimension `{name}` stands twice")));
            }
            dimensions.push(dimension);
        }
        Ok(dimensions)
    }

    /// The groups that its spellings are mapped to, where it has a code list.
    pub(super) fn grouping(self) -> Option<Grouping> {
        match self {
            Dimension::Source => Some(Grouping::Source),
            Dimension::Need => Some(Grouping::Need),
            Dimension::NoFurtherAction => Some(Grouping::NoFurtherAction),
            Dimension::Area | Dimension::AgeBand => None,
        }
    }

    pub(super) fn role(self) -> Role {
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

/// What an area of a file about children is called in messages.
pub(super) const AREA: &str = "area";

/// The error for an area that isn't there, with names that come close, or else some of those that there are.
pub(super) fn unknown_area<'a>(wanted: &str, level: &'static str, names: impl Iterator<Item = &'a str>) -> IngestError {
    /// So many names stand in a sentence.
    const NAMED: usize = 8;
    let needle = plain(wanted);
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let is_close = |name: &&str| {
        let name = plain(name);
        !needle.is_empty() && (name.contains(&needle) || needle.contains(&name) || edits(&name, &needle) <= 2)
    };
    let close: Vec<&str> = names.iter().copied().filter(is_close).take(5).collect();
    let hint = match names.len() {
        _ if !close.is_empty() => format!("; did you mean {}?", close.join(" or ")),
        // What stands in a column about children may be anything.
        _ if level == AREA => "; see in the file's column of areas how those that there are are spelt".to_owned(),
        many if many > NAMED => {
            format!("; the file has {many}, such as {}: its column of areas lists them", names[..NAMED].join("; "))
        }
        _ => format!("; the file has {}", names.join("; ")),
    };
    IngestError::UnknownArea { wanted: wanted.to_string(), level, hint }
}
