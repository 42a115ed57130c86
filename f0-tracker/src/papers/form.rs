//! The Vietnamese forms: what stands where.

use shared::area::{Unit, ward_any};
use shared::bilingual::Lang;
use shared::person::Sex;
use shared::time::Date;
use shared_web::symbol::Symbol;

use super::Facts;
use super::drawing::{Anchor, Sheet};
use crate::store::PaperKind;

/// What stands on the paper and not in its symbol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The person's sex.
    pub sex: Option<Sex>,
    /// The number of the ID card, where known.
    pub national_id: Option<String>,
    /// Where the person lives, without the ward.
    pub address: Option<String>,
    /// The last test that decided, in words, where there is one.
    pub last_test: Option<String>,
    /// Who issued it, where somebody did.
    pub signer: Option<String>,
}

/// The left edge of the text.
const LEFT: f32 = 22.0;
/// The size of running text.
const BODY: f32 = 4.3;
/// So many characters fit on a line of running text.
const LINE: usize = 74;

fn is_order(facts: &Facts) -> bool {
    facts.kind == PaperKind::IsolationOrder.code()
}

/// What the paper is called.
#[must_use]
pub fn title(facts: &Facts) -> String {
    if is_order(facts) {
        "Quyết định cách ly y tế tại nhà".to_owned()
    } else {
        "Giấy xác nhận hoàn thành cách ly".to_owned()
    }
}

/// A day as a paper writes it.
#[must_use]
pub fn day(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

fn long_day(date: Date) -> String {
    format!("ngày {:02} tháng {:02} năm {:04}", date.day(), date.month(), date.year())
}

/// The ward of the station.
fn ward(facts: &Facts) -> Option<&'static Unit> {
    facts.ward_code.as_deref().and_then(ward_any)
}

