//! Contract, line, crash, authorization and browser tests over the whole suite.
