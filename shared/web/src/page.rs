//! What every page shares: language, navigation, who is signed in.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use fluent_templates::fluent_bundle::FluentValue;
use shared::access::{Account, Role};
use shared::bilingual::Lang;
use shared::time::Instant;

use crate::assets;
use crate::caller::Caller;
use crate::context::RequestContext;
use crate::i18n::{self, Catalog};
use crate::problem::Problem;

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it leads.
    pub href: &'static str,
    /// Its word.
    pub label: String,
    /// What it is to the page at hand, as `aria-current` says it: `page` for itself, `true` for what it belongs to.
    pub current: Option<&'static str>,
    /// Its picture in the sprite.
    pub icon: &'static str,
}

/// Who is signed in, as the header shows.
#[derive(Debug, Clone)]
pub struct PageAccount {
    /// The name that people see.
    pub display_name: String,
    /// The roles in words.
    pub roles_label: String,
}

/// What every page's template is given as `page`.
#[derive(Clone)]
pub struct Page {
    /// `vi` or `en`.
    pub lang: &'static str,
    /// The title, without the product's name.
    pub title: String,
    /// Path and query of the page.
    pub path: String,
    /// Who is signed in.
    pub account: Option<PageAccount>,
    /// The navigation.
    pub nav: Vec<NavItem>,
    /// Demo mode.
    pub demo: bool,
    /// A working screen: denser than a citizen's page.
    pub work: bool,
    /// Shows the counter of the oldest unanswered alert.
    pub on_duty: bool,
    /// The same page in the other language.
    pub switch_lang_href: String,
    language: Lang,
    catalog: Catalog,
}

/// Where each role works, in the order of the navigation.
const NAV: &[(&str, &str, &str, &[Role])] = &[
    ("/board", "nav-board", "board", &[Role::Doctor, Role::Officer, Role::Nurse]),
    ("/station", "nav-station", "list", &[Role::Nurse]),
    ("/hotline", "nav-hotline", "phone", &[Role::Hotline]),
    ("/shifts", "nav-shifts", "hand", &[Role::Doctor, Role::Nurse]),
    ("/dashboard", "nav-dashboard", "chart", &[Role::Officer, Role::Admin]),
    ("/lab", "nav-lab", "flask", &[Role::Lab, Role::Officer]),
    ("/sampling", "nav-sampling", "qr", &[Role::Sampler]),
    ("/lab/tubes", "nav-tubes", "flask", &[Role::Sampler]),
    ("/venue", "nav-venue", "pin", &[Role::Venue]),
    ("/venue/waiting", "nav-waiting", "pin", &[Role::Nurse]),
    ("/exposures", "nav-exposures", "people", &[Role::Officer]),
    ("/exposures/untold", "nav-untold", "bell", &[Role::Nurse]),
    ("/people", "nav-people", "search", &[Role::Officer, Role::Doctor, Role::Nurse, Role::Hotline]),
    ("/duties", "nav-duties", "calendar", &[Role::Doctor, Role::Nurse, Role::Officer]),
    ("/protocols", "nav-protocols", "file", &[Role::Doctor, Role::Nurse, Role::Officer, Role::Hotline]),
    ("/operations", "nav-operations", "shield", &[Role::Admin]),
];

impl Page {
    /// A page for a caller. `title_key` is looked up in the catalogue.
    #[must_use]
    pub fn new(caller: &Caller, catalog: Catalog, title_key: &str) -> Self {
        let mut page = Self::bare(&caller.context, catalog);
        page.title = page.t(title_key);
        if let Some(account) = caller.account() {
            page.nav = page.navigation(account);
            page.on_duty = account.has(Role::Doctor);
            page.account = Some(PageAccount {
                display_name: account.display_name.clone(),
                roles_label: page.roles_label(&account.roles),
            });
        }
        page
    }

