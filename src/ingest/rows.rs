//! Rows and fields of separated text: where a row ends, which rows are ragged, what the header says.

/// One row of separated text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Where the next row begins.
    pub(super) next: usize,
    /// How many fields the row has.
    pub(super) fields: usize,
    /// Whether nothing but a line end is there.
    pub(super) blank: bool,
    /// Whether a quotation mark stands where the format doesn't foresee one.
    pub(super) stray_quote: bool,
}

/// How the scan of one row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanned {
    /// A whole row with its line end.
    Whole(Row),
    /// The text ended inside the row, outside quotation marks.
    Cut(Row),
    /// The text ended inside quotation marks.
    Open,
}

/// Scans the row that begins at `from`: fields may be quoted, a doubled quotation mark stands for one.
pub(super) fn scan(text: &[u8], from: usize, separator: u8) -> Scanned {
    let mut at = from;
    let mut row = Row { next: from, fields: 1, blank: true, stray_quote: false };
    let mut field_start = true;
    while let Some(&byte) = text.get(at) {
        if byte == b'"' && field_start {
            row.blank = false;
            at += 1;
            loop {
                match text[at..].iter().position(|byte| *byte == b'"') {
                    None => return Scanned::Open,
                    Some(steps) => at += steps + 1,
                }
                match text.get(at) {
                    Some(b'"') => at += 1,
                    Some(b'\n' | b'\r') | None => break,
                    Some(other) if *other == separator => break,
                    // A quotation mark inside a quoted field that wasn't doubled: the field goes on.
                    Some(_) => row.stray_quote = true,
                }
            }
            field_start = false;
            continue;
        }
        at += 1;
        match byte {
            b'\n' => return Scanned::Whole(Row { next: at, ..row }),
            b'"' => row.stray_quote = true,
            b'\r' if matches!(text.get(at), Some(b'\n') | None) => {}
            _ => {}
        }
        if byte == separator {
            row.fields += 1;
            field_start = true;
            row.blank = false;
        } else {
            field_start = false;
            row.blank &= byte.is_ascii_whitespace();
        }
    }
    Scanned::Cut(Row { next: at, ..row })
}

/// The fields of one row (without or with its line end), unquoted.
pub(super) fn fields(row: &[u8], separator: u8) -> Vec<String> {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let mut fields = Vec::new();
    let mut field: Vec<u8> = Vec::new();
    let mut at = 0;
    let mut field_start = true;
    while at < row.len() {
        let byte = row[at];
        if byte == b'"' && field_start {
            at += 1;
            while at < row.len() {
                match (row[at], row.get(at + 1)) {
                    (b'"', Some(b'"')) => {
                        field.push(b'"');
                        at += 2;
                    }
                    (b'"', next) if next.is_none_or(|next| *next == separator) => {
                        at += 1;
                        break;
                    }
                    (byte, _) => {
                        field.push(byte);
                        at += 1;
                    }
                }
            }
            field_start = false;
        } else if byte == separator {
            fields.push(String::from_utf8_lossy(&std::mem::take(&mut field)).into_owned());
            field_start = true;
            at += 1;
        } else {
            field.push(byte);
            field_start = false;
            at += 1;
        }
    }
    fields.push(String::from_utf8_lossy(&field).into_owned());
    fields
}

/// Appends a row to text in the strict form, every field quoted.
pub(super) fn write_strictly(fields: &[String], separator: u8, text: &mut Vec<u8>) {
    for (position, field) in fields.iter().enumerate() {
        if position > 0 {
            text.push(separator);
        }
        text.push(b'"');
        text.extend_from_slice(field.replace('"', "\"\"").as_bytes());
        text.push(b'"');
    }
    text.push(b'\n');
}

/// The separator of a table whose first rows these are: the candidate that stands most often in the header outside
/// quotation marks; a comma where none does.
pub(super) fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(candidate, _)| candidate == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // Ties go to the first candidate.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(candidate, _)| *candidate)
}

