//! Some lines of a file, which share a transaction. What is new among them is stored in few statements.

use std::collections::{HashMap, HashSet};

use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode};
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_store::people::{NewPlace, PlaceKey};

use super::line::Ready;
use super::{Fate, Row, Sender};
use crate::app::parts::around;
use crate::app::venues::{self, DRAWS, place_of};
use crate::store::{CheckinWrite, VenueDetails};

/// The lines so far, and what of them is not written yet.
pub(super) struct Piece<'a> {
    sender: &'a Sender<'a>,
    tx: &'a mut dyn CheckinWrite,
    named: &'a mut HashMap<String, PlaceId>,
    /// The venues of lines that were stored before, in this file or another, by key.
    known: HashMap<Vec<u8>, VenueDetails>,
    /// The places of those that were stored in another file, and those that have an id that a line chose.
    places: HashMap<PlaceId, Place>,
    new: Vec<(NewPlace, VenueDetails)>,
    rows: Vec<Row>,
}

impl<'a> Piece<'a> {
    /// Looks up which of the lines were stored before.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn begin(
        sender: &'a Sender<'a>,
        tx: &'a mut dyn CheckinWrite,
        named: &'a mut HashMap<String, PlaceId>,
        lines: &[Ready],
    ) -> Result<Self, StoreError> {
        let keys: Vec<Vec<u8>> = lines.iter().map(|line| line.key.clone()).collect();
        let known = tx.venues_by_import_key(&keys).await?;
        let chosen = lines.iter().filter_map(|line| line.id);
        let ids: Vec<PlaceId> = known.iter().map(|venue| venue.place_id).chain(chosen).collect();
        let places = tx.places_by_id(&ids).await?.into_iter().map(|place| (place.id, place)).collect();
        let known = known.into_iter().filter_map(|venue| Some((venue.import_key.clone()?, venue))).collect();
        Ok(Self { sender, tx, named, known, places, new: Vec::new(), rows: Vec::with_capacity(lines.len()) })
    }

    /// Stores a line, or puts it with those that are stored together.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn store(&mut self, mut line: Ready) -> Result<(), StoreError> {
        if let Some(parent) = line.line.parent.clone() {
            match self.parent(&parent).await? {
                Some(id) => line.draft.parent_id = Some(id),
                None => {
                    self.reject(&line, unknown_parent());
                    return Ok(());
                }
            }
        }
        if let Some(venue) = self.known.get(&line.key).cloned() {
            return self.repeat(&line, venue).await;
        }
        if line.id.is_some_and(|id| self.places.contains_key(&id)) {
            self.reject(&line, id_taken());
            return Ok(());
        }
        let mut random = self.sender.app.platform.random();
        let id = line.id.unwrap_or_else(|| PlaceId::new(self.sender.now, &mut random));
        let place = place_of(id, PlaceCode::new(&mut random), &line.draft);
        let venue = line.details(id);
        self.known.insert(line.key.clone(), venue.clone());
        self.keep(&line, &place, Fate::Accepted);
        let phone = Some(line.draft.place.phone.as_str().to_owned());
        self.new.push((NewPlace { place, phone, body_hash: line.body_hash() }, venue));
        Ok(())
    }

    /// Stores what is not written yet; gives the lines.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn end(mut self) -> Result<Vec<Row>, StoreError> {
        self.write().await?;
        Ok(self.rows)
    }

    /// Stores what is new so far.
    async fn write(&mut self) -> Result<(), StoreError> {
        let (places, venues): (Vec<NewPlace>, Vec<VenueDetails>) = std::mem::take(&mut self.new).into_iter().unzip();
        let stored = self.tx.insert_places(&places, self.sender.now).await?;
        if stored.len() < places.len() {
            let stored: HashSet<PlaceId> = stored.into_iter().collect();
            for new in places.into_iter().filter(|new| !stored.contains(&new.place.id)) {
                self.draw_again(new).await?;
            }
        }
        let ids: Vec<PlaceId> = venues.iter().map(|venue| venue.place_id).collect();
        self.tx.add_staff_to(&ids, self.sender.account.id).await?;
        self.tx.put_venue_details(&venues).await
    }

    /// Stores a place whose code another one has under a code that is free.
    async fn draw_again(&mut self, mut new: NewPlace) -> Result<(), StoreError> {
        let mut random = self.sender.app.platform.random();
        for _ in 0..DRAWS {
            new.place.code = PlaceCode::new(&mut random);
            let NewPlace { place, phone, body_hash } = &new;
            if self.tx.insert_place(place, phone.as_deref(), body_hash, self.sender.now).await? {
                let rows = self.rows.iter_mut().filter_map(|row| row.place.as_mut());
                rows.filter(|(id, _)| *id == place.id).for_each(|(_, code)| *code = place.code);
                return Ok(());
            }
        }
        Err(shared_store::error::inconsistent("places", "code"))
    }

    /// A line whose venue is known: the same content is a duplicate, other content changes the venue.
    async fn repeat(&mut self, line: &Ready, venue: VenueDetails) -> Result<(), StoreError> {
        let place = match self.places.get(&venue.place_id) {
            Some(place) => Some(place.clone()),
            None => self.place(PlaceKey::Id(venue.place_id)).await?,
        };
        let Some(place) = place else {
            return Err(shared_store::error::inconsistent("checkin_venues", "place_id"));
        };
        if venue.import_hash.as_ref() == Some(&line.hash) {
            self.keep(line, &place, Fate::Duplicate);
            return Ok(());
        }
        if line.id.is_some() {
            self.reject(line, id_taken());
            return Ok(());
        }
        if let Some(whole) = line.draft.parent_id
            && around(self.tx, [place.id]).await?.parts.down_from(place.id).contains(&whole)
        {
            self.reject(line, unknown_parent());
            return Ok(());
        }
        let changed = place_of(place.id, place.code, &line.draft);
        self.tx.update_place(&changed, Some(line.draft.place.phone.as_str()), &line.body_hash()).await?;
        let told = line.details(place.id);
        // What its keeper said on the venue's page stays, where the file says nothing of it.
        let venue = VenueDetails { screen: venue.screen, position: told.position.or(venue.position), ..told };
        self.tx.put_venue_details(std::slice::from_ref(&venue)).await?;
        self.known.insert(line.key.clone(), venue);
        self.keep(line, &changed, Fate::Amended);
        self.places.insert(changed.id, changed);
        Ok(())
    }

    /// A place of the register, those of the lines so far among them.
    async fn place(&mut self, key: PlaceKey) -> Result<Option<Place>, StoreError> {
        self.write().await?;
        self.tx.place(&key).await
    }

    /// The place that a line names as its whole: one above it in the file, or one of the account's by id or code.
    async fn parent(&mut self, text: &str) -> Result<Option<PlaceId>, StoreError> {
        if let Some(id) = self.named.get(&fold(text)) {
            return Ok(Some(*id));
        }
        let key = match (text.parse::<PlaceId>(), PlaceCode::parse(text)) {
            (Ok(id), _) => PlaceKey::Id(id),
            (_, Ok(code)) => PlaceKey::Code(code.to_string()),
            _ => return Ok(None),
        };
        let Some(place) = self.place(key).await? else { return Ok(None) };
        let Sender { app, caller, .. } = *self.sender;
        Ok(venues::may_extend(app, self.tx, caller, place.id).await?.then_some(place.id))
    }

    fn keep(&mut self, line: &Ready, place: &Place, fate: Fate) {
        self.named.insert(fold(&place.name), place.id);
        let (row, accession) = (line.line.row, line.line.accession.clone());
        self.rows.push(Row { row, accession, fate, place: Some((place.id, place.code)), errors: Vec::new() });
    }

    fn reject(&mut self, line: &Ready, error: FieldError) {
        self.rows.push(self.sender.rejected(&line.line, vec![error]));
    }
}

fn unknown_parent() -> FieldError {
    let detail = Bilingual::new(
        "Không tìm thấy địa điểm chứa nơi này: ghi tên của một dòng ở trên, hoặc mã của địa điểm bạn quản lý",
        "The place that this is a part of was not found: name a line above, or the code of a place of yours",
    );
    FieldError::new("/parent", "unknown_parent", detail)
}

fn id_taken() -> FieldError {
    let detail = Bilingual::new("Mã định danh này đã dùng cho nội dung khác", "This id was used with other content");
    FieldError::new("/id", "id_conflict", detail)
}
