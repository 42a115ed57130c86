//! The texts of messages in both languages, from `i18n/{vi,en}/messages.ftl`.
//!
//! A message never holds a diagnosis, the name of a person or the name of a place: a whole family may share a phone,
//! and anybody can read a locked screen ("Never put a diagnosis in an SMS", vietnam.md, section 6.4). It says that
//! there is something to see and where; the page behind the link asks who is looking.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid};
use shared::bilingual::Lang;
use shared::events::{AlertLevel, ExposureLevel};
use shared::time::Date;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./i18n",
        fallback_language: "vi",
        // The invisible marks around inserted values would spoil links and cost characters.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static VI: LanguageIdentifier = langid!("vi");
static EN: LanguageIdentifier = langid!("en");

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// A test result can be seen, was corrected or withdrawn. Takes [`Arg::Change`] and [`Arg::Link`].
    ResultReady,
    /// A person who may have been infectious was near. Takes [`Arg::Exposure`], [`Arg::Day`] and [`Arg::Link`].
    ExposureFound,
    /// What was said of an exposure does not hold any more. Takes [`Arg::Link`].
    ExposureWithdrawn,
    /// Everybody who was at a place is told. Takes [`Arg::Day`] and [`Arg::Link`].
    VenueAlert,
    /// An alert for those on duty. Takes [`Arg::Alert`] and [`Arg::Link`].
    AlertOnCall,
    /// Nobody took an alert in time; it came to the next. Takes [`Arg::Alert`] and [`Arg::Link`].
    AlertEscalated,
    /// A patient is to report every day. Takes [`Arg::Link`].
    CaseOpened,
    /// A paper of one's own is there. Takes [`Arg::Link`].
    PaperIssued,
    /// A one-time code. Takes [`Arg::Code`] and [`Arg::Minutes`].
    OneTimeCode,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 9] = [
        Self::ResultReady,
        Self::ExposureFound,
        Self::ExposureWithdrawn,
        Self::VenueAlert,
        Self::AlertOnCall,
        Self::AlertEscalated,
        Self::CaseOpened,
        Self::PaperIssued,
        Self::OneTimeCode,
    ];

    /// The code in the table of messages, in idempotency keys and in metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResultReady => "result_ready",
            Self::ExposureFound => "exposure_found",
            Self::ExposureWithdrawn => "exposure_withdrawn",
            Self::VenueAlert => "venue_alert",
            Self::AlertOnCall => "alert_on_call",
            Self::AlertEscalated => "alert_escalated",
            Self::CaseOpened => "case_opened",
            Self::PaperIssued => "paper_issued",
            Self::OneTimeCode => "one_time_code",
        }
    }

    /// The key in the Fluent files.
    fn key(self) -> String {
        self.code().replace('_', "-")
    }
}

/// What became of a result since the person was last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultChange {
    /// It is there for the first time.
    New,
    /// The laboratory corrected it.
    Corrected,
    /// It says nothing about this person any more.
    Withdrawn,
}

impl ResultChange {
    const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A value that a template takes.
#[derive(Clone, PartialEq, Eq)]
pub enum Arg {
    /// The address of the page where more is said.
    Link(String),
    /// A local day; written as `10/03/2022`.
    Day(Date),
    /// How near an exposure was.
    Exposure(ExposureLevel),
    /// The exposure is that of people who live together.
    Household,
    /// How dangerous an alert is.
    Alert(AlertLevel),
    /// What became of a result.
    Change(ResultChange),
    /// A one-time code.
    Code(String),
    /// How many minutes a one-time code is good for.
    Minutes(i64),
}

impl Arg {
    /// The name in the Fluent files.
    const fn name(&self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Day(_) => "day",
            Self::Exposure(_) | Self::Household | Self::Alert(_) => "level",
            Self::Change(_) => "change",
            Self::Code(_) => "code",
            Self::Minutes(_) => "minutes",
        }
    }

    fn value(&self) -> FluentValue<'_> {
        match self {
            Self::Link(text) | Self::Code(text) => FluentValue::from(text.as_str()),
            Self::Day(day) => FluentValue::from(format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())),
            Self::Exposure(level) => FluentValue::from(level.code()),
            Self::Household => FluentValue::from("household"),
            Self::Alert(level) => FluentValue::from(level.code()),
            Self::Change(change) => FluentValue::from(change.code()),
            Self::Minutes(minutes) => FluentValue::from(*minutes),
        }
    }
}

impl core::fmt::Debug for Arg {
    /// Shows the name alone: a link or a code lets its reader in.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Arg({})", self.name())
    }
}

/// A message in one language, in its short and its long form.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject line of an e-mail.
    pub subject: String,
    /// The short form: SMS, Zalo, push.
    pub text: String,
    /// The body of an e-mail.
    pub body: String,
}

impl core::fmt::Debug for Rendered {
    /// Shows the length alone: a link or a code lets its reader in.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Rendered({} characters)", self.text.chars().count())
    }
}

/// A template could not be rendered: it lacks a text in this language, or a value was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the template {key} cannot be rendered in {lang}: a text or a value is missing")]
pub struct RenderError {
    /// The key in the Fluent file.
    pub key: String,
    /// The language's tag.
    pub lang: &'static str,
}

