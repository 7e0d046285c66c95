//! Statistical disclosure control: what may leave the team, decided once, in one place.
//!
//! In: [`Figures`], a columnar table of raw counts, scores and shares with its labels, and a [`Profile`]. Out: a
//! [`ProtectedTable`], the only thing that [`publish`](crate::publish) accepts, so that tables, charts, sentences and
//! alternative text can't say more than the rule allows. [`protect`] is its only constructor. What was noticed about the
//! data follows the same rule: [`told`].
//!
//! This room doesn't know what the figures are about and writes no file. Adding a profile: an arm in [`Profile`] and
//! one in [`protect`].

#[cfg(test)]
mod attack;
mod conceal;
mod figures;
mod findings;
mod profile;
mod protect;
mod table;
mod totals;

pub use figures::{FigureColumn, FigureError, FigureKind, Figures, LabelColumn, Labels, TotalRow};
pub use findings::{ToldFinding, told};
pub use profile::Profile;
pub use protect::protect;
pub use table::{Cell, Mark, ProtectedColumn, ProtectedTable};
pub use totals::MOST_HIDDEN;
