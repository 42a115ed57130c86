//! The shared site through its real router: SQLite in a folder of its own, a clock that is set by hand, seeded randomness.

// clippy takes the functions beside the tests for tests where their module says so.
#[cfg(test)]
mod access;
mod again;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod housekeeping;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod markup;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod people;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod world;
