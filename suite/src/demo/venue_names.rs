//! What venues there are, what they are called, and how many people they hold. Names are put together from common
//! words; markets, schools and public offices are called after their commune or after heroes and poets, as they are
//! in life.

mod words;

use shared::place::PlaceKind::{self, *};

use super::area::Ward;
use super::draw::Draw;
use super::place::in_a_sentence;
use words::{CAFES, COOKS, DISHES, FEASTS, FIRMS, HEROES, NURSERIES, PAGODAS, REMEDIES, SHOPS, TRADES};

/// The kinds in the order in which venues get them, so that even a demo with few venues has many kinds.
const DECK: &[PlaceKind] = &[
    Market,
    Cafe,
    Restaurant,
    School,
    Pharmacy,
    Factory,
    Shop,
    Restaurant,
    Government,
    Cafe,
    Supermarket,
    Restaurant,
    School,
    Worship,
    Shop,
    Hospital,
    Cafe,
    Restaurant,
    Transport,
    Pharmacy,
    Office,
    Market,
    Restaurant,
    Sports,
    Shop,
    Cafe,
    Hotel,
    School,
    Restaurant,
    Entertainment,
    Shop,
    Factory,
    Cafe,
    Pharmacy,
    Worship,
    Restaurant,
    Shop,
    School,
    Market,
    Cafe,
];

/// The kind of the venue of that number.
pub(super) fn kind(number: u32) -> PlaceKind {
    DECK[usize::try_from(number).unwrap_or(0) % DECK.len()]
}

/// A name for a venue of that kind in that commune.
pub(super) fn name(kind: PlaceKind, ward: &Ward, draw: &mut Draw) -> String {
    match kind {
        Cafe => format!("{} {}", draw.pick(&["Quán cà phê", "Cà phê", "Cà phê sân vườn"]), draw.pick(CAFES)),
        Restaurant if draw.percent(20) => format!("Nhà hàng tiệc cưới {}", draw.pick(FEASTS)),
        Restaurant => format!("{} {}", draw.pick(DISHES), draw.pick(COOKS)),
        Market if ward.urban && draw.percent(50) => format!("Chợ {}", bare(ward.district_name)),
        Market if draw.percent(25) => format!("Chợ chiều {}", area(ward)),
        Market => format!("Chợ {}", area(ward)),
        Supermarket => {
            format!("{} {}", draw.pick(&["Siêu thị", "Siêu thị mini", "Hợp tác xã tiêu dùng"]), draw.pick(FIRMS))
        }
        Shop => {
            let owners = if draw.percent(60) { COOKS } else { REMEDIES };
            format!("{} {}", draw.pick(SHOPS), draw.pick(owners))
        }
        Office if draw.percent(40) => format!("Quỹ tín dụng nhân dân {}", area(ward)),
        Office => format!(
            "{} {}",
            draw.pick(&["Văn phòng công chứng", "Công ty xây dựng", "Công ty vận tải"]),
            draw.pick(FIRMS)
        ),
        Factory => format!("{} {}", draw.pick(TRADES), draw.pick(FIRMS)),
        School if draw.percent(25) => format!("Trường Mầm non {}", draw.pick(NURSERIES)),
        School => {
            format!("Trường {} {}", draw.pick(&["Tiểu học", "Tiểu học", "THCS", "THCS", "THPT"]), draw.pick(HEROES))
        }
        Hospital => format!("Phòng khám đa khoa {}", draw.pick(REMEDIES)),
        Pharmacy => format!("Nhà thuốc {}", draw.pick(REMEDIES)),
        Hotel => format!("{} {}", draw.pick(&["Khách sạn", "Nhà nghỉ", "Nhà trọ"]), draw.pick(CAFES)),
        Worship => match draw.below(10) {
            0..6 => format!("Chùa {}", draw.pick(PAGODAS)),
            6 => format!("Thánh thất Cao Đài {}", area(ward)),
            7 => format!("Nhà thờ giáo xứ {}", area(ward)),
            _ => format!("Đình {}", area(ward)),
        },
        Sports => format!(
            "{} {}",
            draw.pick(&["Sân bóng đá mini", "Phòng tập thể hình", "Hồ bơi", "Sân cầu lông"]),
            draw.pick(FIRMS)
        ),
        Entertainment => format!("{} {}", draw.pick(&["Karaoke", "Khu vui chơi", "Bida"]), draw.pick(CAFES)),
        Transport if draw.percent(50) => format!("Bến phà {}", area(ward)),
        Transport => format!("Bến xe {}", bare(ward.district_name)),
        Government => format!("UBND {}", in_a_sentence(ward.name)),
        _ => format!("Nhà văn hóa {}", area(ward)),
    }
}

/// How many people a venue of that kind may hold.
pub(super) fn capacity(kind: PlaceKind, draw: &mut Draw) -> u32 {
    let (low, high) = match kind {
        Market => (30, 120),
        Factory => (20, 90),
        School => (20, 80),
        Supermarket => (8, 30),
        Hospital | Transport | Worship | Entertainment => (6, 25),
        Restaurant | Sports | Hotel | Office | Government => (4, 16),
        _ => (2, 8),
    };
    u32::try_from(draw.between(low, high) * 5).unwrap_or(50)
}

/// What a market or a parish of a commune is called after: its name, or "Phường 4" where it has but a number.
fn area(ward: &Ward) -> &'static str {
    if ward.bare_name.starts_with(|c: char| c.is_ascii_digit()) { ward.name } else { ward.bare_name }
}

/// A district's name without its type.
fn bare(district: &str) -> &str {
    ["Thành phố ", "Thị xã ", "Huyện "].iter().find_map(|kind| district.strip_prefix(kind)).unwrap_or(district)
}

#[cfg(test)]
mod tests {
    use super::super::area::Areas;
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn every_kind_of_the_deck_gets_a_name_in_every_commune() {
        let areas = Areas::for_people(2_000);
        let mut draw = Streams::new(2).draw(Purpose::Venue, 0);
        for ward in areas.wards() {
            for kind in DECK {
                let name = name(*kind, ward, &mut draw);
                assert!(name.chars().count() > 6 && !name.contains("  "), "{name}");
                assert!(!name.contains("Nhà văn hóa"), "{kind:?} has no names of its own");
                assert!((10..=600).contains(&capacity(*kind, &mut draw)));
            }
        }
    }
}
