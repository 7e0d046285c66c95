//! The sheet that charts are drawn on: plotters' SVG backend, with measured text.
//!
//! One unit is a tenth of a millimetre. Every text's box is kept, so that [`super::placement`] can keep others off it.

use std::io;

use plotters::backend::SVGBackend;
use plotters::prelude::{DrawingBackend, FontDesc, FontFamily, FontStyle, IntoFont, ShapeStyle, TextStyle};
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::placement::Spot;
use super::typeface::{FAMILY, Weight, font_face_css, width};
use crate::publish::theme::{Colour, Ink, Theme};

/// The size that most labels have: 8.5 points.
pub(crate) const LABEL: f64 = 30.0;

/// plotters' SVG backend divides the size it is given by this.
const BACKEND_SIZE_FACTOR: f64 = 1.24;

/// Where plotters' SVG backend puts the baseline below the top anchor, in ems.
const TOP_TO_BASELINE: f64 = 0.76;

/// Height of capitals and depth of descenders of the embedded font, in ems.
const CAPITALS: f64 = 0.73;
const DESCENT: f64 = 0.21;

/// A rectangle; `bottom` is larger than `top`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    pub fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub fn overlaps(self, other: Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub fn inside(self, outer: Area) -> bool {
        self.left >= outer.left && self.right <= outer.right && self.top >= outer.top && self.bottom <= outer.bottom
    }
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    pub size: f64,
    pub weight: Weight,
    pub colour: Ink,
}

impl Type {
    pub fn label(colour: Ink) -> Type {
        Type { size: LABEL, weight: Weight::Regular, colour }
    }

    pub fn bold(self) -> Type {
        Type { weight: Weight::Bold, ..self }
    }

    pub fn sized(self, size: f64) -> Type {
        Type { size, ..self }
    }

    pub fn width(self, text: &str) -> f64 {
        width(text, self.size, self.weight)
    }

    /// The box of a text whose baseline is at `y`.
    pub fn area(self, text: &str, x: f64, y: f64, anchor: Anchor) -> Area {
        let wide = self.width(text);
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        Area { left, top: y - CAPITALS * self.size, right: left + wide, bottom: y + DESCENT * self.size }
    }

    /// How far the baseline lies below the middle of the capitals.
    pub fn centre(self) -> f64 {
        self.size * CAPITALS / 2.0
    }
}

/// A sheet in the making.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    theme: &'a Theme,
    whole: Area,
    taken: Vec<Area>,
    failed: Option<io::Error>,
}

impl Canvas<'_> {
    /// The whole sheet.
    pub fn whole(&self) -> Area {
        self.whole
    }

    fn keep<E: Into<Box<dyn std::error::Error + Send + Sync>>>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.failed.get_or_insert_with(|| io::Error::other(error));
        }
    }

    /// A line through the points, `thickness` units wide.
    pub fn line(&mut self, points: &[(f64, f64)], colour: Ink, thickness: u32) {
        if points.len() > 1 {
            let rgb = self.rgb(colour);
            let result = self.backend.draw_path(points.iter().map(|point| at(*point)), &stroke(rgb, thickness));
            self.keep(result);
        }
    }

    /// A dashed line through the points.
    pub fn dashed(&mut self, points: &[(f64, f64)], colour: Ink, thickness: u32) {
        for dash in dashes(points, 16.0, 10.0) {
            self.line(&dash, colour, thickness);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], colour: Ink) {
        if points.len() > 2 {
            let rgb = self.rgb(colour);
            let result = self.backend.fill_polygon(points.iter().map(|point| at(*point)), &rgb);
            self.keep(result);
        }
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, area: Area, colour: Ink) {
        let rgb = self.rgb(colour);
        let result = self.backend.draw_rect(at((area.left, area.top)), at((area.right, area.bottom)), &rgb, true);
        self.keep(result);
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, area: Area, colour: Ink, thickness: u32) {
        let Area { left, top, right, bottom } = area;
        self.line(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], colour, thickness);
    }

    /// A filled circle.
    pub fn dot(&mut self, centre: (f64, f64), radius: u32, colour: Ink) {
        let rgb = self.rgb(colour);
        let result = self.backend.draw_circle(at(centre), radius, &rgb, true);
        self.keep(result);
    }

    /// A circle with a white inside.
    pub fn ring(&mut self, centre: (f64, f64), radius: u32, colour: Ink, thickness: u32) {
        self.dot(centre, radius, Ink::Paper);
        let rgb = self.rgb(colour);
        let result = self.backend.draw_circle(at(centre), radius, &stroke(rgb, thickness), false);
        self.keep(result);
    }

    /// Writes a text where [`super::placement`] found it free.
    pub(super) fn write(&mut self, text: &str, spot: Spot, kind: Type, area: Area) {
        let weight = if kind.weight == Weight::Bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(FAMILY), kind.size * BACKEND_SIZE_FACTOR, weight);
        let place = match spot.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let rgb = self.rgb(kind.colour);
        let style = TextStyle::from(font.into_font()).color(&rgb).pos(Pos::new(place, VPos::Top));
        let result = self.backend.draw_text(text, &style, at((spot.x, spot.y - TOP_TO_BASELINE * kind.size)));
        self.keep(result);
        self.taken.push(area);
    }

    /// The boxes of the texts so far.
    pub fn taken(&self) -> &[Area] {
        &self.taken
    }

    fn rgb(&self, ink: Ink) -> RGBColor {
        let Colour(red, green, blue) = self.theme.of(ink);
        RGBColor(red, green, blue)
    }
}

