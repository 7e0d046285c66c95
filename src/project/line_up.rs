//! A line-up: which models forecast, how they are combined, and how their ranges are calibrated.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ProjectError, in_words};
use crate::ensemble::{CalibrationOptions, EnsembleOptions};
use crate::models::{ModelSpec, PooledSeasonOptions};
use crate::reconcile::ReconcileOptions;
use crate::shock::ShockOptions;

/// The line-ups that ship with the engine: name and text.
const SHIPPED: [(&str, &str); 3] = [
    ("fast", include_str!("../../models/line-ups/fast.toml")),
    ("general", include_str!("../../models/line-ups/general.toml")),
    ("referrals", include_str!("../../models/line-ups/referrals.toml")),
];

/// Members of a line-up that share a treatment of the season.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Takes the group's season and the working days out before the members see the series.
    pub pooled_season: Option<PooledSeasonOptions>,
    /// The models.
    pub members: Vec<ModelSpec>,
}

/// Which models forecast, how they are combined, and how their ranges are calibrated.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineUp {
    schema: u32,
    /// The line-up's id in outputs.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// How the members become one forecast.
    #[serde(default)]
    pub ensemble: EnsembleOptions,
    /// Widens or narrows ranges so that they cover what they should in rolling origins; absent: ranges as simulated.
    pub calibrate: Option<CalibrationOptions>,
    /// Lets totals have forecasts of their own, which their parts heed; absent: totals are sums of their parts alone.
    pub reconcile: Option<ReconcileOptions>,
    /// Takes lockdowns out before the models see the series, and puts them back; absent: the models see them.
    pub shock: Option<ShockOptions>,
    /// The members.
    pub group: Vec<Group>,
}

impl LineUp {
    /// A shipped line-up by name, or one from a TOML file (a path relative to `base`).
    ///
    /// # Errors
    /// Where there is no such line-up or its text is not valid.
    pub fn load(name_or_path: &str, base: &Path) -> Result<LineUp, ProjectError> {
        if let Some((_, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
            return LineUp::from_toml(text, Path::new(name_or_path));
        }
        let path = base.join(name_or_path);
        if path.extension().is_none_or(|ending| ending != "toml") {
            let shipped: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            return Err(ProjectError::NoLineUp { name: name_or_path.to_owned(), shipped: shipped.join(", ") });
        }
        let text =
            std::fs::read_to_string(&path).map_err(|source| ProjectError::Unreadable { path: path.clone(), source })?;
        LineUp::from_toml(&text, &path)
    }

    /// A line-up of single models, each with its family's default options.
    ///
    /// # Errors
    /// Where an id is no model's.
    pub fn of_model(id: &str) -> Result<LineUp, ProjectError> {
        let member = ModelSpec::family(id).ok_or_else(|| {
            let known: Vec<&str> = ModelSpec::families().collect();
            ProjectError::NoModel { id: id.to_owned(), known: known.join(", ") }
        })?;
        Ok(LineUp {
            schema: 1,
            name: id.to_owned(),
            description: format!("{id} alone"),
            ensemble: EnsembleOptions::default(),
            calibrate: None,
            reconcile: None,
            shock: None,
            group: vec![Group { pooled_season: None, members: vec![member] }],
        })
    }

    /// Each member as a line-up of its own, with the group's treatment and the calibration.
    pub fn members(&self) -> Vec<LineUp> {
        let members = self.group.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
        let alone = members.map(|(group, member)| LineUp {
            name: if group.pooled_season.is_some() {
                format!("pooled-{}", member.id())
            } else {
                member.id().to_owned()
            },
            description: format!("{} alone", member.id()),
            ensemble: EnsembleOptions::default(),
            group: vec![Group { members: vec![member.clone()], ..group.clone() }],
            ..self.clone()
        });
        alone.collect()
    }

    /// A line-up from the text of a file; messages give it the path.
    ///
    /// # Errors
    /// Where it is not valid.
    pub fn from_toml(text: &str, path: &Path) -> Result<LineUp, ProjectError> {
        let invalid = |what: String| ProjectError::Invalid { path: PathBuf::from(path), what };
        let line_up: LineUp = toml::from_str(text).map_err(|error| {
            let (place, what) = in_words::of_error(&path.display().to_string(), text, &error);
            ProjectError::Invalid { path: place.into(), what }
        })?;
        if line_up.schema != 1 {
            return Err(invalid(format!("schema {} is not one that this version reads (1)", line_up.schema)));
        }
        if line_up.group.iter().all(|group| group.members.is_empty()) {
            return Err(invalid("the line-up has no member".to_owned()));
        }
        let members: Vec<usize> = line_up.group.iter().map(|group| group.members.len()).collect();
        let weights = line_up.ensemble.weights.len();
        if weights != 0 && members != [weights] {
            let what = "[ensemble] weights needs one weight for each member of the one group, or none";
            return Err(invalid(what.to_owned()));
        }
        Ok(line_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_line_ups_are_valid_and_named_as_their_files() {
        for (name, _) in SHIPPED {
            let line_up = LineUp::load(name, Path::new("")).expect("a valid line-up");
            assert_eq!(line_up.name, name);
        }
    }

    #[test]
    fn weights_that_fit_no_member_are_refused() {
        let (_, text) = SHIPPED[2];
        let error =
            LineUp::from_toml(&text.replace("[2.0, 1.0]", "[2.0]"), Path::new("mine.toml")).expect_err("refused");
        assert!(error.to_string().contains("one weight for each member"), "{error}");
    }

    #[test]
    fn an_unknown_line_up_is_refused_with_the_shipped_names() {
        let error = LineUp::load("best", Path::new("")).expect_err("no such line-up");
        assert_eq!(
            error.to_string(),
            "there is no line-up `best`: use one of fast, general, referrals, or the path of a .toml file"
        );
    }
}
