//! Where the brackets of broken JSON close, so that reading can go on behind it.

/// No document that is read is nested deeper; what is, is not followed.
const DEEPEST: usize = 512;

/// Follows the brackets of JSON byte by byte, those in strings left out.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
    torn: bool,
}

impl Brackets {
    /// Takes the next byte. A bracket that closes what none has opened belongs to what is around.
    pub(crate) fn feed(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                // No string goes over lines: it was never closed, and what stood in it is not known.
                b'\n' | b'\r' => self.torn = true,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' if self.open.len() < DEEPEST => self.open.push(byte),
            b'{' | b'[' => self.torn = true,
            b'}' => self.close(b'{'),
            b']' => self.close(b'['),
            _ => {}
        }
    }

    fn close(&mut self, opened: u8) {
        self.torn |= self.open.pop().is_some_and(|open| open != opened);
    }

    /// Whether every bracket and string so far is closed by its own end; `false` for good where one was not.
    pub(crate) const fn are_closed(&self) -> bool {
        !self.torn && !self.in_string && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str) -> bool {
        let mut brackets = Brackets::default();
        text.bytes().for_each(|byte| brackets.feed(byte));
        brackets.are_closed()
    }

    #[test]
    fn brackets_close_by_their_own_ends_outside_strings() {
        for text in ["", "{}", r#"{"a" [{}, "}\"]"]}"#, "hello", "}", "]}{}", r#"{"\\": 1}"#] {
            assert!(closed(text), "{text}");
        }
        for text in ["{", r#"{"a": [}"#, r#"{"a": [}]"#, r#"{"a}"#, "{\"a\n\"}", r#"{"a": "\"}"#] {
            assert!(!closed(text), "{text}");
        }
        assert!(!closed(&["[".repeat(600), "]".repeat(600)].concat()), "too deep to be followed");
    }
}
