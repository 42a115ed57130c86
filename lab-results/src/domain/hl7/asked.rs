//! Which answers a sender asks for (HL7 v2.5.1, chapter 2, section 2.9; MSH-15 and MSH-16, table 0155).

/// Under which condition an answer is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Condition {
    /// Nothing is said, or nothing that the table knows.
    #[default]
    Unsaid,
    /// AL: always.
    Always,
    /// NE: never.
    Never,
    /// ER: only where the message is refused.
    OnError,
    /// SU: only where the message is taken.
    OnSuccess,
}

impl Condition {
    fn of(code: &str) -> Self {
        match code.trim().to_ascii_uppercase().as_str() {
            "AL" => Self::Always,
            "NE" => Self::Never,
            "ER" => Self::OnError,
            "SU" => Self::OnSuccess,
            _ => Self::Unsaid,
        }
    }

    const fn asks(self) -> bool {
        matches!(self, Self::Always | Self::OnError | Self::OnSuccess)
    }

    const fn holds(self, taken: bool) -> bool {
        match self {
            Self::Always => true,
            Self::OnError => !taken,
            Self::OnSuccess => taken,
            Self::Unsaid | Self::Never => false,
        }
    }
}

/// What a message says about its answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    accept: Condition,
    application: Condition,
}

/// The answers to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// One of the original mode (AA, AE, AR).
    Original,
    /// The one of the system that stores (CA, CE, CR).
    Accept,
    /// The one of the application that judges (AA, AE, AR).
    Application,
    /// First CA, then AA.
    Both,
    /// None: the sender asks for one under a condition that does not hold.
    Silence,
}

impl Asked {
    /// By the codes of MSH-15 and MSH-16.
    #[must_use]
    pub fn of(accept: &str, application: &str) -> Self {
        Self { accept: Condition::of(accept), application: Condition::of(application) }
    }

    /// The answers to a message that was taken, or refused.
    ///
    /// A message that asks for no answer at all (both NE, as the profile PHLabReport-NoAck writes) is answered in the
    /// original mode all the same, which is more than the standard says: a positive that was refused must not be lost
    /// without a word, and who wants no answer need not read it. Where a message is refused before it is stored, the
    /// exchange ends with that: the application never had it.
    #[must_use]
    pub const fn answers(self, taken: bool) -> Answers {
        if !self.accept.asks() && !self.application.asks() {
            return Answers::Original;
        }
        match (self.accept.holds(taken), self.application.holds(taken)) {
            (true, true) if taken => Answers::Both,
            (true, _) => Answers::Accept,
            (false, true) => Answers::Application,
            (false, false) => Answers::Silence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_fields_say_who_answers_and_when() {
        for (accept, application, taken, refused) in [
            ("", "", Answers::Original, Answers::Original),
            ("NE", "NE", Answers::Original, Answers::Original),
            ("", "NE", Answers::Original, Answers::Original),
            ("Y", "?", Answers::Original, Answers::Original),
            ("AL", "NE", Answers::Accept, Answers::Accept),
            ("al", "", Answers::Accept, Answers::Accept),
            ("ER", "NE", Answers::Silence, Answers::Accept),
            ("SU", "NE", Answers::Accept, Answers::Silence),
            ("NE", "AL", Answers::Application, Answers::Application),
            ("NE", "ER", Answers::Silence, Answers::Application),
            ("", "SU", Answers::Application, Answers::Silence),
            ("AL", "AL", Answers::Both, Answers::Accept),
            ("AL", "ER", Answers::Accept, Answers::Accept),
            ("ER", "AL", Answers::Application, Answers::Accept),
            ("SU", "ER", Answers::Accept, Answers::Application),
        ] {
            let asked = Asked::of(accept, application);
            assert_eq!(asked.answers(true), taken, "{accept}|{application}, taken");
            assert_eq!(asked.answers(false), refused, "{accept}|{application}, refused");
        }
    }
}
