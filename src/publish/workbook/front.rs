//! What comes before the tables: cover, contents and notes.

use super::book::{BookSheet, CoverLine, Properties};
use super::{Place, Placed, SheetNames};
use crate::disclosure::{FigureError, Figures, LabelColumn, Mark, ProtectedTable, protect};
use crate::publish::catalogue::{Note, PackTable};
use crate::publish::contents::PackContents;
use crate::publish::words::{capitalised, counted};

/// The sheets of the front.
pub(super) const NAMES: [&str; 3] = ["cover", "contents", "notes"];

const NOTES_SAY: &str = "What notes and shorthand in square brackets mean";

/// Cover, and the tables of contents and notes: texts only.
pub(super) struct Front {
    pub cover: Vec<CoverLine>,
    contents: ProtectedTable,
    notes: ProtectedTable,
    names: [SheetNames; 3],
}

impl Front {
    /// What comes before these tables.
    pub fn of(contents: &PackContents, placed: &[Placed<'_>], names: [SheetNames; 3]) -> Result<Front, FigureError> {
        let [_, of_contents, of_notes] = &names;
        let notes = notes_table(contents, placed)?;
        Ok(Front {
            cover: cover(contents, [&of_contents.sheet, &of_notes.sheet]),
            contents: contents_table(contents, placed, &of_notes.sheet, notes.rows())?,
            notes,
            names,
        })
    }

    pub fn cover_name(&self) -> &str {
        &self.names[0].sheet
    }

    /// The contents, whose first column leads to the other sheets, and the notes.
    pub fn sheets(&self) -> Vec<BookSheet<'_>> {
        let [_, contents, notes] = &self.names;
        let says = "Every table of the pack with the sheet that holds it";
        let contents = BookSheet::of(contents, "Contents", says, &self.contents);
        vec![BookSheet { links: Some(0), ..contents }, BookSheet::of(notes, "Notes", NOTES_SAY, &self.notes)]
    }
}

/// What the workbook says of itself.
pub(super) fn properties(contents: &PackContents) -> Properties {
    Properties {
        title: format!("{}: {}", contents.authority, contents.title),
        subject: format!(
            "Forecast of {} for {}, known to {}, {} ahead",
            contents.measure,
            contents.area(),
            contents.origin.spoken(),
            counted(contents.horizon, contents.frequency.noun())
        ),
        author: contents.authority.clone(),
        description: format!("Made by Groundswell {}. {}", contents.engine_version, contents.source),
        date: contents.origin.last_day(),
        language: "en-GB",
        marking: contents.profile.marking(),
    }
}

fn cover(contents: &PackContents, links: [&str; 2]) -> Vec<CoverLine> {
    use CoverLine::{Heading, Link, Text, Title};
    let mut lines = vec![Title(contents.title.clone())];
    lines.extend(contents.profile.marking().map(|marking| Heading(marking.to_owned())));
    lines.push(Text(contents.authority.clone()));
    if let Some(area) = &contents.area {
        lines.push(Text(area.clone()));
    }
    lines.push(Text(format!(
        "{} known to {}, and a forecast of the {} after.",
        capitalised(&contents.measure),
        contents.origin.spoken(),
        counted(contents.horizon, contents.frequency.noun())
    )));
    lines.push(Heading("What is in this workbook".to_owned()));
    lines.push(Text(
        "One table a sheet, beginning in the first cell. The figures are those of the report (report.html) and of the CSV \
         and Parquet files beside this workbook."
            .to_owned(),
    ));
    lines.extend(links.map(|sheet| Link(sheet.to_owned())));
    lines.push(Heading("Protection of children".to_owned()));
    lines.push(Text(contents.profile.note().to_owned()));
    lines.push(Heading("How it was made".to_owned()));
    lines.extend(contents.method.iter().map(|line| Text(line.clone())));
    lines.push(Heading("Source".to_owned()));
    lines.push(Text(contents.source.clone()));
    lines.extend(contents.inputs.iter().map(|input| Text(format!("{} (SHA-256 {})", input.name, input.sha256))));
    lines.push(Text(format!("Made by Groundswell {}.", contents.engine_version)));
    lines
}

