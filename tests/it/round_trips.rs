//! Files that the simulator writes, read again: clean ones give the truth exactly, dirty ones every planted fault.

mod counts;
mod events;

use std::collections::BTreeMap;

use groundswell::panel::Finding;
use groundswell::simulate::{Simulated, SimulationOptions, simulate};
use groundswell::time::Date;

/// Three years of a small authority.
pub fn authority() -> Simulated {
    let options = "first_month = '2021-04'\nmonths = 36\nreferrals_per_month = 400.0\nseed = 11";
    simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated")
}

/// Days counted by month.
pub fn by_month(days: impl Iterator<Item = Date>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for day in days {
        *counts.entry(format!("{:04}-{:02}", day.year(), day.month())).or_default() += 1;
    }
    counts
}

/// How often each thing was found more often than in clean files; a name that clean files have more often fails.
pub fn more(dirty: &[Finding], clean: &[Finding]) -> BTreeMap<&'static str, u64> {
    let count = |findings: &[Finding]| {
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        findings.iter().for_each(|finding| *counts.entry(finding.name).or_default() += finding.count);
        counts
    };
    let (mut more, clean) = (count(dirty), count(clean));
    for (name, before) in clean {
        let now = more.get_mut(name).unwrap_or_else(|| panic!("{name} was found in clean files only"));
        *now = now.checked_sub(before).unwrap_or_else(|| panic!("{name} was found more often in clean files"));
    }
    more.retain(|_, count| *count > 0);
    more
}

/// Counts without what was lost.
pub fn without(mut counts: BTreeMap<String, u64>, lost: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    for (month, lost) in lost {
        let count = counts.get_mut(month).expect("lost in a month that has some");
        *count -= lost;
    }
    counts.retain(|_, count| *count > 0);
    counts
}
