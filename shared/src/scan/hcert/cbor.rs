//! As much of CBOR (RFC 8949) as a certificate needs, reading foreign bytes without trust: no length is believed before the
//! bytes are there, and nesting is bounded.

/// How deep values may stand in each other: a certificate needs seven.
const DEEPEST: usize = 16;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// Null, a truth value, a fraction: nothing that is looked at.
    Other,
}

impl Value {
    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The value under a name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.find(|key| key.text() == Some(name))
    }

    /// The value under a number.
    pub(super) fn at(&self, number: i64) -> Option<&Self> {
        self.find(|key| key.integer() == Some(number))
    }

    fn find(&self, is_it: impl Fn(&Self) -> bool) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        pairs.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }
}

/// The first value of the bytes; `None` where they are no CBOR.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    value(&mut rest, 0)
}

fn value(rest: &mut &[u8], depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let (major, info) = head(rest)?;
    // The strings and lists of unknown length that the standard allows are not used in certificates.
    let argument = argument(rest, info)?;
    let length = usize::try_from(argument).ok();
    match major {
        0 => i64::try_from(argument).ok().map(Value::Integer),
        1 => i64::try_from(argument).ok().map(|number| Value::Integer(-1 - number)),
        2 => Some(Value::Bytes(take(rest, length?)?.to_vec())),
        3 => core::str::from_utf8(take(rest, length?)?).ok().map(|text| Value::Text(text.to_owned())),
        4 => {
            let mut list = Vec::new();
            for _ in 0..length? {
                list.push(value(rest, depth + 1)?);
            }
            Some(Value::List(list))
        }
        5 => {
            let mut pairs = Vec::new();
            for _ in 0..length? {
                pairs.push((value(rest, depth + 1)?, value(rest, depth + 1)?));
            }
            Some(Value::Map(pairs))
        }
        // A tag says what its value is, which is known here.
        6 => value(rest, depth + 1),
        _ => Some(Value::Other),
    }
}

fn head(rest: &mut &[u8]) -> Option<(u8, u8)> {
    let byte = take(rest, 1)?[0];
    Some((byte >> 5, byte & 0b1_1111))
}

/// The number behind a head: in it, or in the one to eight bytes after it.
fn argument(rest: &mut &[u8], info: u8) -> Option<u64> {
    let bytes = match info {
        0..=23 => return Some(u64::from(info)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    Some(take(rest, bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, others) = rest.split_at_checked(count)?;
    *rest = others;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_are_read() {
        assert_eq!(read(&[0x18, 0x64]), Some(Value::Integer(100)));
        assert_eq!(read(&[0x39, 0x01, 0x03]), Some(Value::Integer(-260)));
        assert_eq!(read(&[0x43, 1, 2, 3]), Some(Value::Bytes(vec![1, 2, 3])));
        let map = read(&[0xa1, 0x61, 0x61, 0x82, 0x01, 0xf6]).unwrap();
        assert_eq!(map.get("a").and_then(Value::list), Some([Value::Integer(1), Value::Other].as_slice()));
    }

    #[test]
    fn no_length_is_believed_and_nesting_ends() {
        // A list, a text and a map of 2^64 - 1.
        for head in [0x9b, 0x7b, 0xbb] {
            let bytes = [&[head], [0xff; 8].as_slice()].concat();
            assert_eq!(read(&bytes), None);
        }
        assert_eq!(read(&[0x81; 100_000]), None);
        assert_eq!(read(&[0xc1; 100_000]), None);
        assert_eq!(read(&[]), None);
    }
}