/// Writes a message.
///
/// # Errors
/// When a value is missing that the template takes, or the language lacks the text.
pub fn render(template: Template, lang: Lang, args: &[Arg]) -> Result<Rendered, RenderError> {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|arg| (Cow::Borrowed(arg.name()), arg.value())).collect();
    let key = template.key();
    let text = |key: String| {
        // Without the fallback of the loader: a missing English text must fail a test, not arrive in Vietnamese.
        TEXTS
            .lookup_single_language(identifier(lang), &key, Some(&values))
            .map_err(|_| RenderError { key, lang: lang.tag() })
    };
    Ok(Rendered { subject: text(format!("{key}.subject"))?, body: text(format!("{key}.body"))?, text: text(key)? })
}

fn identifier(lang: Lang) -> &'static LanguageIdentifier {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const LINK: &str = "https://antam.example/r/7ZK40QW9M3XT";

    /// Every template with every variant of its values.
    fn samples() -> Vec<(Template, Vec<Arg>)> {
        let link = || Arg::Link(LINK.to_owned());
        let mut samples = vec![
            (Template::CaseOpened, vec![link()]),
            (Template::ExposureWithdrawn, vec![link()]),
            (Template::VenueAlert, vec![Arg::Day(date(2022, 3, 10)), link()]),
            (Template::PaperIssued, vec![link()]),
            (Template::OneTimeCode, vec![Arg::Code("048213".to_owned()), Arg::Minutes(10)]),
        ];
        for change in [ResultChange::New, ResultChange::Corrected, ResultChange::Withdrawn] {
            samples.push((Template::ResultReady, vec![Arg::Change(change), link()]));
        }
        for level in [ExposureLevel::SamePlace, ExposureLevel::Brief, ExposureLevel::Close] {
            let day = Arg::Day(date(2022, 3, 10));
            samples.push((Template::ExposureFound, vec![Arg::Exposure(level), day, link()]));
        }
        for level in [AlertLevel::Watch, AlertLevel::Urgent, AlertLevel::Emergency] {
            samples.push((Template::AlertOnCall, vec![Arg::Alert(level), link()]));
            samples.push((Template::AlertEscalated, vec![Arg::Alert(level), link()]));
        }
        samples
    }

    fn rendered() -> Vec<(Template, Lang, Rendered)> {
        let both = |(template, args): (Template, Vec<Arg>)| {
            [Lang::Vi, Lang::En].map(|lang| (template, lang, render(template, lang, &args).unwrap()))
        };
        samples().into_iter().flat_map(both).collect()
    }

    #[test]
    fn every_template_has_a_sample_and_every_sample_a_text_of_its_own() {
        let samples = samples();
        assert!(Template::ALL.iter().all(|template| samples.iter().any(|(sampled, _)| sampled == template)));
        let mut texts: Vec<String> = rendered().into_iter().map(|(_, _, rendered)| rendered.text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 2 * samples.len());
    }

    #[test]
    fn what_is_inserted_is_there_and_nothing_of_the_syntax_is_left() {
        for (template, lang, rendered) in rendered() {
            let wanted = if template == Template::OneTimeCode { "048213" } else { LINK };
            for text in [&rendered.text, &rendered.body] {
                assert!(text.contains(wanted), "{template:?} {lang:?}: {text}");
            }
            for text in [&rendered.subject, &rendered.text, &rendered.body] {
                assert!(!text.contains(['{', '}', '$', '\u{2068}', '\u{2069}']), "{template:?} {lang:?}: {text}");
            }
            assert!(!rendered.subject.contains('\n') && !rendered.text.contains('\n'), "{template:?} {lang:?}");
        }
    }

    #[test]
    fn no_message_tells_a_diagnosis() {
        let words =
            ["dương tính", "âm tính", "positive", "negative", "covid", "corona", "sars", "f0", "f1", "nhiễm", "mắc"];
        for (template, lang, rendered) in rendered() {
            for text in [rendered.subject, rendered.text, rendered.body] {
                let text = text.replace(LINK, "").to_lowercase();
                let told = words.iter().find(|word| text.contains(*word));
                assert_eq!(told, None, "{template:?} {lang:?}: {text}");
            }
        }
    }

    #[test]
    fn an_sms_fits_into_three_parts() {
        // 67 UCS-2 characters a part where an SMS has several (3GPP TS 23.040).
        for (template, lang, rendered) in rendered() {
            let length = rendered.text.encode_utf16().count();
            assert!(length <= 3 * 67, "{template:?} {lang:?}: {length} in {}", rendered.text);
        }
    }

    #[test]
    fn an_exposure_names_its_day_as_people_write_it() {
        let args = [Arg::Exposure(ExposureLevel::Close), Arg::Day(date(2022, 3, 1)), Arg::Link(LINK.to_owned())];
        let rendered = render(Template::ExposureFound, Lang::Vi, &args).unwrap();
        assert!(rendered.text.contains("ngày 01/03/2022"), "{}", rendered.text);
        assert!(rendered.body.contains("Ngày 01/03/2022"), "{}", rendered.body);
    }

    #[test]
    fn a_missing_value_is_an_error_in_both_languages() {
        for (template, args) in samples() {
            for (lang, left_out) in [Lang::Vi, Lang::En].into_iter().flat_map(|l| (0..args.len()).map(move |i| (l, i)))
            {
                let mut fewer = args.clone();
                fewer.remove(left_out);
                assert!(render(template, lang, &fewer).is_err(), "{template:?} {lang:?} without {:?}", args[left_out]);
            }
        }
    }

    #[test]
    fn debug_shows_neither_link_nor_code() {
        let args = [Arg::Code("048213".to_owned()), Arg::Minutes(10)];
        let shown = format!("{args:?} {:?}", render(Template::OneTimeCode, Lang::Vi, &args).unwrap());
        assert!(!shown.contains("048213"), "{shown}");
    }
}
