//! (poster)
