//! Confirmed cases (F0) cared for at home: reports, protocols, alerts and the doctors live board.

pub mod domain;
