//! Papers: what stands on them, that their symbol reads back, and that what was changed is refused.

use shared::ids::PaperId;
use shared::time::Date;
use shared_store::keys::Keys;
use shared_testkit::random::seeded;

use super::signing::{Signer, TokenError, verify};
use super::*;

fn facts() -> Facts {
    Facts {
        version: 1,
        id: "01890a5d-ac96-774b-bcce-b302099a8057".parse::<PaperId>().unwrap(),
        kind: "completion".to_owned(),
        number: "4F2A19C3/GXN-TYT".to_owned(),
        name: "Nguyễn Thị Hoa Phượng".to_owned(),
        birth: Some("1955".to_owned()),
        ward_code: Some("28252".to_owned()),
        from: Date::constant(2022, 3, 1),
        to: Date::constant(2022, 3, 8),
        issued_on: Date::constant(2022, 3, 8),
    }
}

fn details() -> Details {
    Details {
        sex: Some(shared::person::Sex::Female),
        national_id: Some("079155000123".to_owned()),
        address: Some("12/3 đường Lý Thường Kiệt, khu phố 5, hẻm rất dài của một địa chỉ có thật".to_owned()),
        last_test: Some("kháng nguyên nhanh, âm tính, ngày 08/03/2022".to_owned()),
        signer: Some("Trần Thu Hà".to_owned()),
    }
}

fn signer() -> (tempfile::TempDir, Signer) {
    let directory = tempfile::tempdir().unwrap();
    let keys = Keys::open(directory.path(), &mut seeded(1)).unwrap();
    let signer = Signer::of(&keys);
    (directory, signer)
}

#[test]
fn a_token_reads_back_and_one_that_was_changed_is_refused() {
    let (_directory, signer) = signer();
    let token = signer.sign(&facts());
    assert_eq!(signer.verify(&token), Ok(facts()));
    let forged = {
        let other = Facts { to: Date::constant(2022, 3, 7), ..facts() };
        let text = signer.sign(&other);
        format!("{}.{}", text.split_once('.').unwrap().0, token.split_once('.').unwrap().1)
    };
    assert_eq!(signer.verify(&forged), Err(TokenError::Signature));
    assert!(signer.verify(&token[..token.len() - 10]).is_err());
    assert_eq!(signer.verify("abc"), Err(TokenError::Form));
    assert_eq!(signer.verify("!!.!!"), Err(TokenError::Form));
    let stranger = tempfile::tempdir().unwrap();
    let other = Signer::of(&Keys::open(stranger.path(), &mut seeded(2)).unwrap());
    assert_eq!(other.verify(&token), Err(TokenError::Signature));
}

#[test]
fn anybody_checks_a_token_with_the_public_key_alone() {
    use base64::Engine as _;
    let (_directory, signer) = signer();
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signer.public_key()).unwrap();
    assert_eq!(key.len(), 32);
    assert_eq!(verify(&key, &signer.sign(&facts())), Ok(facts()));
}

#[test]
fn the_symbol_of_a_printed_paper_reads_back() {
    let (_directory, signer) = signer();
    let link = format!("https://antam.tiengiang.example/papers/{}", signer.sign(&facts()));
    let tree = drawing::tree(&svg(&facts(), &details(), &link).unwrap()).unwrap();
    // 150 dpi, as a phone sees a paper that fills its screen.
    let scale = 1_240.0 / tree.size().width();
    let mut pixels = resvg::tiny_skia::Pixmap::new(1_240, 1_754).unwrap();
    pixels.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, resvg::tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let luma: Vec<u8> = pixels.pixels().iter().map(|p| p.red()).collect();
    let read = rxing::helpers::detect_in_luma(luma, 1_240, 1_754, Some(rxing::BarcodeFormat::QR_CODE)).unwrap();
    assert_eq!(read.getText(), link);
}

#[test]
fn both_papers_are_pdf_and_say_whose_they_are() {
    for kind in ["completion", "isolation_order"] {
        let facts = Facts { kind: kind.to_owned(), ..facts() };
        let drawn = svg(&facts, &details(), "https://antam.example/papers/x.y").unwrap();
        for text in ["Nguyễn Thị Hoa Phượng", "TRẠM Y TẾ PHƯỜNG 4", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "08/03/2022"]
        {
            assert!(drawn.contains(text), "{kind}: {text}");
        }
        let pdf = pdf(&facts, &details(), "https://antam.example/papers/x.y").unwrap();
        assert!(pdf.starts_with(b"%PDF"));
    }
}

#[test]
fn a_name_is_never_markup() {
    let facts = Facts { name: "A <b> & \"C\"".to_owned(), ..facts() };
    let drawn = svg(&facts, &Details::default(), "https://a.example").unwrap();
    assert!(drawn.contains("A &lt;b&gt; &amp; &quot;C&quot;"));
    drawing::tree(&drawn).unwrap();
}
