//! The rules of check-in, free of I/O: the clock, randomness and keys are passed in.

pub mod air;
pub mod case_air;
pub mod clock;
pub mod declaration;
pub mod device_token;
pub mod door;
pub mod exposure;
pub mod live_code;
pub mod marks;
pub mod opening_hours;
pub mod parts;
pub mod policy;
pub mod position;
pub mod stay;
pub mod told;
pub mod venue_alert;
pub mod venue_table;
pub mod visit;
pub mod visitor_key;
pub mod window;
