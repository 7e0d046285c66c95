//! The colours of charts and report by what they are for, and whether they can be told apart from their ground.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};

use crate::math::spelling::on_one_line;

/// The theme that ships, in the form in which anyone writes their own.
const SHIPPED: &str = include_str!("../../assets/theme.toml");

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The message of a chart.
    Headline,
    /// Labels, and the lines of axes.
    Words,
    /// What was observed and what matters most; also carries text.
    First,
    /// A second line, and what comes back; never text.
    Second,
    /// A third line, and what went wrong; also carries text.
    Third,
    /// A fourth line, and what is provisional; never text.
    Fourth,
    /// The outlines of pale shapes.
    Outline,
    /// The edges of ranges, and their labels on paper.
    BandEdge,
    /// The inner range of a forecast.
    InnerBand,
    /// The outer range of a forecast.
    OuterBand,
    /// What is there for comparison; always outlined or labelled, because alone it is too pale.
    Pale,
    /// Lockdown periods.
    Shade,
    /// Grid lines, which only help the eye.
    Grid,
    /// The ground of everything.
    Paper,
    /// The ground of the report's boxes.
    Card,
}

/// Every ink with its name in theme files.
const INKS: [(Ink, &str); 15] = [
    (Ink::Headline, "headline"),
    (Ink::Words, "words"),
    (Ink::First, "first"),
    (Ink::Second, "second"),
    (Ink::Third, "third"),
    (Ink::Fourth, "fourth"),
    (Ink::Outline, "outline"),
    (Ink::BandEdge, "band_edge"),
    (Ink::InnerBand, "inner_band"),
    (Ink::OuterBand, "outer_band"),
    (Ink::Pale, "pale"),
    (Ink::Shade, "shade"),
    (Ink::Grid, "grid"),
    (Ink::Paper, "paper"),
    (Ink::Card, "card"),
];

impl Ink {
    fn name(self) -> &'static str {
        INKS[self as usize].1
    }
}

/// Contrast that text needs. Source: WCAG 2.2, success criterion 1.4.3.
const TEXT: f64 = 4.5;

/// Contrast that lines and shapes need. Source: WCAG 2.2, success criterion 1.4.11.
const GRAPHICS: f64 = 3.0;

/// What is drawn on what: the inks, the grounds they stand on, and the contrast that they need there.
const RULES: [(&[Ink], &[Ink], f64); 5] = [
    (
        &[Ink::Headline, Ink::Words, Ink::First, Ink::Third],
        &[Ink::Paper, Ink::Card, Ink::Shade, Ink::OuterBand, Ink::InnerBand],
        TEXT,
    ),
    (&[Ink::BandEdge], &[Ink::Paper], TEXT),
    (&[Ink::Second, Ink::Fourth, Ink::Outline], &[Ink::Paper], GRAPHICS),
    (&[Ink::BandEdge], &[Ink::InnerBand, Ink::OuterBand], GRAPHICS),
    (&[Ink::Paper], &[Ink::First, Ink::Third], TEXT),
];

/// A colour of the sRGB space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub u8, pub u8, pub u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// Reads `#12436D`.
    fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        // A sign is no digit, though the number parser takes it.
        digits.chars().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        Some(Colour(channel(0)?, channel(2)?, channel(4)?))
    }

    /// Method: WCAG 2.2, definition of relative luminance.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// How well two colours can be told apart, from 1 to 21. Method: WCAG 2.2, definition of contrast ratio.
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (a.luminance(), b.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Why a theme is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThemeError {
    /// The text isn't a theme file.
    #[error("{0}")]
    Invalid(String),
    /// A form of theme files that this version doesn't know.
    #[error("schema = {0} is not one that this version reads; it reads schema = 1")]
    Schema(u32),
    /// A name that no colour has.
    #[error("[colours] has no `{0}`; it may have {names}", names = names())]
    Unknown(String),
    /// A text that is no colour.
    #[error("[colours] {name} = {value:?} is no colour; write six hexadecimal digits, such as \"#12436D\"")]
    Colour {
        /// The colour's name.
        name: String,
        /// What stands there.
        value: String,
    },
    /// Two colours are too much alike.
    #[error(
        "[colours] {ink} ({ink_colour}) on {ground} ({ground_colour}) has a contrast of {ratio:.2}:1, and {kind} \
         at least {limit}:1; make one of them darker or lighter"
    )]
    Contrast {
        /// What is drawn.
        ink: &'static str,
        /// Its colour.
        ink_colour: String,
        /// What it is drawn on.
        ground: &'static str,
        /// Its colour.
        ground_colour: String,
        /// The contrast ratio, rounded down to hundredths so that a refusal never shows the limit itself.
        ratio: f64,
        /// "text needs" or "lines and shapes need".
        kind: &'static str,
        /// The contrast needed.
        limit: f64,
    },
}

fn names() -> String {
    INKS.map(|(_, name)| name).join(", ")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    schema: u32,
    #[serde(default)]
    colours: BTreeMap<String, String>,
}

/// The colours of a pack's charts and report, each readable on every ground it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colours: [Colour; INKS.len()],
}

static DEFAULT: LazyLock<Theme> = LazyLock::new(|| {
    let nothing = Theme { colours: [Colour(0, 0, 0); INKS.len()] };
    #[expect(clippy::expect_used, reason = "the theme is compiled in and a test reads it")]
    nothing.with(SHIPPED).expect("the shipped theme is valid")
});

impl Default for Theme {
    fn default() -> Theme {
        *DEFAULT
    }
}

