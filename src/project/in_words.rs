//! What a TOML reader complains of, in plain words: where it stands, what was written, and what may stand there.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::math::spelling::meant;

/// "12:5", line and column of a byte position, as editors count.
pub(super) fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    format!("{line}:{column}")
}

/// "groundswell.toml:12:5": where the option stands that these keys lead to, or the innermost of them that is there.
/// Elements of lists go by their number from 0. The file alone where the text is not at hand.
pub(super) fn place_of(file: &str, text: &str, keys: &[&str]) -> String {
    let root = DeTable::parse(text).ok().map(|root| DeValue::Table(root.into_inner()));
    let start = root.and_then(|root| start_of(&root, keys));
    start.map_or(file.to_owned(), |start| format!("{file}:{}", place(text, start)))
}

fn start_of(value: &DeValue<'_>, keys: &[&str]) -> Option<usize> {
    let (name, rest) = keys.split_first()?;
    let (start, inner) = match value {
        DeValue::Table(table) => {
            let (key, inner) = table.iter().find(|(key, _)| key.get_ref() == name)?;
            (key.span().start, inner)
        }
        DeValue::Array(list) => {
            let inner = list.get(name.parse::<usize>().ok()?)?;
            (inner.span().start, inner)
        }
        _ => return None,
    };
    start_of(inner.get_ref(), rest).or(Some(start))
}

/// What is wrong with a file, and where: the file's name with line and column, and the complaint in plain words.
pub(super) fn of_error(file: &str, text: &str, error: &toml::de::Error) -> (String, String) {
    let Some(span) = error.span() else { return (file.to_owned(), words(error.message(), None, None)) };
    let keys = DeTable::parse(text).ok().and_then(|root| keys_at(root.get_ref(), &span)).unwrap_or_default();
    let option = option_of(&keys);
    let written = text.get(span.clone()).map(shortened);
    let (option, written) = match error.message() {
        message if message.starts_with("unknown field") => {
            let section = &keys[..keys.len().saturating_sub(1)];
            ((!section.is_empty()).then(|| format!("[{}]", section.join("."))), None)
        }
        message if message.starts_with("missing field") => {
            let header =
                text.get(span.start..).and_then(|rest| rest.lines().next()).filter(|line| line.starts_with('['));
            (header.map(|line| line.trim().to_owned()), None)
        }
        _ => (option, written),
    };
    (format!("{file}:{}", place(text, span.start)), words(error.message(), option.as_deref(), written.as_deref()))
}

/// A complaint in plain words; `option` is what it is about (for a field that isn't known or is missing, the section),
/// and `written` what stands there now.
pub(super) fn words(message: &str, option: Option<&str>, written: Option<&str>) -> String {
    let message = message.replace(char::is_control, " ");
    let about = match (option, written) {
        (Some(option), Some(written)) => format!("{option} = {written}: "),
        (Some(option), None) => format!("{option}: "),
        (None, _) => String::new(),
    };
    if let Some((name, known)) = message.strip_prefix("unknown field ").and_then(named) {
        let section = option.map_or("this file".to_owned(), str::to_owned);
        return format!("{section} has no option `{name}`{}", choices(name, "has", known));
    }
    if let Some((name, known)) = message.strip_prefix("unknown variant ").and_then(named) {
        let about = if about.is_empty() { format!("`{name}`: ") } else { about };
        return format!("{about}there is no such choice{}", choices(name, "may be", known));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{} lacks {name}; write it", option.unwrap_or("this file"));
    }
    if let (None, Some(written)) = (option, written) {
        match message.as_str() {
            "duplicate key" => return format!("`{written}` stands here a second time; keep one of them"),
            quotes if quotes.starts_with("string values must be quoted") => {
                return format!("`{written}` must stand in quotes, as \"{written}\"");
            }
            boolean if boolean.starts_with("invalid boolean") => {
                return format!("`{written}` is neither true nor false; a text stands in quotes, as \"{written}\"");
            }
            _ => {}
        }
    }
    let wrong_kind = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((_, expected)) = wrong_kind.and_then(|rest| rest.rsplit_once(", expected ")) {
        return format!("{about}this must be {}", kind(expected));
    }
    if message.starts_with("data did not match any variant") {
        return format!("{about}this is written in no form that is known here; the reference has an example");
    }
    format!("{about}{message}")
}

/// The name between the first backquotes, and what follows.
fn named(rest: &str) -> Option<(&str, &str)> {
    rest.strip_prefix('`')?.split_once('`')
}

/// The names between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What was meant, and what there is: "; did you mean `horizon`? It has `horizon` or `levels`".
fn choices(written: &str, verb: &str, known: &str) -> String {
    let names: Vec<String> = quoted(known).map(|name| format!("`{name}`")).collect();
    let list = match names.split_last() {
        None => return String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    };
    match meant(written, quoted(known)) {
        meant if meant.is_empty() => format!("; it {verb} {list}"),
        meant => format!("{meant} It {verb} {list}"),
    }
}

