//! Published packs: which is current, which belongs to a job, and whether one is still as it was written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::job::{Job, Key, fingerprint_of};
use super::manifest::{MANIFEST, Manifest, Output, RUN_LOG, SCHEMA};
use super::{BatchError, durable};

/// The pointer's name in a destination.
pub(super) const LATEST: &str = "latest.json";

/// A published pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its folder, absolute where the destination is.
    pub path: PathBuf,
    /// Its folder's name in the destination.
    pub name: String,
    /// The job that made it.
    pub key: Key,
    /// Its handling marking, where it has one.
    pub marking: Option<String>,
}

impl Pack {
    /// The name of its origin: that of its folder without the short key that tells packs of one origin apart.
    pub fn origin(&self) -> &str {
        self.name.split_once(&format!("-{}", self.key.short())).map_or(self.name.as_str(), |(origin, _)| origin)
    }
}

/// What `latest.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// The layout's version.
    pub schema: u32,
    /// The handling marking of the pack, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    /// The current pack's folder, beside the pointer.
    pub pack: String,
    /// The job that made it.
    pub key: Key,
    /// The SHA-256 of that pack's manifest, which holds those of its files.
    pub manifest_sha256: String,
}

/// The pointer of a destination, or nothing when no pack has been published there.
///
/// # Errors
/// When it is there and can't be read or understood.
pub fn latest(destination: &Path) -> Result<Option<Latest>, BatchError> {
    let path = destination.join(LATEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BatchError::io("read", path)(source)),
    };
    let not_a_pack = |why: String| BatchError::NotAPack { path: path.clone(), why };
    let latest: Latest = serde_json::from_slice(&text).map_err(|e| not_a_pack(format!("it is damaged: {e}")))?;
    if latest.schema != SCHEMA {
        return Err(not_a_pack(format!("it has schema {}, this version reads {SCHEMA}", latest.schema)));
    }
    Ok(Some(latest))
}

/// The intact pack of a job in a destination. Reads only, so that it needs no lock; a run asks it before it starts
/// to work.
///
/// # Errors
/// When the destination is there and can't be read.
pub fn find(destination: &Path, key: &Key) -> Result<Option<Pack>, BatchError> {
    Ok(candidates(destination, key)?.into_iter().find(|pack| verify(&pack.path).is_ok_and(|found| found.is_intact())))
}

/// The packs whose manifests carry the key, intact or not, in the order of their names.
pub(super) fn candidates(destination: &Path, key: &Key) -> Result<Vec<Pack>, BatchError> {
    Ok(packs(destination)?.into_iter().filter(|pack| pack.key == *key).collect())
}

/// The packs of a destination, intact or not, in the order of their names, which is that of their origins.
///
/// # Errors
/// When the destination is there and can't be read.
pub fn packs(destination: &Path) -> Result<Vec<Pack>, BatchError> {
    let entries = match fs::read_dir(destination) {
        Ok(entries) => entries,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(BatchError::io("read", destination)(source)),
    };
    let mut packs = Vec::new();
    for entry in entries {
        let entry = entry.map_err(BatchError::io("read", destination))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        // Folders that aren't packs are the user's own business.
        if let (false, Ok(manifest)) = (name.starts_with('.'), Manifest::read(&path)) {
            packs.push(Pack { path, name, key: manifest.key, marking: manifest.marking });
        }
    }
    packs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packs)
}

/// One way in which a pack differs from its manifest. Paths are relative to the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file is gone.
    Missing(String),
    /// The file has other bytes.
    Changed(String),
    /// The file wasn't published.
    Unexpected(String),
}

/// What a check of a pack found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The job that made the pack.
    pub key: Key,
    /// How many files its manifest names.
    pub files: usize,
    /// Every difference, in the order of paths.
    pub faults: Vec<Fault>,
}

impl Verification {
    /// Whether the pack is as it was published.
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty()
    }
}

/// The pack that a folder is, or the current one of the packs in it.
///
/// # Errors
/// [`BatchError::NotAPack`] when it is neither, or its pointer can't be understood.
pub fn pack_or_current(folder: &Path) -> Result<PathBuf, BatchError> {
    if folder.join(MANIFEST).is_file() {
        return Ok(folder.to_path_buf());
    }
    match latest(folder)? {
        Some(latest) => Ok(folder.join(latest.pack)),
        None if folder.is_dir() => {
            let why =
                format!("it holds neither {MANIFEST} nor {LATEST}; name the folder of a pack, or the one of all packs");
            Err(BatchError::NotAPack { path: folder.to_path_buf(), why })
        }
        None => Err(BatchError::NotAPack { path: folder.to_path_buf(), why: "there is no such folder".to_owned() }),
    }
}

