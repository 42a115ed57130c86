//! What venues there are, what they are called, and how many people they hold. Names are put together from common words;
//! markets, schools and public offices are called after their commune or after heroes and poets, as they are in life.

use shared::place::PlaceKind::{self, *};

use super::area::Ward;
use super::draw::Draw;
use super::place::in_a_sentence;

/// The kinds in the order in which venues get them, so that even a demo with few venues has many kinds.
const DECK: &[PlaceKind] = &[
    Market, Cafe, Restaurant, School, Pharmacy, Factory, Shop, Restaurant, Government, Cafe, Supermarket, Restaurant, School, Worship, Shop,
    Hospital, Cafe, Restaurant, Transport, Pharmacy, Office, Market, Restaurant, Sports, Shop, Cafe, Hotel, School, Restaurant,
    Entertainment, Shop, Factory, Cafe, Pharmacy, Worship, Restaurant, Shop, School, Market, Cafe,
];

const CAFES: &[&str] = &[
    "Hương Quê", "Gió Chiều", "Sông Tiền", "Vườn Xưa", "Bến Xưa", "Phố Nhỏ", "Cây Sung", "Trúc Mai", "Hoàng Yến", "Bằng Lăng", "Mộc Miên",
    "Thiên Thanh", "Sao Đêm", "Hoa Nắng", "Mây Trắng", "Lá Dừa", "Cỏ Xanh", "Miệt Vườn", "Góc Quê", "Cù Lao", "Hương Tràm", "Bông Sen",
    "Ba Khía", "Xóm Chài", "Thủy Tiên", "Ngọc Lan", "Hạ Vàng", "Nắng Sớm",
];
const COOKS: &[&str] = &[
    "Cô Ba", "Dì Tư", "Chú Năm", "Cô Sáu", "Bà Bảy", "Dì Út", "Chị Hai", "Anh Tám", "Cô Chín", "Thím Mười", "Hồng Phát", "Tuyết Ngân",
    "Thanh Hương", "Kim Loan", "Hải Yến", "Minh Tâm", "Phước Lộc", "Ngọc Thủy", "Bé Hai", "Út Lan",
];
const DISHES: &[&str] = &[
    "Hủ tiếu Mỹ Tho", "Quán cơm tấm", "Bún nước lèo", "Bánh canh", "Cháo lòng", "Bánh xèo", "Quán ăn gia đình", "Phở bò", "Bún bò Huế",
    "Lẩu mắm", "Cơm phần", "Bún thịt nướng", "Bánh mì", "Quán chay", "Lẩu cá kèo",
];
const FEASTS: &[&str] = &["Kim Tiền", "Hoàng Gia", "Ngọc Điệp", "Làng Việt", "Trúc Xanh", "Thanh Tùng", "Hướng Dương", "Sông Trà"];
const REMEDIES: &[&str] = &[
    "Minh Châu", "An Bình", "Phước Thiện", "Hồng Đức", "Bảo Tâm", "Thiên Phúc", "Thanh Bình", "Ngọc Hân", "Kim Ngân", "Đức Tín", "Gia Khang",
    "Hoàng Oanh", "Minh Đức", "Hạnh Phúc", "Phương Thảo", "Tâm An",
];
const HEROES: &[&str] = &[
    "Xuân Diệu", "Học Lạc", "Thủ Khoa Huân", "Nguyễn Trãi", "Lê Ngọc Hân", "Âu Dương Lân", "Đinh Bộ Lĩnh", "Trương Định", "Lý Thường Kiệt",
    "Phan Văn Trị", "Nguyễn Huệ", "Võ Thị Sáu", "Trần Quốc Toản", "Nguyễn Đình Chiểu", "Lê Quý Đôn", "Phan Bội Châu", "Trưng Vương",
];
const NURSERIES: &[&str] = &["Hoa Sen", "Sao Mai", "Tuổi Thơ", "Hướng Dương", "Măng Non", "Họa Mi", "Tuổi Ngọc", "Vành Khuyên", "Bông Hồng"];
const FIRMS: &[&str] = &[
    "Phú Thịnh", "Đại Lộc", "Hưng Phát", "Tiến Thành", "Toàn Thắng", "Hòa Hưng", "Tân Thành Đạt", "Minh Quang", "Việt Hương", "Nam Phát",
    "Thuận An", "Vạn Lợi", "Đồng Tâm Phát", "Thành Công",
];
const TRADES: &[&str] =
    &["Công ty may", "Công ty TNHH thủy sản", "Xí nghiệp chế biến trái cây", "Công ty bao bì", "Công ty giày da", "Nhà máy xay xát", "Cơ sở nước mắm"];
