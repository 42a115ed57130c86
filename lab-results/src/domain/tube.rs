//! The code on a tube: eight characters that can be made without a network, the last of them a check character.
//!
//! A code is the number of a tube, 35 bits in seven characters of Crockford's base 32 (no I, L, O or U), and a check
//! character over the field of 32 elements (polynomials over two elements modulo x⁵ + x² + 1). A code is right when the
//! sum of its characters, each times x to the power of its distance from the end, is zero. No weight is zero and all
//! differ, so every misread character and every exchange of two is caught.
//!
//! The upper half of the numbers is given to sites in ranges, which their phones and printers use up offline; the lower
//! half is drawn at random for tubes that are registered online. The two never meet.

use core::fmt;

use shared::random::{self, Random};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;
/// The first number that is given out in ranges.
pub const FIRST_OF_RANGES: u64 = 1 << 34;
/// One more than the last number.
pub const END: u64 = 1 << 35;
/// The most tubes in one range: a district's day of mass testing.
pub const LARGEST_RANGE: i64 = 10_000;

/// A code of ours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TubeCode([u8; LENGTH]);

impl TubeCode {
    /// The code of a tube's number; numbers beyond 35 bits begin again at zero.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let mut values = [0; LENGTH];
        for (place, value) in values[..LENGTH - 1].iter_mut().enumerate() {
            let shift = 5 * (LENGTH - 2 - place);
            *value = u8::try_from(number >> shift & 31).unwrap_or_default();
        }
        values[LENGTH - 1] = sum(&values);
        Self(values.map(|value| ALPHABET[usize::from(value)]))
    }

    /// Draws a code for a tube that is registered online.
    #[must_use]
    pub fn draw(random: &mut dyn Random) -> Self {
        Self::of_number(u64::from_le_bytes(random::bytes(random)) % FIRST_OF_RANGES)
    }

    /// Reads a code as it is scanned or typed: either case, I and L for 1, O for 0, hyphens and spaces anywhere.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        values(text).filter(|values| sum(values) == 0).map(|values| Self(values.map(|v| ALPHABET[usize::from(v)])))
    }

    /// The number of the tube.
    #[must_use]
    pub fn number(&self) -> u64 {
        let letters = self.0[..LENGTH - 1].iter();
        letters.fold(0, |number, letter| {
            let value = ALPHABET.iter().position(|c| c == letter).unwrap_or_default();
            number << 5 | u64::try_from(value).unwrap_or_default()
        })
    }

    /// The eight characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }

    /// The codes that differ from a text of eight characters in exactly one of them: what may have been misread. Empty
    /// where the text is a right code or has no eight characters of ours.
    #[must_use]
    pub fn near(text: &str) -> Vec<Self> {
        let Some(values) = values(text).filter(|values| sum(values) != 0) else { return Vec::new() };
        let off_by = sum(&values);
        let mut weight = 1;
        let mut near = Vec::with_capacity(LENGTH);
        for place in (0..LENGTH).rev() {
            // The one change of this character that makes the sum zero.
            let change = (1..32).find(|change| times(*change, weight) == off_by).unwrap_or_default();
            let mut mended = values;
            mended[place] ^= change;
            near.push(Self(mended.map(|v| ALPHABET[usize::from(v)])));
            weight = times(weight, 2);
        }
        near
    }
}

impl fmt::Display for TubeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TubeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TubeCode({self})")
    }
}

/// Numbers of a range that no tube has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first of them.
    pub first: i64,
    /// How many follow each other.
    pub size: i64,
    /// A later number has a tube: these were passed over (a spoiled or lost label, or another phone or roll has them). Those
    /// after the last that is used are only not reached yet.
    pub skipped: bool,
}

