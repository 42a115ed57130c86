//! Names as people of the Mekong delta bear them: family, middle and given name, by sex and generation.
//!
//! The weights are plausible for the south (Huỳnh and Võ rather than Hoàng and Vũ), not statistics, and every full name is
//! put together by chance.

use shared::person::Sex;

use super::draw::Draw;

/// When somebody was named: fashions of names change with the decades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Past 55.
    Elder,
    /// From 20 to 55.
    Adult,
    /// Below 20.
    Young,
}

impl Generation {
    /// The generation of somebody of that age in years.
    pub(super) const fn of_age(age: i64) -> Self {
        match age {
            ..20 => Self::Young,
            20..=55 => Self::Adult,
            _ => Self::Elder,
        }
    }
}

const FAMILY: &[(u32, &str)] = &[
    (384, "Nguyễn"),
    (118, "Trần"),
    (94, "Lê"),
    (64, "Phạm"),
    (55, "Huỳnh"),
    (46, "Võ"),
    (42, "Phan"),
    (26, "Trương"),
    (22, "Đặng"),
    (19, "Bùi"),
    (18, "Hồ"),
    (14, "Đỗ"),
    (13, "Ngô"),
    (11, "Dương"),
    (10, "Đoàn"),
    (9, "Lâm"),
    (7, "Mai"),
    (6, "Lý"),
    (6, "Cao"),
    (5, "Châu"),
    (5, "Đinh"),
    (5, "Lưu"),
    (4, "Thái"),
    (4, "Tô"),
    (4, "Hà"),
    (3, "Trịnh"),
    (2, "Kiều"),
    (2, "Tạ"),
    (1, "Quách"),
    (1, "Ung"),
];

const WOMEN_ELDER: (&[(u32, &str)], &[&str]) = (
    &[(86, "Thị"), (5, "Ngọc"), (4, "Kim"), (3, "Thị Ngọc"), (2, "Thị Kim")],
    &[
        "Ba", "Bảy", "Bé", "Chín", "Cúc", "Đẹp", "Điệp", "Hai", "Hoa", "Huệ", "Hường", "Khéo", "Lan", "Lành", "Lệ", "Liên", "Liễu",
        "Lựu", "Mai", "Mười", "Năm", "Ngọt", "Nhàn", "Nữ", "Phụng", "Phượng", "Sáu", "Sen", "Tám", "Thu", "Thơm", "Tư", "Tuyết", "Út",
        "Vân", "Xuân",
    ],
);

const WOMEN_ADULT: (&[(u32, &str)], &[&str]) = (
    &[
        (34, "Thị"), (9, "Thị Hồng"), (8, "Thị Ngọc"), (8, "Thị Kim"), (7, "Thị Mỹ"), (6, "Thị Thanh"), (5, "Thị Bích"), (5, "Ngọc"),
        (5, "Thị Thùy"), (4, "Hồng"), (3, "Kim"), (3, "Thanh"), (3, "Thị Cẩm"),
    ],
    &[
        "Diễm", "Dung", "Duyên", "Đào", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hương", "Lan", "Liên", "Linh", "Loan", "Lý",
        "Mai", "Nga", "Ngân", "Ngọc", "Nhi", "Nhung", "Oanh", "Phương", "Phượng", "Quyên", "Thảo", "Thắm", "Thoa", "Thu", "Thúy",
        "Thủy", "Tiên", "Trang", "Trinh", "Tuyền", "Tuyết", "Vân", "Xuân", "Yến",
    ],
);

const WOMEN_YOUNG: (&[(u32, &str)], &[&str]) = (
    &[
        (11, "Ngọc"), (9, "Bảo"), (8, "Gia"), (7, "Khánh"), (7, "Thảo"), (7, "Như"), (7, "Quỳnh"), (6, "Minh"), (6, "Thanh"), (5, "Anh"),
        (5, "Phương"), (5, "Hoàng"), (5, "Thị"), (4, "Kim"), (4, "Tường"), (4, "Ánh"),
    ],
    &[
        "An", "Anh", "Băng", "Châu", "Chi", "Dung", "Hà", "Hân", "Khuê", "Lam", "Linh", "Mai", "My", "Ngân", "Nghi", "Ngọc", "Nguyên",
        "Nhi", "Như", "Phương", "Quyên", "Quỳnh", "Thư", "Thy", "Tiên", "Trâm", "Trân", "Trinh", "Trúc", "Uyên", "Vân", "Vy", "Ý", "Yến",
    ],
);

