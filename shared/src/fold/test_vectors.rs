//! The synthetic phones, names and cards that lie with the tables of units. No real person is among them.

/// Reads the vectors.
pub(crate) fn read() -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/vn-areas/id_test_vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
