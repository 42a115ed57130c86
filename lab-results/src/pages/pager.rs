//! The way to the other pages of a list, which keeps what the list was filtered by.

/// Where the first page and the next one stand; empty where there is none to go to.
pub(super) struct Pager {
    pub(super) first: String,
    pub(super) more: String,
}

impl Pager {
    /// The pager of the list at `path`, whose heading has the id `place`. `kept` are the other parts of its address, which need
    /// no escapes; an empty one is left out. `after` is the part that says where a page begins, `here` where this one does, and
    /// `next` where the next one would.
    pub(super) fn new(
        (path, place): (&str, &str),
        kept: &[(&str, &str)],
        (after, here): (&str, Option<&str>),
        next: Option<&str>,
    ) -> Self {
        let address = |begins: Option<&str>| {
            let begins = begins.map(|begins| (after, begins));
            let parts = kept.iter().copied().filter(|(_, value)| !value.is_empty()).chain(begins);
            let query: Vec<String> = parts.map(|(name, value)| format!("{name}={value}")).collect();
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{path}{mark}{}#{place}", query.join("&"))
        };
        Self {
            first: here.map(|_| address(None)).unwrap_or_default(),
            more: next.map(|next| address(Some(next))).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_on_and_back_with_its_filter() {
        let of =
            |here, next| Pager::new(("/lab/pools", "list"), &[("state", "positive"), ("x", "")], ("after", here), next);
        let (first, more) = ("/lab/pools?state=positive#list", "/lab/pools?state=positive&after=2#list");
        for (here, next, wanted) in [
            (None, None, ["", ""]),
            (None, Some("2"), ["", more]),
            (Some("1"), Some("2"), [first, more]),
            (Some("1"), None, [first, ""]),
        ] {
            let pager = of(here, next);
            assert_eq!([pager.first.as_str(), pager.more.as_str()], wanted);
        }
        assert_eq!(Pager::new(("/lab/undo", "list"), &[], ("after", Some("1")), None).first, "/lab/undo#list");
    }
}