const SHOPS: &[&str] = &[
    "Tạp hóa", "Tạp hóa", "Cửa hàng điện thoại", "Vật liệu xây dựng", "Tiệm vàng", "Tiệm uốn tóc", "Cửa hàng xe máy", "Nhà sách", "Shop quần áo",
    "Vật tư nông nghiệp", "Cửa hàng trái cây", "Tiệm bánh kem",
];
const PAGODAS: &[&str] = &[
    "Linh Phước", "Phước Hưng", "Long Thiền", "Bửu Long", "Thiên Phước", "Hội Linh", "Pháp Bảo", "Kim Liên", "Phổ Đức", "Linh Sơn",
    "Phước Long", "Tịnh Nghiêm",
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
        Market if ward.urban && draw.percent(50) => format!("Chợ {}", bare(&ward.district_name)),
        Market if draw.percent(25) => format!("Chợ chiều {}", area(ward)),
        Market => format!("Chợ {}", area(ward)),
        Supermarket => format!("{} {}", draw.pick(&["Siêu thị", "Siêu thị mini", "Hợp tác xã tiêu dùng"]), draw.pick(FIRMS)),
        Shop => format!("{} {}", draw.pick(SHOPS), draw.pick(if draw.percent(60) { COOKS } else { REMEDIES })),
        Office if draw.percent(40) => format!("Quỹ tín dụng nhân dân {}", area(ward)),
        Office => format!("{} {}", draw.pick(&["Văn phòng công chứng", "Công ty xây dựng", "Công ty vận tải"]), draw.pick(FIRMS)),
        Factory => format!("{} {}", draw.pick(TRADES), draw.pick(FIRMS)),
        School if draw.percent(25) => format!("Trường Mầm non {}", draw.pick(NURSERIES)),
        School => format!("Trường {} {}", draw.pick(&["Tiểu học", "Tiểu học", "THCS", "THCS", "THPT"]), draw.pick(HEROES)),
        Hospital => format!("Phòng khám đa khoa {}", draw.pick(REMEDIES)),
        Pharmacy => format!("Nhà thuốc {}", draw.pick(REMEDIES)),
        Hotel => format!("{} {}", draw.pick(&["Khách sạn", "Nhà nghỉ", "Nhà trọ"]), draw.pick(CAFES)),
        Worship => match draw.below(10) {
            0..6 => format!("Chùa {}", draw.pick(PAGODAS)),
            6 => format!("Thánh thất Cao Đài {}", area(ward)),
            7 => format!("Nhà thờ giáo xứ {}", area(ward)),
            _ => format!("Đình {}", area(ward)),
        },
        Sports => format!("{} {}", draw.pick(&["Sân bóng đá mini", "Phòng tập thể hình", "Hồ bơi", "Sân cầu lông"]), draw.pick(FIRMS)),
        Entertainment => format!("{} {}", draw.pick(&["Karaoke", "Khu vui chơi", "Bida"]), draw.pick(CAFES)),
        Transport if draw.percent(50) => format!("Bến phà {}", area(ward)),
        Transport => format!("Bến xe {}", bare(&ward.district_name)),
        Government => format!("UBND {}", in_a_sentence(&ward.name)),
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
fn area(ward: &Ward) -> &str {
    if ward.bare_name.starts_with(|c: char| c.is_ascii_digit()) { &ward.name } else { &ward.bare_name }
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