const MEN_ELDER: (&[(u32, &str)], &[&str]) = (
    &[(70, "Văn"), (8, "Hữu"), (6, "Thành"), (5, "Công"), (4, "Ngọc"), (4, "Minh"), (3, "Đức")],
    &[
        "Ba", "Bảy", "Be", "Bền", "Chiến", "Chín", "Danh", "Dũng", "Đực", "Em", "Hai", "Hải", "Hiệp", "Hòa", "Hùng", "Khai", "Khánh",
        "Lợi", "Long", "Lượm", "Mười", "Năm", "Nghĩa", "Nhơn", "Phước", "Sáu", "Sang", "Sơn", "Tám", "Tài", "Tấn", "Thạnh", "Thành",
        "Thắng", "Thọ", "Tư", "Út", "Xê",
    ],
);

const MEN_ADULT: (&[(u32, &str)], &[&str]) = (
    &[
        (38, "Văn"), (11, "Minh"), (9, "Thanh"), (8, "Hoàng"), (7, "Hữu"), (6, "Quốc"), (5, "Thành"), (4, "Công"), (4, "Ngọc"),
        (4, "Tấn"), (4, "Đức"), (3, "Trung"), (3, "Chí"),
    ],
    &[
        "Bình", "Cường", "Danh", "Duy", "Dũng", "Đạt", "Điền", "Đông", "Hải", "Hậu", "Hiếu", "Hoàng", "Hùng", "Huy", "Khanh", "Khoa",
        "Kiệt", "Lâm", "Linh", "Lộc", "Luân", "Mẫn", "Nam", "Nghĩa", "Nhân", "Phong", "Phú", "Phúc", "Phương", "Quân", "Quang", "Sang",
        "Sơn", "Tài", "Tâm", "Tân", "Thái", "Thắng", "Thiện", "Thuận", "Tiến", "Toàn", "Trí", "Trọng", "Trung", "Tuấn", "Tùng", "Vinh",
        "Vũ",
    ],
);

const MEN_YOUNG: (&[(u32, &str)], &[&str]) = (
    &[
        (13, "Gia"), (11, "Minh"), (9, "Hoàng"), (8, "Bảo"), (7, "Nhật"), (7, "Quốc"), (6, "Anh"), (6, "Thiên"), (6, "Đăng"), (5, "Tuấn"),
        (5, "Phúc"), (5, "Thanh"), (5, "Văn"), (4, "Hữu"), (3, "Trọng"),
    ],
    &[
        "An", "Anh", "Bảo", "Duy", "Đạt", "Hào", "Hiếu", "Huy", "Hưng", "Khải", "Khang", "Khánh", "Khoa", "Khôi", "Kiệt", "Lâm", "Lộc",
        "Long", "Minh", "Nam", "Nghĩa", "Nguyên", "Nhân", "Nhật", "Phát", "Phong", "Phú", "Phúc", "Quân", "Quang", "Tài", "Thiện",
        "Thịnh", "Tiến", "Toàn", "Trí", "Triết", "Trung", "Tường", "Vinh", "Vỹ",
    ],
);

/// A family name.
pub(super) fn family(draw: &mut Draw) -> &'static str {
    draw.weighted(FAMILY)
}

/// Middle and given name.
pub(super) fn personal(sex: Sex, generation: Generation, draw: &mut Draw) -> String {
    let (middle, given) = match (sex, generation) {
        (Sex::Male, Generation::Elder) => MEN_ELDER,
        (Sex::Male, Generation::Adult) => MEN_ADULT,
        (Sex::Male, Generation::Young) => MEN_YOUNG,
        (_, Generation::Elder) => WOMEN_ELDER,
        (_, Generation::Adult) => WOMEN_ADULT,
        (_, Generation::Young) => WOMEN_YOUNG,
    };
    let middle = draw.weighted(middle);
    let mut given = draw.pick(given);
    for _ in 0..4 {
        // "Minh Minh" is no name that parents give.
        if middle.split(' ').all(|part| part != *given) {
            break;
        }
        given = draw.pick(if sex == Sex::Male { MEN_ADULT.1 } else { WOMEN_ADULT.1 });
    }
    format!("{middle} {given}")
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn nguyen_is_borne_by_about_two_in_five() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 0);
        let often = (0..10_000).filter(|_| family(&mut draw) == "Nguyễn").count();
        assert!((3_600..4_100).contains(&often), "{often}");
    }

    #[test]
    fn no_name_repeats_a_word() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 1);
        for generation in [Generation::Elder, Generation::Adult, Generation::Young] {
            for sex in [Sex::Female, Sex::Male] {
                for _ in 0..2_000 {
                    let name = personal(sex, generation, &mut draw);
                    let mut words: Vec<&str> = name.split(' ').collect();
                    words.dedup();
                    assert_eq!(words.join(" "), name);
                }
            }
        }
    }

    #[test]
    fn most_women_past_55_have_thi_in_their_name_and_few_girls() {
        let mut draw = Streams::new(3).draw(Purpose::Household, 2);
        let mut share = |generation| {
            (0..1_000).filter(|_| personal(Sex::Female, generation, &mut draw).starts_with("Thị ")).count()
        };
        assert!(share(Generation::Elder) > 850);
        assert!(share(Generation::Young) < 100);
    }
}
