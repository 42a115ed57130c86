//! Frames on a byte stream: the minimal lower layer protocol (HL7 v2, appendix C; "Transport Specification: MLLP, Release 1").

use super::hl7::MAX_MESSAGE;

/// The byte before a message.
const START: u8 = 0x0b;
/// The bytes after a message.
const END: [u8; 2] = [0x1c, 0x0d];

/// An answer as a frame.
#[must_use]
pub fn framed(answer: &str) -> Vec<u8> {
    [&[START], answer.as_bytes(), &END].concat()
}

/// What came on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The bytes between start and end.
    Message(Vec<u8>),
    /// Longer than any message may be; what follows cannot be told apart any more.
    TooLong,
}

/// Cuts a stream into frames, however its bytes come.
#[derive(Debug, Default)]
pub struct Frames {
    waiting: Vec<u8>,
    /// So many of the waiting bytes hold no end.
    looked: usize,
}

impl Frames {
    /// Where bytes that come are put.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.waiting
    }

    /// Whether no frame has begun.
    #[must_use]
    pub fn is_between(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next whole frame of what came; `None` where more must come. Bytes between frames are passed over, and a new start
    /// begins a frame anew: whoever lost the end of one has begun again.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let Some(start) = self.waiting.iter().position(|byte| *byte == START) else {
            self.waiting.clear();
            self.looked = 0;
            return None;
        };
        if start > 0 {
            self.waiting.drain(..start);
            self.looked = 0;
        }
        let from = self.looked.max(1) - 1;
        if let Some(end) = self.waiting[from..].windows(2).position(|two| two == END) {
            let rest = self.waiting.split_off(from + end + 2);
            let mut frame = std::mem::replace(&mut self.waiting, rest);
            self.looked = 0;
            frame.truncate(frame.len() - 2);
            let begins = frame.iter().rposition(|byte| *byte == START).map_or(0, |at| at + 1);
            return Some(Frame::Message(frame.split_off(begins)));
        }
        if self.waiting.len() > MAX_MESSAGE {
            return Some(Frame::TooLong);
        }
        self.looked = self.waiting.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All frames of bytes that come in pieces of a length.
    fn cut(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for piece in bytes.chunks(length.max(1)) {
            frames.buffer().extend_from_slice(piece);
            while let Some(Frame::Message(message)) = frames.next_frame() {
                found.push(message);
            }
        }
        found
    }

    #[test]
    fn noise_between_frames_and_a_frame_that_lost_its_end_are_passed_over() {
        let stream =
            [b"noise".to_vec(), framed("one"), b"\x1c\x0d".to_vec(), b"\x0blost".to_vec(), framed("two")].concat();
        assert_eq!(cut(&stream, stream.len()), [b"one".to_vec(), b"two".to_vec()]);
    }

    #[test]
    fn a_frame_that_never_ends_is_given_up() {
        let mut frames = Frames::default();
        frames.buffer().extend(std::iter::once(START).chain(std::iter::repeat_n(b'x', MAX_MESSAGE)));
        assert_eq!(frames.next_frame(), Some(Frame::TooLong));
    }

    proptest! {
        #[test]
        fn however_the_bytes_come_the_frames_are_the_same(
            bytes in prop::collection::vec(prop::sample::select(vec![START, 0x1c, 0x0d, b'a', b'b']), 0..60),
            length in 1_usize..9,
        ) {
            prop_assert_eq!(cut(&bytes, length), cut(&bytes, bytes.len()));
        }
    }
}