/// Hashes a pack's files again and compares them with its manifest; the manifest itself is compared with
/// `latest.json` where that names this pack.
///
/// # Errors
/// [`BatchError::NotAPack`] when there is no readable manifest; [`BatchError::Io`] when a file can't be read.
pub fn verify(pack: &Path) -> Result<Verification, BatchError> {
    let manifest = Manifest::read(pack)?;
    let (found, _) = durable::walk(pack)?;
    let mut promised: BTreeMap<&str, &Output> = manifest.outputs.iter().map(|o| (o.path.as_str(), o)).collect();
    let mut faults = Vec::new();
    for path in found {
        if path == MANIFEST {
            if !agrees_with_pointer(pack)? {
                faults.push(Fault::Changed(path));
            }
        } else if let Some(output) = promised.remove(path.as_str()) {
            if Output::of_file(pack, path.clone())? != *output {
                faults.push(Fault::Changed(path));
            }
        } else if path != RUN_LOG {
            faults.push(Fault::Unexpected(path));
        }
    }
    faults.extend(promised.into_keys().map(|path| Fault::Missing(path.to_owned())));
    faults.sort_by(|a, b| a.path().cmp(b.path()));
    Ok(Verification { key: manifest.key, files: manifest.outputs.len(), faults })
}

/// The job that made a pack, as its manifest tells it.
///
/// # Errors
/// [`BatchError::NotAPack`] when there is no readable manifest.
pub fn job(pack: &Path) -> Result<Job, BatchError> {
    Ok(Manifest::read(pack)?.job())
}

/// The packs that stood beside a pack when its figures were protected, by name.
///
/// # Errors
/// [`BatchError::NotAPack`] when there is no readable manifest.
pub fn beside(pack: &Path) -> Result<Vec<String>, BatchError> {
    Ok(Manifest::read(pack)?.beside())
}

/// How the outputs of a second pack differ from those of a first, by what their manifests say, in the order of paths.
///
/// # Errors
/// [`BatchError::NotAPack`] when one of them has no readable manifest.
pub fn differences(first: &Path, second: &Path) -> Result<Vec<Fault>, BatchError> {
    let outputs = |pack: &Path| -> Result<BTreeMap<String, Output>, BatchError> {
        Ok(Manifest::read(pack)?.outputs.into_iter().map(|output| (output.path.clone(), output)).collect())
    };
    let (first, mut second) = (outputs(first)?, outputs(second)?);
    let mut faults = Vec::new();
    for (path, output) in first {
        match second.remove(&path) {
            None => faults.push(Fault::Missing(path)),
            Some(other) if other != output => faults.push(Fault::Changed(path)),
            Some(_) => {}
        }
    }
    faults.extend(second.into_keys().map(Fault::Unexpected));
    faults.sort_by(|a, b| a.path().cmp(b.path()));
    Ok(faults)
}

impl Fault {
    /// The file concerned, relative to the pack.
    pub fn path(&self) -> &str {
        match self {
            Fault::Missing(path) | Fault::Changed(path) | Fault::Unexpected(path) => path,
        }
    }
}

/// Whether the manifest is the one that `latest.json` beside the pack was written for, where it names this pack.
fn agrees_with_pointer(pack: &Path) -> Result<bool, BatchError> {
    let pack = std::path::absolute(pack).map_err(BatchError::io("read", pack))?;
    let (Some(destination), Some(name)) = (pack.parent(), pack.file_name()) else { return Ok(true) };
    // A damaged pointer says nothing about the pack.
    let Some(latest) = latest(destination).ok().flatten() else { return Ok(true) };
    if name != latest.pack.as_str() {
        return Ok(true);
    }
    let manifest = pack.join(MANIFEST);
    let bytes = fs::read(&manifest).map_err(BatchError::io("read", manifest))?;
    Ok(fingerprint_of(&bytes) == latest.manifest_sha256)
}

#[cfg(test)]
mod tests {
    use super::super::{Job, Lock, Record, publish};
    use super::*;

