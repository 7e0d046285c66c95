//! Writing that survives a power cut: bytes are on the disk before a name points to them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::BatchError;

/// The regular files under `root`, as sorted paths relative to it with forward slashes, and every folder, deepest
/// first and `root` last.
///
/// # Errors
/// When a folder can't be read, or holds something that is neither a file nor a folder, or a name that isn't UTF-8:
/// such an entry can't be named in a manifest.
pub(super) fn walk(root: &Path) -> Result<(Vec<String>, Vec<PathBuf>), BatchError> {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    let mut waiting = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        for entry in fs::read_dir(&folder).map_err(BatchError::io("read", &folder))? {
            let entry = entry.map_err(BatchError::io("read", &folder))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(BatchError::io("read", &path))?;
            let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
                return Err(BatchError::Unpublishable { path, why: "its name isn't UTF-8" });
            };
            if kind.is_dir() {
                waiting.push((path, format!("{name}/")));
            } else if kind.is_file() {
                files.push(name);
            } else {
                return Err(BatchError::Unpublishable { path, why: "it is neither a file nor a folder" });
            }
        }
        folders.push(folder);
    }
    files.sort();
    folders.reverse();
    Ok((files, folders))
}

/// Puts a file's bytes on the disk.
pub(super) fn sync_file(path: &Path) -> Result<(), BatchError> {
    // Windows flushes only what is open for writing.
    let file = OpenOptions::new().read(true).write(cfg!(windows)).open(path).map_err(BatchError::io("open", path))?;
    file.sync_all().map_err(BatchError::io("sync", path))
}

/// Puts a folder's entries on the disk, where the system has that notion.
pub(super) fn sync_folder(path: &Path) -> Result<(), BatchError> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(BatchError::io("sync", path))?;
    }
    Ok(())
}

/// Writes a new file and puts it on the disk; an existing one is an error.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), BatchError> {
    let mut file = File::create_new(path).map_err(BatchError::cant_create(path))?;
    file.write_all(bytes).map_err(BatchError::io("write", path))?;
    file.sync_all().map_err(BatchError::io("sync", path))
}

/// A file that is to take another's place by rename: a reader sees the old bytes or the new ones, never a part.
///
/// Its bytes are on the disk before it is committed, so that a full disk is noticed while nothing has changed yet.
/// Uncommitted, it is removed when dropped.
pub(super) struct Replacement {
    path: PathBuf,
    temporary: PathBuf,
}

impl Replacement {
    /// Writes the new bytes to `temporary`, in the same folder as `path`.
    pub fn prepare(path: PathBuf, temporary: PathBuf, bytes: &[u8]) -> Result<Replacement, BatchError> {
        remove_file_if_there(&temporary)?;
        let replacement = Replacement { path, temporary };
        write_new(&replacement.temporary, bytes)?;
        Ok(replacement)
    }

    /// Puts them in the old ones' place.
    pub fn commit(self) -> Result<(), BatchError> {
        fs::rename(&self.temporary, &self.path).map_err(BatchError::io("replace", &self.path))
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After the commit there is nothing to remove; what can't be removed now, the next run clears.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Removes a file; that it isn't there is no fault.
pub(super) fn remove_file_if_there(path: &Path) -> Result<(), BatchError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(BatchError::io("remove", path)(source)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_in_order_with_forward_slashes_and_folders_deepest_first() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path();
        fs::create_dir_all(root.join("charts/png")).expect("folders");
        for name in ["report.html", "charts/b.svg", "charts/png/a.png", "charts/a.svg"] {
            fs::write(root.join(name), name).expect("file");
        }
        let (files, folders) = walk(root).expect("walk");
        assert_eq!(files, ["charts/a.svg", "charts/b.svg", "charts/png/a.png", "report.html"]);
        assert_eq!(folders, [root.join("charts/png"), root.join("charts"), root.to_path_buf()]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_pack_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).expect("link");
        let error = walk(folder.path()).expect_err("refused");
        assert!(matches!(error, BatchError::Unpublishable { path, .. } if path == folder.path().join("link")));
    }

    #[test]
    fn a_replaced_file_holds_the_new_bytes_and_leaves_no_temporary() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (path, temporary) = (folder.path().join("latest.json"), folder.path().join("temporary"));
        fs::write(&path, "old").expect("file");
        fs::write(&temporary, "left by a killed run").expect("file");
        let replacement = Replacement::prepare(path.clone(), temporary.clone(), b"new").expect("prepared");
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        replacement.commit().expect("committed");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        assert!(!temporary.exists());
    }

    #[test]
    fn a_replacement_that_isnt_committed_changes_nothing_and_leaves_no_temporary() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (path, temporary) = (folder.path().join("latest.json"), folder.path().join("temporary"));
        fs::write(&path, "old").expect("file");
        drop(Replacement::prepare(path.clone(), temporary.clone(), b"new").expect("prepared"));
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        assert!(!temporary.exists());
    }
}
