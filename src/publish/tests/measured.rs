//! The texts of a written SVG and the boxes that their ink fills, by the font's own outlines: an oracle that calls
//! nothing of the charts.

use resvg::usvg::roxmltree::{Document, Node};
use ttf_parser::Face;

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// What a text fills, in the units of the picture.
#[derive(Debug, Clone)]
pub struct Measured {
    pub text: String,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Measured {
    /// By more than rounding to whole units can make it.
    pub fn touches(&self, other: &Measured) -> bool {
        const SLACK: f64 = 1.0;
        self.left + SLACK < other.right
            && other.left + SLACK < self.right
            && self.top + SLACK < other.bottom
            && other.top + SLACK < self.bottom
    }
}

/// The texts of a picture in the order of drawing.
pub fn texts(svg: &str) -> Vec<Measured> {
    let faces = [REGULAR, SEMI_BOLD].map(|bytes| Face::parse(bytes, 0).expect("a font"));
    let document = Document::parse(svg).expect("valid XML");
    document.descendants().filter(|node| node.tag_name().name() == "text").map(|node| measured(&faces, node)).collect()
}

fn measured(faces: &[Face<'_>; 2], node: Node<'_, '_>) -> Measured {
    let number = |name: &str, unit: &str| -> f64 {
        let text = node.attribute(name).unwrap_or_else(|| panic!("a text without {name}"));
        text.trim_end_matches(unit).parse().expect("a number")
    };
    let text = node.text().unwrap_or("").to_owned();
    let face = &faces[usize::from(node.attribute("font-weight") == Some("bold"))];
    let size = number("font-size", "px");
    let scale = size / f64::from(face.units_per_em());
    let baseline = number("y", "") + number("dy", "em") * size;
    let (mut wide, mut high, mut deep) = (0.0_f64, 0.0_f64, 0.0_f64);
    for letter in text.chars() {
        let Some(glyph) = face.glyph_index(letter) else {
            // Another font stands in: as wide as it may be.
            (wide, high, deep) = (wide + size, high.max(0.75 * size), deep.max(0.2 * size));
            continue;
        };
        wide += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
        if let Some(ink) = face.glyph_bounding_box(glyph) {
            high = high.max(f64::from(ink.y_max) * scale);
            deep = deep.max(-f64::from(ink.y_min) * scale);
        }
    }
    let x = number("x", "");
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - wide / 2.0,
        Some("end") => x - wide,
        _ => x,
    };
    Measured { text, left, right: left + wide, top: baseline - high, bottom: baseline + deep }
}
