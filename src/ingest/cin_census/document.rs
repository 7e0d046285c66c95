//! The document of a return, element by element: the header, then one child after another.

use std::io::Read;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::Event as Xml;

use super::details::{Assessed, Case, Child, Enquiry, Planned};
use super::tags::Tag;
use crate::ingest::error::IngestError;
use crate::ingest::text::RowCount;
use crate::ingest::xml_text::{TextFault, XmlText};

/// How deep elements may lie inside one another; returns need seven levels.
const MOST_LEVELS: usize = 32;

/// How long the text of an element may be; what is longer is no field of a return.
const MOST_TEXT: usize = 256;

/// How many cases and entries one child may have, so that a damaged file can't fill the memory.
const MOST_ENTRIES: usize = 20_000;

/// The header of a return, as written.
#[derive(Debug, Default, Clone)]
pub(super) struct Heading {
    pub(super) collection: String,
    pub(super) year: String,
    pub(super) reference_date: String,
    pub(super) authority: String,
}

/// A return that is being read.
pub(super) struct Document<R: Read> {
    path: PathBuf,
    reader: Reader<XmlText<R>>,
    buffer: Vec<u8>,
    open: Vec<Tag>,
    text: String,
    pub(super) heading: Heading,
    child: Child,
    entries: usize,
    ended: bool,
    /// Elements that no return has.
    pub(super) unknown: RowCount,
}

impl<R: Read> Document<R> {
    pub(super) fn new(path: &Path, inner: R) -> Document<R> {
        Document {
            path: path.to_path_buf(),
            reader: Reader::from_reader(XmlText::new(inner)),
            buffer: Vec::new(),
            open: Vec::new(),
            text: String::new(),
            heading: Heading::default(),
            child: Child::default(),
            entries: 0,
            ended: false,
            unknown: RowCount::default(),
        }
    }

    /// The text that is read: its bytes, its hash and where it has come to.
    pub(super) fn text(&self) -> &XmlText<R> {
        self.reader.get_ref()
    }

    /// Reads up to the first child: the header is then known.
    ///
    /// # Errors
    /// Where the document isn't a children in need census.
    pub(super) fn read_heading(&mut self) -> Result<(), IngestError> {
        while !self.open.contains(&Tag::Children) && !self.ended {
            self.step()?;
        }
        let collection = self.heading.collection.trim();
        if !collection.is_empty() && !collection.eq_ignore_ascii_case("CIN") {
            return Err(self.other("a return of another collection than CIN"));
        }
        Ok(())
    }

    /// The next child with at least its identifier or one case; nothing at the end.
    ///
    /// # Errors
    /// Where the document breaks off or breaks the rules of XML.
    pub(super) fn next_child(&mut self) -> Result<Option<Child>, IngestError> {
        while !self.ended {
            if self.step()? {
                return Ok(Some(std::mem::take(&mut self.child)));
            }
        }
        Ok(None)
    }

    /// Takes one piece of the document; true where a child has ended.
    fn step(&mut self) -> Result<bool, IngestError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.reader.get_mut().next_piece();
        let stepped = match self.reader.read_event_into(&mut buffer) {
            Ok(event) => self.take_piece(event),
            Err(error) => Err(refusal(&self.path, self.reader.get_ref(), error)),
        };
        self.buffer = buffer;
        stepped
    }

    fn take_piece(&mut self, event: Xml<'_>) -> Result<bool, IngestError> {
        let line = self.reader.get_ref().line();
        let path = &self.path;
        let refuse = |detail: &'static str| IngestError::Xml { path: path.clone(), line, detail };
        match event {
            Xml::Start(start) => {
                let tag = Tag::of(start.local_name().as_ref());
                if self.open.is_empty() && tag != Tag::Message {
                    return Err(self.other("an XML document without the root element `Message`"));
                }
                if self.open.len() >= MOST_LEVELS {
                    return Err(refuse("elements lie too deep inside one another"));
                }
                if self.entries > MOST_ENTRIES {
                    return Err(refuse("one child has more entries than any child can have"));
                }
                self.begin(tag, line);
            }
            Xml::Empty(empty) => {
                let tag = Tag::of(empty.local_name().as_ref());
                if self.open.is_empty() {
                    return Err(self.other("an XML document without the root element `Message`"));
                }
                self.begin(tag, line);
                return Ok(self.end());
            }
            Xml::End(_) => return Ok(self.end()),
            Xml::Text(text) => add(&mut self.text, &text),
            Xml::CData(text) => add(&mut self.text, &text),
            Xml::GeneralRef(reference) => {
                let letter = match &*reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                let letter = letter.ok_or_else(|| refuse("it uses an entity of its own, which is not read"))?;
                add(&mut self.text, letter.encode_utf8(&mut [0; 4]));
            }
            Xml::DocType(_) => {
                return Err(refuse("it declares a document type (DTD), which could name other files and is not read"));
            }
            Xml::Eof => {
                self.ended = true;
                if !self.open.is_empty() {
                    return Err(refuse("it breaks off inside an element: it was cut short"));
                }
            }
            Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) => {}
        }
        Ok(false)
    }

    fn begin(&mut self, tag: Tag, line: u64) {
        self.text.clear();
        self.open.push(tag);
        match tag {
            Tag::Unknown => self.unknown.add(line),
            Tag::Child => {
                self.child = Child { line, ..Child::default() };
                self.entries = 0;
            }
            Tag::Details => self.child.cases.push(Case { line, ..Case::default() }),
            _ => {}
        }
        if let Some(case) = self.child.cases.last_mut() {
            match tag {
                Tag::Assessment => case.assessments.push(Assessed::default()),
                Tag::Section47 => case.enquiries.push(Enquiry::default()),
                Tag::NeedPlan => case.need_plans.push(Planned::default()),
                Tag::ProtectionPlan => case.protection_plans.push(Planned::default()),
                _ => return,
            }
            self.entries += 1;
        }
        if tag == Tag::Details {
            self.entries += 1;
        }
    }

    /// Ends the innermost element; true where that is a child.
    fn end(&mut self) -> bool {
        let Some(tag) = self.open.pop() else { return false };
        let text = self.text.trim();
        let in_header = !self.open.contains(&Tag::Children);
        if in_header {
            match tag {
                Tag::Collection => self.heading.collection = text.to_string(),
                Tag::Year => self.heading.year = text.to_string(),
                Tag::ReferenceDate => self.heading.reference_date = text.to_string(),
                Tag::Authority => self.heading.authority = text.to_string(),
                _ => {}
            }
        } else {
            let inside = self.open.last().copied();
            take(&mut self.child, tag, inside, text);
        }
        self.text.clear();
        tag == Tag::Child && inside_children(&self.open)
    }

    fn other(&self, what: &'static str) -> IngestError {
        IngestError::NotATable {
            path: self.path.clone(),
            what,
            remedy: "name a children in need census return, or export the table as CSV",
        }
    }
}