/// The gaps of a range of numbers, of which these have tubes, in any order.
#[must_use]
pub fn gaps(first: i64, size: i64, used: &[i64]) -> Vec<Gap> {
    let end = first.saturating_add(size);
    let mut used: Vec<i64> = used.iter().copied().filter(|number| (first..end).contains(number)).collect();
    used.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = first;
    for number in used {
        if number > next {
            gaps.push(Gap { first: next, size: number - next, skipped: true });
        }
        next = next.max(number + 1);
    }
    if next < end {
        gaps.push(Gap { first: next, size: end - next, skipped: false });
    }
    gaps
}

fn values(text: &str) -> Option<[u8; LENGTH]> {
    let mut values = [0; LENGTH];
    let mut length = 0;
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            c => c,
        };
        let value = ALPHABET.iter().position(|letter| char::from(*letter) == c)?;
        *values.get_mut(length)? = u8::try_from(value).ok()?;
        length += 1;
    }
    (length == LENGTH).then_some(values)
}

fn sum(values: &[u8; LENGTH]) -> u8 {
    values.iter().fold(0, |sum, value| times(sum, 2) ^ value)
}

/// The product of two elements of the field.
const fn times(mut one: u8, mut other: u8) -> u8 {
    let mut product = 0;
    while other != 0 {
        if other & 1 != 0 {
            product ^= one;
        }
        one <<= 1;
        if one & 0b10_0000 != 0 {
            one ^= 0b10_0101;
        }
        other >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_codes_of_a_range_follow_each_other_and_are_read_back() {
        let codes: Vec<_> = (FIRST_OF_RANGES..FIRST_OF_RANGES + 3).map(TubeCode::of_number).collect();
        assert_eq!(codes.iter().map(TubeCode::as_str).collect::<Vec<_>>(), ["G0000007", "G0000015", "G0000023"]);
        for (number, code) in (FIRST_OF_RANGES..).zip(codes) {
            assert_eq!(code.number(), number);
        }
    }

    #[test]
    fn a_drawn_code_is_in_no_range() {
        struct Ones;
        impl Random for Ones {
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.fill(255);
            }
        }
        assert!(TubeCode::draw(&mut Ones).number() < FIRST_OF_RANGES);
    }

    #[test]
    fn what_is_passed_over_is_told_from_what_is_not_reached() {
        let gap = |first, size, skipped| Gap { first, size, skipped };
        assert_eq!(gaps(10, 5, &[]), [gap(10, 5, false)]);
        assert_eq!(gaps(10, 10, &[12, 10, 12, 16, 99]), [gap(11, 1, true), gap(13, 3, true), gap(17, 3, false)]);
        assert_eq!(gaps(10, 3, &[12, 11, 10]), []);
        assert_eq!(gaps(10, 3, &[12]), [gap(10, 2, true)]);
    }

    proptest! {
        #[test]
        fn any_one_misread_character_and_any_exchange_of_two_is_caught(
            number in 0..END, place in 0..LENGTH, other in 0..LENGTH, letter in 0_usize..32,
        ) {
            let code = TubeCode::of_number(number);
            let mut misread = code.as_str().as_bytes().to_vec();
            misread[place] = ALPHABET[letter];
            let misread = String::from_utf8(misread).unwrap();
            prop_assert_eq!(TubeCode::parse(&misread).is_some(), misread == code.as_str());
            if misread != code.as_str() {
                prop_assert!(TubeCode::near(&misread).contains(&code));
            }
            let mut exchanged = code.as_str().as_bytes().to_vec();
            exchanged.swap(place, other);
            let exchanged = String::from_utf8(exchanged).unwrap();
            prop_assert_eq!(TubeCode::parse(&exchanged).is_some(), exchanged == code.as_str());
        }

        #[test]
        fn a_code_is_read_however_it_is_typed(number in 0..END) {
            let code = TubeCode::of_number(number);
            let text = code.as_str();
            let typed = format!("{}-{}", &text[..4], text[4..].to_lowercase().replace('1', "l").replace('0', "o"));
            prop_assert_eq!(TubeCode::parse(&typed), Some(code));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = (TubeCode::parse(&text), TubeCode::near(&text));
        }
    }
}
