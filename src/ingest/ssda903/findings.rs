//! What can be found about returns of looked-after children: all their words in one place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ingest::text::RowCount;
use crate::panel::{Finding, Place, Severity, Statement};

/// What was noticed about rows; findings come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    MissingChild,
    MissingStart,
    /// In this column.
    UnreadableDate(&'static str),
    StartAfterReturn,
    EndAfterReturn,
    EndBeforeStart,
    BornAfterCare,
    Duplicate,
    Conflicting,
    InLaterReturn,
    OpenFollowed,
    Overlapping,
    LeftOpen,
    EndContradicted,
    Unfollowed,
    EndWithoutDate,
    /// In this column.
    UnknownCode(&'static str),
    ConflictingBirth,
}

/// Rows by what was noticed about them and by file.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    rows: BTreeMap<(What, usize), RowCount>,
}

impl Noticed {
    /// Notices something about a row of a file.
    pub(super) fn at(&mut self, what: What, file: usize, row: u64) {
        self.rows.entry((what, file)).or_default().add(row);
    }

    /// One finding for each thing and file.
    pub(super) fn findings(&self, files: &[PathBuf]) -> Vec<Finding> {
        let of = |((what, file), rows): (&(What, usize), &RowCount)| {
            let (mut rows, path) = (rows.clone(), files.get(*file));
            // Repairs walk child by child; a person reads from the top.
            rows.first.sort_unstable();
            what.finding(path.map_or(Path::new(""), |path| path), &rows)
        };
        self.rows.iter().map(of).collect()
    }
}

impl What {
    fn finding(self, path: &Path, rows: &RowCount) -> Finding {
        let (name, severity, column, one, many, rest) = self.words();
        let (meaning, remedy) = self.advice();
        Finding {
            name,
            severity,
            what: Statement::records(rows.count, one, many).then(format!(" {rest}")),
            place: Place {
                file: Some(path.display().to_string()),
                column: column.map(ToString::to_string),
                rows: rows.first.clone(),
                ..Place::default()
            },
            count: rows.count,
            meaning,
            remedy,
        }
    }

    /// Name, severity, column, subject and verb for one and for many, and the rest of the sentence.
    #[rustfmt::skip]
    fn words(self) -> (&'static str, Severity, Option<&'static str>, &'static str, &'static str, &'static str) {
        use Severity::{Loss, Note, Warning};
        match self {
            What::MissingChild => ("missing-child", Loss, Some("CHILD"), "row names", "rows name", "no child"),
            What::MissingStart => ("missing-date", Loss, Some("DECOM"), "episode has", "episodes have", "no start"),
            What::UnreadableDate(column) => ("unreadable-date", Loss, Some(column), "row has", "rows have", "a date that can't be read"),
            What::StartAfterReturn => ("date-after-extract", Loss, Some("DECOM"), "episode starts", "episodes start", "after the last day of the return"),
            What::EndAfterReturn => ("end-after-return", Warning, Some("DEC"), "episode ends", "episodes end", "after the last day of the return"),
            What::EndBeforeStart => ("impossible-order", Warning, Some("DEC"), "episode ends", "episodes end", "before it starts"),
            What::BornAfterCare => ("impossible-order", Warning, Some("DOB"), "child is", "children are", "born after the start of care"),
            What::Duplicate => ("duplicate-episode", Note, None, "row says", "rows say", "what another row of the return says"),
            What::Conflicting => ("conflicting-episode", Warning, None, "row starts", "rows start", "on the same day for the same child as another row of the return, and says otherwise"),
            What::InLaterReturn => ("repeated-episode", Note, None, "episode stands", "episodes stand", "in a later return too"),
            What::OpenFollowed => ("open-episode-closed", Warning, Some("DEC"), "episode has", "episodes have", "no end though another follows"),
            What::Overlapping => ("overlapping-episode", Warning, Some("DEC"), "episode ends", "episodes end", "after the next one starts"),
            What::LeftOpen => ("invented-end", Warning, Some("DEC"), "episode is", "episodes are", "open in an earlier return and in no later one"),
            What::EndContradicted => ("end-contradicted", Warning, Some("REC"), "episode says", "episodes say", "that care ends, and another starts on that day"),
            What::Unfollowed => ("unfollowed-episode", Warning, Some("REC"), "episode says", "episodes say", "that care goes on (X1), and none starts on the day of its end"),
            What::EndWithoutDate => ("end-without-date", Warning, Some("DEC"), "episode says", "episodes say", "why care ended and not when"),
            What::UnknownCode(column) => ("unknown-code", Warning, Some(column), "code is", "codes are", "none of the return's"),
            What::ConflictingBirth => ("conflicting-birth", Warning, Some("DOB"), "row gives", "rows give", "another date of birth than a row before"),
        }
    }

