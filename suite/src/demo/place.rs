//! The places of the demo province: a health station for every commune, a sampling site for every district, the
//! laboratories, and the venues that people check in to.

use std::collections::{BTreeMap, HashSet};

use shared::area::WardCode;
use shared::ids::{LabId, PlaceId};
use shared::phone::Phone;
use shared::place::{PlaceCode, PlaceKind};
use shared::time::{Instant, days, hours};

use super::area::{Areas, Ward};
use super::draw::{Draw, Purpose, Streams};
use super::{address, identifiers, venue_names};

/// The laboratory of the demo account `lab`.
pub const DEMO_LAB: &str = "TG-CDC";

/// One venue for so many people.
const PEOPLE_PER_VENUE: u32 = 60;

/// A place of the demo province.
#[derive(Debug, Clone)]
pub struct DemoPlace {
    /// The id.
    pub id: PlaceId,
    /// What its poster carries.
    pub code: PlaceCode,
    /// The name.
    pub name: String,
    /// What happens there.
    pub kind: PlaceKind,
    /// Number and street, or group and hamlet, without the commune.
    pub address: String,
    /// Where it is.
    pub ward_code: WardCode,
    /// How many people it may hold; health stations and sampling sites have no limit.
    pub capacity: Option<u32>,
    /// The owner's phone.
    pub phone: Option<Phone>,
    /// When it was registered.
    pub registered_at: Instant,
    /// The number of the commune.
    pub(super) ward: usize,
}

/// A laboratory of the demo province.
#[derive(Debug, Clone)]
pub struct DemoLab {
    /// The id.
    pub id: LabId,
    /// The code that its results carry.
    pub code: &'static str,
    /// The name in Vietnamese.
    pub name: &'static str,
}

/// All places, and which are near.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Health stations, then sampling sites, then venues.
    pub(super) all: Vec<DemoPlace>,
    /// How many of them are no venues.
    pub(super) institutions: usize,
    by_ward: Vec<Vec<usize>>,
    by_district: BTreeMap<&'static str, Vec<usize>>,
}

impl Places {
    /// The places for so many people.
    pub(super) fn new(streams: &Streams, areas: &Areas, people: u32, now: Instant) -> Self {
        if people == 0 {
            return Self::default();
        }
        let mut maker = Maker { streams, areas, now, codes: HashSet::new(), names: HashSet::new() };
        let mut all = maker.institutions();
        let institutions = all.len();
        let venues = people.div_ceil(PEOPLE_PER_VENUE).max(1);
        all.extend((0..venues).map(|number| maker.venue(number)));
        let mut by_ward = vec![Vec::new(); areas.wards().len()];
        let mut by_district: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (number, place) in all.iter().enumerate().skip(institutions) {
            by_ward[place.ward].push(number);
            by_district.entry(areas.ward(place.ward).district_code).or_default().push(number);
        }
        Self { all, institutions, by_ward, by_district }
    }

    /// A venue where somebody of that commune goes: mostly near, sometimes anywhere in the province.
    pub(super) fn near(&self, ward: usize, areas: &Areas, draw: &mut Draw) -> usize {
        let reach = draw.below(100);
        let here = &self.by_ward[ward];
        if reach < 55 && !here.is_empty() {
            return *draw.pick(here);
        }
        match self.by_district.get(areas.ward(ward).district_code) {
            Some(district) if reach < 88 => *draw.pick(district),
            _ => self.institutions + draw.index(self.all.len() - self.institutions),
        }
    }
}

/// The laboratories.
pub(super) fn labs(streams: &Streams, now: Instant) -> Vec<DemoLab> {
    const LABS: [(&str, &str); 4] = [
        (DEMO_LAB, "Trung tâm Kiểm soát bệnh tật tỉnh Tiền Giang"),
        ("TG-MT", "Khoa Xét nghiệm, Trung tâm Y tế thành phố Mỹ Tho"),
        ("TG-GC", "Khoa Xét nghiệm, Trung tâm Y tế thị xã Gò Công"),
        ("TG-CL", "Khoa Xét nghiệm, Trung tâm Y tế thị xã Cai Lậy"),
    ];
    let mut draw = streams.draw(Purpose::Institution, 0xFFFF);
    LABS.iter()
        .map(|&(code, name)| DemoLab { id: LabId::new(now.minus(days(90)), draw.random()), code, name })
        .collect()
}

