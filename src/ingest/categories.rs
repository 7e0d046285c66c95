//! Local spellings to national groups: by whole code, by label, by the user's mapping file, and else `Unknown`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::IngestError;
use super::headers::{listed, plain};
use super::mapping::Mapping;

/// The groups that ship with the engine; each text is read once by a process and by a test.
const REFERRAL_SOURCE: &str = include_str!("../../models/categories/referral-source.toml");
const PRIMARY_NEED: &str = include_str!("../../models/categories/primary-need.toml");
const NO_FURTHER_ACTION: &str = include_str!("../../models/categories/no-further-action.toml");

/// How long a spelling may be, in bytes; what is longer is a note and no label. Labels are looked for again behind every
/// bracket of a spelling, so without a bound one long cell would take the stack and hours.
const MOST_TEXT: usize = 512;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    schema: u32,
    #[serde(rename = "name")]
    _name: String,
    unknown: String,
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    label: String,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    letters: Vec<char>,
    #[serde(default)]
    spellings: Vec<String>,
    #[serde(default)]
    beginnings: Vec<String>,
}

/// What groups a column is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grouping {
    Source,
    Need,
    NoFurtherAction,
}

impl Grouping {
    /// All of them, in the order of a mapping file.
    pub(super) const ALL: [Grouping; 3] = [Grouping::Source, Grouping::Need, Grouping::NoFurtherAction];

    /// The name of its table in a mapping file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Grouping::Source => "source",
            Grouping::Need => "need",
            Grouping::NoFurtherAction => "no_further_action",
        }
    }
}

/// The groups of one code list, and how they are written.
#[derive(Debug)]
struct Groups {
    labels: Vec<String>,
    unknown: usize,
    codes: BTreeMap<String, usize>,
    letters: BTreeMap<char, usize>,
    spellings: BTreeMap<String, usize>,
    /// Words that a label may begin with, longest first.
    beginnings: Vec<(Vec<String>, usize)>,
    /// Labels, spellings and beginnings as the groups' file writes them.
    vocabulary: Vec<String>,
}

/// Maps the spellings of one column to its groups.
#[derive(Debug, Clone)]
pub(super) struct Categories {
    groups: &'static Groups,
    /// What the user's mapping adds.
    mapped: BTreeMap<String, usize>,
}

impl Categories {
    /// The groups of a column, with the user's mapping where there is one.
    ///
    /// # Errors
    /// Where the mapping names a group that isn't one.
    pub(super) fn new(grouping: Grouping, mapping: Option<(&Path, &Mapping)>) -> Result<Categories, IngestError> {
        static SHIPPED: LazyLock<[Result<Groups, String>; 3]> =
            LazyLock::new(|| [REFERRAL_SOURCE, PRIMARY_NEED, NO_FURTHER_ACTION].map(Groups::from_toml));
        let [source, need, no_further_action] = &*SHIPPED;
        let shipped = match grouping {
            Grouping::Source => source,
            Grouping::Need => need,
            Grouping::NoFurtherAction => no_further_action,
        };
        let groups = shipped.as_ref().map_err(|problem| IngestError::Options(problem.clone()))?;
        let mut categories = Categories { groups, mapped: BTreeMap::new() };
        if let Some((path, mapping)) = mapping {
            // A spelling that nobody has decided about yet has an empty group.
            for (spelling, group) in mapping.of(grouping).iter().filter(|(_, group)| !group.trim().is_empty()) {
                let target = groups.named(group).ok_or_else(|| IngestError::Mapping {
                    path: path.to_path_buf(),
                    detail: format!(
                        "`{group}` is no group; the groups are {}",
                        listed(groups.labels.iter().map(String::as_str))
                    ),
                })?;
                categories.mapped.insert(plain(spelling), target);
            }
        }
        Ok(categories)
    }

    /// The labels of all groups.
    pub(super) fn all(&self) -> &[String] {
        &self.groups.labels
    }

    /// The words of all labels and spellings.
    pub(super) fn vocabulary(&self) -> BTreeSet<String> {
        let spelt = self.groups.vocabulary.iter().flat_map(|text| words(text));
        spelt.collect()
    }

    /// The groups' labels.
    pub(super) fn label(&self, group: usize) -> &str {
        &self.groups.labels[group]
    }

    /// The group for what is unknown.
    pub(super) fn unknown(&self) -> usize {
        self.groups.unknown
    }

