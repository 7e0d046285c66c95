//! The log of assurance and assumptions: who asked, who answers for it, and what the forecast takes for granted.

use serde::Serialize;

use super::figures::{Column, Table};
use crate::publish::contents::PackContents;

/// What the section shows.
#[derive(Debug, Serialize)]
pub(super) struct Log {
    /// What is asked of every analysis, and the answer.
    facts: Vec<(&'static str, String)>,
    /// Whether an answer is missing.
    is_open: bool,
    assumptions: Option<Table>,
}

/// The log of a pack. The facts are those that the AQuA Book asks for (HM Treasury, 2015, chapters 3 and 4).
pub(super) fn log(contents: &PackContents) -> Log {
    let told = &contents.assurance;
    let not_recorded = || "not recorded".to_owned();
    let facts = told.facts.iter().map(|(asked, answer)| (*asked, answer.clone().unwrap_or_else(not_recorded)));
    let rows: Vec<Vec<String>> = told.assumptions.iter().map(|one| one.to_vec()).collect();
    let assumptions = (!rows.is_empty()).then(|| Table {
        caption: "What the forecast takes for granted".to_owned(),
        columns: ["What", "Assumed", "Set or explained in"]
            .map(|name| Column { name: name.to_owned(), is_figure: false })
            .into(),
        rows,
        cut: None,
        is_long: false,
    });
    Log { facts: facts.collect(), is_open: told.facts.iter().any(|(_, answer)| answer.is_none()), assumptions }
}
