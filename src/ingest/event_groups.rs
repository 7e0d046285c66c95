//! The groups of events' labels: the same as those that referrals are counted by.

use std::path::Path;

use super::categories::{Categories, Grouping};
use super::error::IngestError;
use super::mapping::Mapping;

/// Maps the labels of events to the groups of sources and needs.
///
/// ```
/// use groundswell::ingest::EventGroups;
/// let groups = EventGroups::new(None)?;
/// assert_eq!(groups.source(Some("2A")), "Schools");
/// assert!(groups.no_further_action(Some("true")) && !groups.no_further_action(None));
/// # Ok::<(), groundswell::ingest::IngestError>(())
/// ```
#[derive(Debug)]
pub struct EventGroups {
    source: Categories,
    need: Categories,
    no_further_action: Categories,
}

impl EventGroups {
    /// The shipped groups, with the user's mapping file where there is one.
    ///
    /// # Errors
    /// Where the mapping file can't be used.
    pub fn new(mapping: Option<&Path>) -> Result<EventGroups, IngestError> {
        let read = mapping.map(Mapping::read).transpose()?;
        let mapping = mapping.zip(read.as_ref());
        let of = |grouping| Categories::new(grouping, mapping);
        Ok(EventGroups {
            source: of(Grouping::Source)?,
            need: of(Grouping::Need)?,
            no_further_action: of(Grouping::NoFurtherAction)?,
        })
    }

    /// The group of a source of referral.
    pub fn source(&self, label: Option<&str>) -> &str {
        grouped(&self.source, label)
    }

    /// The group of a primary need.
    pub fn need(&self, label: Option<&str>) -> &str {
        grouped(&self.need, label)
    }

    /// Whether a referral is marked as one without further action.
    pub fn no_further_action(&self, label: Option<&str>) -> bool {
        grouped(&self.no_further_action, label) == "Yes"
    }
}

fn grouped<'a>(groups: &'a Categories, label: Option<&str>) -> &'a str {
    groups.label(label.and_then(|label| groups.group(label)).unwrap_or(groups.unknown()))
}
