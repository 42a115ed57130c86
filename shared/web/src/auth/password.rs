//! Passwords, hashed with argon2id at the parameters that OWASP names first (19 MiB, 2 passes, 1 lane).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use shared::random::{self, Random};

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password into PHC text form.
///
/// # Panics
/// Never: a salt of 16 bytes and these parameters are valid.
pub fn hash(password: &str, random: &mut dyn Random) -> String {
    let salt = random::bytes::<16>(random);
    argon2()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("a salt of 16 bytes and these parameters are valid")
        .to_string()
}

/// Whether a password fits a hash. A hash that cannot be read fits nothing.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// A hash of nothing, verified against when there is no such account, so that the answer takes as long.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YW50YW0tbm9ib2R5LTAx$cG9zc2libHkgbm90IGEgcmVhbCBoYXNoIGF0IGFsbCE";

#[cfg(test)]
mod tests {
    use super::*;
    use shared_store::runtime::system_random;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let hash = hash("demo", &mut system_random());
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("demo", &hash));
        assert!(!verify("Demo", &hash));
        assert!(!verify("demo", "nonsense"));
        assert!(!verify("demo", NOBODY));
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_any_other() {
        let own = hash("demo", &mut system_random());
        let (nobody, own) = (PasswordHash::new(NOBODY).unwrap(), PasswordHash::new(&own).unwrap());
        assert_eq!(
            (nobody.algorithm, nobody.version, nobody.params.to_string()),
            (own.algorithm, own.version, own.params.to_string())
        );
        assert_eq!(nobody.hash.unwrap().as_ref().len(), own.hash.unwrap().as_ref().len());
    }
}
