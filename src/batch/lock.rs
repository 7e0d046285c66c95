//! One run at a time in a destination.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use super::BatchError;

/// The lock file's name in the destination.
const LOCK: &str = ".groundswell.lock";

/// How the name of a pack that is being written begins.
pub(super) const STAGING: &str = ".groundswell-staging-";

/// The exclusive right to publish in a destination, until it is dropped or the process ends in whatever way.
///
/// It is the operating system's lock on `.groundswell.lock` and not the file's presence, so a file that a killed run
/// left behind is no obstacle.
#[derive(Debug)]
pub struct Lock {
    destination: PathBuf,
    /// Holds the lock; closing it lets go.
    _file: File,
}

impl Lock {
    /// Takes the destination, makes it where it isn't there, and clears what a killed run left half-written.
    ///
    /// A relative destination is resolved once, here: a later change of working directory doesn't move it.
    ///
    /// # Errors
    /// [`BatchError::Locked`] when another run holds it; [`BatchError::CantCreate`] when the folder or the lock file
    /// can't be made; [`BatchError::Io`] when the file system knows no locks or leftovers can't be removed.
    pub fn acquire(destination: &Path) -> Result<Lock, BatchError> {
        let destination = std::path::absolute(destination).map_err(BatchError::cant_create(destination))?;
        fs::create_dir_all(&destination).map_err(BatchError::cant_create(&destination))?;
        let path = destination.join(LOCK);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(BatchError::cant_create(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
                return Err(BatchError::Locked { path: destination, holder });
            }
            Err(TryLockError::Error(source)) => return Err(BatchError::io("lock", path)(source)),
        }
        // Only a help for whoever is told to wait, so a full disk doesn't stop the run here.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        clear_leftovers(&destination)?;
        Ok(Lock { destination, _file: file })
    }

    /// Whether a run holds the destination at this moment. Nothing is made or changed there.
    pub fn is_held(destination: &Path) -> bool {
        let Ok(file) = File::open(destination.join(LOCK)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// The destination, absolute.
    pub fn destination(&self) -> &Path {
        &self.destination
    }
}

/// Removes the temporary folders and files of runs that were killed. Only called under the lock.
fn clear_leftovers(destination: &Path) -> Result<(), BatchError> {
    for entry in fs::read_dir(destination).map_err(BatchError::io("read", destination))? {
        let entry = entry.map_err(BatchError::io("read", destination))?;
        if !entry.file_name().to_string_lossy().starts_with(STAGING) {
            continue;
        }
        let path = entry.path();
        let is_folder = entry.file_type().map_err(BatchError::io("read", &path))?.is_dir();
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(BatchError::io("remove", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_told_who_holds_the_destination() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert!(!Lock::is_held(folder.path()));
        let _held = Lock::acquire(folder.path()).expect("first");
        assert!(Lock::is_held(folder.path()));
        let error = Lock::acquire(folder.path()).expect_err("second");
        let BatchError::Locked { path, holder } = error else { panic!("{error}") };
        assert_eq!(path, folder.path());
        if cfg!(unix) {
            assert_eq!(holder, Some(std::process::id()));
        }
    }

    #[test]
    fn of_many_runs_at_once_exactly_one_holds_the_destination() {
        let folder = tempfile::tempdir().expect("temporary folder");
        // Two meetings: all have tried before any lets go.
        let tried = std::sync::Barrier::new(8);
        let held: usize = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let lock = Lock::acquire(folder.path());
                        tried.wait();
                        usize::from(lock.is_ok())
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().expect("thread")).sum()
        });
        assert_eq!(held, 1);
    }

    #[test]
    fn a_dropped_lock_lets_the_next_run_in() {
        let folder = tempfile::tempdir().expect("temporary folder");
        drop(Lock::acquire(folder.path()).expect("first"));
        Lock::acquire(folder.path()).expect("second");
    }

    #[test]
    fn a_lock_file_left_by_a_killed_run_is_no_obstacle() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join(LOCK), "4194305\n").expect("stale file");
        Lock::acquire(folder.path()).expect("lock");
    }

    #[test]
    fn leftovers_of_a_killed_run_are_cleared_and_nothing_else() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let leftover = folder.path().join(format!("{STAGING}1a2b3c4d"));
        fs::create_dir_all(leftover.join("charts")).expect("folder");
        fs::write(leftover.join("charts/half.svg"), "<svg").expect("file");
        fs::write(folder.path().join(format!("{STAGING}latest.json")), "{").expect("file");
        fs::create_dir(folder.path().join("2024-03")).expect("folder");
        fs::write(folder.path().join("notes.txt"), "mine").expect("file");
        let _lock = Lock::acquire(folder.path()).expect("lock");
        let mut left: Vec<_> = fs::read_dir(folder.path()).expect("read").flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [LOCK, "2024-03", "notes.txt"]);
    }

    #[test]
    fn a_destination_that_is_a_file_is_refused_with_its_path() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("packs");
        fs::write(&path, "a file").expect("file");
        let error = Lock::acquire(&path).expect_err("refused");
        assert!(error.to_string().contains("a file stands where a folder is needed"), "{error}");
        assert!(matches!(error, BatchError::CantCreate { path: named, .. } if named == path));
        assert_eq!(fs::read_to_string(&path).expect("read"), "a file");
    }

    // Root may write where the mode forbids it, so the place is one where nobody may.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_destination_where_nothing_can_be_made_is_refused_with_its_path() {
        let path = Path::new("/proc/groundswell-packs");
        let error = Lock::acquire(path).expect_err("refused");
        assert!(matches!(error, BatchError::CantCreate { path: named, .. } if named == path));
    }

    #[test]
    fn a_relative_destination_is_resolved_when_it_is_taken() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let here = std::env::current_dir().expect("working directory");
        let mut relative: PathBuf = here.components().skip(1).map(|_| "..").collect();
        relative.push(folder.path().strip_prefix("/").expect("absolute"));
        assert!(relative.is_relative());
        let lock = Lock::acquire(&relative.join("packs")).expect("lock");
        assert!(lock.destination().is_absolute());
        assert!(folder.path().join("packs").join(LOCK).exists());
    }
}
