//! Signing in: passwords (argon2id), sessions, tokens, one-time codes.

pub mod api;
pub mod codes;
pub mod pages;
pub mod password;
pub mod session;
