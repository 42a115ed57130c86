//! The result slip: a paper with a QR that anybody can check.

use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde_json::json;
use sha2::Sha256;
use shared_store::StoreError;
use shared_store::audit::Actor;
use shared_store::keys::Keys;
use shared_web::caller::Caller;

use crate::app::citizen::Linked;
use crate::app::{App, SERVICE};
use crate::domain::seal::{SlipOf, read, token};
use crate::store::model::{State, StoredResult, StoredVersion};

/// What the derived key is for.
const PURPOSE: &[u8] = b"antam/lab/slips/ed25519/v1";

/// Signs slips and checks them. The key is derived from the key store's token key, so that every process of a province
/// signs alike and a copy of the database signs nothing.
pub struct Signer(Ed25519KeyPair);

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

    /// The token of a slip.
    #[must_use]
    pub fn sign(&self, of: SlipOf) -> String {
        token(of, self.0.sign(&of.bytes()).as_ref())
    }

    /// The public key, by which anybody checks a slip.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    /// What a token claims, where we signed it.
    #[must_use]
    pub fn verify(&self, text: &str) -> Option<SlipOf> {
        let (of, signature) = read(text.trim())?;
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key());
        key.verify(&of.bytes(), &signature).ok().map(|()| of)
    }
}

/// The address that a slip's QR holds, in upper case so that all of it is coded alphanumerically.
#[must_use]
pub fn address(app: &App, result: &StoredResult) -> String {
    let of = SlipOf { result_id: result.id, version: u32::try_from(result.version).unwrap_or_default() };
    let token = Signer::of(&app.platform.keys()).sign(of);
    format!("{}/S/{token}", app.platform.config.public_url().trim_end_matches('/').to_uppercase())
}

/// What a slip's QR turned out to be.
#[derive(Debug)]
pub enum Checked {
    /// Nobody who has the key signed this.
    Forged,
    /// We signed it, and it is what holds now.
    Good(Box<StoredResult>, Box<StoredVersion>),
    /// We signed it, and the result was corrected since: the paper says what holds no more.
    Corrected(Box<StoredResult>, Box<StoredVersion>),
    /// We signed it, and the result was withdrawn.
    Withdrawn(Box<StoredResult>, Box<StoredVersion>),
}

/// Checks what a slip's QR holds. Anybody may: the page shows no more than the paper does, and never whose it is in full.
///
/// # Errors
/// When the store fails.
pub async fn check(app: &App, text: &str) -> Result<Checked, StoreError> {
    let Some(of) = Signer::of(&app.platform.keys()).verify(text) else { return Ok(Checked::Forged) };
    let mut tx = app.store.read().await?;
    let Some(result) = tx.result(of.result_id).await?.filter(|result| result.state == State::Released) else {
        return Ok(Checked::Forged);
    };
    let versions = tx.versions(of.result_id).await?;
    let Some(shown) = versions.into_iter().find(|version| version.version == i64::from(of.version)) else {
        return Ok(Checked::Forged);
    };
    let (result, shown) = (Box::new(result), Box::new(shown));
    Ok(if result.withdrawn() {
        Checked::Withdrawn(result, shown)
    } else if result.version == i64::from(of.version) {
        Checked::Good(result, shown)
    } else {
        Checked::Corrected(result, shown)
    })
}

/// Notes that a person took their slip.
///
/// # Errors
/// When the store fails.
pub async fn taken(app: &App, caller: &Caller, linked: &Linked) -> Result<(), StoreError> {
    let now = app.platform.now();
    let detail = json!({"result_id": linked.result.id, "version": linked.result.version});
    let mut entry = caller.audit(SERVICE, "slip.print", Some(format!("person:{}", linked.person_id)), detail);
    entry.actor = Actor::Person(linked.person_id);
    let mut tx = app.store.write().await?;
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use shared_store::runtime::system_random;

    use super::*;

    #[test]
    fn only_what_we_signed_is_ours() {
        let directory = tempfile::tempdir().unwrap();
        let keys = Keys::open(directory.path(), &mut system_random()).unwrap();
        let other = tempfile::tempdir().unwrap();
        let other = Keys::open(other.path(), &mut system_random()).unwrap();
        let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let of = SlipOf { result_id: id, version: 3 };
        let token = Signer::of(&keys).sign(of);
        assert_eq!(Signer::of(&keys).verify(&token), Some(of));
        assert_eq!(Signer::of(&other).verify(&token), None);
        for place in [0, 20, 40, 100, 134] {
            let mut painted = token.clone().into_bytes();
            painted[place] = if painted[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(Signer::of(&keys).verify(&String::from_utf8(painted).unwrap()), None, "{place}");
        }
        assert_eq!(Signer::of(&keys).public_key().len(), 32);
    }
}
