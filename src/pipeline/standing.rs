//! What a run would do about the pack that is current, and why.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::batch::{self, BatchError, Job};

/// What a run would do about the current pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No pack is current: a run would publish the first.
    NothingPublished,
    /// Inputs, plan and version are those of the current pack, which is as it was published.
    UpToDate,
    /// The same, but the current pack is not as it was published: a run would publish it anew, beside it.
    Damaged,
    /// Another pack of these inputs, this plan and version is there and intact: a run would make it the current one.
    Another(String),
    /// A run would publish a new pack, because of what is named here: files, `plan`, `version`.
    OutOfDate(Vec<String>),
}

impl Standing {
    /// What a run of the job would do in the folder of the packs; nothing is locked.
    ///
    /// # Errors
    /// Where the folder or the pointer in it can't be read.
    pub(super) fn of(folder: &Path, now: &Job) -> Result<Standing, BatchError> {
        let Some(latest) = batch::latest(folder)? else { return Ok(Standing::NothingPublished) };
        Ok(match batch::find(folder, &now.key())? {
            Some(pack) if pack.name == latest.pack => Standing::UpToDate,
            Some(pack) => Standing::Another(pack.name),
            None if now.key() == latest.key => Standing::Damaged,
            None => match batch::job(&folder.join(&latest.pack)) {
                Ok(before) => Standing::OutOfDate(changes(&before, now)),
                Err(_) => Standing::Damaged,
            },
        })
    }

    /// Whether a run would make a pack, and not merely find or point to one.
    pub fn makes_a_pack(&self) -> bool {
        !matches!(self, Standing::UpToDate | Standing::Another(_))
    }
}

/// One sentence.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::NothingPublished => write!(f, "No pack is current: `groundswell run` publishes the first."),
            Standing::UpToDate => write!(f, "The current pack (*) is up to date: a run would publish nothing new."),
            Standing::Damaged => write!(
                f,
                "The current pack (*) is not as published: a run would publish it anew, beside the damaged one."
            ),
            Standing::Another(name) => write!(
                f,
                "The pack {name} has these inputs, plan and version and is intact: a run would make it the current one \
                 (*) again."
            ),
            Standing::OutOfDate(why) => {
                let why = why.join(", ");
                write!(f, "A run would publish a new pack; since the current one (*) there changed: {why}")
            }
        }
    }
}

/// What two jobs differ by: input files by name, `plan`, `version`.
pub(super) fn changes(before: &Job, now: &Job) -> Vec<String> {
    let hash = |job: &Job, name: &str| job.inputs.iter().find(|input| input.name == name).map(|i| i.sha256.clone());
    let mut changes: Vec<String> = now.inputs.iter().map(|input| input.name.clone()).collect();
    changes.retain(|name| hash(before, name) != hash(now, name));
    changes.extend(before.inputs.iter().filter(|old| hash(now, &old.name).is_none()).map(|old| old.name.clone()));
    if before.plan != now.plan || before.seed != now.seed {
        changes.push("plan".to_owned());
    }
    if before.engine != now.engine {
        changes.push("version".to_owned());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Input;

    fn job(inputs: &[(&str, &str)], horizon: u8, engine: &str) -> Job {
        let input = |(name, sha256): &(&str, &str)| Input {
            name: (*name).to_owned(),
            bytes: 1,
            sha256: (*sha256).to_owned(),
            rows: None,
        };
        let plan = serde_json::json!({ "horizon": horizon });
        Job { engine: engine.to_owned(), plan, seed: 1, inputs: inputs.iter().map(input).collect() }
    }

    #[test]
    fn what_changed_between_two_jobs_is_named() {
        let before = job(&[("a.csv", "1"), ("b.csv", "2"), ("c.csv", "3")], 12, "groundswell 1");
        let now = job(&[("a.csv", "1"), ("b.csv", "9"), ("d.csv", "4")], 6, "groundswell 2");
        assert_eq!(changes(&before, &now), ["b.csv", "d.csv", "c.csv", "plan", "version"]);
        assert_eq!(changes(&before, &before), Vec::<String>::new());
    }
}
