//! The file in which an analyst says what local spellings mean: read, and written with the spellings still to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use super::categories::{Categories, Grouping, words};
use super::error::IngestError;
use super::headers::plain;
use crate::math::spelling::on_one_line;

/// The user's mapping file: spellings to groups. An empty group is one that nobody has decided about yet.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub(super) schema: u32,
    #[serde(default)]
    pub(super) source: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) need: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) no_further_action: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// Where there is none, or it is not one.
    pub(super) fn read(path: &Path) -> Result<Mapping, IngestError> {
        let refuse = |detail: String| IngestError::Mapping { path: path.to_path_buf(), detail };
        Mapping::from_toml(&std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?, path)
    }

    /// Reads the text of a mapping file; messages give it the path.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn from_toml(text: &str, path: &Path) -> Result<Mapping, IngestError> {
        let refuse = |detail: String| IngestError::Mapping { path: path.to_path_buf(), detail };
        let mapping: Mapping =
            toml::from_str(text).map_err(|error| refuse(on_one_line(error.message()).into_owned()))?;
        if mapping.schema != 1 {
            return Err(refuse(format!("it has schema {}; this version reads schema 1", mapping.schema)));
        }
        Ok(mapping)
    }

    /// The entries of a column.
    pub(super) fn of(&self, grouping: Grouping) -> &BTreeMap<String, String> {
        match grouping {
            Grouping::Source => &self.source,
            Grouping::Need => &self.need,
            Grouping::NoFurtherAction => &self.no_further_action,
        }
    }
}

/// A spelling that no code, label or mapping catches. May hold anything that was typed: see [`writable`].
#[derive(Clone, PartialEq, Eq)]
pub struct Unmapped {
    grouping: Grouping,
    spelling: String,
    rows: u64,
}

/// What was typed is not shown.
impl std::fmt::Debug for Unmapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unmapped").field("column", &self.grouping.name()).finish_non_exhaustive()
    }
}

/// Spellings that differ in case, spaces and punctuation only are one, as the file is read; the commonest stands for it.
pub(super) fn unmapped(rows: BTreeMap<(Grouping, String), u64>) -> Vec<Unmapped> {
    let mut alike: BTreeMap<(Grouping, String), (u64, u64, String)> = BTreeMap::new();
    for ((grouping, spelling), rows) in rows {
        let (all, most, shown) = alike.entry((grouping, plain(&spelling))).or_default();
        *all += rows;
        if rows > *most {
            (*most, *shown) = (rows, spelling);
        }
    }
    alike.into_iter().map(|((grouping, _), (rows, _, spelling))| Unmapped { grouping, spelling, rows }).collect()
}

/// A line of a mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingLine {
    /// The table that it stands in: `source`, `need` or `no_further_action`.
    pub column: &'static str,
    /// The spelling.
    pub spelling: String,
    /// In how many rows it stands.
    pub rows: u64,
}

/// The spellings that may be written into a mapping file, and how many may not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Writable {
    /// Those that may.
    pub lines: Vec<MappingLine>,
    /// How many may not, because they could be free text about a person.
    pub withheld: usize,
}

/// The longest spelling of a code list that is written, in characters; and its words.
const LONGEST: usize = 40;
const MOST_WORDS: usize = 6;

/// From so many rows on, a word belongs to the column's language and is nobody's name.
///
/// Source: NHS Digital, sub-national disclosure rule: 1 to 7 are few.
const COMMON: u64 = 8;

/// Words that speak of a person by name.
const OF_PERSONS: [&str; 5] = ["mr", "mrs", "ms", "miss", "master"];