fn head(sheet: &mut Sheet, facts: &Facts) {
    let unit = ward(facts);
    let province = unit.map_or("", |unit| unit.province_name).to_uppercase();
    let station = unit.map_or_else(|| "TRẠM Y TẾ".to_owned(), |unit| format!("TRẠM Y TẾ {}", unit.name.to_uppercase()));
    sheet.text(58.0, 22.0, 3.7, false, Anchor::Middle, format!("SỞ Y TẾ {province}").trim());
    sheet.text(58.0, 28.0, 3.9, true, Anchor::Middle, &station);
    sheet.rule(43.0, 30.0, 30.0);
    sheet.text(58.0, 36.5, 3.7, false, Anchor::Middle, &format!("Số: {}", facts.number));
    sheet.text(147.0, 22.0, 3.9, true, Anchor::Middle, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    sheet.text(147.0, 28.0, 4.2, true, Anchor::Middle, "Độc lập - Tự do - Hạnh phúc");
    sheet.rule(122.0, 30.0, 50.0);
    let place = unit.map_or_else(String::new, |unit| format!("{}, ", unit.name));
    sheet.text(147.0, 36.5, 3.7, false, Anchor::Middle, &format!("{place}{}", long_day(facts.issued_on)));
}

/// A label in front of a value that may take several lines; gives the next y.
fn field(sheet: &mut Sheet, y: f32, label: &str, value: &str) -> f32 {
    sheet.text(LEFT, y, BODY, false, Anchor::Start, label);
    let mut y = y;
    for line in super::drawing::broken(if value.is_empty() { "................................" } else { value }, 52) {
        sheet.text(LEFT + 52.0, y, BODY, true, Anchor::Start, &line);
        y += BODY * 1.75;
    }
    y
}

fn body(sheet: &mut Sheet, facts: &Facts, details: &Details) -> f32 {
    let unit = ward(facts);
    let station = unit.map_or_else(|| "Trạm Y tế".to_owned(), |unit| format!("Trạm Y tế {}", unit.name));
    let basis = "Căn cứ Quyết định số 250/QĐ-BYT ngày 28/01/2022 của Bộ trưởng Bộ Y tế ban hành Hướng dẫn chẩn đoán \
                 và điều trị COVID-19;";
    let mut y = sheet.paragraph(LEFT, 74.0, BODY, LINE, basis);
    let opening = if is_order(facts) {
        format!("{station} yêu cầu cách ly y tế tại nhà đối với:")
    } else {
        format!("{station} xác nhận:")
    };
    y = sheet.paragraph(LEFT, y + 3.0, BODY, LINE, &opening) + 3.0;
    y = field(sheet, y, "Họ và tên:", &facts.name);
    y = field(sheet, y, "Ngày (năm) sinh:", facts.birth.as_deref().unwrap_or_default());
    let sex = details.sex.filter(|sex| *sex != Sex::Unknown).map(|sex| sex.name().get(Lang::Vi).to_owned());
    y = field(sheet, y, "Giới tính:", sex.as_deref().unwrap_or_default());
    y = field(sheet, y, "Số CCCD/CMND:", details.national_id.as_deref().unwrap_or_default());
    let home: Vec<String> =
        details.address.iter().cloned().chain(unit.map(Unit::label)).filter(|part| !part.is_empty()).collect();
    y = field(sheet, y, "Nơi cư trú:", &home.join(", "));
    y = field(sheet, y, "Cách ly tại nhà từ ngày:", &day(facts.from));
    y = field(sheet, y, "Đến hết ngày:", &day(facts.to));
    if is_order(facts) {
        let text = "Người được cách ly ở tại nơi cư trú, báo sức khỏe ngày hai lần (sáng, chiều) và gọi ngay trạm y tế \
                    hoặc 115 khi có dấu hiệu nặng. Thời gian cách ly kết thúc sớm hơn khi đã đủ 7 ngày và xét nghiệm \
                    kháng nguyên âm tính.";
        return sheet.paragraph(LEFT, y + 3.0, BODY, LINE, text);
    }
    if let Some(test) = &details.last_test {
        y = field(sheet, y, "Xét nghiệm cuối:", test);
    }
    let text = "Đã hoàn thành thời gian cách ly, điều trị COVID-19 tại nhà và đủ điều kiện kết thúc cách ly theo quy \
                định.";
    sheet.paragraph(LEFT, y + 3.0, BODY, LINE, text)
}

fn foot(sheet: &mut Sheet, y: f32, details: &Details, symbol: &Symbol) {
    let top = (y + 10.0).max(205.0);
    sheet.text(147.0, top, 4.2, true, Anchor::Middle, "TRẠM Y TẾ");
    sheet.text(147.0, top + 6.0, 3.5, false, Anchor::Middle, "(Ký điện tử)");
    if let Some(signer) = &details.signer {
        sheet.text(147.0, top + 30.0, 4.2, true, Anchor::Middle, signer);
    }
    let side = 50.0;
    sheet.shape(LEFT, top - 4.0, side / symbol.modules(), &symbol.path());
    sheet.text(LEFT, top + 52.0, 3.2, false, Anchor::Start, "Quét mã để kiểm tra giấy này là thật và còn hiệu lực.");
    sheet.text(LEFT, top + 57.0, 3.2, false, Anchor::Start, "Scan to check that this paper is genuine and valid.");
}

/// The whole page.
#[must_use]
pub fn draw(facts: &Facts, details: &Details, symbol: &Symbol) -> String {
    let mut sheet = Sheet::new();
    head(&mut sheet, facts);
    let (main, small) = if is_order(facts) {
        ("QUYẾT ĐỊNH CÁCH LY Y TẾ TẠI NHÀ", "Home isolation order")
    } else {
        ("GIẤY XÁC NHẬN HOÀN THÀNH CÁCH LY", "Certificate of completed isolation")
    };
    sheet.text(105.0, 55.0, 6.2, true, Anchor::Middle, main);
    sheet.text(105.0, 62.0, 3.9, false, Anchor::Middle, small);
    let y = body(&mut sheet, facts, details);
    foot(&mut sheet, y, details, symbol);
    sheet.finish()
}