/// How many rows the text has, where each has the given number of columns and no quotation mark stands anywhere.
pub(super) fn uniform(text: &[u8], separator: u8, columns: usize) -> Option<usize> {
    let wanted = columns - 1;
    let (mut rows, mut separators) = (0, 0);
    let mut see = |is_end: bool| {
        if !is_end {
            separators += 1;
            return true;
        }
        rows += 1;
        std::mem::take(&mut separators) == wanted
    };
    let (words, rest) = text.as_chunks::<8>();
    let (end, separator_word) = (repeated(b'\n'), repeated(separator));
    for word in words {
        let word = u64::from_le_bytes(*word);
        let ends = equal_bytes(word, end);
        let mut marks = ends | equal_bytes(word, separator_word);
        while marks != 0 {
            let lowest = marks & marks.wrapping_neg();
            if !see(ends & lowest != 0) {
                return None;
            }
            marks ^= lowest;
        }
    }
    let uniform = rest.iter().filter(|byte| **byte == b'\n' || **byte == separator).all(|byte| see(*byte == b'\n'));
    uniform.then_some(rows)
}

fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of every byte of `word` that equals the byte of `pattern` in its place.
/// Method: Warren, Hacker's Delight (2nd edition), section 6-1, "Find first 0-byte".
fn equal_bytes(word: u64, pattern: u64) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let difference = word ^ pattern;
    !(((difference & LOW) + LOW) | difference | LOW)
}

/// Whether a cell says that there is nothing in it.
#[inline]
pub(super) fn is_blank(text: &str) -> bool {
    text.is_empty() || (text.len() == 4 && text.eq_ignore_ascii_case("null")) || text.eq_ignore_ascii_case("#n/a")
}

/// How often a byte occurs.
pub(super) fn count(text: &[u8], wanted: u8) -> usize {
    // Sums of at most 255 fit a byte, so that the compiler can count many bytes at once.
    text.chunks(255).map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(*byte == wanted)).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Row {
        match scan(text.as_bytes(), 0, b',') {
            Scanned::Whole(row) => row,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn a_row_ends_outside_quotation_marks() {
        assert_eq!(whole("a,\"b\nc\",d\nnext"), Row { next: 10, fields: 3, blank: false, stray_quote: false });
        assert_eq!(whole("a,\"b\"\"\n\",d\n"), Row { next: 11, fields: 3, blank: false, stray_quote: false });
        assert_eq!(scan(b"a,\"b\nc", 0, b','), Scanned::Open);
        assert!(matches!(scan(b"a,b", 0, b','), Scanned::Cut(_)));
    }

    #[test]
    fn a_quotation_mark_inside_a_plain_field_is_a_character() {
        let row = whole("5\" pipe,b\n");
        assert!(row.stray_quote);
        assert_eq!(row.fields, 2);
        assert_eq!(fields(b"5\" pipe,\"say \"hi\" now\"\r\n", b','), ["5\" pipe", "say \"hi\" now"]);
    }

    #[test]
    fn a_row_written_strictly_reads_back() {
        let written = ["a\"b", "", "c,d\ne"].map(String::from);
        let mut text = Vec::new();
        write_strictly(&written, b',', &mut text);
        assert_eq!(fields(&text, b','), written);
        assert!(!whole(&String::from_utf8(text).expect("text")).stray_quote);
    }

    #[test]
    fn the_separator_is_the_one_of_the_header() {
        assert_eq!(separator(b"a;b;c\n1,5;2,5;3,5\n"), b';');
        assert_eq!(separator(b"a\tb\n"), b'\t');
        assert_eq!(separator(b"\"a;b;c\",d\n"), b',');
        assert_eq!(separator(b"alone\n"), b',');
    }

    #[test]
    fn blank_rows_are_seen() {
        assert!(whole("  \r\n").blank);
        assert!(!whole(",\n").blank);
    }

    #[test]
    fn ragged_rows_are_noticed_even_where_their_separators_add_up() {
        assert_eq!(uniform(b"1,2\n3,4\n55555,666666666\n", b',', 2), Some(3));
        assert_eq!(uniform(b"1,2\n3\n4,5,6\n", b',', 2), None);
        assert_eq!(uniform(b"1,2,3\n4,5\n666,7,8,9\n", b',', 3), None);
        assert_eq!(uniform(b"1,2\n\n", b',', 2), None);
    }

    #[test]
    fn bytes_are_counted_over_long_stretches() {
        assert_eq!(count(&vec![b','; 100_000], b','), 100_000);
        assert_eq!(count(b"a,b,c", b','), 2);
    }
}
