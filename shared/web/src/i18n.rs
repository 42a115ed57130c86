//! Texts in both languages, from Fluent files. Each crate has its own catalogue; a page looks into its service's first.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, StaticLoader, langid};
use shared::bilingual::Lang;

fluent_templates::static_loader! {
    static SHELL = {
        locales: "./i18n",
        fallback_language: "vi",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static VI: LanguageIdentifier = langid!("vi");
static EN: LanguageIdentifier = langid!("en");

/// A catalogue of texts.
pub type Catalog = &'static StaticLoader;

/// The texts of the shell.
#[must_use]
pub fn shell() -> Catalog {
    &SHELL
}

/// The identifier of a language in Fluent's terms.
#[must_use]
pub fn identifier(lang: Lang) -> &'static LanguageIdentifier {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

/// A text of a catalogue; `None` where the catalogue has no such key.
#[must_use]
pub fn text(catalog: Catalog, lang: Lang, key: &str) -> Option<String> {
    catalog.try_lookup(identifier(lang), key)
}

/// A text with arguments.
#[must_use]
pub fn text_with(
    catalog: Catalog,
    lang: Lang,
    key: &str,
    args: &[(&'static str, FluentValue<'static>)],
) -> Option<String> {
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
    catalog.try_lookup_with_args(identifier(lang), key, &args)
}