fn contents_table(
    contents: &PackContents,
    placed: &[Placed<'_>],
    notes: &str,
    rows_of_notes: usize,
) -> Result<ProtectedTable, FigureError> {
    struct Row<'a> {
        sheet: String,
        title: &'a str,
        says: &'a str,
        rows: usize,
        notes: String,
        files: String,
    }
    let of_notes = Row {
        sheet: notes.to_owned(),
        title: "Notes",
        says: NOTES_SAY,
        rows: rows_of_notes,
        notes: String::new(),
        files: String::new(),
    };
    let of_tables = placed.iter().map(|(one, place)| {
        let files = one.endings().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ");
        let files = format!("{}{files}", one.stem);
        let sheet = match place {
            Place::Sheet(names) => names.sheet.clone(),
            Place::Empty => "none (no rows)".to_owned(),
            Place::TooLong => "none (too long): read the file".to_owned(),
        };
        let forecast = one.is_forecast().then(|| "[f]".to_owned());
        let marks: Vec<String> = forecast.into_iter().chain(one.notes().iter().map(|note| note.mark())).collect();
        Row { sheet, title: one.title(), says: one.says(), rows: one.table.rows(), notes: marks.join(" "), files }
    });
    let rows: Vec<Row<'_>> = std::iter::once(of_notes).chain(of_tables).collect();
    let labels = vec![
        LabelColumn::text("sheet", rows.iter().map(|row| row.sheet.as_str())),
        LabelColumn::text("title", rows.iter().map(|row| row.title)),
        LabelColumn::text("what it says", rows.iter().map(|row| row.says)),
        LabelColumn::numbers("rows", rows.iter().map(|row| row.rows as i64)),
        LabelColumn::text("notes", rows.iter().map(|row| row.notes.as_str())),
        LabelColumn::text("files", rows.iter().map(|row| row.files.as_str())),
    ];
    Ok(protect(contents.profile, Figures::new("contents", labels, Vec::new())?))
}

fn notes_table(contents: &PackContents, placed: &[Placed<'_>]) -> Result<ProtectedTable, FigureError> {
    let shown = || placed.iter().filter(|(_, place)| matches!(place, Place::Sheet(_))).map(|(one, _)| one);
    let used = |note: &Note| shown().any(|one| one.notes().contains(note));
    let mut rows: Vec<(String, String)> =
        Note::all().filter(used).map(|note| (note.mark(), note.text(contents))).collect();
    let has = |mark: Mark| {
        let cells = |one: &PackTable<'_>| {
            one.table.figures().iter().any(|column| column.cells().iter().any(|cell| cell.mark() == Some(mark)))
        };
        shown().any(cells)
    };
    let has_state = |wanted: &str| {
        shown().any(|one| one.table.text("state").is_some_and(|states| states.iter().any(|state| state == wanted)))
    };
    let shorthand = [
        (has(Mark::Suppressed), Mark::Suppressed.symbol(), "Not shown, to protect children."),
        (has(Mark::Missing), Mark::Missing.symbol(), "Not available."),
        (true, "[z]", "Not applicable: there is nothing to say in this cell."),
        (
            has_state("provisional"),
            "[p]",
            "Provisional: the period was not over, or not complete, when the data were taken.",
        ),
        (
            has_state("forecast") || shown().any(PackTable::is_forecast),
            "[f]",
            "Forecast: beside a state in a row, or in the contents where every figure of a table is forecast.",
        ),
    ];
    let used = shorthand.into_iter().filter(|(is_used, ..)| *is_used);
    rows.extend(used.map(|(_, mark, says)| (mark.to_owned(), says.to_owned())));
    let labels = vec![
        LabelColumn::text("mark", rows.iter().map(|(mark, _)| mark.as_str())),
        LabelColumn::text("meaning", rows.iter().map(|(_, says)| says.as_str())),
    ];
    Ok(protect(contents.profile, Figures::new("notes", labels, Vec::new())?))
}