    /// What it means for the forecast, and what to do.
    fn advice(self) -> (&'static str, &'static str) {
        match self {
            What::MissingChild => ("Whose it is can't be known; the row is left out.", "Complete the identifiers."),
            What::MissingStart => {
                ("An episode without a start can't be placed in time; it is left out.", "Complete the column.")
            }
            What::UnreadableDate("DECOM") => {
                ("These episodes are left out.", "Write dates as 31/03/2024 or 2024-03-31.")
            }
            What::UnreadableDate(_) => ("The date is treated as missing.", "Write dates as 31/03/2024 or 2024-03-31."),
            What::StartAfterReturn => {
                ("A return can't know of it; the episode is left out.", "Correct the date, or name the later return.")
            }
            What::EndAfterReturn => {
                ("The date is used as it stands.", "Check the dates, and that the file is one whole return.")
            }
            What::EndBeforeStart => ("The end is treated as missing.", "Correct the dates in the source system."),
            What::BornAfterCare => {
                ("The child counts as of the youngest age until it is born.", "Correct the dates in the source system.")
            }
            What::Duplicate => ("It is counted once.", "Nothing."),
            What::Conflicting => ("The last of them stands.", "Correct the episodes in the source system."),
            What::InLaterReturn => {
                ("It is counted once, as the latest return has it.", "Nothing: returns overlap by their nature.")
            }
            What::OpenFollowed => {
                ("It ends on the day on which the next one starts, and care goes on (X1).", "Complete the dates.")
            }
            What::Overlapping => (
                "It is cut where the next one starts, so that no day counts twice, and care goes on (X1).",
                "Correct the dates.",
            ),
            What::LeftOpen => (
                "It ends on the last day of that return's year: an end that was invented, for nothing tells the true one.",
                "Name the return that has the end; without it, too many children leave care on 31 March.",
            ),
            What::EndContradicted => ("Care is taken to go on.", "Correct the reason, or the dates."),
            What::Unfollowed => (
                "Care ends there; where another episode follows later, it starts anew.",
                "Add the episode that is missing, or correct the reason.",
            ),
            What::EndWithoutDate => ("The child counts as still looked after.", "Complete the date."),
            What::UnknownCode("PLACE") => ("The placement counts as other.", "Correct the code."),
            What::UnknownCode(_) => ("It is kept as it stands and counts as no known code.", "Correct the code."),
            What::ConflictingBirth => ("The later row stands.", "Correct the date in the source system."),
        }
    }
}

/// Children of whom no date of birth is known.
pub(super) fn missing_births(count: u64) -> Finding {
    Finding {
        name: "missing-birth",
        severity: Severity::Loss,
        what: Statement::records(count, "looked-after child has", "looked-after children have")
            .then(" no date of birth in any Header or UASC table"),
        place: Place { column: Some("DOB".into()), ..Place::default() },
        count,
        meaning: "Placements by age give each an age at which another child came into care.",
        remedy: "Name the Header tables of all years beside the Episodes.",
    }
}

/// Tables that are read for nothing.
pub(super) fn unused_table(path: &Path, table: &str) -> Finding {
    Finding {
        name: "unused-table",
        severity: Severity::Note,
        what: format!("The table {table} holds neither episodes nor dates of birth").into(),
        place: Place { file: Some(path.display().to_string()), ..Place::default() },
        count: 1,
        meaning: "It is passed over.",
        remedy: "Nothing.",
    }
}

/// No table of episodes among the files.
pub(super) fn no_episodes() -> Finding {
    Finding {
        name: "no-episodes",
        severity: Severity::Loss,
        what: "None of the tables is one of episodes".into(),
        place: Place::default(),
        count: 1,
        meaning: "Nothing is known of care and placements.",
        remedy: "Name the Episodes tables of the returns.",
    }
}
