//! Authorities that the tests share.

mod files;
mod recovery;
mod rows;

use std::sync::LazyLock;

use super::*;

/// The shipped authority.
static SHIPPED: LazyLock<Simulated> =
    LazyLock::new(|| simulate(&SimulationOptions::default()).expect("the shipped authority is valid"));

/// A small authority around the closures, with other options as text.
fn small(extra: &str) -> Simulated {
    small_from("2019-10", extra)
}

fn small_from(first_month: &str, extra: &str) -> Simulated {
    let text = format!("first_month = '{first_month}'\nmonths = 30\nreferrals_per_month = 80.0\n{extra}");
    simulate(&SimulationOptions::from_toml(&text).expect("valid")).expect("simulated")
}

/// Fails unless the two differ by at most the tolerance.
fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found:.4} against {expected:.4}");
}
