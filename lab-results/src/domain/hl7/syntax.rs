//! The syntax of a message: segments, fields, repetitions, components, sub-components, escapes.

use std::borrow::Cow;

/// The characters that cut a message, as its MSH declares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separators {
    /// Between fields, usually `|`.
    pub field: char,
    /// Between components, usually `^`.
    pub component: char,
    /// Between repetitions, usually `~`.
    pub repetition: char,
    /// Around escapes, usually `\`.
    pub escape: Option<char>,
    /// Between sub-components, usually `&`.
    pub sub: char,
}

impl Separators {
    /// Those that a line of MSH, FHS or BHS declares. The truncation character of HL7 2.7, the fifth, cuts nothing.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let mut rest = line.get(3..)?.chars();
        let field = rest.next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace())?;
        let mut declared = rest.take_while(|c| *c != field);
        let component = declared.next()?;
        let repetition = declared.next().unwrap_or('~');
        let escape = declared.next();
        let sub = declared.next().unwrap_or('&');
        Some(Self { field, component, repetition, escape, sub })
    }
}

/// A line of a message.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Its name, such as `OBX`.
    pub name: &'a str,
    line: &'a str,
    separators: Separators,
}

impl<'a> Segment<'a> {
    /// A field by its number, with its repetitions and components uncut; empty where it is missing or `""`.
    #[must_use]
    pub fn field(&self, number: usize) -> &'a str {
        let at = if self.name == "MSH" || self.name == "FHS" || self.name == "BHS" { number - 1 } else { number };
        let text = self.line.split(self.separators.field).nth(at).unwrap_or_default();
        if text == "\"\"" { "" } else { text }
    }

    /// Whether the segment goes as far as a field, empty or not. Not for MSH, FHS and BHS.
    #[must_use]
    pub fn reaches(&self, number: usize) -> bool {
        self.line.split(self.separators.field).nth(number).is_some()
    }

    /// The repetitions of a field.
    pub fn repetitions(&self, number: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        self.field(number).split(self.separators.repetition)
    }

    /// A component, its first sub-component, of the first repetition of a field, without escapes.
    #[must_use]
    pub fn text(&self, number: usize, component: usize) -> Cow<'a, str> {
        self.part(self.repetitions(number).next().unwrap_or_default(), component)
    }

    /// A component of one repetition, its first sub-component, without escapes.
    #[must_use]
    pub fn part(&self, repetition: &'a str, component: usize) -> Cow<'a, str> {
        self.sub_part(repetition, component, 1)
    }

    /// A sub-component of a component of one repetition, without escapes.
    #[must_use]
    pub fn sub_part(&self, repetition: &'a str, component: usize, sub: usize) -> Cow<'a, str> {
        let part = repetition.split(self.separators.component).nth(component - 1).unwrap_or_default();
        let part = part.split(self.separators.sub).nth(sub - 1).unwrap_or_default().trim();
        let part = if part == "\"\"" { "" } else { part };
        match unescape(part, self.separators) {
            // A line that was broken inside the text.
            text if part.contains(BREAKS) => {
                let lines = text.split(BREAKS).map(str::trim).filter(|line| !line.is_empty());
                Cow::Owned(lines.collect::<Vec<_>>().join(" "))
            }
            text => text,
        }
    }
}

/// A message that was cut into segments.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The characters that cut it.
    pub separators: Separators,
    /// Its segments, MSH first.
    pub segments: Vec<Segment<'a>>,
}

impl<'a> Message<'a> {
    /// Cuts a message. A line that begins with no name of a segment continues the one before, which senders break inside a
    /// text, up to the last that goes on to another field; what comes behind belongs to nothing. `None` where the first line
    /// is no MSH.
    #[must_use]
    pub fn cut(text: &'a str) -> Option<Self> {
        let mut found: Vec<(&str, usize, usize)> = Vec::new();
        let mut separators = None;
        let mut at = 0;
        for whole in text.split_inclusive(BREAKS) {
            let line = whole.trim();
            let from = at + (whole.len() - whole.trim_start().len());
            at += whole.len();
            let to = from + line.len();
            match (line.is_empty(), separators, found.last_mut()) {
                (true, ..) => {}
                (false, None, _) => {
                    separators = Some(Separators::of(line.starts_with("MSH").then_some(line)?)?);
                    found.push(("MSH", from, to));
                }
                (false, Some(cut), last) => match (name_of(line, cut), last) {
                    (Some(name), _) => found.push((name, from, to)),
                    (None, Some(last)) if line.contains(cut.field) => last.2 = to,
                    (None, _) => {}
                },
            }
        }
        let separators = separators?;
        let segment =
            |(name, from, to): (&'a str, usize, usize)| Some(Segment { name, line: text.get(from..to)?, separators });
        let segments = found.into_iter().filter_map(segment).collect();
        Some(Self { separators, segments })
    }

    /// The first segment of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<Segment<'a>> {
        self.segments.iter().find(|segment| segment.name == name).copied()
    }
}

