//! Reading tiny files from the door to the panel.

mod census;
mod dfe;
mod door;
mod looked_after;
mod messages;
mod overlap;
mod referrals;
mod tables;
mod workbooks;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{IngestError, Ingested, InputOptions, read};
use crate::panel::Finding;

/// A folder with files, gone when dropped.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(TempDir::new().expect("a temporary folder"))
    }

    fn with(name: &str, content: impl AsRef<[u8]>) -> Folder {
        let folder = Folder::new();
        folder.write(name, content);
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("writable");
        path
    }

    /// Reads with options written as TOML.
    fn read(&self, options: &str) -> Result<Ingested, IngestError> {
        let options: InputOptions = toml::from_str(options).expect("valid options");
        read(&options, self.path(), &mut |_| {})
    }

    /// The error's message without the folder.
    fn message(&self, options: &str) -> String {
        let error = self.read(options).expect_err("an error");
        self.without_folder(&error.to_string())
    }

    fn without_folder(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.path().display()), "")
    }

    /// Findings as `name count rows: what`.
    fn findings(&self, findings: &[Finding]) -> Vec<String> {
        findings
            .iter()
            .map(|finding| {
                let rows: Vec<String> = finding.place.rows.iter().map(ToString::to_string).collect();
                let text = format!("{} {} [{}]: {}", finding.name, finding.count, rows.join(" "), finding.what);
                self.without_folder(&text)
            })
            .collect()
    }
}

/// A panel as lines `key: counts`, `-` where nothing was observed.
fn lines(ingested: &Ingested) -> Vec<String> {
    let panel = &ingested.panel;
    panel
        .keys()
        .iter()
        .zip(panel.values().rows())
        .map(|(key, row)| {
            let cells: Vec<String> =
                row.iter().map(|value| if value.is_nan() { "-".to_string() } else { value.to_string() }).collect();
            format!("{key}: {}", cells.join(" "))
        })
        .collect()
}

/// The first and the last period of a panel.
fn span(ingested: &Ingested) -> String {
    let span = ingested.panel.span();
    format!("{} to {}", span.start(), span.last().expect("a period"))
}
