//! The course of one child's journey under one draw of shares and delays.

use rand::Rng;

use super::delay::Warp;
use super::draw::uniform;
use super::fit::FittedPathway;
use super::journey::Journey;
use super::lever::Adjustments;
use super::stage::{Stage, Step};

/// How many random numbers each child takes, whatever becomes of it: so that levers change what they change and no
/// other child.
pub(super) const NUMBERS: usize = 20;

/// The random numbers of one child.
pub(super) type Luck = [f64; NUMBERS];

pub(super) fn luck(stream: &mut impl Rng) -> Luck {
    std::array::from_fn(|_| uniform(stream))
}

/// The place among a child's numbers of the day of the month on which it is referred.
pub(super) const DAY_OF_MONTH: usize = 19;

/// Days of the horizon (negative before it) on which a child reaches each stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub referral: i32,
    days: [i32; Stage::COUNT],
    /// The day of a re-referral that a lever prevents (`-1` a child) or brings about (`+1`).
    pub re_referral_change: Option<(i32, i64)>,
}

const NEVER: i32 = i32::MAX;

impl Course {
    pub fn day_of(&self, stage: Stage) -> Option<i32> {
        Some(self.days[stage as usize]).filter(|day| *day != NEVER)
    }

    /// From the first to the last day as an open case; `None` for a referral that is none.
    pub fn open(&self) -> Option<(i32, i32)> {
        let start = self.day_of(Stage::Assessment)?;
        Some((start, self.day_of(Stage::Closure)?.max(start)))
    }

    pub fn on_plan(&self) -> Option<(i32, i32)> {
        Some((self.day_of(Stage::Plan)?, self.day_of(Stage::PlanEnd)?))
    }

    pub fn looked_after(&self) -> Option<(i32, i32)> {
        Some((self.day_of(Stage::Care)?, self.day_of(Stage::CareEnd)?))
    }
}

/// One path's draw: shares by conversion, source and step of the horizon, and distorted delays.
#[derive(Debug)]
pub(super) struct PathDraw<'a> {
    pub fit: &'a FittedPathway,
    pub adjustments: &'a Adjustments,
    /// Step of the horizon by day.
    pub step_of_day: &'a [u16],
    /// Conversion x source x step: share before and after levers.
    pub shares: Vec<Vec<Vec<(f64, f64)>>>,
    /// One a step.
    pub warps: Vec<Warp>,
    /// What each step's days are multiplied by beside levers.
    pub stretch: [f64; Step::COUNT],
}

impl PathDraw<'_> {
    /// What becomes of a child. `seen` holds what is known already of one referred before the horizon.
    pub fn course(&self, referral: i32, source: usize, seen: Option<&Journey>, luck: &Luck) -> Course {
        let at = self.step_at(referral);
        let mut child = Child { draw: self, referral, source, at, seen, days: [NEVER; Stage::COUNT] };
        // Each step takes its own two numbers, whether it comes to it or not.
        child.decide(Step::NoFurtherAction, luck[0], luck[1]);
        if !child.has(Stage::NoFurtherAction) {
            child.certain(Step::Assessment, luck[2]);
            child.decide(Step::Section47, luck[3], luck[4]);
            child.decide(Step::Conference, luck[5], luck[6]);
            child.decide(Step::Plan, luck[7], luck[8]);
            child.certain(Step::PlanEnd, luck[9]);
            let care = if child.has(Stage::Plan) { Step::CareFromPlan } else { Step::CareWithoutPlan };
            child.decide(care, luck[10], luck[11]);
            child.certain(Step::CareEnd, luck[12]);
            child.decide(Step::NotInNeed, luck[13], luck[14]);
            if !child.has(Stage::NotInNeed) {
                child.certain(Step::InNeed, luck[15]);
            }
            child.close(luck[16]);
        }
        let re_referral_change = child.re_refer(luck[17], luck[18]);
        Course { referral, days: child.days, re_referral_change }
    }

    /// The step of the horizon that a day lies in; the first and the last for days before and after it.
    fn step_at(&self, day: i32) -> usize {
        let last = self.step_of_day.len() - 1;
        usize::from(self.step_of_day[(day.max(0) as usize).min(last)])
    }
}

struct Child<'a> {
    draw: &'a PathDraw<'a>,
    referral: i32,
    source: usize,
    at: usize,
    seen: Option<&'a Journey>,
    days: [i32; Stage::COUNT],
}