/// What ends a line.
const BREAKS: [char; 2] = ['\r', '\n'];
/// Coding systems of three letters (HL7 table 0396) that stand at the beginning of a line only where a field was broken.
const CODING_SYSTEMS: [&str; 7] = ["SCT", "CDC", "CVX", "MVX", "NDC", "DCM", "ISO"];

/// The name of the segment that a line begins.
fn name_of(line: &str, separators: Separators) -> Option<&str> {
    let name = line.get(..3)?;
    let named = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let ends = line.get(3..)?.chars().next().is_none_or(|c| c == separators.field);
    (named && ends && !CODING_SYSTEMS.contains(&name)).then_some(name)
}

/// A text as it stands inside a component of an answer of ours, in the usual separators.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\\' => out.push_str("\\E\\"),
            '\r' | '\n' => out.push_str("\\.br\\"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A text without its escapes: separators, hexadecimal characters, line breaks. Formatting that has no letter falls away,
/// an escape that nobody knows stays as it is.
#[must_use]
pub fn unescape(text: &str, separators: Separators) -> Cow<'_, str> {
    let Some(escape) = separators.escape.filter(|e| text.contains(*e)) else { return Cow::Borrowed(text) };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(escape) {
        plain.push_str(before);
        let Some((code, behind)) = after.split_once(escape).filter(|(code, _)| code.len() <= 64) else {
            plain.push(escape);
            rest = after;
            continue;
        };
        rest = behind;
        match code {
            "F" => plain.push(separators.field),
            "S" => plain.push(separators.component),
            "T" => plain.push(separators.sub),
            "R" => plain.push(separators.repetition),
            "E" => plain.push(escape),
            "H" | "N" => {}
            _ if code.starts_with(".br") || code.starts_with(".sp") => plain.push('\n'),
            _ if code.starts_with(['.', 'C', 'M', 'Z']) => {}
            _ => match code.strip_prefix('X').and_then(hexadecimal) {
                Some(text) => plain.push_str(&text),
                None => {
                    plain.push(escape);
                    plain.push_str(code);
                    plain.push(escape);
                }
            },
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn hexadecimal(digits: &str) -> Option<String> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> =
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect();
    Some(String::from_utf8_lossy(&bytes?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Separators = Separators { field: '|', component: '^', repetition: '~', escape: Some('\\'), sub: '&' };

    #[test]
    fn a_fifth_encoding_character_moves_no_field() {
        for line in [r"MSH|^~\&|LAB|TG-CDC", r"MSH|^~\&#|LAB|TG-CDC"] {
            let message = Message::cut(line).unwrap();
            assert_eq!(message.separators, PLAIN);
            assert_eq!(message.segments[0].text(3, 1), "LAB");
            assert_eq!(message.segments[0].text(4, 1), "TG-CDC");
        }
        let other = Message::cut("MSH*!;?%*A*B\rPID*1**9!x;8!y").unwrap();
        assert_eq!(
            other.segments[1].repetitions(3).map(|r| other.segments[1].part(r, 2)).collect::<Vec<_>>(),
            ["x", "y"]
        );
    }

    #[test]
    fn a_line_that_is_no_segment_loses_nothing_else() {
        let message = Message::cut("MSH|^~\\&|A\nSPM|1|x||^1\nsome text\nSCT||5|\n\nOBX|1|F\nend").unwrap();
        assert_eq!(message.segments.iter().map(|s| s.name).collect::<Vec<_>>(), ["MSH", "SPM", "OBX"]);
        assert_eq!((message.segments[1].text(6, 1).as_ref(), message.segments[2].text(2, 1).as_ref()), ("5", "F"));
        let broken = Message::cut("MSH|^~\\&|A\rPID|1||7||L\u{ea}^Th\u{1ecb}\r\n T\u{e1}m||1950\rOBX|1").unwrap();
        assert_eq!(broken.segments[1].text(5, 2), "Th\u{1ecb} T\u{e1}m");
        assert_eq!(broken.segments[1].text(7, 1), "1950");
        assert!(Message::cut("PID|1").is_none());
        assert!(Message::cut("MSH").is_none());
        assert!(Message::cut("").is_none());
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        for (text, plain) in [
            (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
            (r"one\.br\two\X0D\three", "one\ntwo\rthree"),
            (r"\H\bold\N\ \Zx\end", "bold end"),
            (r"\XC3A9\", "é"),
            (r"C:\temp", r"C:\temp"),
            (r"\Q\", r"\Q\"),
            ("plain", "plain"),
        ] {
            assert_eq!(unescape(text, PLAIN), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_panic(text in ".*") {
            if let Some(message) = Message::cut(&format!("MSH|^~\\&|{text}")) {
                for segment in &message.segments {
                    let _ = (segment.field(5), segment.text(2, 3), segment.repetitions(3).count());
                }
            }
            let _ = Message::cut(&text);
            let _ = unescape(&text, PLAIN);
        }
    }
}
