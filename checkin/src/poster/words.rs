//! The words on a poster, in Vietnamese and English.

use shared::bilingual::Lang;
use shared::place::PlaceCode;
use shared::time::Date;

/// The name of the product, the same in both languages.
pub const BRAND: &str = "An Tâm";

const CALL_VI: &str = "Quét mã để khai báo vào/ra";
const CALL_EN: &str = "Scan to check in";

/// What to do, large.
#[must_use]
pub const fn call(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => CALL_VI,
        Lang::En => CALL_EN,
    }
}

/// What to do, in the other language, small.
#[must_use]
pub const fn call_in_the_other_language(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => CALL_EN,
        Lang::En => CALL_VI,
    }
}

/// The title of the document, which a viewer shows in its window.
#[must_use]
pub fn title(lang: Lang, place_name: &str) -> String {
    format!("{}: {place_name}", call(lang))
}

/// The three steps.
#[must_use]
pub const fn steps(lang: Lang) -> [&'static str; 3] {
    match lang {
        Lang::Vi => [
            "Mở máy ảnh của điện thoại, hướng vào mã",
            "Nhập họ tên, số điện thoại rồi bấm nút để vào",
            "Khi về, bấm nút ra hoặc quét lại mã này",
        ],
        Lang::En => [
            "Open your phone's camera and point it at the code",
            "Enter your name and phone, then check in",
            "When you leave, check out or scan again",
        ],
    }
}

/// What to do when the camera does not read the symbol, in two lines; the code follows.
#[must_use]
pub fn typing(lang: Lang, host: &str) -> [String; 2] {
    match lang {
        Lang::Vi => ["Không quét được?".to_owned(), format!("Mở {host} và nhập mã này:")],
        Lang::En => ["Cannot scan?".to_owned(), format!("Open {host} and type this code:")],
    }
}

/// How long visits are kept.
#[must_use]
pub fn privacy(lang: Lang, days: i64) -> String {
    match lang {
        Lang::Vi => format!("Thông tin vào/ra được giữ {days} ngày rồi xóa."),
        Lang::En => format!("Visits are kept for {days} days, then deleted."),
    }
}

/// The day of printing.
#[must_use]
pub fn printed(lang: Lang, day: Date) -> String {
    let day = format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year());
    match lang {
        Lang::Vi => format!("In ngày {day}"),
        Lang::En => format!("Printed {day}"),
    }
}

/// The name of a personal card.
#[must_use]
pub const fn card(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "Thẻ mã cá nhân",
        Lang::En => "Personal QR card",
    }
}

/// What a personal card is for, and what to do when it is lost.
#[must_use]
pub const fn card_use(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "Đưa nhân viên quét ở cửa. Mất thẻ: báo nơi đã cấp hoặc trạm y tế để hủy.",
        Lang::En => "Let the staff scan it at the door. Lost: tell who issued it, or the health station.",
    }
}

/// The year of birth.
#[must_use]
pub fn born(lang: Lang, year: i16) -> String {
    match lang {
        Lang::Vi => format!("Sinh năm {year}"),
        Lang::En => format!("Born {year}"),
    }
}

/// A code in two groups of four: `ABCD-EFGH`.
#[must_use]
pub fn grouped(code: &PlaceCode) -> String {
    let (left, right) = code.as_str().split_at(4);
    format!("{left}-{right}")
}

/// The host of a link, in lower case, as people type it.
#[must_use]
pub fn host(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.split('/').next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_people_type() {
        assert_eq!(host("HTTPS://ANTAM.TIENGIANG.GOV.VN/C/4WT59M5Y"), "antam.tiengiang.gov.vn");
        assert_eq!(host("HTTP://127.0.0.1:8080/C/4WT59M5Y"), "127.0.0.1:8080");
    }

    #[test]
    fn a_date_is_written_day_first() {
        assert_eq!(printed(Lang::Vi, "2022-03-09".parse().unwrap()), "In ngày 09/03/2022");
    }
}
