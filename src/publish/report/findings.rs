//! What was noticed when the data were read, each kind once.

use serde::Serialize;

use crate::publish::contents::{PackContents, text};
use crate::publish::words::counted;

/// Findings of one kind.
#[derive(Debug, Serialize)]
pub(super) struct FindingCard {
    name: String,
    severity: &'static str,
    meaning: String,
    remedy: String,
    found: Vec<Found>,
    /// How many there are, where they are too many to read at once.
    many: Option<String>,
}

/// One finding: what, with how often, and where.
#[derive(Debug, Serialize)]
struct Found {
    what: String,
    place: String,
}

/// So many findings of a kind are read at once; more are folded.
const READ_AT_ONCE: usize = 3;

/// The findings, those of one kind together, in the order of the table.
pub(super) fn findings(contents: &PackContents) -> Vec<FindingCard> {
    let table = &contents.findings;
    let mut cards: Vec<FindingCard> = Vec::new();
    for row in 0..table.rows() {
        let of = |column: &str| text(table, column, row).to_owned();
        let severity = match text(table, "severity", row) {
            "loss" => "Left out",
            "warning" => "Warning",
            _ => "Note",
        };
        let found = Found { what: of("what"), place: of("where") };
        let (name, meaning, remedy) = (of("name"), of("meaning"), of("remedy"));
        let alike = |card: &&mut FindingCard| card.name == name && card.severity == severity && card.remedy == remedy;
        match cards.iter_mut().find(alike) {
            Some(card) => card.found.push(found),
            None => cards.push(FindingCard { name, severity, meaning, remedy, found: vec![found], many: None }),
        }
    }
    for card in cards.iter_mut().filter(|card| card.found.len() > READ_AT_ONCE) {
        card.many = Some(counted(card.found.len(), "finding"));
    }
    cards
}
