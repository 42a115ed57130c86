//! Signing in: passwords (argon2id), second factors (TOTP), sessions, tokens, one-time codes.

pub mod api;
pub mod codes;
pub mod pages;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod ticket;