/// What makes a picture accessible and self-contained.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caption<'a> {
    /// Prefix of the ids inside, unique on a page.
    pub id: &'a str,
    /// The short name: `<title>`.
    pub title: &'a str,
    /// The alternative text: `<desc>`.
    pub description: &'a str,
    /// Whether the picture carries its own font and its size in millimetres, as a file of its own must.
    pub standalone: bool,
}

/// A finished picture.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// The SVG document.
    pub svg: String,
}

/// Draws on a sheet of the given size and finishes the document.
///
/// # Errors
/// Where the backend fails, which writing into memory doesn't.
pub(crate) fn picture(
    size: (u32, u32),
    theme: &Theme,
    caption: Caption<'_>,
    draw: impl FnOnce(&mut Canvas<'_>),
) -> Result<Picture, io::Error> {
    let mut drawn = String::new();
    let whole = Area { left: 0.0, top: 0.0, right: f64::from(size.0), bottom: f64::from(size.1) };
    let failed = {
        let backend = SVGBackend::with_string(&mut drawn, size);
        let mut canvas = Canvas { backend, theme, whole, taken: Vec::new(), failed: None };
        canvas.rectangle(whole, Ink::Paper);
        draw(&mut canvas);
        let result = canvas.backend.present();
        canvas.keep(result);
        canvas.failed
    };
    match failed {
        Some(error) => Err(error),
        None => Ok(Picture { svg: finished(&drawn, size, caption) }),
    }
}

/// The one place where the backend's document is touched up: size, role, title, description, font; and texts without
/// the line breaks that the backend writes around them.
fn finished(drawn: &str, size: (u32, u32), caption: Caption<'_>) -> String {
    let inside = drawn.split_once('>').map_or("", |(_, inside)| inside);
    let Caption { id, title, description, standalone } = caption;
    let in_millimetres = if standalone {
        format!(" width=\"{}mm\" height=\"{}mm\"", f64::from(size.0) / 10.0, f64::from(size.1) / 10.0)
    } else {
        String::new()
    };
    let style = if standalone { format!("<style>{}</style>\n", font_face_css()) } else { String::new() };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"{in_millimetres} viewBox=\"0 0 {} {}\" role=\"img\" stroke-linejoin=\"round\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>\n{style}",
        size.0,
        size.1,
        escaped(title),
        escaped(description),
    );
    let mut lines = inside.trim_start().lines().peekable();
    while let Some(line) = lines.next() {
        svg.push_str(line);
        if line.starts_with("<text ") {
            while let Some(text) = lines.next_if(|next| !next.starts_with("<text ")) {
                svg.push_str(text);
                if text.ends_with("</text>") {
                    break;
                }
            }
        }
        svg.push('\n');
    }
    svg
}

/// A text as XML content.
pub(crate) fn escaped(text: &str) -> String {
    // Control characters other than white space are no characters of XML 1.0.
    let legal = text.chars().filter(|letter| !letter.is_control() || letter.is_whitespace());
    let mut escaped = String::with_capacity(text.len());
    for letter in legal {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn at((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

fn stroke(colour: RGBColor, thickness: u32) -> ShapeStyle {
    ShapeStyle { color: colour.into(), filled: false, stroke_width: thickness }
}

/// The dashes of a line through the points: pieces of `on` units with `off` units between them, measured along the line.
fn dashes(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let mut dashes = Vec::new();
    let mut dash: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let ((mut x, mut y), (end_x, end_y)) = (pair[0], pair[1]);
        loop {
            let length = libm::hypot(end_x - x, end_y - y);
            if length <= left {
                left -= length;
                if drawing {
                    dash.push((end_x, end_y));
                }
                break;
            }
            (x, y) = (x + (end_x - x) * left / length, y + (end_y - y) * left / length);
            dash.push((x, y));
            if drawing {
                dashes.push(std::mem::take(&mut dash));
            } else {
                dash = vec![(x, y)];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing && dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

/// The colour of headlines, kept with the canvas because every chart has one.
pub(crate) const HEADLINE: Type = Type { size: 46.0, weight: Weight::Bold, colour: Ink::Headline };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_the_line_in_the_right_share() {
        let dashes = dashes(&[(0.0, 0.0), (100.0, 0.0), (100.0, 160.0)], 16.0, 10.0);
        let length = |dash: &Vec<(f64, f64)>| -> f64 {
            dash.windows(2).map(|pair| (pair[1].0 - pair[0].0).abs() + (pair[1].1 - pair[0].1).abs()).sum()
        };
        assert_eq!(dashes.len(), 10);
        assert!((dashes.iter().map(length).sum::<f64>() - 160.0).abs() < 1e-9);
    }

    #[test]
    fn hostile_text_stays_text() {
        let caption = Caption { id: "a", title: "<b>&\"'", description: "x\u{0}</desc><script>", standalone: false };
        let kind = Type::label(Ink::Headline);
        let picture = picture((200, 100), &Theme::default(), caption, |canvas| {
            canvas.text("</text><script>", 10.0, 50.0, Anchor::Start, kind);
        });
        let svg = picture.expect("drawn").svg;
        assert!(!svg.contains("<script") && !svg.contains('\u{0}'), "{svg}");
        assert!(svg.contains("<title id=\"a-title\">&lt;b&gt;&amp;&quot;&#39;</title>"), "{svg}");
    }
}
