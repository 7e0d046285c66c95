//! Publishing a pack: whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::durable::Replacement;
use super::job::{Job, fingerprint};
use super::lock::{Lock, STAGING};
use super::manifest::{self, MANIFEST, Record, SCHEMA};
use super::pack::{self, LATEST, Latest, Pack};
use super::{BatchError, durable};

/// What publishing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// A new pack is there, and `latest.json` names it.
    New {
        /// The pack.
        pack: Pack,
        /// An earlier pack of the same job that no longer agrees with its manifest; left as it was, for a person to
        /// look at.
        damaged: Option<PathBuf>,
    },
    /// The job's pack was there already; `latest.json` named another and now names it.
    Pointed(Pack),
    /// The job's pack was there already and is current: nothing was written.
    Unchanged(Pack),
}

impl Published {
    /// The job's pack.
    pub fn pack(&self) -> &Pack {
        match self {
            Published::New { pack, .. } | Published::Pointed(pack) | Published::Unchanged(pack) => pack,
        }
    }
}

/// Publishes the pack of a job in the locked destination, unless it is there already.
///
/// `write` is given an empty folder beside the packs and writes the outputs there. When it has returned, every file is
/// hashed, synced and named in the manifest; then the folder is renamed to its place, and `latest.json` is replaced by
/// rename. A reader who follows `latest.json` sees the old pack or the new one, whole, at every moment; so does one who
/// comes after a crash, a full disk or a power cut. Whatever fails, the temporary folder is removed.
///
/// The pack is named `name`, or `name` and the short key where another pack has that name.
///
/// # Errors
/// What `write` returns, and every [`BatchError`] but `Locked`.
pub fn publish<E, W>(lock: &Lock, name: &str, job: &Job, write: W) -> Result<Published, E>
where
    E: From<BatchError>,
    W: FnOnce(&Path) -> Result<Record, E>,
{
    if !is_plain(name) {
        return Err(BatchError::BadName { name: name.to_owned() }.into());
    }
    let destination = lock.destination();
    let key = job.key();
    if let Some(pack) = pack::find(destination, &key)? {
        return Ok(point_to(destination, pack)?);
    }

    let staging = Staging::create(destination, key.short())?;
    let record = write(&staging.path)?;
    let manifest_sha256 = manifest::seal(&staging.path, job, &record)?;

    let damaged = pack::candidates(destination, &key)?.pop().map(|pack| pack.path);
    let name = free_name(destination, name, key.short());
    let path = destination.join(&name);
    let marking = record.marking;
    let latest =
        Latest { schema: SCHEMA, marking: marking.clone(), pack: name.clone(), key: key.clone(), manifest_sha256 };
    let pointer = prepare_pointer(destination, &latest)?;
    // From here on nothing is written any more, only renamed.
    fs::rename(&staging.path, &path).map_err(BatchError::io("publish", &path))?;
    durable::sync_folder(destination)?;
    pointer.commit()?;
    durable::sync_folder(destination)?;
    Ok(Published::New { pack: Pack { path, name, key, marking }, damaged })
}

/// Makes an intact pack the current one, which it mostly is.
fn point_to(destination: &Path, pack: Pack) -> Result<Published, BatchError> {
    let (_, manifest_sha256) = fingerprint(&pack.path.join(MANIFEST))?;
    let Pack { name, key, marking, .. } = pack.clone();
    let wanted = Latest { schema: SCHEMA, marking, pack: name, key, manifest_sha256 };
    // A damaged pointer is replaced like one that names another pack.
    if pack::latest(destination).ok().flatten().as_ref() == Some(&wanted) {
        return Ok(Published::Unchanged(pack));
    }
    prepare_pointer(destination, &wanted)?.commit()?;
    durable::sync_folder(destination)?;
    Ok(Published::Pointed(pack))
}

fn prepare_pointer(destination: &Path, latest: &Latest) -> Result<Replacement, BatchError> {
    let path = destination.join(LATEST);
    let bytes = manifest::json(latest, &path)?;
    Replacement::prepare(path, destination.join(format!("{STAGING}{LATEST}")), &bytes)
}

/// `name`, or `name` with the short key, or that with a number: the first that nothing has. A pack is never replaced,
/// because there is no moment at which a folder can be swapped for another in one step everywhere.
fn free_name(destination: &Path, name: &str, short_key: &str) -> String {
    let with_key = format!("{name}-{short_key}");
    let numbered = (2..).map(|number| format!("{with_key}-{number}"));
    let mut names = [name.to_owned(), with_key.clone()].into_iter().chain(numbered);
    let is_free = |name: &String| fs::symlink_metadata(destination.join(name)).is_err();
    names.find(is_free).unwrap_or(with_key)
}

/// Whether a name is a plain folder name on every system.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) && !name.ends_with('.')
}

/// The temporary folder, removed when publishing ends in whatever way; after the rename there is nothing to remove.
struct Staging {
    path: PathBuf,
}

impl Staging {
    fn create(destination: &Path, short_key: &str) -> Result<Staging, BatchError> {
        let path = destination.join(format!("{STAGING}{short_key}"));
        fs::create_dir(&path).map_err(BatchError::cant_create(&path))?;
        Ok(Staging { path })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What can't be removed now, the next run clears.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests;
