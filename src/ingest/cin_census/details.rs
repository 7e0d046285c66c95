//! One child of a return, as written.

use crate::ingest::dates::{self, Order, date_of};
use crate::time::Date;

/// A child and the cases of it.
#[derive(Default)]
pub(super) struct Child {
    /// The line on which the child begins.
    pub(super) line: u64,
    pub(super) identifier: String,
    pub(super) birth: String,
    pub(super) expected_birth: String,
    pub(super) cases: Vec<Case>,
}

impl Child {
    /// The date of birth, else the expected one.
    pub(super) fn born(&self) -> &str {
        if self.birth.is_empty() { &self.expected_birth } else { &self.birth }
    }
}

/// A case: one referral and what followed.
#[derive(Default)]
pub(super) struct Case {
    /// The line on which the case begins.
    pub(super) line: u64,
    pub(super) referral: String,
    pub(super) source: String,
    pub(super) need: String,
    pub(super) no_further_action: String,
    pub(super) closure: String,
    pub(super) closure_reason: String,
    pub(super) conference: String,
    pub(super) assessments: Vec<Assessed>,
    pub(super) enquiries: Vec<Enquiry>,
    pub(super) need_plans: Vec<Planned>,
    pub(super) protection_plans: Vec<Planned>,
}

#[derive(Default)]
pub(super) struct Assessed {
    pub(super) start: String,
    pub(super) authorised: String,
}

#[derive(Default)]
pub(super) struct Enquiry {
    pub(super) start: String,
    pub(super) conference: String,
    pub(super) conference_not_required: String,
}

#[derive(Default)]
pub(super) struct Planned {
    pub(super) start: String,
    pub(super) end: String,
    pub(super) initial_category: String,
    pub(super) latest_category: String,
}

/// A date of a return; returns write them as 2024-03-31, and some exports as 31/03/2024.
pub(super) fn day(written: &str) -> Option<Date> {
    let order = Order { day_first: true, decided: true };
    dates::read(dates::without_time(written)).and_then(|date| date.day(order, false)).map(date_of)
}