    /// A destination with one published pack of three files.
    fn published() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let lock = Lock::acquire(folder.path()).expect("lock");
        let job = Job { engine: "groundswell 0.1.0".into(), plan: serde_json::json!({}), seed: 1, inputs: vec![] };
        let published = publish(&lock, "2024-03", &job, |staging| {
            fs::create_dir(staging.join("charts")).expect("folder");
            for name in ["charts/a.svg", "forecast.csv", "report.html"] {
                fs::write(staging.join(name), name).expect("file");
            }
            Ok::<_, BatchError>(Record { run: Some(serde_json::json!({"seconds": 1})), ..Record::default() })
        });
        let path = published.expect("published").pack().path.clone();
        (folder, path)
    }

    fn faults(pack: &Path) -> Vec<Fault> {
        verify(pack).expect("verified").faults
    }

    #[test]
    fn a_pack_as_published_is_intact() {
        let (_folder, pack) = published();
        let found = verify(&pack).expect("verified");
        assert_eq!((found.files, found.faults), (3, vec![]));
    }

    #[test]
    fn a_changed_a_missing_and_an_added_file_are_each_named() {
        let (_folder, pack) = published();
        // The same length, so that only the bytes tell.
        fs::write(pack.join("forecast.csv"), "forecast.csw").expect("file");
        fs::remove_file(pack.join("charts/a.svg")).expect("removed");
        fs::write(pack.join("notes.txt"), "mine").expect("file");
        let expected = [
            Fault::Missing("charts/a.svg".into()),
            Fault::Changed("forecast.csv".into()),
            Fault::Unexpected("notes.txt".into()),
        ];
        assert_eq!(faults(&pack), expected);
    }

    #[test]
    fn the_run_log_may_differ() {
        let (_folder, pack) = published();
        fs::write(pack.join(RUN_LOG), "{}").expect("file");
        assert_eq!(faults(&pack), []);
    }

    #[test]
    fn a_manifest_edited_to_agree_with_an_edited_file_is_found_out_by_the_pointer() {
        let (_folder, pack) = published();
        fs::write(pack.join("forecast.csv"), "better numbers").expect("file");
        let honest = fs::read_to_string(pack.join(MANIFEST)).expect("manifest");
        let output = |bytes: &str| (bytes.len(), fingerprint_of(bytes.as_bytes()));
        let ((old_size, old_hash), (new_size, new_hash)) = (output("forecast.csv"), output("better numbers"));
        let forged = honest.replace(&old_hash, &new_hash).replace(
            &format!("\"bytes\": {old_size},\n      \"sha256\": \"{new_hash}"),
            &format!("\"bytes\": {new_size},\n      \"sha256\": \"{new_hash}"),
        );
        assert_ne!(forged, honest);
        fs::write(pack.join(MANIFEST), forged).expect("file");
        assert_eq!(faults(&pack), [Fault::Changed(MANIFEST.into())]);
    }

    #[test]
    fn the_manifest_gives_back_the_job_that_made_the_pack() {
        let (folder, pack) = published();
        let job = job(&pack).expect("a job");
        assert_eq!((job.engine.as_str(), job.seed), ("groundswell 0.1.0", 1));
        assert_eq!(packs(folder.path()).expect("read")[0].key, job.key());
    }

    #[test]
    fn packs_of_one_origin_share_its_name() {
        let pack =
            |name: &str| Pack { path: PathBuf::new(), name: name.into(), key: Key::of("1a2b3c4d5e"), marking: None };
        assert_eq!(pack("2024-03").origin(), "2024-03");
        assert_eq!(pack("2024-03-1a2b3c4d").origin(), "2024-03");
        assert_eq!(pack("2024-03-1a2b3c4d-2").origin(), "2024-03");
        assert_eq!(pack("2024-03-99999999").origin(), "2024-03-99999999");
    }

    #[test]
    fn two_packs_differ_by_what_is_missing_changed_and_new() {
        let (folder, first) = published();
        let second = folder.path().join("second");
        fs::create_dir(&second).expect("folder");
        let text = fs::read_to_string(first.join(MANIFEST)).expect("manifest");
        let hash = fingerprint_of(b"forecast.csv");
        assert!(text.contains(&hash));
        let text = text.replace(&hash, &fingerprint_of(b"other")).replace("report.html", "summary.html");
        fs::write(second.join(MANIFEST), text).expect("file");
        let expected = [
            Fault::Changed("forecast.csv".into()),
            Fault::Missing("report.html".into()),
            Fault::Unexpected("summary.html".into()),
        ];
        assert_eq!(differences(&first, &second).expect("compared"), expected);
        assert_eq!(differences(&first, &first).expect("compared"), []);
    }

    #[test]
    fn a_folder_without_a_manifest_is_not_a_pack() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let error = verify(folder.path()).expect_err("refused");
        assert!(matches!(error, BatchError::NotAPack { path, .. } if path == folder.path()));
    }

    #[test]
    fn a_destination_without_a_pointer_has_no_latest_pack() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert_eq!(latest(&folder.path().join("not there")).expect("read"), None);
    }

    #[test]
    fn a_damaged_pointer_is_an_error_that_names_it() {
        let (folder, _pack) = published();
        fs::write(folder.path().join(LATEST), "{\"schema\": 1").expect("file");
        let error = latest(folder.path()).expect_err("damaged");
        assert!(matches!(error, BatchError::NotAPack { path, .. } if path == folder.path().join(LATEST)));
    }
}
