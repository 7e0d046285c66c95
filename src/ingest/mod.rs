//! x
mod error; mod options; mod rows; mod text; mod frames; mod table; mod dates; mod headers; mod findings; mod categories; mod labels; mod columns; mod referrals; mod extract; mod merge;
pub use error::*; pub use options::*; pub use table::Source;
