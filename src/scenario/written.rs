//! A lever as a file has it: one on the forecast, or one on what follows it, whose room reads it.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use toml::{Table, Value};

use super::lever::Lever;

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

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(written: D) -> Result<Written, D::Error> {
        let table = Table::deserialize(written)?;
        let name = table.get("lever").and_then(Value::as_str);
        if name.is_some_and(|name| FOLLOWING.contains(&name)) {
            return Ok(Written::Following(table));
        }
        Lever::deserialize(Value::Table(table)).map(Written::Forecast).map_err(|error| {
            let message = error.message();
            let others = FOLLOWING.map(|name| format!("`{name}`")).join(", ");
            let more = if message.starts_with("unknown variant") { format!(", {others}") } else { String::new() };
            D::Error::custom(format!("{message}{more}"))
        })
    }
}