    fn bare(context: &RequestContext, catalog: Catalog) -> Self {
        let other = if context.lang == Lang::Vi { Lang::En } else { Lang::Vi };
        Self {
            lang: context.lang.tag(),
            title: String::new(),
            path: context.path.clone(),
            account: None,
            nav: Vec::new(),
            demo: context.demo,
            work: false,
            on_duty: false,
            switch_lang_href: with_lang(&context.path, other),
            language: context.lang,
            catalog,
        }
    }

    /// The same page with a title of its own.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same page as a working screen.
    #[must_use]
    pub fn work(mut self) -> Self {
        self.work = true;
        self
    }

    /// The same page with "Lỗi:" before its title, as a form with errors has it.
    #[must_use]
    pub fn with_errors(mut self) -> Self {
        self.title = format!("{} {}", self.t("form-error-prefix"), self.title);
        self
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Lang {
        self.language
    }

    /// A text of the service's catalogue, or of the shell's; the key itself where neither has it.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        i18n::text(self.catalog, self.language, key)
            .or_else(|| i18n::text(i18n::shell(), self.language, key))
            .unwrap_or_else(|| key.to_owned())
    }

    /// A text with arguments.
    #[must_use]
    pub fn t_with(&self, key: &str, args: &[(&'static str, FluentValue<'static>)]) -> String {
        i18n::text_with(self.catalog, self.language, key, args)
            .or_else(|| i18n::text_with(i18n::shell(), self.language, key, args))
            .unwrap_or_else(|| key.to_owned())
    }

    /// The address of an asset.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::href(name)
    }

    /// A whole number as the page's language groups it.
    #[must_use]
    pub fn figure(&self, n: i64) -> String {
        figure(self.language, n)
    }

    /// A moment as `dd/MM/yyyy HH:mm` on the wall clock of Vietnam.
    #[must_use]
    pub fn exact(&self, at: Instant) -> String {
        exact(at)
    }

    /// A moment as a person says it: "12 phút trước".
    #[must_use]
    pub fn ago(&self, at: Instant, now: Instant) -> String {
        ago(self.language, at, now)
    }

    fn navigation(&self, account: &Account) -> Vec<NavItem> {
        let entries: Vec<_> = NAV.iter().filter(|(.., roles)| account.has_any(roles)).collect();
        let path = self.path.split('?').next().unwrap_or_default();
        let nearest = section(path, entries.iter().map(|(href, ..)| *href));
        let item = |(href, key, icon, _): &(&'static str, &str, &'static str, _)| {
            let state = if path == *href { "page" } else { "true" };
            NavItem { href, label: self.t(key), current: (nearest == Some(*href)).then_some(state), icon }
        };
        entries.into_iter().map(item).collect()
    }

    fn roles_label(&self, roles: &[Role]) -> String {
        let words: Vec<String> = roles.iter().map(|role| self.t(&format!("role-{}", role.code()))).collect();
        words.join(", ")
    }
}

/// The entry that a page belongs to: itself, or else the nearest one above it. The pages of a case are below the board.
fn section(path: &str, entries: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let above = |href: &&str| {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let of_case = *href == "/board" && path.strip_prefix("/cases").is_some_and(below);
        path.strip_prefix(*href).is_some_and(below) || of_case
    };
    entries.filter(above).max_by_key(|href| href.len())
}

