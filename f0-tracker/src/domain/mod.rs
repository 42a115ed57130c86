//! The clinical domain: what a patient reports, which protocol judges it, how an alert climbs, and what a case is.
//!
//! Everything here is pure. The clinical knowledge itself is data in `f0-tracker/protocols/`, one file a protocol with
//! its source beside every rule; [`catalog`] reads and checks it, [`engine`] applies it.

pub mod act;
pub mod act_input;
pub mod age;
pub mod bag;
pub mod call_plan;
pub mod case;
pub mod case_edit;
pub mod catalog;
mod catalog_check;
pub mod condition;
pub mod curve;
pub mod definition;
pub mod doubt;
pub mod duty;
pub mod eligibility;
pub mod engine;
pub mod entry;
pub mod evidence;
pub mod follow_up;
pub mod intake;
pub mod ladder;
pub mod observation;
pub mod person_test;
pub mod protocol;
pub mod protocol_edit;
pub mod ranking;
pub mod replay;
pub mod risk;
pub mod score;
pub mod shift;
pub mod silence;
pub mod sms;
pub mod station_test;
pub mod stock;
pub mod subject;
pub mod symptom;
pub mod vital;
pub mod worklist;
