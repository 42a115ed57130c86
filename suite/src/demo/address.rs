//! Address lines: a number in a street and its quarter (khu phố) in a town, group (tổ) and hamlet (ấp) in the country.
//! The line leaves the commune out, which the ward code says.

use super::area::Ward;
use super::draw::Draw;

const MY_THO: &[&str] = &[
    "Ấp Bắc",
    "Đinh Bộ Lĩnh",
    "Đoàn Thị Nghiệp",
    "Đốc Binh Kiều",
    "Hùng Vương",
    "Huyện Thoại",
    "Lãnh Binh Cẩn",
    "Lê Lợi",
    "Lê Thị Hồng Gấm",
    "Lê Văn Phẩm",
    "Lý Thường Kiệt",
    "Nam Kỳ Khởi Nghĩa",
    "Nguyễn Huệ",
    "Nguyễn Thị Thập",
    "Nguyễn Trãi",
    "Nguyễn Tri Phương",
    "Nguyễn Trung Trực",
    "Phan Hiển Đạo",
    "Phan Thanh Giản",
    "Rạch Gầm",
    "Tết Mậu Thân",
    "Thái Sanh Hạnh",
    "Thủ Khoa Huân",
    "Trần Hưng Đạo",
    "Trần Nguyên Hãn",
    "Trưng Trắc",
    "Trương Định",
    "Yersin",
];

const TOWNS: &[&str] = &[
    "30 Tháng 4",
    "Đồng Khởi",
    "Hai Bà Trưng",
    "Hùng Vương",
    "Lê Lợi",
    "Lê Thị Hồng Gấm",
    "Lý Tự Trọng",
    "Nguyễn Huệ",
    "Nguyễn Trãi",
    "Nguyễn Văn Côn",
    "Phan Bội Châu",
    "Phan Đình Phùng",
    "Phan Văn Kiêu",
    "Thủ Khoa Huân",
    "Trần Công Tường",
    "Trần Hưng Đạo",
    "Trương Định",
    "Tứ Kiệt",
    "Võ Duy Linh",
    "Võ Thị Lớ",
    "Võ Văn Kiết",
];

const HAMLETS: &[&str] = &[
    "An Hòa",
    "An Lợi",
    "An Ninh",
    "An Thạnh",
    "Bình Đức",
    "Bình Hòa",
    "Bình Lợi",
    "Bình Phú",
    "Bình Thới",
    "Bình Tịnh",
    "Hòa Bình",
    "Hòa Lợi",
    "Hòa Phú",
    "Hòa Quí",
    "Hưng Phú",
    "Hưng Thạnh",
    "Lợi An",
    "Lợi Tường",
    "Long Hòa",
    "Long Phú",
    "Long Thạnh",
    "Mỹ An",
    "Mỹ Đức",
    "Mỹ Hòa",
    "Mỹ Hưng",
    "Mỹ Lợi",
    "Mỹ Lương",
    "Mỹ Phú",
    "Mỹ Thạnh",
    "Mỹ Thuận",
    "Ninh Thạnh",
    "Phú Hòa",
    "Phú Lợi",
    "Phú Thạnh",
    "Phước Hòa",
    "Phước Thuận",
    "Tân Bình",
    "Tân Hòa",
    "Tân Hưng",
    "Tân Lợi",
    "Tân Phú",
    "Tân Thạnh",
    "Tân Thuận",
    "Thạnh Hòa",
    "Thạnh Hưng",
    "Thạnh Lợi",
    "Thân Bình",
    "Thới Hòa",
    "Thới Thạnh",
    "Trung Hòa",
    "Vĩnh Hòa",
    "Vĩnh Thạnh",
];

/// Hamlets that one commune has.
const HAMLETS_OF_A_COMMUNE: u64 = 6;

/// An address line in the commune of that number.
pub(super) fn line(ward: &Ward, number: usize, draw: &mut Draw) -> String {
    if ward.urban { town(ward, draw) } else { country(number, draw) }
}

fn town(ward: &Ward, draw: &mut Draw) -> String {
    let street = draw.pick(if ward.district_code == "815" { MY_THO } else { TOWNS });
    let house = match draw.below(20) {
        0..5 => format!("{}/{}", draw.between(3, 160), draw.between(2, 48)),
        5 => format!("{}A", draw.between(2, 240)),
        6 => format!("{}/{}B", draw.between(3, 160), draw.between(2, 30)),
        _ => draw.between(2, 420).to_string(),
    };
    let quarter = draw.between(1, 9);
    if draw.percent(30) {
        format!("{house} đường {street}, tổ {}, khu phố {quarter}", draw.between(1, 14))
    } else {
        format!("{house} đường {street}, khu phố {quarter}")
    }
}

fn country(number: usize, draw: &mut Draw) -> String {
    let group = draw.between(1, 18);
    let nth = usize::try_from(draw.below(HAMLETS_OF_A_COMMUNE)).unwrap_or(0);
    // A commune numbers its hamlets or names them; each has names of its own.
    let hamlet = if number % 5 == 3 {
        (nth + 1).to_string()
    } else {
        HAMLETS[(number * 7 + nth * 11) % HAMLETS.len()].to_owned()
    };
    if draw.percent(22) {
        format!("số {}/{}, tổ {group}, ấp {hamlet}", draw.between(1, 300), draw.between(1, 9))
    } else {
        format!("tổ {group}, ấp {hamlet}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::area::Areas;
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn towns_have_streets_and_the_country_has_hamlets() {
        let areas = Areas::for_people(2_000);
        let mut draw = Streams::new(5).draw(Purpose::Household, 0);
        for (number, ward) in areas.wards().iter().enumerate() {
            let line = line(ward, number, &mut draw);
            assert_eq!(line.contains("khu phố "), ward.urban, "{line}");
            assert_eq!(line.contains("ấp "), !ward.urban, "{line}");
        }
    }
}