    /// The group of a spelling: `q) 6: Police`, `6`, `6.0`, `Police`, `2A - Schools`.
    pub(super) fn group(&self, text: &str) -> Option<usize> {
        if text.len() > MOST_TEXT {
            return None;
        }
        let text = text.trim().trim_start_matches(['[', '(', '\'', '"', '\u{2018}']);
        let (letter, rest) = match text.as_bytes() {
            [letter, b')', ..] if letter.is_ascii_alphabetic() => {
                (Some(char::from(letter.to_ascii_lowercase())), text[2..].trim_start())
            }
            _ => (None, text),
        };
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        let label = self.by_label(rest);
        if let Some(group) = self.groups.codes.get(&token.to_ascii_uppercase()).copied() {
            let after = after.trim_start_matches(']').trim();
            // "6.0" is a code that went through a column of numbers.
            let alone = after.is_empty() || after == ".0";
            let lettered = token.bytes().any(|byte| byte.is_ascii_alphabetic());
            // A bare number before a label may be of a local list: it counts where the label doesn't say otherwise.
            let marked = after.starts_with([':', '-', '\u{2013}', '.', ')', '/']);
            let after_mark = after.trim_start_matches([':', '-', '\u{2013}', '.', ')', '/', ' ']);
            let after_label = self.by_label(after_mark).or_else(|| self.by_beginning(after_mark));
            if alone || lettered || (marked && after_label.is_none_or(|label| label == group)) {
                return Some(group);
            }
            if let Some(label) = after_label {
                return Some(label);
            }
        }
        // A census code in brackets behind the label: "Other (strangers, MPs) [1D]".
        let behind = rest.trim_end().strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        let behind = behind.map(|(_, code)| code.trim().to_ascii_uppercase());
        if let Some(group) = behind.and_then(|code| self.groups.codes.get(&code).copied()) {
            return Some(group);
        }
        let unnumbered = rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == ' ');
        let unnumbered = unnumbered.trim_start_matches([')', '.', ':', '-', ' ']);
        // A tag of the local system before the label, as in "CYP - Police" or "(CS) Police".
        let untagged = || {
            let labelled = |(_, label): (&str, &str)| self.by_label(label).or_else(|| self.by_beginning(label));
            let listed = rest.split_once(") ").and_then(|(_, rest)| self.group(rest));
            listed.or_else(|| unnumbered.split_once(" - ").and_then(labelled))
        };
        label
            .or_else(|| self.mapped.get(&plain(text)).copied())
            .or_else(|| self.by_label(unnumbered))
            .or_else(|| self.by_beginning(unnumbered))
            .or_else(untagged)
            .or_else(|| letter.filter(|_| rest.is_empty()).and_then(|letter| self.groups.letters.get(&letter).copied()))
    }

    fn by_label(&self, text: &str) -> Option<usize> {
        self.groups.spellings.get(&plain(text)).copied()
    }

    fn by_beginning(&self, text: &str) -> Option<usize> {
        let written = words(text);
        self.groups.beginnings.iter().find(|(beginning, _)| written.starts_with(beginning)).map(|(_, group)| *group)
    }
}

impl Groups {
    fn from_toml(text: &str) -> Result<Groups, String> {
        let file: GroupFile = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != 1 {
            return Err(format!("groups of schema {}", file.schema));
        }
        let labels: Vec<String> = file.group.iter().map(|group| group.label.clone()).collect();
        let unknown = labels.iter().position(|label| *label == file.unknown).ok_or("no group for what is unknown")?;
        let mut groups = Groups {
            labels,
            unknown,
            codes: BTreeMap::new(),
            letters: BTreeMap::new(),
            spellings: BTreeMap::new(),
            beginnings: Vec::new(),
            vocabulary: Vec::new(),
        };
        for (position, group) in file.group.into_iter().enumerate() {
            let spellings = group.spellings.iter().chain([&group.label]);
            groups.vocabulary.extend(spellings.clone().chain(&group.beginnings).cloned());
            groups.spellings.extend(spellings.map(|spelling| (plain(spelling), position)));
            groups.beginnings.extend(group.beginnings.iter().map(|words_of| (words(words_of), position)));
            groups.codes.extend(group.codes.into_iter().map(|code| (code, position)));
            groups.letters.extend(group.letters.into_iter().map(|letter| (letter, position)));
        }
        groups.beginnings.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        Ok(groups)
    }

    /// The group of a code or label.
    fn named(&self, group: &str) -> Option<usize> {
        self.codes.get(group).copied().or_else(|| self.labels.iter().position(|label| plain(label) == plain(group)))
    }
}

