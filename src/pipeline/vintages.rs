//! What stands in the folder of the packs: which pack is current, whether each is as it was published, and whether a
//! pack's own plan and inputs give the same bytes again.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::standing::{self, Standing};
use super::{Error, Listener, monthly};
use crate::batch::{self, BatchError, Lock};
use crate::project::RunPlan;

/// How a pack differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The file, relative to the pack.
    pub file: String,
    /// `missing`, `changed` or `unexpected`.
    pub what: &'static str,
}

impl From<batch::Fault> for Difference {
    fn from(fault: batch::Fault) -> Difference {
        let what = match fault {
            batch::Fault::Missing(_) => "missing",
            batch::Fault::Changed(_) => "changed",
            batch::Fault::Unexpected(_) => "unexpected",
        };
        Difference { file: fault.path().to_owned(), what }
    }
}

/// A pack's files hashed again and compared with its manifest.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedPack {
    /// The pack's folder.
    pub pack: PathBuf,
    /// How many files its manifest names.
    pub files: usize,
    /// Every difference, in the order of paths; none where the pack is as it was published.
    pub differences: Vec<Difference>,
}

impl fmt::Display for VerifiedPack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Difference { file, what } in &self.differences {
            writeln!(f, "{what}: {file}")?;
        }
        let (pack, files) = (self.pack.display(), self.files);
        match self.differences.len() {
            0 => writeln!(f, "{pack}: intact, {files} files as published"),
            1 => writeln!(f, "{pack}: NOT as published, 1 file differs; use an earlier pack, or run again"),
            many => writeln!(f, "{pack}: NOT as published, {many} files differ; use an earlier pack, or run again"),
        }
    }
}

/// Hashes a pack's files again and compares them with its manifest. The folder of the packs stands for its current one.
///
/// # Errors
/// Where the folder is no pack or a file can't be read.
pub fn verify_pack(pack: &Path) -> Result<VerifiedPack, Error> {
    let pack = batch::pack_or_current(pack)?;
    let found = batch::verify(&pack)?;
    let differences = found.faults.into_iter().map(Difference::from).collect();
    Ok(VerifiedPack { pack, files: found.files, differences })
}

/// A published pack.
#[derive(Debug, Clone, Serialize)]
pub struct Vintage {
    /// Its folder's name.
    pub name: String,
    /// The job that made it.
    pub key: String,
    /// Whether `latest.json` names it.
    pub current: bool,
    /// Whether it is as it was published.
    pub intact: bool,
    /// Its handling marking, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
}

/// What stands in the folder of the packs.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// The folder.
    pub folder: PathBuf,
    /// Whether a run is at work there.
    pub running: bool,
    /// The packs, in the order of their origins.
    pub packs: Vec<Vintage>,
    /// What a run would do.
    pub standing: Standing,
}

impl Status {
    /// Whether the current pack is as it was published; true where there is none.
    pub fn is_sound(&self) -> bool {
        self.standing != Standing::Damaged && self.packs.iter().all(|pack| pack.intact || !pack.current)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pack in &self.packs {
            let mark = if pack.current { '*' } else { ' ' };
            let state = if pack.intact { "intact" } else { "NOT as published; `groundswell verify` says how" };
            let marking = pack.marking.as_ref().map_or(String::new(), |marking| format!("  {marking}"));
            writeln!(f, "{mark} {}  {state}{marking}", pack.name)?;
        }
        writeln!(f, "{} in {}", counted(self.packs.len(), "pack"), self.folder.display())?;
        if self.running {
            writeln!(f, "A run is at work there now.")?;
        }
        writeln!(f, "{}", self.standing)
    }
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}

/// What stands in a plan's folder of packs. Every file of every pack is hashed; nothing is written, and nothing is
/// locked.
///
/// # Errors
/// Where the folder, the pointer in it or an input can't be read.
pub fn status(plan: &RunPlan) -> Result<Status, Error> {
    let folder = plan.destination();
    let current = batch::latest(&folder)?;
    let is_current = |name: &str| current.as_ref().is_some_and(|latest| latest.pack == name);
    let vintage = |pack: batch::Pack| -> Result<Vintage, BatchError> {
        let intact = batch::verify(&pack.path)?.is_intact();
        let batch::Pack { name, key, marking, .. } = pack;
        Ok(Vintage { current: is_current(&name), intact, key: key.to_string(), name, marking })
    };
    let packs = batch::packs(&folder)?.into_iter().map(vintage).collect::<Result<Vec<Vintage>, BatchError>>()?;
    let standing = Standing::of(&folder, &monthly::job(plan)?)?;
    Ok(Status { running: Lock::is_held(&folder), folder, packs, standing })
}

/// What making a pack again came to.
#[derive(Debug, Clone, Serialize)]
pub struct Rerun {
    /// The pack.
    pub pack: PathBuf,
    /// How many files its manifest names.
    pub files: usize,
    /// What the job of the pack and that of now differ by; where there is anything, other bytes are no surprise.
    pub changed: Vec<String>,
    /// How the new bytes differ from those published, in the order of paths.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Rerun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Difference { file, what } in &self.differences {
            writeln!(f, "{what}: {file}")?;
        }
        if !self.changed.is_empty() {
            writeln!(f, "Changed since the pack was made: {}", self.changed.join(", "))?;
        }
        let (pack, files) = (self.pack.display(), self.files);
        match self.differences.len() {
            0 => writeln!(f, "{pack}: made again, the same bytes in {files} files"),
            many => writeln!(f, "{pack}: made again, {} not the same", counted(many, "file")),
        }
    }
}

/// Makes a pack again from its own plan, in a temporary folder that is removed afterwards, and compares the bytes.
/// The earlier packs are those of the pack's own folder. The folder of the packs stands for its current one. `inputs` is
/// the folder that the inputs lie in as the project file named them; absent: the one that holds the folder of the packs,
/// where the project file usually is.
///
/// # Errors
/// Where the folder is no pack, its plan can't be read by this version, or the run fails.
pub fn rerun(pack: &Path, inputs: Option<&Path>, listener: Listener<'_>) -> Result<Rerun, Error> {
    let pack = &batch::pack_or_current(pack)?;
    let job = batch::job(pack)?;
    let unreadable = |source| Error::Unreadable { path: pack.to_owned(), source };
    let absolute = pack.canonicalize().map_err(unreadable)?;
    let packs = absolute.parent().unwrap_or(&absolute);
    let beside = packs.parent().unwrap_or(packs);
    let mut plan = RunPlan::from_resolved(&job.plan, pack, inputs.unwrap_or(beside))?;
    let folder = tempfile::tempdir()
        .map_err(|source| Error::CantCreate { path: PathBuf::from("a temporary folder"), source })?;
    plan.publish_into(folder.path().join("packs"));
    let changed = standing::changes(&job, &monthly::job(&plan)?);
    let beside = batch::beside(pack)?;
    let again = monthly::run_after(&plan, packs, Some(&beside), listener)?.pack;
    let differences = batch::differences(pack, &again)?.into_iter().map(Difference::from).collect();
    Ok(Rerun { pack: pack.to_owned(), files: batch::verify(pack)?.files, changed, differences })
}
