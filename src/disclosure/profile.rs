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
    /// For statistics in the style of the Department for Education: observed counts of 1 to 5 are suppressed, and so many
    /// others that none can be worked out; authorities are not rounded, regions and England to the nearest 10. What is
    /// forecast or estimated follows [`Profile::Published`].
    ///
    /// Method: DfE, Characteristics of children in need, 2020 to 2021.
    DfeCin,
    /// For the analyst's own desk: nothing is changed and every output is marked.
    Internal,
}

impl Profile {
    /// The handling marking that every output of the profile carries.
    pub fn marking(self) -> Option<&'static str> {
        match self {
            Profile::Published | Profile::DfeCin => None,
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
            Profile::DfeCin => {
                "To protect children, counts from 1 to 5 are not shown ([c]), nor are others from which these could be \
                 worked out. Other counts are exact; those of regions and England are rounded to the nearest 10. \
                 Forecasts and estimates from 1 to 7 are not shown and all others are rounded to the nearest 5, so that \
                 rows need not add up."
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
            Profile::DfeCin => "dfe-cin",
            Profile::Internal => "internal",
        })
    }
}
