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

/// The oracle sees what it is there for.
#[test]
fn texts_that_touch_are_seen_and_texts_beside_each_other_are_not() {
    let text = |x: u32, y: u32, anchor: &str, text: &str| {
        format!("<text x=\"{x}\" y=\"{y}\" dy=\"0.76em\" text-anchor=\"{anchor}\" font-size=\"30\">{text}</text>")
    };
    let of = |texts_in: &[String]| texts(&format!("<svg>{}</svg>", texts_in.concat()));
    // "Observed" is about 140 units wide, and its capitals 22 high.
    let both = |x: u32, y: u32| of(&[text(100, 100, "start", "Observed"), text(x, y, "start", "Observed")]);
    let touch = |pair: &[Measured]| pair[0].touches(&pair[1]);
    assert!(touch(&both(200, 100)) && touch(&both(100, 115)));
    assert!(!touch(&both(250, 100)) && !touch(&both(100, 130)));
    let placed = of(&[text(100, 100, "middle", "Observed"), text(100, 100, "end", "Observed")]);
    assert!((placed[0].left + placed[0].right - 200.0).abs() < 1e-9 && (placed[1].right - 100.0).abs() < 1e-9);
    assert!(placed[0].right - placed[0].left > 120.0 && placed[0].bottom - placed[0].top > 20.0, "{placed:?}");
}
