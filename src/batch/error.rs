//! What can go wrong with the destination.

use std::io;
use std::path::PathBuf;

/// A fault of the destination, the lock or a pack. The last published pack stands in every case.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The destination, or a folder in it, can't be made (exit code 73).
    #[error("can't create output in {}: {source}; {}", path.display(), remedy(source))]
    CantCreate {
        /// The folder or file that can't be made.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// Reading or writing failed (exit code 74).
    #[error("can't {action} {}: {source}; {}", path.display(), remedy(source))]
    Io {
        /// What was tried, as a verb: `read`, `write`, `sync`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// Another run holds the destination (exit code 75).
    #[error("another run{} is writing to {}; try again when it has ended", holder_of(*holder), path.display())]
    Locked {
        /// The destination.
        path: PathBuf,
        /// The process that holds it, where the system lets us read that.
        holder: Option<u32>,
    },

    /// The pack's name can't be a folder's name everywhere.
    #[error(
        "a pack can't be named {name:?}: use letters, digits, dots, hyphens and underscores, and start with a letter or digit"
    )]
    BadName {
        /// The name asked for.
        name: String,
    },

    /// Something stands in the new pack that can't be published.
    #[error("{} can't stand in a pack: {why}", path.display())]
    Unpublishable {
        /// The entry.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },

    /// A folder or pointer isn't what a run of this tool left there.
    #[error("{} isn't a published pack: {why}", path.display())]
    NotAPack {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong or missing.
        why: String,
    },
}

impl BatchError {
    /// For `map_err`: reading or writing `path` failed.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BatchError {
        let path = path.into();
        move |source| BatchError::Io { action, path, source }
    }

    /// For `map_err`: `path` can't be made.
    pub(super) fn cant_create(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BatchError {
        let path = path.into();
        move |source| BatchError::CantCreate { path, source }
    }
}

/// What a person can do about a fault of the file system.
fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space there and run again; the last pack stands"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give the account that runs the job write access there, or choose another output folder"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder is needed; move it, or choose another output folder"
        }
        io::ErrorKind::Unsupported => "choose an output folder on a file system that knows locks, such as a local disk",
        _ => "the last pack stands",
    }
}

fn holder_of(holder: Option<u32>) -> String {
    holder.map(|process| format!(" (process {process})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_names_the_place_and_the_remedy() {
        let source = io::Error::from(io::ErrorKind::StorageFull);
        let message = BatchError::io("write", "/out/2024-03")(source).to_string();
        assert!(message.starts_with("can't write /out/2024-03: "), "{message}");
        assert!(message.ends_with("free some space there and run again; the last pack stands"));
    }

    #[test]
    fn a_locked_destination_names_the_process_that_holds_it() {
        let message = BatchError::Locked { path: "/out".into(), holder: Some(42) }.to_string();
        assert_eq!(message, "another run (process 42) is writing to /out; try again when it has ended");
    }
}
