//! The tables on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx, dialect};

#[path = "sql/mod.rs"]
mod sql;
