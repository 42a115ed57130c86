//! What can be said of a page without a browser: its language, headings, labels and texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::languages::{CATALOGUES, keys};

/// A tag with its attributes.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

/// Reads a page into its tags and the text between them. Our own templates are well-formed, which is all that it needs.
fn read(html: &str) -> (Vec<Tag>, String) {
    let (mut tags, mut text) = (Vec::new(), String::new());
    for piece in html.split('<').skip(1) {
        let (inside, after) = piece.split_once('>').unwrap_or_else(|| panic!("a tag does not end: {piece}"));
        text.push_str(after);
        text.push('\n');
        if !inside.starts_with('!') && !inside.starts_with('/') {
            tags.push(tag(inside));
        }
    }
    (tags, text)
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"').unwrap();
                rest = after;
                value
            }
            None => "",
        };
        assert!(attributes.insert(key.clone(), value.to_owned()).is_none(), "{inside}: {key} twice");
    }
    Tag { name: name.to_owned(), attributes }
}

impl Tag {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }
}

/// Checks what WCAG 2.2 asks of every page, as far as its text shows it, and that no key was left without its text.
pub fn check(what: &str, html: &str, lang: &str) {
    let (tags, text) = read(html);
    let all = |name: &'static str| tags.iter().filter(move |tag| tag.name == name);
    assert_eq!(all("html").next().unwrap().get("lang"), lang, "{what}: 3.1.1 language of the page");
    assert_eq!(all("h1").count(), 1, "{what}: one h1");
    assert_eq!(all("main").count(), 1, "{what}: one main");
    assert_eq!(all("title").count(), 1, "{what}: 2.4.2 title");
    let mut level = 0;
    for heading in tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse::<u32>().ok()) {
        assert!(heading <= level + 1, "{what}: h{heading} after h{level}");
        level = heading;
    }
    let ids: Vec<&str> = tags.iter().map(|tag| tag.get("id")).filter(|id| !id.is_empty()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{what}: an id twice");
    for tag in &tags {
        for pointing in ["for", "aria-labelledby", "aria-describedby"] {
            for id in tag.get(pointing).split_whitespace() {
                assert!(unique.contains(id), "{what}: {pointing} points at {id}");
            }
        }
        assert!(!tag.attributes.keys().any(|name| name.starts_with("on") || name == "style"), "{what}: CSP");
    }
    labels(what, html, &tags);
    for image in all("img") {
        assert!(image.has("alt"), "{what}: 1.1.1 alt");
    }
    for script in all("script") {
        assert!(script.has("src"), "{what}: CSP forbids inline script");
    }
    assert_eq!(all("style").count(), 0, "{what}: CSP forbids inline style");
    leftovers(what, &tags, &text);
}

/// Every field has a label (3.3.2), every button a name (4.1.2).
fn labels(what: &str, html: &str, tags: &[Tag]) {
    let labelled: BTreeSet<&str> = tags.iter().filter(|tag| tag.name == "label").map(|tag| tag.get("for")).collect();
    for field in tags.iter().filter(|tag| matches!(tag.name.as_str(), "input" | "select" | "textarea")) {
        let hidden = matches!(field.get("type"), "hidden" | "submit");
        let inside_label = field.get("type") == "checkbox" && html.contains("<label class=\"check-line");
        let named = labelled.contains(field.get("id")) && field.has("id");
        assert!(
            hidden || inside_label || named || field.has("aria-label"),
            "{what}: {} has no label",
            field.get("name")
        );
    }
    for piece in html.split("<button").skip(1) {
        let (inside, after) = piece.split_once('>').unwrap();
        let content = after.split("</button>").next().unwrap();
        let words: String = read(&format!("<b>{content}")).1;
        assert!(inside.contains("aria-label=\"") || !words.trim().is_empty(), "{what}: a button without a name");
    }
}

/// A key without a text stands in the page as it is.
fn leftovers(what: &str, tags: &[Tag], text: &str) {
    let spoken = tags.iter().flat_map(|tag| ["title", "aria-label", "placeholder", "alt"].map(|name| tag.get(name)));
    let known = keys(CATALOGUES[0]);
    for word in spoken.chain([text]).flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')) {
        assert!(!known.contains(word) || !word.contains('-'), "{what}: the key {word} is shown");
    }
}
