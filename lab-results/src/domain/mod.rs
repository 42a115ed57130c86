//! What the laboratory service decides, without I/O, clock or randomness: reading a result, its codes, its versions,
//! the row report, and files of rows.

pub mod codes;
pub mod custody;
pub mod disposition;
pub mod label;
pub mod link;
pub mod pool;
pub mod report;
pub mod result;
pub mod seal;
pub mod tabular;
pub mod tube;
pub mod undo;
pub mod version;
