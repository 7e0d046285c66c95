//! Who asked for a forecast, who answers for it, and what it takes for granted.

/// The log of assurance and assumptions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assurance {
    /// What is asked of every analysis (purpose, commissioner, analyst, verification, approver) and the answer; `None`
    /// where the project file has none.
    pub facts: Vec<(&'static str, Option<String>)>,
    /// What is assumed: what it is about, what is assumed of it, and where that is set or explained.
    pub assumptions: Vec<[String; 3]>,
}