/// Which spellings may be written.
///
/// Columns of code lists hold now and then what should have gone into a note. A spelling is left out where it is longer
/// than 40 characters or 6 words, has no letter, has a digit beyond a short code at its beginning (`5E`, `11)`), an `@`
/// or a title such as Mrs; and one of several words that stands in fewer than 8 rows where any of its words is neither
/// in the national lists nor in 8 rows of spellings of the column.
pub fn writable(unmapped: &[Unmapped]) -> Writable {
    let mut found = Writable::default();
    for grouping in Grouping::ALL {
        let of_column = || unmapped.iter().filter(|spelling| spelling.grouping == grouping);
        // The shipped groups are tested to be readable.
        let mut known = Categories::new(grouping, None).map(|groups| groups.vocabulary()).unwrap_or_default();
        let mut met: BTreeMap<String, u64> = BTreeMap::new();
        for spelling in of_column() {
            for word in words(&spelling.spelling).into_iter().collect::<BTreeSet<_>>() {
                *met.entry(word).or_default() += spelling.rows;
            }
        }
        known.extend(met.into_iter().filter(|(_, rows)| *rows >= COMMON).map(|(word, _)| word));
        for Unmapped { spelling, rows, .. } in of_column() {
            if is_writable(spelling, *rows, &known) {
                let (column, spelling, rows) = (grouping.name(), spelling.clone(), *rows);
                found.lines.push(MappingLine { column, spelling, rows });
            } else {
                found.withheld += 1;
            }
        }
    }
    found
}

fn is_writable(spelling: &str, rows: u64, known: &BTreeSet<String>) -> bool {
    let written = words(spelling);
    let digits = |word: &String| word.chars().any(char::is_numeric);
    let is_code =
        |word: &String| word.len() <= 3 && word.chars().filter(|character| character.is_numeric()).count() <= 2;
    let in_form = spelling.chars().count() <= LONGEST
        && written.len() <= MOST_WORDS
        && spelling.chars().any(char::is_alphabetic)
        && !spelling.chars().any(|character| character == '@' || character.is_control())
        && written.first().is_none_or(|first| !digits(first) || is_code(first))
        && !written.iter().skip(1).any(digits)
        && !written.iter().any(|word| OF_PERSONS.contains(&word.as_str()));
    in_form && (rows >= COMMON || written.len() == 1 || written.iter().all(|word| digits(word) || known.contains(word)))
}

/// The text of a mapping file: what an earlier one says, then the spellings to decide, each with the count that may be
/// shown of it, in the order given.
///
/// # Errors
/// Where the earlier file can't be read.
pub fn mapping_text(
    earlier: Option<&Path>,
    lines: &[(MappingLine, Option<u64>)],
    withheld: usize,
) -> Result<String, IngestError> {
    let earlier = earlier.map(Mapping::read).transpose()?.unwrap_or_default();
    let mut text = String::from(
        "# What local spellings mean. Put the name of a group between the quotation marks; what stays empty is counted as\n\
         # Unknown. Read by the project file's [input]: mapping = \"...\". How to: docs/guide/mapping-codes.md\n",
    );
    // Writing to a string can't fail.
    if withheld > 0 {
        let _ = writeln!(
            text,
            "# {withheld} more could be free text about a person and are not written here: look in the source system."
        );
    }
    text.push_str("schema = 1\n");
    for grouping in Grouping::ALL {
        let entries = earlier.of(grouping);
        let to_decide: Vec<_> = lines.iter().filter(|(line, _)| line.column == grouping.name()).collect();
        if entries.is_empty() && to_decide.is_empty() {
            continue;
        }
        let groups = Categories::new(grouping, None)?;
        let _ = write!(text, "\n# Groups: {}\n[{}]\n", groups.all().join("; "), grouping.name());
        for (spelling, group) in entries.iter().filter(|(_, group)| !group.trim().is_empty()) {
            let _ = writeln!(text, "{} = {}", quoted(spelling), quoted(group));
        }
        for (spelling, _) in entries.iter().filter(|(_, group)| group.trim().is_empty()) {
            let again = to_decide.iter().any(|(line, _)| plain(&line.spelling) == plain(spelling));
            if !again {
                let _ = writeln!(text, "{} = \"\"  # not in these files", quoted(spelling));
            }
        }
        for (line, rows) in to_decide {
            let decided = entries
                .iter()
                .any(|(spelling, group)| !group.trim().is_empty() && plain(spelling) == plain(&line.spelling));
            if decided {
                continue;
            }
            let rows = rows.map_or("few rows".to_string(), |rows| format!("about {rows} rows"));
            let _ = writeln!(text, "{} = \"\"  # {rows}", quoted(&line.spelling));
        }
    }
    Ok(text)
}

