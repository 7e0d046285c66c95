//! The stages of a journey and the steps between them.

use serde::{Deserialize, Serialize};

/// What can happen after a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The referral ended without assessment.
    NoFurtherAction,
    /// An assessment started.
    Assessment,
    /// The assessment ended: not in need.
    NotInNeed,
    /// The assessment ended: in need.
    InNeed,
    /// A section 47 enquiry started.
    Section47,
    /// An initial child protection conference was held.
    Conference,
    /// A child protection plan started.
    Plan,
    /// The plan ended.
    PlanEnd,
    /// The child became looked after.
    Care,
    /// The child ceased to be looked after.
    CareEnd,
    /// The case closed.
    Closure,
    /// The same child was referred again.
    ReReferral,
}

impl Stage {
    /// How many stages there are.
    pub const COUNT: usize = 12;

    /// The stages in the order of the type.
    pub const ALL: [Stage; Stage::COUNT] = [
        Stage::NoFurtherAction,
        Stage::Assessment,
        Stage::NotInNeed,
        Stage::InNeed,
        Stage::Section47,
        Stage::Conference,
        Stage::Plan,
        Stage::PlanEnd,
        Stage::Care,
        Stage::CareEnd,
        Stage::Closure,
        Stage::ReReferral,
    ];

    /// The flow of children who reach the stage, as outputs name it.
    pub fn flow(self) -> &'static str {
        match self {
            Stage::NoFurtherAction => "no further action",
            Stage::Assessment => "assessments",
            Stage::NotInNeed => "not in need",
            Stage::InNeed => "in need",
            Stage::Section47 => "section 47 enquiries",
            Stage::Conference => "initial conferences",
            Stage::Plan => "plan starts",
            Stage::PlanEnd => "plan ends",
            Stage::Care => "care starts",
            Stage::CareEnd => "care ends",
            Stage::Closure => "closures",
            Stage::ReReferral => "re-referrals",
        }
    }
}

/// A step from one stage (or the referral itself) to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Referral to no further action.
    NoFurtherAction,
    /// Assessment to not in need, of those without conference or care.
    NotInNeed,
    /// Assessment to section 47 enquiry.
    Section47,
    /// Section 47 enquiry to initial conference.
    Conference,
    /// Conference to plan.
    Plan,
    /// Assessment to care, of those without a plan.
    CareWithoutPlan,
    /// Plan to care.
    CareFromPlan,
    /// Referral to the next referral of the same child.
    ReReferral,
    /// Referral to assessment: what is not no further action.
    Assessment,
    /// Assessment to in need: what is not `not in need`.
    InNeed,
    /// Referral to the closure of a child in need without plan or care.
    Closure,
    /// How long a plan lasts.
    PlanEnd,
    /// How long a period of being looked after lasts.
    CareEnd,
}

impl Step {
    /// How many steps there are.
    pub const COUNT: usize = 13;

    /// The steps whose share is estimated; the first of [`Step::ALL`].
    pub const CONVERSIONS: usize = 8;

    /// The steps in the order of the type: conversions first, then the two complements, then lengths of stay.
    pub const ALL: [Step; Step::COUNT] = [
        Step::NoFurtherAction,
        Step::NotInNeed,
        Step::Section47,
        Step::Conference,
        Step::Plan,
        Step::CareWithoutPlan,
        Step::CareFromPlan,
        Step::ReReferral,
        Step::Assessment,
        Step::InNeed,
        Step::Closure,
        Step::PlanEnd,
        Step::CareEnd,
    ];

    /// The step's name in files and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Step::NoFurtherAction => "referral to no further action",
            Step::NotInNeed => "assessment to not in need",
            Step::Section47 => "assessment to section 47",
            Step::Conference => "section 47 to conference",
            Step::Plan => "conference to plan",
            Step::CareWithoutPlan => "assessment to care",
            Step::CareFromPlan => "plan to care",
            Step::ReReferral => "referral to re-referral",
            Step::Assessment => "referral to assessment",
            Step::InNeed => "assessment to in need",
            Step::Closure => "referral to closure",
            Step::PlanEnd => "plan to end",
            Step::CareEnd => "care to end",
        }
    }

    /// The step's name in project files and scenarios.
    pub fn key(self) -> &'static str {
        match self {
            Step::NoFurtherAction => "no-further-action",
            Step::NotInNeed => "not-in-need",
            Step::Section47 => "section47",
            Step::Conference => "conference",
            Step::Plan => "plan",
            Step::CareWithoutPlan => "care-without-plan",
            Step::CareFromPlan => "care-from-plan",
            Step::ReReferral => "re-referral",
            Step::Assessment => "assessment",
            Step::InNeed => "in-need",
            Step::Closure => "closure",
            Step::PlanEnd => "plan-end",
            Step::CareEnd => "care-end",
        }
    }

    /// Whether a share of the children take the step; the others take its rival or none.
    pub fn is_conversion(self) -> bool {
        (self as usize) < Step::CONVERSIONS
    }

    /// Where the step starts; `None` is the referral.
    pub fn from(self) -> Option<Stage> {
        match self {
            Step::NoFurtherAction | Step::Assessment | Step::ReReferral | Step::Closure => None,
            Step::NotInNeed | Step::InNeed | Step::Section47 | Step::CareWithoutPlan => Some(Stage::Assessment),
            Step::Conference => Some(Stage::Section47),
            Step::Plan => Some(Stage::Conference),
            Step::CareFromPlan | Step::PlanEnd => Some(Stage::Plan),
            Step::CareEnd => Some(Stage::Care),
        }
    }

    /// Where the step leads.
    pub fn to(self) -> Stage {
        match self {
            Step::NoFurtherAction => Stage::NoFurtherAction,
            Step::NotInNeed => Stage::NotInNeed,
            Step::Section47 => Stage::Section47,
            Step::Conference => Stage::Conference,
            Step::Plan => Stage::Plan,
            Step::CareWithoutPlan | Step::CareFromPlan => Stage::Care,
            Step::ReReferral => Stage::ReReferral,
            Step::Assessment => Stage::Assessment,
            Step::InNeed => Stage::InNeed,
            Step::Closure => Stage::Closure,
            Step::PlanEnd => Stage::PlanEnd,
            Step::CareEnd => Stage::CareEnd,
        }
    }

    /// The stage that ends the wait for this step without it.
    pub(super) fn rival(self) -> Option<Stage> {
        match self {
            Step::NoFurtherAction => Some(Stage::Assessment),
            Step::Assessment => Some(Stage::NoFurtherAction),
            Step::NotInNeed => Some(Stage::InNeed),
            Step::InNeed => Some(Stage::NotInNeed),
            _ => None,
        }
    }
}
