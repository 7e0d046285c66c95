//! Files that an analyst writes: project, scenario, line-up, mapping, theme, and the simulator's options. The first byte
//! chooses which; the rest is its text.

use std::fmt::Display;
use std::path::Path;

use groundswell::ingest::Mapping;
use groundswell::project::{LineUp, RunPlan, levers_of};
use groundswell::publish::Theme;
use groundswell::scenario::Scenario;
use groundswell::simulate::SimulationOptions;

use super::{Names, said};

pub fn keeps(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    // A file that isn't UTF-8 isn't parsed.
    let Ok(text) = std::str::from_utf8(text) else { return };
    // No file that it names is there.
    let nowhere = Path::new("/nonexistent");
    match choice % 6 {
        0 => refused(RunPlan::from_toml(text, Path::new("groundswell.toml"), nowhere).map(|plan| {
            assert!(!plan.input().files.is_empty(), "a plan without files");
            assert!((1..=1200).contains(&plan.forecast().horizon), "a horizon out of bounds");
            let resolved = plan.resolved();
            let again = RunPlan::from_resolved(&resolved, Path::new("pack"), Path::new("/"));
            assert_eq!(again.map(|plan| plan.resolved()).ok(), Some(resolved), "a plan that doesn't come back");
        })),
        1 => refused(Scenario::from_toml(text).and_then(|scenario| levers_of(&scenario).map(drop))),
        2 => refused(LineUp::from_toml(text, Path::new("line-up.toml")).map(|line_up| drop(line_up.members()))),
        3 => refused(Mapping::from_toml(text, Path::new("codes.toml"))),
        4 => refused(Theme::parse(text)),
        _ => refused(SimulationOptions::from_toml(text)),
    }
}

fn refused<T, E: Display>(read: Result<T, E>) {
    if let Err(error) = read {
        said(&error, Names::Anything);
    }
}
