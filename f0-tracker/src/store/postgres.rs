//! The tables on PostgreSQL.

use shared_store::postgres::{Conn, Db, Engine, Row, Tx, dialect};

#[path = "sql/mod.rs"]
mod sql;