/// A text as a key or value of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmapped_of(spellings: &[(&str, u64)]) -> Vec<Unmapped> {
        let rows = spellings.iter().map(|(spelling, rows)| ((Grouping::Source, (*spelling).to_string()), *rows));
        unmapped(rows.collect())
    }

    fn written(spellings: &[(&str, u64)]) -> Vec<String> {
        writable(&unmapped_of(spellings)).lines.into_iter().map(|line| line.spelling).collect()
    }

    #[test]
    fn codes_labels_and_local_words_may_be_written() {
        for spelling in ["Talkshop", "HV", "5E", "5E: early help hub", "School nursing service", "i-ART"] {
            assert_eq!(written(&[(spelling, 20)]), [spelling]);
        }
        assert_eq!(written(&[("Health visitor police", 2)]), ["Health visitor police"], "words of the national lists");
    }

    #[test]
    fn what_may_be_free_text_about_a_person_is_not_written() {
        for spelling in [
            "Rang at night, says her brother has been left alone again",
            "Seen 12/03/2019",
            "07700 900123",
            "AB123456C",
            "B1 2CD",
            "mrs jones",
            "a.b@c.uk",
            "???",
            "1234567",
        ] {
            assert_eq!(written(&[(spelling, 500)]), Vec::<String>::new(), "{spelling}");
        }
        assert_eq!(written(&[("John Smith", 2)]), Vec::<String>::new(), "a name in few rows");
        assert_eq!(written(&[("Sure start", 30)]), ["Sure start"]);
        assert_eq!(written(&[("Sure start", 30), ("Start", 1), ("Sure start police", 1)]).len(), 3);
    }

    #[test]
    fn spellings_alike_are_one_and_the_commonest_stands_for_them() {
        let one = unmapped_of(&[("talk shop", 3), ("Talkshop", 9), ("TALK-SHOP", 1)]);
        let expected = Unmapped { grouping: Grouping::Source, spelling: "Talkshop".to_string(), rows: 13 };
        assert_eq!(one, [expected]);
        assert!(!format!("{one:?}").contains("shop"), "what was typed is not shown");
    }

    #[test]
    fn a_written_file_is_read_back_and_what_was_decided_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("codes.toml");
        let line = |spelling: &str| MappingLine { column: "source", spelling: spelling.to_string(), rows: 0 };
        let lines = [(line("Talkshop"), Some(15)), (line("a \"quoted\" = name"), None)];
        std::fs::write(&path, mapping_text(None, &lines, 2).expect("writable")).expect("a file");
        let read = Mapping::read(&path).expect("readable");
        assert_eq!(read.source.keys().collect::<Vec<_>>(), ["Talkshop", "a \"quoted\" = name"]);
        let filled =
            std::fs::read_to_string(&path).expect("text").replace("\"Talkshop\" = \"\"", "\"Talkshop\" = \"Other\"");
        assert!(filled.contains("# 2 more could be free text"), "{filled}");
        std::fs::write(&path, filled).expect("a file");
        let again = mapping_text(Some(&path), &[(line("Sorted"), None)], 0).expect("writable");
        std::fs::write(&path, &again).expect("a file");
        let read = Mapping::read(&path).expect("readable");
        assert_eq!(read.source["Talkshop"], "Other");
        assert_eq!(read.source["Sorted"], "");
        assert!(
            again.contains("\"a \\\"quoted\\\" = name\" = \"\"") || again.contains("'a \"quoted\" = name' = \"\""),
            "{again}"
        );
    }
}
