//! One integration binary: the architecture of the sources, and the command line on real files.

#![expect(clippy::expect_used, reason = "a test that can't be set up should say so and stop")]

mod architecture;
mod attack;
mod canaries;
mod care;
mod codes;
mod commands;
mod corpus;
mod faults;
mod findings;
mod hostile;
mod hostile_archives;
mod machine;
mod pathway;
mod placements;
mod properties;
mod real_data;
mod recovery;
mod reproducible;
mod round_trips;
mod scenario;
mod score;
mod shock;
mod ssd;
mod stress;
mod traps;
mod vintages;
mod withstand;
mod workbook;
