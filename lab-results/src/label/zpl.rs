//! The label in ZPL II, the language of label printers. Letters go as a picture, because printers rarely have a font with
//! Vietnamese letters; the symbols are the printer's own, exact to the dot.

use std::fmt::Write as _;

use super::bars::Bars;
use super::design::{BARS_HEIGHT, BARS_TOP, Qr, bars_left, letters_in_dots, qr_at};
use super::{HEIGHT, LabelError, LabelSpec, WIDTH, pixels};

/// The label in ZPL.
///
/// # Errors
/// When the code is too long for a QR symbol.
pub fn zpl(spec: &LabelSpec) -> Result<String, LabelError> {
    let qr = Qr::new(&spec.barcode)?;
    let mut zpl = format!("^XA\n^CI28\n^PW{WIDTH}\n^LL{HEIGHT}\n^LH0,0\n");
    picture(&mut zpl, &letters_in_dots(spec, &qr))?;
    let (x, y) = qr_at();
    let data = field(&spec.barcode);
    // Model 2, level Q, data as they are. The printer puts the symbol ten dots below its origin.
    writeln!(zpl, "^FO{x},{}^BQN,2,{}^FH^FDQA,{data}^FS", y.saturating_sub(10), qr.dot)
        .expect("a String takes every write");
    if let Some(bars) = Bars::new(&spec.barcode) {
        writeln!(
            zpl,
            "^BY{},2,{BARS_HEIGHT}^FO{},{BARS_TOP}^BCN,{BARS_HEIGHT},N,N,N,A^FH^FD{data}^FS",
            bars.dot,
            bars_left(&bars)
        )
        .expect("a String takes every write");
    }
    zpl.push_str("^XZ\n");
    Ok(zpl)
}

/// What a field holds: the letters that mean something to the printer stand in hexadecimal.
fn field(text: &str) -> String {
    let mut data = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '^' | '~' | '_' | '\\' | '>') {
            write!(data, "_{:02X}", u32::from(c)).expect("a String takes every write");
        } else {
            data.push(c);
        }
    }
    data
}

/// The inked rows of a picture as a graphic field, one bit to the dot.
fn picture(zpl: &mut String, svg: &str) -> Result<(), LabelError> {
    let pixels = pixels(svg, 1.0)?;
    let width = usize::from(WIDTH);
    let rows: Vec<Vec<u8>> = pixels
        .pixels()
        .chunks(width)
        .map(|row| {
            let bytes = row.chunks(8);
            bytes
                .map(|dots| {
                    let bits = dots.iter().enumerate();
                    bits.fold(0, |byte, (at, dot)| if dot.green() < 140 { byte | 0x80 >> at } else { byte })
                })
                .collect()
        })
        .collect();
    let inked = |row: &Vec<u8>| row.iter().any(|byte| *byte != 0);
    let (Some(first), Some(last)) = (rows.iter().position(inked), rows.iter().rposition(inked)) else { return Ok(()) };
    let (bytes, per_row) = ((last - first + 1) * width / 8, width / 8);
    write!(zpl, "^FO0,{first}^GFA,{bytes},{bytes},{per_row},").expect("a String takes every write");
    for byte in rows[first..=last].iter().flatten() {
        write!(zpl, "{byte:02X}").expect("a String takes every write");
    }
    zpl.push_str("^FS\n");
    Ok(())
}
