//! What a machine is told while a command works: one JSON object a line on standard error, with `--log-format json`.

use std::io::{Write, stderr};
use std::time::Instant;

use groundswell::pipeline::{Progress, Stage};
use serde_json::{Map, Value, json};

/// Writes events; silent where the options ask for text or for quiet.
#[derive(Debug)]
pub struct Events {
    spoken: bool,
    start: Instant,
}

impl Events {
    /// Events from now on.
    pub fn new(spoken: bool) -> Events {
        Events { spoken, start: Instant::now() }
    }

    /// One event with its fields, an object. Every event has `timestamp`, `level`, `event` and `seconds` since the start.
    pub fn tell(&self, event: &str, fields: Value) {
        if !self.spoken {
            return;
        }
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), json!(format!("{:.6}", jiff::Timestamp::now())));
        line.insert("level".to_owned(), json!("INFO"));
        line.insert("event".to_owned(), json!(event));
        line.insert("seconds".to_owned(), json!((self.start.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0));
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        // When standard error is gone there is nobody left to tell. One call, so that no other line comes between.
        drop(stderr().write_all(format!("{}\n", Value::Object(line)).as_bytes()));
    }

    /// Hears of progress and tells of each stage that has begun.
    pub fn stages(&self) -> impl FnMut(Progress) + '_ {
        let mut told: Option<Stage> = None;
        move |progress| {
            if told != Some(progress.stage) {
                told = Some(progress.stage);
                self.tell("stage", json!({ "stage": name(progress.stage) }));
            }
        }
    }
}

/// A stage's name; it stays the same from version to version.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "read",
        Stage::Fit => "fit",
        Stage::Backtest => "backtest",
        Stage::Publish => "publish",
    }
}
