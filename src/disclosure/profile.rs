//! The named rules of disclosure control.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which rule the published figures follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// For anything that leaves the team: counts of 1 to 7 are suppressed, others rounded to the nearest 5.
    ///
    /// Method: NHS Digital's sub-national rule for counts; rates from rounded counts as in OpenSAFELY's output rules;
    /// totals as [`ProtectedTable`](super::ProtectedTable) has them.
    #[default]
    Published,
    /// For the analyst's own desk: nothing is changed and every output is marked.
    Internal,
}

impl Profile {
    /// The handling marking that every output of the profile carries.
    pub fn marking(self) -> Option<&'static str> {
        match self {
            Profile::Published => None,
            Profile::Internal => Some("OFFICIAL-SENSITIVE"),
        }
    }

    /// What was done to the figures, as a reader of the report needs to know it.
    pub fn note(self) -> &'static str {
        match self {
            Profile::Published => {
                "To protect children, counts from 1 to 7 are not shown ([c]) and all others are rounded to the \
                 nearest 5, forecasts too. Totals are rounded on their own, and moved where they would give away a \
                 figure that is not shown, so that rows need not add up to them. The smallest totals are not shown."
            }
            Profile::Internal => {
                "Figures are exact and may identify children. Keep this document within the team; make a pack with \
                 the `published` profile for anyone else."
            }
        }
    }
}

/// The name as the project file has it.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Published => "published",
            Profile::Internal => "internal",
        })
    }
}