/// As the names and colours of a theme file.
impl Serialize for Theme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named().map(|(name, colour)| (name, colour.to_string())))
    }
}

impl Theme {
    /// Reads a theme file; what it doesn't name stays as it ships.
    ///
    /// # Errors
    /// Where it isn't a theme file, or its colours can't be told apart.
    pub fn parse(text: &str) -> Result<Theme, ThemeError> {
        Theme::default().with(text)
    }

    /// The colour of an ink.
    pub(crate) fn of(&self, ink: Ink) -> Colour {
        self.colours[ink as usize]
    }

    /// Every colour with its name, in the order of the shipped file.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, Colour)> + '_ {
        INKS.iter().map(|(ink, name)| (*name, self.of(*ink)))
    }

    /// The theme with the colours of a theme file in place of its own.
    fn with(mut self, text: &str) -> Result<Theme, ThemeError> {
        let file: ThemeFile = toml::from_str(text)
            .map_err(|error| ThemeError::Invalid(on_one_line(error.to_string().trim()).into_owned()))?;
        if file.schema != 1 {
            return Err(ThemeError::Schema(file.schema));
        }
        for (name, value) in file.colours {
            let Some((ink, _)) = INKS.iter().find(|(_, known)| *known == name) else {
                return Err(ThemeError::Unknown(name));
            };
            let Some(colour) = Colour::parse(&value) else { return Err(ThemeError::Colour { name, value }) };
            self.colours[*ink as usize] = colour;
        }
        self.check()?;
        Ok(self)
    }

    /// Holds every ink against every ground that it stands on.
    fn check(&self) -> Result<(), ThemeError> {
        for (inks, grounds, limit) in RULES {
            for (ink, ground) in inks.iter().flat_map(|ink| grounds.iter().map(move |ground| (*ink, *ground))) {
                let ratio = contrast(self.of(ink), self.of(ground));
                if ratio < limit {
                    return Err(ThemeError::Contrast {
                        ink: ink.name(),
                        ink_colour: self.of(ink).to_string(),
                        ground: ground.name(),
                        ground_colour: self.of(ground).to_string(),
                        ratio: (ratio * 100.0).floor() / 100.0,
                        kind: if limit == TEXT { "text needs" } else { "lines and shapes need" },
                        limit,
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(colours: &str) -> String {
        Theme::parse(&format!("schema = 1\n[colours]\n{colours}")).expect_err("a refusal").to_string()
    }

    #[test]
    fn contrast_is_measured_as_the_standard_says() {
        let (black, white) = (Colour(0, 0, 0), Colour(255, 255, 255));
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        // The lightest grey that text may have on white, and the next one, which it may not.
        assert!((contrast(Colour(0x76, 0x76, 0x76), white) - 4.54).abs() < 0.005);
        assert!((contrast(Colour(0x77, 0x77, 0x77), white) - 4.48).abs() < 0.005);
    }

    #[test]
    fn inks_stand_in_the_order_of_their_names() {
        for (place, (ink, _)) in INKS.iter().enumerate() {
            assert_eq!(*ink as usize, place);
        }
    }

    #[test]
    fn the_shipped_theme_names_every_colour_and_passes_its_own_check() {
        let file: ThemeFile = toml::from_str(SHIPPED).expect("a theme file");
        assert_eq!(file.colours.len(), INKS.len());
        let shipped = Theme::default();
        assert_eq!(shipped.of(Ink::First), Colour(0x12, 0x43, 0x6D));
        assert_eq!(Theme::parse("schema = 1"), Ok(shipped));
    }

    #[test]
    fn a_theme_replaces_what_it_names_and_nothing_else() {
        let theme = Theme::parse("schema = 1\n[colours]\nfirst = \"#4a0d66\"\n").expect("a theme");
        assert_eq!(theme.of(Ink::First), Colour(0x4A, 0x0D, 0x66));
        assert_eq!(theme.of(Ink::Second), Theme::default().of(Ink::Second));
        assert_eq!(serde_json::to_value(theme).expect("JSON")["first"], "#4A0D66");
    }

    #[test]
    fn a_colour_too_pale_is_refused_with_its_name_the_ratio_and_the_limit() {
        assert_eq!(
            refusal("second = \"#A0D8D3\""),
            "[colours] second (#A0D8D3) on paper (#FFFFFF) has a contrast of 1.58:1, and lines and shapes need at least \
             3:1; make one of them darker or lighter"
        );
        let said = refusal("words = \"#777777\"");
        assert!(
            said.contains("words (#777777) on paper (#FFFFFF) has a contrast of 4.47:1, and text needs at least 4.5:1")
        );
        // A dark ground is as good a reason as a pale ink.
        assert!(refusal("inner_band = \"#2073BC\"").contains("on inner_band (#2073BC)"));
        // The report's boxes are held against like the grounds of charts.
        assert!(refusal("card = \"#777777\"").contains("on card (#777777)"));
    }

    #[test]
    fn what_is_no_theme_is_refused_with_what_to_write() {
        assert!(
            refusal("navy = \"#000000\"").starts_with("[colours] has no `navy`; it may have headline, words, first")
        );
        for value in ["#12436", "12436D", "blue", "#12436G", "#+1+2+3", "#ééé"] {
            assert!(refusal(&format!("first = \"{value}\"")).contains("such as \"#12436D\""), "{value}");
        }
        assert!(Theme::parse("schema = 2").expect_err("a refusal").to_string().contains("schema = 2"));
        assert!(Theme::parse("colours = 3").is_err());
    }
}
