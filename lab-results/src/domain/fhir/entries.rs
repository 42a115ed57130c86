//! The resources of one Bundle, found by what refers to them.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::resources::Reference;

/// One resource.
struct Entry<'a> {
    kind: &'a str,
    value: &'a Value,
    /// The resource in which it is contained; itself where it stands alone.
    holder: usize,
}

/// The resources of a Bundle.
pub(super) struct Entries<'a> {
    resources: Vec<Entry<'a>>,
    places: HashMap<String, usize>,
    /// Contained resources: their ids hold only inside the resource that contains them (FHIR R4, references, 2.3.0.2).
    contained: HashMap<(usize, &'a str), usize>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(bundle: &'a Value) -> Self {
        let mut entries = Self { resources: Vec::new(), places: HashMap::new(), contained: HashMap::new() };
        for entry in bundle.get("entry").and_then(Value::as_array).into_iter().flatten() {
            // Some senders leave out `resource` and put it in the entry itself.
            let resource = entry.get("resource").unwrap_or(entry);
            entries.add(resource, entry.get("fullUrl").and_then(Value::as_str));
        }
        entries
    }

    fn add(&mut self, value: &'a Value, full_url: Option<&str>) {
        let Some(kind) = value.get("resourceType").and_then(Value::as_str) else { return };
        let place = self.resources.len();
        if let Some(id) = value.get("id").and_then(Value::as_str) {
            self.places.entry(format!("{kind}/{id}")).or_insert(place);
            self.places.entry(format!("{kind}/urn:uuid:{id}")).or_insert(place);
        }
        if let Some(url) = full_url {
            self.places.entry(url.to_owned()).or_insert(place);
        }
        self.resources.push(Entry { kind, value, holder: place });
        for contained in value.get("contained").and_then(Value::as_array).into_iter().flatten() {
            if let Some(id) = contained.get("id").and_then(Value::as_str) {
                let kind = contained.get("resourceType").and_then(Value::as_str).unwrap_or_default();
                self.contained.entry((place, id.trim_start_matches('#'))).or_insert(self.resources.len());
                self.resources.push(Entry { kind, value: contained, holder: place });
            }
        }
    }

    /// Where the resource lies to which the one at `from` refers.
    pub(super) fn place(&self, reference: &Reference, from: usize) -> Option<usize> {
        let text = reference.reference.as_deref()?;
        if let Some(id) = text.strip_prefix('#') {
            return self.contained.get(&(self.resources[from].holder, id)).copied();
        }
        let mut parts = text.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next().unwrap_or_default());
        self.places.get(text).or_else(|| self.places.get(&format!("{kind}/{id}"))).copied()
    }

    /// The resource of a kind to which the one at `from` refers.
    pub(super) fn referred<T: DeserializeOwned>(
        &self,
        reference: Option<&Reference>,
        kind: &str,
        from: usize,
    ) -> Option<T> {
        let found = &self.resources[self.place(reference?, from)?];
        (found.kind == kind).then(|| T::deserialize(found.value).ok()).flatten()
    }

    /// All resources of a kind, contained ones too.
    pub(super) fn all<T: DeserializeOwned>(&self, kind: &str) -> Vec<(usize, T)> {
        let of_kind = self.resources.iter().enumerate().filter(|(_, found)| found.kind == kind);
        of_kind.filter_map(|(place, found)| Some((place, T::deserialize(found.value).ok()?))).collect()
    }

    /// The only resource of a kind that the one at `from` may mean without naming it: what another resource contains
    /// is that one's.
    pub(super) fn only<T: DeserializeOwned>(&self, kind: &str, from: usize) -> Option<T> {
        let mut found = self.all::<T>(kind).into_iter().filter(|(place, _)| self.is_near(*place, from));
        let (_, first) = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Whether a resource stands alone or is contained where the one at `from` is.
    pub(super) fn is_near(&self, place: usize, from: usize) -> bool {
        let holder = self.resources[place].holder;
        holder == place || holder == self.resources[from].holder
    }
}

/// How deep Bundles may lie in one another.
const DEEPEST: usize = 4;

/// Every Bundle of a document: the document itself, or what it wraps (Singapore's HealthCert `fhirBundle`, a SMART Health
/// Card), and the Bundles among their entries.
pub(super) fn bundles(document: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    gather(unwrapped(document), DEEPEST, &mut found);
    found
}

fn gather<'a>(value: &'a Value, left: usize, found: &mut Vec<&'a Value>) {
    if left == 0 || value.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return;
    }
    found.push(value);
    for entry in value.get("entry").and_then(Value::as_array).into_iter().flatten() {
        gather(unwrapped(entry.get("resource").unwrap_or(entry)), left - 1, found);
    }
}

/// What a certificate wraps.
pub(super) fn unwrapped(document: &Value) -> &Value {
    let paths = ["/fhirBundle", "/vc/credentialSubject/fhirBundle", "/credentialSubject/fhirBundle"];
    paths.into_iter().find_map(|path| document.pointer(path)).unwrap_or(document)
}