fn inside_children(open: &[Tag]) -> bool {
    open.last() == Some(&Tag::Children)
}

/// Puts the text of an element where it belongs.
fn take(child: &mut Child, tag: Tag, inside: Option<Tag>, text: &str) {
    let text = || text.to_string();
    match tag {
        Tag::Identifier => child.identifier = text(),
        Tag::BirthDate => child.birth = text(),
        Tag::ExpectedBirthDate => child.expected_birth = text(),
        _ => {
            let Some(case) = child.cases.last_mut() else { return };
            match tag {
                Tag::ReferralDate => case.referral = text(),
                Tag::Source => case.source = text(),
                Tag::Need => case.need = text(),
                Tag::NoFurtherAction => case.no_further_action = text(),
                Tag::Closure => case.closure = text(),
                Tag::ClosureReason => case.closure_reason = text(),
                Tag::ConferenceDate if inside == Some(Tag::Section47) => {
                    case.enquiries.last_mut().into_iter().for_each(|enquiry| enquiry.conference = text());
                }
                Tag::ConferenceDate => case.conference = text(),
                Tag::AssessmentStart => case.assessments.last_mut().into_iter().for_each(|entry| entry.start = text()),
                Tag::AssessmentAuthorised => {
                    case.assessments.last_mut().into_iter().for_each(|entry| entry.authorised = text());
                }
                Tag::Section47Start => case.enquiries.last_mut().into_iter().for_each(|entry| entry.start = text()),
                Tag::ConferenceNotRequired => {
                    case.enquiries.last_mut().into_iter().for_each(|entry| entry.conference_not_required = text());
                }
                Tag::NeedPlanStart => case.need_plans.last_mut().into_iter().for_each(|plan| plan.start = text()),
                Tag::NeedPlanEnd => case.need_plans.last_mut().into_iter().for_each(|plan| plan.end = text()),
                Tag::ProtectionPlanStart => {
                    case.protection_plans.last_mut().into_iter().for_each(|plan| plan.start = text());
                }
                Tag::ProtectionPlanEnd => {
                    case.protection_plans.last_mut().into_iter().for_each(|plan| plan.end = text())
                }
                Tag::InitialAbuse => {
                    case.protection_plans.last_mut().into_iter().for_each(|plan| plan.initial_category = text());
                }
                Tag::LatestAbuse => {
                    case.protection_plans.last_mut().into_iter().for_each(|plan| plan.latest_category = text());
                }
                _ => {}
            }
        }
    }
}

fn add(text: &mut String, piece: &str) {
    if text.len() + piece.len() <= MOST_TEXT {
        text.push_str(piece);
    } else if let Some(start) = piece.get(..MOST_TEXT.saturating_sub(text.len())) {
        text.push_str(start);
    }
}

/// Why the parser stopped, in words that hold nothing of the file.
fn refusal<R: Read>(path: &Path, text: &XmlText<R>, error: quick_xml::Error) -> IngestError {
    let (path, line) = (path.to_path_buf(), text.line());
    let detail = match (text.fault, error) {
        (Some(TextFault::ZeroByte), _) => return IngestError::ZeroByte { path, row: line },
        (Some(TextFault::LongPiece), _) => "one piece of it is longer than 1 MB, which no field of a return is",
        (Some(TextFault::Encoding), _) => "its encoding is not read; save it as UTF-8",
        (None, quick_xml::Error::Io(source)) => {
            return IngestError::Broken { path, source: std::io::Error::new(source.kind(), source.to_string()) };
        }
        (None, quick_xml::Error::IllFormed(_)) => "an element is closed that is not open, or one is not closed",
        (None, quick_xml::Error::Syntax(_)) => "it breaks off inside a tag or comment: it was cut short or damaged",
        (None, _) => "a tag breaks the rules of XML",
    };
    IngestError::Xml { path, line, detail }
}
