//! CSV and JSON.
//!
//! CSV is UTF-8 with a line feed after each row (RFC 4180 otherwise): numbers are numbers, `[c]` and `[x]` stand where
//! none may be shown or none is there. Texts that a spreadsheet would take for a formula begin with an apostrophe
//! (CWE-1236). JSON has the same columns as objects, `null` where CSV has a mark, and the marks of a row in `marks`.

use serde_json::{Map, Value as Json, json};

use super::sheet::{Sheet, Value};
use crate::disclosure::{Cell, Mark, Profile};

/// The column of JSON and Parquet that says why figures of a row are null: `lo_80:c lo_95:c`; null where none is.
pub(super) const MARKS_COLUMN: &str = "marks";

/// A figure as the shortest decimal that reads back the same.
pub(super) fn plain(value: f64) -> String {
    format!("{}", value + 0.0)
}

/// The sheet as CSV.
pub(super) fn csv(sheet: &Sheet) -> String {
    let mut out = String::new();
    let header: Vec<String> = sheet.columns.iter().map(|name| field(name)).collect();
    out.push_str(&header.join(","));
    out.push('\n');
    for row in &sheet.rows {
        for (place, value) in row.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            match value {
                Value::Text(text) => out.push_str(&field(text)),
                Value::Whole(number) => out.push_str(&number.to_string()),
                Value::Period(period) => out.push_str(&period.to_string()),
                Value::Figure(Cell::Number(number)) => out.push_str(&plain(*number)),
                Value::Figure(Cell::Suppressed | Cell::Withheld) => out.push_str(Mark::Suppressed.symbol()),
                Value::Figure(Cell::Missing) => out.push_str(Mark::Missing.symbol()),
            }
        }
        out.push('\n');
    }
    out
}

/// Whether a spreadsheet would take the text for a formula (CWE-1236), wide forms of its signs included.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A text as a CSV field: defused, and quoted where it must be.
pub fn field(text: &str) -> String {
    let defused = if is_formula(text) { format!("'{text}") } else { text.to_owned() };
    if defused.contains([',', '"', '\n', '\r']) { format!("\"{}\"", defused.replace('"', "\"\"")) } else { defused }
}

/// Why figures of a row are null: `lo_80:c lo_95:c`.
pub(super) fn marks<'a>(cells: impl Iterator<Item = (&'a str, Cell)>) -> Option<String> {
    let marks: Vec<String> = cells
        .filter_map(|(column, cell)| {
            let letter = match cell.mark()? {
                Mark::Suppressed => 'c',
                Mark::Missing => 'x',
            };
            Some(format!("{column}:{letter}"))
        })
        .collect();
    (!marks.is_empty()).then(|| marks.join(" "))
}

/// The sheet as JSON: what the marks mean, then one object a row.
pub(super) fn json(name: &str, profile: Profile, sheet: &Sheet) -> String {
    let rows = sheet.rows.iter().map(|row| {
        let mut object = Map::new();
        for (column, value) in sheet.columns.iter().zip(row) {
            let value = match value {
                Value::Text(text) => json!(text),
                Value::Whole(number) => json!(number),
                Value::Period(period) => json!(period.to_string()),
                Value::Figure(cell) => cell.number().map_or(Json::Null, number),
            };
            object.insert(column.clone(), value);
        }
        let figures = sheet.columns.iter().zip(row).filter_map(|(column, value)| match value {
            Value::Figure(cell) => Some((column.as_str(), *cell)),
            Value::Text(_) | Value::Whole(_) | Value::Period(_) => None,
        });
        object.insert(MARKS_COLUMN.to_owned(), json!(marks(figures)));
        Json::Object(object)
    });
    let document = json!({
        "table": name,
        "profile": profile.to_string(),
        "marking": profile.marking(),
        "note": profile.note(),
        "marks": { "c": "suppressed to protect children", "x": "not available" },
        "columns": sheet.columns,
        "rows": rows.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// Whole numbers without a decimal point, as CSV has them.
fn number(value: f64) -> Json {
    // Every whole number up to 2^53 is exact in both forms.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 { json!(value as i64) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(["source", "y"]);
        sheet.rows.push(vec![Value::Text("=HYPERLINK(\"x\")".into()), Value::Figure(Cell::Number(-1.5))]);
        sheet.rows.push(vec![Value::Text("Health, other".into()), Value::Figure(Cell::Suppressed)]);
        sheet.rows.push(vec![Value::Text("Police".into()), Value::Figure(Cell::Number(110.0))]);
        sheet
    }

    #[test]
    fn texts_that_look_like_formulas_are_defused_and_numbers_are_not() {
        let lines = "source,y\n\"'=HYPERLINK(\"\"x\"\")\",-1.5\n\"Health, other\",[c]\nPolice,110\n";
        assert_eq!(csv(&sheet()), lines);
    }

    #[test]
    fn every_start_of_a_formula_is_defused() {
        for start in ["=", "+", "-", "@", "\t", "＝", "＠"] {
            assert_eq!(field(&format!("{start}1")), format!("'{start}1"));
        }
        assert_eq!(field("\r1"), "\"'\r1\"");
    }

    #[test]
    fn json_has_null_and_a_mark_where_csv_has_one() {
        let read: Json = serde_json::from_str(&json("history", Profile::Internal, &sheet())).expect("valid JSON");
        assert_eq!(read["marking"], "OFFICIAL-SENSITIVE");
        assert_eq!(read["rows"][1]["y"], Json::Null);
        assert_eq!(read["rows"][1]["marks"], "y:c");
        assert_eq!(read["rows"][2]["marks"], Json::Null);
        assert_eq!(read["rows"][2]["y"].to_string(), "110");
    }
}