/// A whole number as the language groups it: `1.250` in Vietnamese, `1,250` in English.
#[must_use]
pub fn figure(lang: Lang, n: i64) -> String {
    let mark = if lang == Lang::Vi { '.' } else { ',' };
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A moment as `dd/MM/yyyy HH:mm` on the wall clock of Vietnam.
#[must_use]
pub fn exact(at: Instant) -> String {
    let local = at.local();
    format!("{:02}/{:02}/{} {:02}:{:02}", local.day(), local.month(), local.year(), local.hour(), local.minute())
}

/// A moment as a person says it.
#[must_use]
pub fn ago(lang: Lang, at: Instant, now: Instant) -> String {
    let minutes = now.since(at).as_secs() / 60;
    let (n, vi, en) = match minutes {
        ..=0 => return if lang == Lang::Vi { "vừa xong".to_owned() } else { "just now".to_owned() },
        1..=59 => (minutes, "phút", "min"),
        60..=1_439 => (minutes / 60, "giờ", "h"),
        _ => (minutes / 1_440, "ngày", "d"),
    };
    if lang == Lang::Vi { format!("{n} {vi} trước") } else { format!("{n} {en} ago") }
}

/// The same address with another `lang`.
fn with_lang(path: &str, lang: Lang) -> String {
    let (base, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    let lead = if kept.is_empty() { String::new() } else { format!("{}&", kept.join("&")) };
    format!("{base}?{lead}lang={}", lang.tag())
}

/// Renders a template as the body of an answer.
pub fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let mut response = Html(text).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be rendered");
            Problem::internal().into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    happened: String,
    safe: String,
    todo: String,
    request_id: String,
}

/// The page that tells of a problem.
pub(crate) fn error_page(problem: &Problem, context: &RequestContext) -> Response {
    let page = Page::bare(context, i18n::shell()).titled(problem.title.get(context.lang));
    let (safe, todo) = match problem.status {
        status if status.is_server_error() => ("error-safe-server", "error-todo-server"),
        StatusCode::NOT_FOUND => ("error-safe-none", "error-todo-address"),
        _ => ("error-safe-none", "error-todo-check"),
    };
    let mut happened = problem.detail.get(context.lang).to_owned();
    for error in &problem.errors {
        happened.push('\n');
        happened.push_str(error.detail.get(context.lang));
    }
    let template =
        ErrorPage { happened, safe: page.t(safe), todo: page.t(todo), request_id: context.request_id.clone(), page };
    html(&template)
}

/// Sends a person to the sign-in page, and back afterwards where the address can be opened `again` (a form cannot).
pub(crate) fn redirect_to_login(context: &RequestContext, again: bool) -> Response {
    if !again {
        return Redirect::to("/login").into_response();
    }
    let next: String = context
        .path
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_language_keeps_the_rest_of_the_query() {
        assert_eq!(with_lang("/board", Lang::En), "/board?lang=en");
        assert_eq!(with_lang("/people?q=an&lang=vi&page=2", Lang::En), "/people?q=an&page=2&lang=en");
    }

    #[test]
    fn a_page_belongs_to_the_nearest_entry_above_it() {
        let of = |path| section(path, ["/board", "/lab", "/lab/tubes", "/people"].into_iter());
        assert_eq!(of("/lab"), Some("/lab"));
        assert_eq!(of("/lab/pools/17"), Some("/lab"));
        assert_eq!(of("/lab/tubes/17"), Some("/lab/tubes"));
        assert_eq!(of("/cases/17/intake"), Some("/board"));
        assert_eq!((of("/labels"), of("/"), of("/casework")), (None, None, None));
    }

    #[test]
    fn figures_are_grouped_as_the_language_groups_them() {
        assert_eq!([0, 999, 1_379].map(|n| figure(Lang::Vi, n)), ["0", "999", "1.379"]);
        assert_eq!(figure(Lang::En, -1_250_000), "-1,250,000");
    }

    #[test]
    fn moments_are_said_as_people_say_them() {
        let now: Instant = "2022-03-10T08:00:00Z".parse().unwrap();
        assert_eq!(ago(Lang::Vi, "2022-03-10T07:48:00Z".parse().unwrap(), now), "12 phút trước");
        assert_eq!(ago(Lang::En, "2022-03-10T05:00:00Z".parse().unwrap(), now), "3 h ago");
        assert_eq!(ago(Lang::Vi, now, now), "vừa xong");
        assert_eq!(exact(now), "10/03/2022 15:00");
    }
}
