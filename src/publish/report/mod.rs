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
    let style = format!("{}\n{STYLE}", font_face_css());
    let known = context! { page => Serde(page), style, policy => policy(), script => SCRIPT };
    Ok(environment.get_template("report.html")?.render(known)?)
}
