//! The suite as people run it: real processes, real databases, from a laboratory's positive to a doctor's screen.

mod bad_input;
mod commands;
mod corrections;
mod crash;
mod household;
mod line;
mod walk;
