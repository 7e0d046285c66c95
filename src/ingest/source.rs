//! Where a table comes from, and how it is opened.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use super::annex_a;
use super::error::IngestError;

/// Where a table comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Bytes that were read already, as from standard input, and the name that messages give them.
    Bytes(PathBuf, Vec<u8>),
}

impl Source {
    /// The file's path, or the name given to the bytes.
    pub fn path(&self) -> &Path {
        match self {
            Source::File(path) | Source::Bytes(path, _) => path,
        }
    }

    /// Opens what it names from its beginning, with its size where that is known.
    pub(super) fn input(&self) -> Result<(Box<dyn ReadAgain>, Option<u64>), IngestError> {
        Ok(match self {
            Source::File(path) => {
                let file = open_file(path)?;
                let size = file.metadata().ok().map(|metadata| metadata.len());
                (Box::new(file), size)
            }
            Source::Bytes(_, bytes) => (Box::new(Cursor::new(bytes.clone())), Some(bytes.len() as u64)),
        })
    }

    /// The folder of lists that it is, if it is one.
    pub(super) fn folder_of_lists(&self) -> Option<&Path> {
        match self {
            Source::File(path) => Some(path.as_path()).filter(|path| annex_a::is_folder_of_lists(path)),
            Source::Bytes(..) => None,
        }
    }
}

/// A reader whose bytes can be hashed from the start.
pub(super) trait ReadAgain: Read + Seek + Send {}
impl<R: Read + Seek + Send> ReadAgain for R {}

pub(super) fn open_file(path: &Path) -> Result<File, IngestError> {
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            IngestError::NotFound { path: path.to_path_buf() }
        }
        _ => IngestError::Unreadable { path: path.to_path_buf(), source },
    };
    // Looked at before it is opened: opening a pipe waits for whoever writes to it.
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(IngestError::Folder { path: path.to_path_buf() });
    }
    if !metadata.is_file() {
        return Err(IngestError::NotAFile { path: path.to_path_buf() });
    }
    File::open(path).map_err(unreadable)
}

/// The first bytes of what was opened; reading starts with them again.
pub(super) fn start_of(path: &Path, input: &mut dyn ReadAgain) -> Result<Vec<u8>, IngestError> {
    let mut start = vec![0; 64];
    let read = read_start(input, &mut start).and_then(|read| input.rewind().map(|()| read));
    start.truncate(read.map_err(|error| broken(path, error))?);
    Ok(start)
}

pub(super) fn broken(path: &Path, source: std::io::Error) -> IngestError {
    IngestError::Broken { path: path.to_path_buf(), source }
}

/// Fills a buffer as far as there are bytes.
pub(super) fn read_start(input: &mut dyn Read, start: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < start.len() {
        match input.read(&mut start[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
