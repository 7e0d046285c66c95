//! Workbooks and archives written byte by byte for tests, so that no reader is tried on its own writer.

use std::io::Write;

/// One cell of a workbook.
#[derive(Debug, Clone, Copy)]
pub enum Made<'a> {
    /// Text in the cell itself.
    Text(&'a str),
    /// A number without a format.
    Number(f64),
    /// A day number shown as a date.
    Date(f64),
    /// An error.
    Error(&'a str),
    /// A formula with the text that Excel worked out last.
    Formula(&'a str, &'a str),
    /// Nothing.
    Empty,
}

/// One part of an archive: its name, its content, and the size that it claims.
pub struct Part<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub content: &'a [u8],
    /// What it claims to inflate to; none tells the truth.
    pub claims: Option<u32>,
    /// The bits of its description: 1 for a password.
    pub flags: u16,
}

/// An archive of parts, each deflated.
pub fn archive(parts: &[Part<'_>]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(part.content).expect("memory");
        let deflated = deflate.finish().expect("memory");
        let mut sum = flate2::Crc::new();
        sum.update(part.content);
        let (local, claims) = (bytes.len() as u32, part.claims.unwrap_or(part.content.len() as u32));
        // Version, flags, method, time and date, as both headers have them.
        let mut common = Vec::new();
        for half in [20, part.flags, 8, 0, 0x21] {
            common.extend(u16::to_le_bytes(half));
        }
        for word in [sum.sum(), deflated.len() as u32, claims] {
            common.extend(u32::to_le_bytes(word));
        }
        common.extend(u16::to_le_bytes(part.name.len() as u16));
        common.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(part.name.as_bytes());
        bytes.extend(&deflated);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(u32::to_le_bytes(local));
        directory.extend(part.name.as_bytes());
    }
    let (start, size, count) = (bytes.len() as u32, directory.len() as u32, parts.len() as u16);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    for half in [count, count] {
        bytes.extend(u16::to_le_bytes(half));
    }
    for word in [size, start] {
        bytes.extend(u32::to_le_bytes(word));
    }
    bytes.extend([0, 0]);
    bytes
}

/// The name and content of each part of a workbook.
pub fn parts(sheets: &[(&str, &[&[Made<'_>]])], from_1904: bool) -> Vec<(String, String)> {
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut names = String::new();
    let mut relations = format!("<Relationship Id=\"rS\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/>");
    let mut parts = Vec::new();
    for (number, (name, rows)) in sheets.iter().enumerate() {
        names += &format!("<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"r{number}\"/>", number + 1);
        let target = format!("worksheets/sheet{number}.xml");
        relations += &format!("<Relationship Id=\"r{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"{target}\"/>");
        parts.push((
            format!("xl/{target}"),
            format!("<worksheet {MAIN}><sheetData>{}</sheetData></worksheet>", body(rows)),
        ));
    }
    let properties = if from_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
    let workbook = format!("<workbook {MAIN} xmlns:r=\"{RELATIONS}\">{properties}<sheets>{names}</sheets></workbook>");
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relations_of = |relations: &str| format!("<Relationships xmlns=\"{package}\">{relations}</Relationships>");
    // The second format is 14, the date of Excel.
    let formats = "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs>";
    parts.push(("xl/workbook.xml".to_owned(), workbook));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), relations_of(&relations)));
    parts.push(("xl/styles.xml".to_owned(), format!("<styleSheet {MAIN}>{formats}</styleSheet>")));
    let main = format!("<Relationship Id=\"r\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    parts.push(("_rels/.rels".to_owned(), relations_of(&main)));
    parts
}

/// A workbook of sheets, each with rows of cells.
pub fn workbook(sheets: &[(&str, &[&[Made<'_>]])], from_1904: bool) -> Vec<u8> {
    let parts = parts(sheets, from_1904);
    let part = |(name, content): &(String, String)| (name.clone(), content.clone().into_bytes());
    let parts: Vec<(String, Vec<u8>)> = parts.iter().map(part).collect();
    let parts = parts.iter().map(|(name, content)| Part { name, content, claims: None, flags: 0 });
    archive(&parts.collect::<Vec<_>>())
}

fn body(rows: &[&[Made<'_>]]) -> String {
    let mut body = String::new();
    for (number, row) in rows.iter().enumerate() {
        body += &format!("<row r=\"{}\">", number + 1);
        for (column, cell) in row.iter().enumerate() {
            let at = format!("{}{}", letters(column), number + 1);
            let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
            body += &match cell {
                Made::Text(text) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text)),
                Made::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                Made::Date(day) => format!("<c r=\"{at}\" s=\"1\"><v>{day}</v></c>"),
                Made::Error(error) => format!("<c r=\"{at}\" t=\"e\"><v>{error}</v></c>"),
                Made::Formula(formula, text) => {
                    format!("<c r=\"{at}\" t=\"str\"><f>{}</f><v>{}</v></c>", escaped(formula), escaped(text))
                }
                Made::Empty => format!("<c r=\"{at}\"/>"),
            };
        }
        body += "</row>";
    }
    body
}

/// The letters of a column of Excel, from 0.
pub fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8);
    if column < 26 { last.to_string() } else { letters(column / 26 - 1) + &last.to_string() }
}
