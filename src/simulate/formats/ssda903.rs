//! The return of looked-after children: Header, Episodes and UASC of each year, as they stood on its last day.
//!
//! What a period of care consists of is invented here, for the simulator knows only its days: up to three episodes, each
//! a placement of its own.

use std::collections::BTreeSet;
use std::io::Write;

use super::dirt::{Fault, Planter};
use super::{Output, day_first, years};
use crate::math::random;
use crate::simulate::{ReferralRow, SimulateError, Simulated, draw, purpose};
use crate::time::Date;

/// One child in so many came unaccompanied.
const ONE_UNACCOMPANIED_IN: u32 = 20;

/// Codes of placements, fostering more often than others.
const PLACEMENTS: [(&str, f64); 5] = [("U4", 0.5), ("U1", 0.2), ("K2", 0.15), ("P1", 0.1), ("R1", 0.05)];

/// An episode as it will end.
struct Episode<'a> {
    row: &'a ReferralRow,
    started: Date,
    ended: Option<Date>,
    is_first: bool,
    is_last: bool,
    place: &'static str,
}

pub(super) fn write(simulated: &Simulated, planter: &mut Planter<'_>, to: &mut Output) -> Result<(), SimulateError> {
    let seed = simulated.truth.options.seed;
    let episodes: Vec<Episode<'_>> =
        simulated.referrals.iter().flat_map(|row| episodes_of(row, simulated.truth.extract_date, seed)).collect();
    for (year, first, last) in years(simulated) {
        let open: Vec<&Episode<'_>> = episodes
            .iter()
            .filter(|episode| episode.started <= last && episode.ended.is_none_or(|ended| ended >= first))
            .collect();
        let mut children: Vec<&ReferralRow> = open.iter().map(|episode| episode.row).collect();
        let mut met = BTreeSet::new();
        children.retain(|row| met.insert(row.child));
        to.file(&format!("{year}/header.csv"), |to| {
            writeln!(to, "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB")?;
            for row in &children {
                let sex = match &*row.sex {
                    "M" => 1,
                    _ => 2,
                };
                writeln!(to, "SYN-{:06},{sex},{},NOBT,UN1,,", row.child, day_first(Some(row.born)))?;
            }
            Ok(())
        })?;
        to.file(&format!("{year}/episodes.csv"), |to| {
            writeln!(
                to,
                "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
            )?;
            for episode in &open {
                let fault = episode.fault(&episodes, first, last, planter);
                let line = episode.line(fault, last);
                writeln!(to, "{line}")?;
                match fault {
                    Some(Fault::DuplicateRow) => {
                        writeln!(to, "{line}")?;
                        planter.found("duplicate-episode");
                    }
                    Some(Fault::OpenEpisode) => planter.found("open-episode-closed"),
                    Some(Fault::OverlappingEpisode) => planter.found("overlapping-episode"),
                    Some(Fault::UnmappedCode) => planter.found("unknown-code"),
                    Some(lost) => {
                        planter.found(match lost {
                            Fault::MissingChild => "missing-child",
                            Fault::MissingDate => "missing-date",
                            Fault::UnreadableDate => "unreadable-date",
                            _ => "date-after-extract",
                        });
                        planter.lost(episode.started);
                    }
                    None => {}
                }
            }
            Ok(())
        })?;
        to.file(&format!("{year}/uasc.csv"), |to| {
            writeln!(to, "CHILD,SEX,DOB,DUC")?;
            for row in children.iter().filter(|row| row.child % ONE_UNACCOMPANIED_IN == 0) {
                let of_age = row.born.saturating_add(jiff::Span::new().years(18));
                let (born, until) = (day_first(Some(row.born)), day_first(Some(of_age)));
                writeln!(to, "SYN-{:06},1,{born},{until}", row.child)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The episodes of the period of care that a referral led to.
fn episodes_of(row: &ReferralRow, extract: Date, seed: u64) -> Vec<Episode<'_>> {
    let Some(started) = row.care_start else { return Vec::new() };
    let known = row.care_end.unwrap_or(extract);
    let days = started.until(known).map_or(0, |span| span.get_days()).unsigned_abs();
    let mut stream = random::stream(seed, &[purpose::FILES, u64::from(row.child), u64::from(started.day() as u8)]);
    // A day that leaves every episode one day at least.
    let mut starts = BTreeSet::from([0]);
    for _ in 0..draw::whole(&mut stream, 0, 2) {
        if days > 60 {
            starts.insert(draw::whole(&mut stream, 10, days - 10));
        }
    }
    let starts: Vec<Date> =
        starts.into_iter().map(|day| started.saturating_add(jiff::Span::new().days(i64::from(day)))).collect();
    let weights = PLACEMENTS.map(|(_, weight)| weight);
    let count = starts.len();
    let mut episode = |(position, started): (usize, &Date)| Episode {
        row,
        started: *started,
        ended: starts.get(position + 1).copied().or(row.care_end),
        is_first: position == 0,
        is_last: position + 1 == count,
        place: PLACEMENTS[draw::position(&mut stream, weights)].0,
    };
    starts.iter().enumerate().map(&mut episode).collect()
}

impl Episode<'_> {
    /// The fault of an episode, where it stands in one return only and so has one effect.
    fn fault(&self, all: &[Episode<'_>], first: Date, last: Date, planter: &mut Planter<'_>) -> Option<Fault> {
        let ended = self.ended.filter(|ended| *ended <= last);
        if self.started < first || ended.is_none() {
            return None;
        }
        let mut possible = vec![Fault::UnmappedCode, Fault::DuplicateRow];
        if !self.is_last {
            possible.extend([Fault::OpenEpisode, Fault::OverlappingEpisode]);
        }
        // A period of one episode is lost as a whole; the loss of one among several would change the others.
        let alone = self.is_first
            && self.is_last
            && !all.iter().any(|other| other.row.child == self.row.child && other.started != self.started);
        if alone {
            possible.extend([Fault::MissingChild, Fault::MissingDate, Fault::UnreadableDate, Fault::FutureDate]);
        }
        planter.fault(&possible)
    }

    fn line(&self, fault: Option<Fault>, last: Date) -> String {
        let days = |count: i32| jiff::Span::new().days(count);
        let ended = self.ended.filter(|ended| *ended <= last);
        let reason = match (ended, self.is_last) {
            (None, _) => "",
            (Some(_), true) => "E4A",
            (Some(_), false) => "X1",
        };
        let child =
            if fault == Some(Fault::MissingChild) { String::new() } else { format!("SYN-{:06}", self.row.child) };
        let started = match fault {
            Some(Fault::MissingDate) => String::new(),
            Some(Fault::UnreadableDate) => "31/02/2020".to_owned(),
            Some(Fault::FutureDate) => day_first(Some(last.saturating_add(days(20)))),
            _ => day_first(Some(self.started)),
        };
        let ended = match fault {
            Some(Fault::OpenEpisode | Fault::FutureDate) => String::new(),
            Some(Fault::OverlappingEpisode) => day_first(ended.map(|ended| ended.saturating_add(days(5)).min(last))),
            _ => day_first(ended),
        };
        let reason = if ended.is_empty() { "" } else { reason };
        let place = if fault == Some(Fault::UnmappedCode) { "ZZ" } else { self.place };
        let why_new = if self.is_first { "S" } else { "P" };
        format!("{child},{started},{why_new},C2,N1,{place},PR1,{ended},{reason},,,,")
    }
}
