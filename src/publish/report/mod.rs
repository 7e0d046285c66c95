//! The report: one HTML file that needs nothing but itself.
//!
//! In: the pack's contents, its series and charts. Out: a page that a head of service reads first. Texts are escaped by
//! the template; pictures are the only markup that goes in as it is, and [`super::charts`] escapes what they say. Its
//! little script shows one series or scenario at a time; without it all of them are shown.

mod assurance;
mod figures;
mod findings;
mod one_by_one;
mod page;
mod pathway;
mod placements;
mod questions;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, context};
use sha2::{Digest, Sha256};

use super::PublishError;
use super::charts::{Chart, base64, font_face_css};
use super::contents::PackContents;
use super::series::PackSeries;
use super::theme::Theme;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What the page may do, as it tells the browser: nothing but show its own styles, fonts and pictures and run its own
/// script, known by its digest (W3C, Content Security Policy Level 3, section 2.3.1).
fn policy() -> String {
    let digest = base64(&Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-{digest}'; base-uri 'none'; \
         form-action 'none'"
    )
}

/// The theme's colours as the style sheet names them.
fn colours(theme: Theme) -> String {
    let colours: Vec<String> = theme.named().map(|(name, colour)| format!("--{name}: {colour};")).collect();
    format!(":root {{ {} }}", colours.join(" "))
}

/// The report as a page of HTML.
///
/// # Errors
/// Where a chart can't be drawn or the template fails.
pub(super) fn html(contents: &PackContents, series: &PackSeries, charts: &[Chart]) -> Result<String, PublishError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("report.html", TEMPLATE)?;
    let page = page::page(contents, series, charts)?;
    let style = format!("{}\n{}\n{STYLE}", font_face_css(), colours(contents.theme));
    let known = context! { page => Serde(page), style, policy => policy(), script => SCRIPT };
    Ok(environment.get_template("report.html")?.render(known)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names that a style sheet asks for.
    fn asked() -> BTreeSet<&'static str> {
        STYLE.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()).collect()
    }

    #[test]
    fn the_page_takes_its_colours_from_the_theme() {
        let theme = Theme::parse("schema = 1\n[colours]\nfirst = \"#4A0D66\"\n").expect("a theme");
        let told = colours(theme);
        assert!(told.contains("--first: #4A0D66;") && told.contains("--card: #F3F4F5;"), "{told}");
        assert!(asked().contains("first") && asked().contains("card"));
        for name in asked() {
            assert!(told.contains(&format!("--{name}: #")), "no colour is called {name}");
        }
        // Of its own it has the two of the focus, which stand on one another.
        let own: BTreeSet<&str> = STYLE.split('#').skip(1).filter_map(|rest| rest.get(..6)).collect();
        assert_eq!(own, BTreeSet::from(["0B0C0C", "FFDD00"]));
    }
}