impl Child<'_> {
    fn has(&self, stage: Stage) -> bool {
        self.days[stage as usize] != NEVER
    }

    /// The day on which a step starts; `None` where its stage isn't reached.
    fn start(&self, step: Step) -> Option<i32> {
        step.from().map_or(Some(self.referral), |stage| Some(self.days[stage as usize])).filter(|day| *day != NEVER)
    }

    /// What is known of the stage that the step leads to: the day, or that it hasn't come.
    fn known(&self, step: Step) -> Option<i32> {
        self.seen.and_then(|seen| seen.day_of(step.to())).map(|day| self.referral + day as i32)
    }

    /// For how many days the child has been watched since the step's start without taking it; `None` where it starts in
    /// the horizon.
    fn watched(&self, start: i32) -> Option<u32> {
        self.seen.and_then(|seen| u32::try_from(self.referral + seen.seen_days as i32 - start).ok())
    }

    fn decide(&mut self, step: Step, which: f64, when: f64) {
        let shares = self.draw.shares[step as usize][self.source][self.at];
        if let Some(day) = self.outcome(step, shares.1, which, when) {
            self.days[step.to() as usize] = day;
        }
    }

    fn certain(&mut self, step: Step, when: f64) {
        if let Some(day) = self.outcome(step, 1.0, 0.0, when) {
            self.days[step.to() as usize] = day;
        }
    }

    /// The day on which the child takes the step, if it does.
    fn outcome(&self, step: Step, share: f64, which: f64, when: f64) -> Option<i32> {
        let start = self.start(step)?;
        if let Some(day) = self.known(step) {
            return Some(day);
        }
        // What excludes the step has happened already.
        if step.rival().zip(self.seen).is_some_and(|(rival, seen)| seen.reached(rival)) {
            return None;
        }
        // A closed case goes no further, though a plan or care that runs on will end.
        let closed = self.seen.is_some_and(|seen| seen.reached(Stage::Closure) || seen.reached(Stage::NoFurtherAction));
        if closed && !matches!(step, Step::PlanEnd | Step::CareEnd | Step::ReReferral) {
            return None;
        }
        if step == Step::NotInNeed && (self.has(Stage::Conference) || self.has(Stage::Care)) {
            return None;
        }
        let curve = self.draw.fit.delay_of(step, self.source);
        let warp = &self.draw.warps[step as usize];
        let levers = self.draw.adjustments.factor(step, self.draw.step_at(start));
        let factor = levers * self.draw.stretch[step as usize];
        let watched = self.watched(start);
        // The share of those who will take the step that would have done so by now.
        let gone = watched.map_or(0.0, |days| warp.drawn_of(curve.share_by((f64::from(days) / factor) as u32)));
        let left = share * (1.0 - gone);
        let chance = if share >= 1.0 { 1.0 } else { left / (1.0 - share * gone) };
        if which >= chance {
            return None;
        }
        let place = warp.mean_of(gone + when * (1.0 - gone));
        let days = libm::round(f64::from(curve.quantile_days(place)) * factor) as i32;
        let soonest = watched.map_or(0, |days| days as i32 + 1);
        Some(start + days.max(soonest))
    }

    /// An open case closes when all that runs under it has ended.
    fn close(&mut self, when: f64) {
        let reached = |stage: Stage| Some(self.days[stage as usize]).filter(|day| *day != NEVER);
        let under =
            [Stage::Section47, Stage::Conference, Stage::PlanEnd, Stage::CareEnd, Stage::NotInNeed, Stage::InNeed];
        let latest = under.into_iter().filter_map(reached).max().unwrap_or(self.referral);
        let closure = if self.has(Stage::NotInNeed) {
            // The closure of a child found not in need was filled in from that day; a later enquiry keeps the case open.
            latest
        } else {
            self.outcome(Step::Closure, 1.0, 0.0, when).unwrap_or(latest).max(latest)
        };
        self.days[Stage::Closure as usize] = closure;
    }

    /// The next referral of the same child. Returns the day of one that levers prevent or bring about.
    fn re_refer(&mut self, which: f64, when: f64) -> Option<(i32, i64)> {
        let (before, after) = self.draw.shares[Step::ReReferral as usize][self.source][self.at];
        let untouched = self.outcome(Step::ReReferral, before, which, when);
        let day = self.outcome(Step::ReReferral, after, which, when);
        if let Some(day) = day {
            self.days[Stage::ReReferral as usize] = day;
        }
        match (untouched, day) {
            (Some(day), None) => Some((day, -1)),
            (None, Some(day)) => Some((day, 1)),
            _ => None,
        }
    }
}