/// The laboratory that tests rapidly for a district.
pub(super) fn lab_of_district(district_code: &str) -> &'static str {
    match district_code {
        "816" | "823" | "824" | "825" => "TG-GC",
        "817" | "818" | "819" | "820" => "TG-CL",
        "815" => "TG-MT",
        _ => DEMO_LAB,
    }
}

struct Maker<'a> {
    streams: &'a Streams,
    areas: &'a Areas,
    now: Instant,
    codes: HashSet<PlaceCode>,
    names: HashSet<(String, usize)>,
}

impl Maker<'_> {
    fn institutions(&mut self) -> Vec<DemoPlace> {
        let wards = self.areas.wards();
        let stations = wards.iter().enumerate().map(|(number, ward)| {
            let name = format!("Trạm y tế {}", in_a_sentence(ward.name));
            (number, PlaceKind::HealthStation, name)
        });
        let mut seen = HashSet::new();
        let sites =
            wards.iter().enumerate().filter(|(_, ward)| seen.insert(ward.district_code)).map(|(number, ward)| {
                let name = format!("Điểm lấy mẫu Trung tâm Y tế {}", in_a_sentence(ward.district_name));
                (number, PlaceKind::SamplingSite, name)
            });
        stations
            .chain(sites)
            .enumerate()
            .map(|(nth, (ward, kind, name))| self.institution(nth as u64, ward, kind, name))
            .collect()
    }

    fn institution(&mut self, nth: u64, ward: usize, kind: PlaceKind, name: String) -> DemoPlace {
        let mut draw = self.streams.draw(Purpose::Institution, nth);
        self.place(ward, kind, name, None, &mut draw)
    }

    fn venue(&mut self, number: u32) -> DemoPlace {
        let mut draw = self.streams.draw(Purpose::Venue, u64::from(number));
        let ward = self.areas.draw(&mut draw);
        let kind = venue_names::kind(number);
        let mut name = venue_names::name(kind, self.areas.ward(ward), &mut draw);
        for _ in 0..20 {
            if !self.names.contains(&(name.clone(), ward)) {
                break;
            }
            name = venue_names::name(kind, self.areas.ward(ward), &mut draw);
        }
        let first = name.clone();
        let mut branch = 2;
        while !self.names.insert((name.clone(), ward)) {
            name = format!("{first}, cơ sở {branch}");
            branch += 1;
        }
        let capacity = venue_names::capacity(kind, &mut draw);
        self.place(ward, kind, name, Some(capacity), &mut draw)
    }

    fn place(
        &mut self,
        ward: usize,
        kind: PlaceKind,
        name: String,
        capacity: Option<u32>,
        draw: &mut Draw,
    ) -> DemoPlace {
        let registered_at = self.now.minus(days(draw.between(20, 120))).minus(hours(draw.between(0, 23)));
        let id = PlaceId::new(registered_at, draw.random());
        let mut code = PlaceCode::new(draw.random());
        while !self.codes.insert(code) {
            code = PlaceCode::new(draw.random());
        }
        let Ward { code: ward_code, .. } = self.areas.ward(ward);
        DemoPlace {
            id,
            code,
            name,
            kind,
            address: address::line(self.areas.ward(ward), ward, draw),
            ward_code: ward_code.clone(),
            capacity,
            phone: identifiers::mobile(draw),
            registered_at,
            ward,
        }
    }
}

/// A unit's name within a longer name: "xã Đạo Thạnh" and "thành phố Mỹ Tho", but "Phường 4", as signs write it.
pub(super) fn in_a_sentence(unit: &str) -> String {
    if unit.ends_with(|c: char| c.is_ascii_digit()) && unit.starts_with("Phường") {
        return unit.to_owned();
    }
    let mut letters = unit.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