/// The words of a label, without case and punctuation; an apostrophe doesn't part a word.
pub(super) fn words(text: &str) -> Vec<String> {
    let whole: String = text.chars().filter(|character| !matches!(character, '\'' | '\u{2019}')).collect();
    whole
        .split(|character: char| !character.is_alphanumeric() && character != '&')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Option<String> {
        let categories = Categories::new(Grouping::Source, None).expect("the shipped groups are valid");
        categories.group(text).map(|group| categories.label(group).to_string())
    }

    #[test]
    fn whole_codes_win() {
        for (text, group) in [
            ("10", "Unknown"),
            ("1A", "Individual"),
            ("1a", "Individual"),
            ("q) 6: Police", "Police"),
            ("6.0", "Police"),
            ("u) 10: Unknown", "Unknown"),
            ("5D", "LA services"),
            ("2A - Schools", "Schools"),
            ("[2A] anything", "Schools"),
            ("Other (including strangers, MPs) [1D]", "Individual"),
            ("4 - (council homes)", "Housing"),
            ("9", "Anonymous"),
            ("q)", "Police"),
        ] {
            assert_eq!(source(text).as_deref(), Some(group), "{text}");
        }
    }

    #[test]
    fn a_code_is_never_part_of_a_longer_one() {
        for text in ["1", "11", "100", "5", "60", "2C", "6th form"] {
            assert_eq!(source(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_number_gives_way_to_a_label_that_says_otherwise() {
        assert_eq!(source("6) Health visitor").as_deref(), Some("Health services"));
        assert_eq!(source("01) Police").as_deref(), Some("Police"));
        assert_eq!(source("10) Housing (housing association)").as_deref(), Some("Housing"));
    }

    #[test]
    fn labels_match_whole_or_from_their_beginning() {
        for (text, group) in [
            ("police", "Police"),
            ("HEALTH SERVICES \u{2013} A&E", "Health services"),
            ("Individual - self", "Individual"),
            ("Other legal agency - courts", "Other legal agency"),
            ("CYP - POLICE", "Police"),
            ("(CS) Schools", "Schools"),
            ("p1) 5D: LA services", "LA services"),
            ("Other", "Other"),
            ("LA Services: external", "LA services"),
        ] {
            assert_eq!(source(text).as_deref(), Some(group), "{text}");
        }
        assert_eq!(source("The Police Box Pub"), None);
    }

    #[test]
    fn the_mapping_file_comes_after_codes_and_labels() {
        let mapping = Mapping {
            source: BTreeMap::from([
                ("Talkshop".to_string(), "Other".to_string()),
                ("Police".to_string(), "Schools".to_string()),
                ("Drop in".to_string(), " ".to_string()),
            ]),
            ..Mapping::default()
        };
        let path = Path::new("map.toml");
        let categories = Categories::new(Grouping::Source, Some((path, &mapping))).expect("valid");
        let label = |text| categories.group(text).map(|group| categories.label(group));
        assert_eq!(label("TALKSHOP"), Some("Other"));
        assert_eq!(label("Police"), Some("Police"));
        assert_eq!(label("Drop in"), None, "an empty group is none");
        let wrong = Mapping { source: BTreeMap::from([("a".into(), "Zoo".into())]), ..mapping };
        let error = Categories::new(Grouping::Source, Some((path, &wrong))).expect_err("no such group");
        assert_eq!(
            error.to_string(),
            "map.toml: the mapping file can't be used: `Zoo` is no group; the groups are `Individual`, `Schools`, \
             `Education services`, `Health services`, `Housing`, `LA services`, `Police`, `Other legal agency`, \
             `Other`, `Anonymous`, `Unknown`"
        );
    }

    #[test]
    fn a_long_cell_takes_neither_the_stack_nor_time_and_is_no_label() {
        assert_eq!(source(&"a) ".repeat(1_000_000)), None);
        assert_eq!(source("CYP) (CS) Police").as_deref(), Some("Police"), "a tag behind a tag is still looked behind");
    }

    #[test]
    fn every_shipped_file_is_valid() {
        for grouping in [Grouping::Source, Grouping::Need, Grouping::NoFurtherAction] {
            let categories = Categories::new(grouping, None).expect("valid");
            assert_eq!(categories.label(categories.unknown()), "Unknown");
        }
    }

    #[test]
    fn needs_and_no_further_action_have_their_own_codes() {
        let need = Categories::new(Grouping::Need, None).expect("valid");
        assert_eq!(need.group("N1 - Abuse or neglect").map(|group| need.label(group)), Some("Abuse or neglect"));
        assert_eq!(need.group("n4").map(|group| need.label(group)), Some("Family in acute stress"));
        let nfa = Categories::new(Grouping::NoFurtherAction, None).expect("valid");
        for (text, label) in
            [("a) Yes", "Yes"), ("0", "No"), ("false", "No"), ("1", "Yes"), ("N", "No"), ("c) Unknown", "Unknown")]
        {
            assert_eq!(nfa.group(text).map(|group| nfa.label(group)), Some(label), "{text}");
        }
    }

    /// Spellings that London authorities typed, with the group that people gave them. Some of those are wrong (early
    /// help under police), so agreement can't be whole; spellings without a group become `Unknown` and a finding.
    #[test]
    fn spellings_from_real_life_are_rarely_put_in_the_wrong_group() {
        use std::io::Write;
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/data/formats/annexa-raw-value-variants/contact_and_referral_source.csv"
        );
        let Ok(text) = std::fs::read_to_string(path) else {
            let _ = writeln!(std::io::stderr(), "skipped: there is no {path}");
            return;
        };
        let categories = Categories::new(Grouping::Source, None).expect("valid");
        let (mut mapped, mut agree, mut all) = (0, 0, 0);
        for line in text.lines().skip(1) {
            let fields = super::super::rows::fields(line.as_bytes(), b',');
            let [spelling, truth] = &fields[..] else { continue };
            all += 1;
            if let Some(group) = categories.group(spelling) {
                mapped += 1;
                let right = plain(categories.label(group)) == plain(&truth[2..]);
                agree += usize::from(right);
            }
        }
        assert!(mapped * 10 > all * 6, "{mapped} of {all} mapped");
        assert!(agree * 100 > mapped * 90, "{agree} of {mapped} agree");
    }
}
