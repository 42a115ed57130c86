//! The language of the answer, and the texts in both.

use std::collections::BTreeSet;

use crate::world::World;

/// Vietnamese and English.
pub const CATALOGUES: [&str; 2] = [include_str!("../../i18n/vi/shell.ftl"), include_str!("../../i18n/en/shell.ftl")];

/// The keys of a catalogue.
pub fn keys(catalogue: &str) -> BTreeSet<&str> {
    let lines = catalogue.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    lines.filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
}

#[tokio::test]
async fn a_chosen_language_is_remembered_and_stronger_than_what_the_browser_prefers() {
    let world = World::new().await;
    let vietnamese = world.get("/").browser().send().await;
    assert!(vietnamese.text.contains(r#"<html lang="vi">"#) && vietnamese.text.contains(r#"href="/?lang=en""#));
    assert!(!vietnamese.headers.contains_key("set-cookie"));
    let chosen = world.get("/?lang=en").browser().send().await;
    assert!(chosen.text.contains(r#"<html lang="en">"#));
    assert_eq!(chosen.header("set-cookie"), "lang=en; Path=/; Max-Age=31536000; SameSite=Lax");
    let later = world.get("/").browser().header("cookie", "a=b; lang=en").header("accept-language", "vi").send().await;
    assert!(later.text.contains(r#"<html lang="en">"#));
    let preferred = world.get("/").browser().header("accept-language", "en").send().await;
    assert!(preferred.text.contains(r#"<html lang="en">"#));
}

#[tokio::test]
async fn a_language_that_is_none_of_ours_is_neither_taken_nor_remembered() {
    let world = World::new().await;
    for odd in ["fr", "", "en%0d%0aSet-Cookie:%20a=b", "%65n"] {
        let answer = world.get(&format!("/?lang={odd}")).browser().send().await;
        assert!(answer.text.contains(r#"<html lang="vi">"#), "{odd}");
        assert!(!answer.headers.contains_key("set-cookie"), "{odd}");
    }
    let program = world.get("/healthz?lang=en").send().await;
    assert!(!program.headers.contains_key("set-cookie"), "programs get no cookie");
}

#[test]
fn both_catalogues_have_the_same_keys_and_a_text_for_each() {
    let [vi, en] = CATALOGUES;
    assert_eq!(keys(vi), keys(en));
    assert!(keys(vi).len() > 100);
    for line in vi.lines().chain(en.lines()).filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
        let (key, text) = line.split_once('=').unwrap();
        assert!(!text.trim().is_empty(), "{key}");
    }
}

#[test]
fn every_key_that_a_template_names_is_in_the_catalogues() {
    let known = keys(CATALOGUES[0]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut named = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = std::fs::read_to_string(&path).unwrap();
        for part in template.split(".t(\"").skip(1) {
            let key = part.split('"').next().unwrap();
            assert!(known.contains(key), "{}: {key}", path.display());
            named += 1;
        }
    }
    assert!(named > 80, "{named}");
}
