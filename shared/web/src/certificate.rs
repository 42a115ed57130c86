//! Client certificates (mutual TLS): a program that shows a certificate which was registered needs no other secret.
//!
//! TLS ends at the web server in front. That server asks for a certificate, and the handshake proves that the client holds
//! its private key; which certificate it was, the server writes into a header. The header is believed only where it is
//! configured (`client_certificate_header`) and only from the proxies that are trusted. Who is let in is decided here, by the
//! SHA-256 of the certificate: an authority that signs certificates of its own lets nobody in.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use shared::bilingual::Bilingual;

/// The SHA-256 of a certificate's DER, as `openssl x509 -fingerprint -sha256` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// Why a text is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a certificate in PEM nor the SHA-256 of one")]
pub struct FingerprintError;

impl FingerprintError {
    /// The line for whoever typed it.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        Bilingual::new(
            "Dán chứng thư dạng PEM (-----BEGIN CERTIFICATE-----) hoặc dấu vân tay SHA-256 gồm 64 chữ số hệ 16",
            "Paste the certificate as PEM (-----BEGIN CERTIFICATE-----) or its SHA-256 fingerprint, 64 hexadecimal digits",
        )
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Fingerprint {
    /// Reads what servers write into a header and people paste: the SHA-256 in hexadecimal (Caddy, HAProxy, Envoy; colons
    /// between the bytes or none), the certificate as PEM (also escaped as in a URL, as nginx writes it), or as RFC 9440
    /// writes it, `:BASE64:`.
    ///
    /// # Errors
    /// Where it is none of these.
    pub fn read(text: &str) -> Result<Self, FingerprintError> {
        let text = text.trim();
        if let Some(der) = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')) {
            return Self::of_base64(der);
        }
        if text.starts_with("-----BEGIN") {
            let unescaped = unescape(text).ok_or(FingerprintError)?;
            let body = unescaped.strip_prefix("-----BEGIN CERTIFICATE-----").ok_or(FingerprintError)?;
            // Whoever else signed it may follow; the first is the one that was shown.
            let (body, _) = body.split_once("-----END CERTIFICATE-----").ok_or(FingerprintError)?;
            return Self::of_base64(body);
        }
        let digits: Vec<u8> = text.bytes().filter(|b| *b != b':').collect();
        let mut bytes = [0; 32];
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(FingerprintError);
        }
        for (pair, byte) in digits.chunks_exact(2).zip(&mut bytes) {
            let pair = core::str::from_utf8(pair).map_err(|_| FingerprintError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| FingerprintError)?;
        }
        Ok(Self(bytes))
    }

    fn of_base64(text: &str) -> Result<Self, FingerprintError> {
        let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(text).map_err(|_| FingerprintError)?;
        // A certificate is a SEQUENCE (X.690).
        if der.first() != Some(&0x30) { Err(FingerprintError) } else { Ok(Self(Sha256::digest(der).into())) }
    }

    /// What stands for the certificate where the table of sessions has a token. No bearer can be this: those begin otherwise.
    #[must_use]
    pub fn token(&self) -> String {
        format!("certificate:{self}")
    }
}

/// A text without the escapes of URLs.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let pair = core::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The DER of a certificate, as far as anybody looks into it here.
    const DER: &[u8] = b"0\x82\x01\x0asome certificate, its key and its signature";

    fn pem() -> String {
        let body = STANDARD.encode(DER);
        let lines: Vec<&str> = body.as_bytes().chunks(20).map(|line| core::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    #[test]
    fn whatever_way_a_server_writes_a_certificate_it_is_the_same() {
        let hex = Fingerprint(Sha256::digest(DER).into()).to_string();
        let colons =
            hex.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).unwrap()).collect::<Vec<_>>().join(":");
        let escaped = pem().replace('\n', "%0A").replace('+', "%2B").replace('/', "%2f").replace(' ', "%20");
        let chain = format!("{}{}", pem(), pem().replace("MII", "MIJ"));
        for written in
            [hex.clone(), hex.to_uppercase(), colons, pem(), escaped, chain, format!(":{}:", STANDARD.encode(DER))]
        {
            assert_eq!(Fingerprint::read(&format!(" {written} ")).map(|found| found.to_string()), Ok(hex.clone()));
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let private = pem().replace("CERTIFICATE", "PRIVATE KEY");
        let cut = pem().replace("-----END", "");
        let long = format!("{}0", "ab".repeat(32));
        for text in ["", ":", "::", "abc", &private, &cut, &long, ":AAAA:", "-----BEGIN%2"] {
            assert_eq!(Fingerprint::read(text), Err(FingerprintError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_refused_without_panic(text in ".*", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Fingerprint::read(&text);
            let _ = Fingerprint::read(&format!("-----BEGIN{text}"));
            let _ = Fingerprint::read(&format!(":{}:", STANDARD.encode(bytes)));
        }
    }
}
