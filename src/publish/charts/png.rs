//! From SVG to PNG with the embedded font only.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::typeface::{FAMILY, REGULAR, SEMI_BOLD};

/// Why a chart can't be turned into pixels.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PngError {
    /// The SVG can't be read.
    #[error("{0}")]
    Svg(#[from] resvg::usvg::Error),
    /// The picture can't be allocated or written.
    #[error("a picture {0} pixels wide can't be made")]
    Size(u32),
}

/// Draws a chart's SVG `width` pixels wide.
///
/// # Errors
/// Where the SVG can't be read or the picture is too large.
pub(crate) fn rasterised(svg: &str, width: u32) -> Result<Vec<u8>, PngError> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMI_BOLD.to_vec());
    let options = Options { font_family: FAMILY.to_owned(), fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(svg, &options)?;
    let scale = width as f32 / tree.size().width();
    let height = (tree.size().height() * scale).round() as u32;
    let mut pixels = Pixmap::new(width, height).ok_or(PngError::Size(width))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|_| PngError::Size(width))
}
