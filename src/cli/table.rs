//! Results as text: JSON, and tables that line up.

use serde::Serialize;

use super::exit::{Exit, Failure};

/// A result as JSON, with a line end.
pub fn json(result: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(result);
    text.map(|text| text + "\n").map_err(|error| Failure::new(Exit::Internal, error))
}