/// What a reader expected, as a person would write it.
fn kind(expected: &str) -> String {
    match expected {
        "usize" | "u8" | "u16" | "u32" | "u64" => "a whole number of at least 0, without quotes".to_owned(),
        "isize" | "i8" | "i16" | "i32" | "i64" => "a whole number, without quotes".to_owned(),
        "f32" | "f64" => "a number, without quotes".to_owned(),
        "a boolean" => "true or false, without quotes".to_owned(),
        "a string" | "path string" | "string or table" => "a text in quotes".to_owned(),
        "a sequence" => "a list in square brackets, such as [\"a\", \"b\"] or [1, 2]".to_owned(),
        "a map" => "a table, such as { name = 1 }".to_owned(),
        other if other.starts_with("struct ") => "a section, such as { name = 1 }".to_owned(),
        other => other.to_owned(),
    }
}

/// A value on one line, cut where it is long.
fn shortened(value: &str) -> String {
    /// So many letters stand in a sentence.
    const MOST: usize = 60;
    let line = value.lines().next().unwrap_or_default();
    let cut: String = line.chars().filter(|letter| !letter.is_control()).take(MOST).collect();
    if cut.len() < value.trim_end().len() { format!("{cut}…") } else { cut }
}

/// `[forecast] horizon` for the keys of an option.
fn option_of(keys: &[String]) -> Option<String> {
    let (last, sections) = keys.split_last()?;
    Some(if sections.is_empty() { last.clone() } else { format!("[{}] {last}", sections.join(".")) })
}

/// The keys that lead to what stands at a position.
fn keys_at(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    table.iter().find_map(|(key, value)| {
        let found = match value.get_ref() {
            DeValue::Table(inner) => keys_at(inner, span),
            DeValue::Array(list) => list.iter().find_map(|element| match element.get_ref() {
                DeValue::Table(inner) => keys_at(inner, span),
                _ => None,
            }),
            _ => None,
        };
        let is_here = found.is_some() || holds(key.span()) || holds(value.span());
        is_here.then(|| std::iter::once(key.get_ref().to_string()).chain(found.unwrap_or_default()).collect())
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Made {
        #[serde(rename = "forecast")]
        _forecast: Forecast,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Forecast {
        #[serde(rename = "horizon")]
        _horizon: usize,
        #[serde(rename = "line_up", default)]
        _line_up: PathBuf,
        #[serde(rename = "width", default)]
        _width: Option<Width>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Width {
        Narrow,
        Wide,
    }

    fn said(text: &str) -> String {
        let error = toml::from_str::<Made>(text).expect_err("refused");
        let (place, what) = of_error("m.toml", text, &error);
        format!("{place}: {what}")
    }

    #[test]
    fn a_complaint_names_place_option_value_and_what_may_stand_there() {
        for (text, expected) in [
            (
                "[forecast]\nhorizon = \"12\"",
                "m.toml:2:11: [forecast] horizon = \"12\": this must be a whole number of at least 0, without quotes",
            ),
            (
                "[forecast]\nhorizon = -3",
                "m.toml:2:11: [forecast] horizon = -3: this must be a whole number of at least 0, without quotes",
            ),
            (
                "[forecast]\nhorizon = 3\nline_up = 7",
                "m.toml:3:11: [forecast] line_up = 7: this must be a text in quotes",
            ),
            (
                "[forecast]\nhorizn = 3",
                "m.toml:2:1: [forecast] has no option `horizn`; did you mean `horizon`? It has `horizon`, `line_up` or `width`",
            ),
            (
                "[forecast]\nhorizon = 3\nwidth = \"wids\"",
                "m.toml:3:9: [forecast] width = \"wids\": there is no such choice; did you mean `wide`? It may be `narrow` or `wide`",
            ),
            (
                "[forecast]\nhorizon = 3\nhorizon = 4",
                "m.toml:3:1: `horizon` stands here a second time; keep one of them",
            ),
            ("[forecast]\nline_up = packs", "m.toml:2:11: `packs` must stand in quotes, as \"packs\""),
            ("[forecast]\nline_up = \"a\"", "m.toml:1:1: [forecast] lacks `horizon`; write it"),
            (
                "[forcast]\nhorizon = 3",
                "m.toml:1:2: this file has no option `forcast`; did you mean `forecast`? It has `forecast`",
            ),
        ] {
            assert_eq!(said(text), expected);
        }
    }

    #[test]
    fn the_place_of_an_option_is_its_line_or_that_of_what_holds_it() {
        let text = "schema = 1\n[[lever]]\nlever = \"a\"\n[[lever]]\nlever = \"b\"\nstarts = 3\n";
        let of = |keys: &[&str]| place_of("s.toml", text, keys);
        assert_eq!(of(&["lever", "1", "starts"]), "s.toml:6:1");
        assert_eq!(of(&["lever", "0", "starts"]), "s.toml:2:1");
        assert_eq!(of(&["pathway"]), "s.toml");
    }
}
