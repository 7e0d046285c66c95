//! A lever as a file has it: one on the forecast, or one on what follows it, whose room reads it.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::lever::Lever;
use crate::math::spelling::on_one_line;

/// The levers on what follows a forecast, by their names in files.
pub const FOLLOWING: [&str; 6] = ["conversion", "duration", "caseload", "cost", "inflation", "placement"];

/// A lever as a file has it. Levers act in the order of their file; those on the forecast come before what follows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Written {
    /// On the forecast.
    Forecast(Lever),
    /// On what follows the forecast, as it is written: the room that follows knows what it means.
    Following(Table),
}

impl Written {
    /// Reads a lever; says what its reader says where it can't.
    ///
    /// # Errors
    /// Where the table is no lever on the forecast, and none on what follows by its name.
    pub fn of(table: Table) -> Result<Written, String> {
        let name = table.get("lever").and_then(Value::as_str);
        if name.is_some_and(|name| FOLLOWING.contains(&name)) {
            return Ok(Written::Following(table));
        }
        Lever::deserialize(Value::Table(table)).map(Written::Forecast).map_err(|error| {
            let message = on_one_line(error.message());
            let others = FOLLOWING.map(|name| format!("`{name}`")).join(", ");
            let more = if is_of_the_lever(&message) { format!(", {others}") } else { String::new() };
            format!("{message}{more}")
        })
    }
}

/// Whether it is the lever's own name that isn't known, and no choice within it.
fn is_of_the_lever(message: &str) -> bool {
    message.starts_with("unknown variant") && message.contains("`new-need`")
}
