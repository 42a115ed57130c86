//! The signature of a paper: Ed25519 (RFC 8032) over its facts.
//!
//! A token is `BASE64URL(facts) . BASE64URL(signature)`. The key is derived from the key store's token key, so that every
//! process of a province signs alike and a copy of the database signs nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::Sha256;
use shared_store::keys::Keys;

use super::Facts;

/// What the derived key is for.
const PURPOSE: &[u8] = b"antam/f0/papers/ed25519/v1";

/// Why a token is no paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is cut off, or no token at all.
    #[error("the token is not whole")]
    Form,
    /// Nobody who has the key signed this.
    #[error("the signature does not fit what the paper says")]
    Signature,
}

/// Signs papers and checks them.
pub struct Signer(Ed25519KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(redacted)")
    }
}

impl Signer {
    /// The signer of a key store.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length, and every 32 bytes are a seed.
    #[must_use]
    pub fn of(keys: &Keys) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(keys.token.bytes()).expect("HMAC takes a key of any length");
        mac.update(PURPOSE);
        let seed = mac.finalize().into_bytes();
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).expect("every 32 bytes are an Ed25519 seed"))
    }

    /// The token of a paper.
    #[must_use]
    pub fn sign(&self, facts: &Facts) -> String {
        let text = serde_json::to_string(facts).unwrap_or_default();
        let signature = self.0.sign(text.as_bytes());
        format!("{}.{}", BASE64.encode(text), BASE64.encode(signature))
    }

    /// The public key, by which anybody checks a paper.
    #[must_use]
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key())
    }

    /// What a token says, where its signature fits.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Facts, TokenError> {
        verify(self.0.public_key().as_ref(), token)
    }
}

/// What a token says, where it was signed with the key that belongs to `public_key`.
///
/// # Errors
/// [`TokenError`].
pub fn verify(public_key: &[u8], token: &str) -> Result<Facts, TokenError> {
    let (text, signature) = token.trim().split_once('.').ok_or(TokenError::Form)?;
    let text = BASE64.decode(text).map_err(|_| TokenError::Form)?;
    let signature = BASE64.decode(signature).map_err(|_| TokenError::Form)?;
    let key = UnparsedPublicKey::new(&ED25519, public_key);
    key.verify(&text, &signature).map_err(|_| TokenError::Signature)?;
    serde_json::from_slice(&text).map_err(|_| TokenError::Form)
}
