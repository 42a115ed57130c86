//! Benchmarks, each beside its limit.
