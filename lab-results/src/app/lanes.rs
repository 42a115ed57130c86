//! Which rows of a chunk may be stored side by side: those that share no result, no tube and no name or number of a person.
//! Nothing that one of two such rows does can be seen by the other, so that their order says nothing.

use std::collections::HashMap;

use crate::app::known::{barcodes, described};
use crate::app::row::{Incoming, key_of};
use crate::domain::result::PersonRef;
use crate::domain::tube::TubeCode;

/// Deals the rows out to at most so many lanes of about the same length; within a lane they stay in their order. Rows are
/// given by their places.
#[must_use]
pub fn deal(rows: &[Incoming], lanes: usize) -> Vec<Vec<usize>> {
    let mut groups = Groups((0..rows.len()).collect());
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        for name in row.results().flat_map(names) {
            let other = *first.entry(name).or_insert(place);
            groups.join(other, place);
        }
    }
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for place in 0..rows.len() {
        members.entry(groups.first(place)).or_default().push(place);
    }
    let mut groups: Vec<Vec<usize>> = members.into_values().collect();
    // The longest first, each to the shortest lane; equal ones by their place, so that the same file is dealt the same way.
    groups.sort_unstable_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
    let mut dealt = vec![Vec::new(); lanes.max(1)];
    for group in groups {
        if let Some(shortest) = dealt.iter_mut().min_by_key(|lane| lane.len()) {
            shortest.extend(group);
        }
    }
    for lane in &mut dealt {
        lane.sort_unstable();
    }
    dealt.retain(|lane| !lane.is_empty());
    dealt
}

/// Everything by which a result may meet another.
fn names(parsed: &crate::domain::result::Parsed) -> Vec<String> {
    let key = key_of(&parsed.draft);
    let mut names = vec![format!("accession {} {}", key.lab_code, key.accession)];
    names.extend(parsed.draft.id.map(|id| format!("result {id}")));
    for barcode in barcodes(parsed) {
        names.push(format!("tube {barcode}"));
        names.extend(TubeCode::parse(barcode).map(|code| format!("tube {}", code.as_str())));
    }
    if let Some(PersonRef::Known(id)) = parsed.draft.subject.person() {
        names.push(format!("person {id}"));
    }
    if let Some(draft) = described(parsed) {
        names.push(format!("name {}", draft.full_name.folded()));
        names.extend(draft.national_id.as_ref().map(|number| format!("number {}", number.as_str())));
    }
    names
}

/// Groups of places, each known by its first.
struct Groups(Vec<usize>);

impl Groups {
    fn first(&mut self, mut place: usize) -> usize {
        while self.0[place] != place {
            self.0[place] = self.0[self.0[place]];
            place = self.0[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        let (low, high) = (one.min(other), one.max(other));
        self.0[high] = low;
    }
}
