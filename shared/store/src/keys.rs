//! The key store: apart from the database, so that a copy of the database alone tells nothing.
//!
//! One master key, made at the first start, from which the working keys are derived (HKDF-SHA-256, RFC 5869); and one key a
//! day for visits, drawn at random, wrapped by the master key, and destroyed when the retention of its day ends. What was
//! written under a destroyed key can be read by nobody, backups included.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use shared::random::{self, Random};
use shared::time::Date;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::seal::Sealer;

/// A key of 32 bytes that is wiped when dropped and never printed.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// The key made of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// The working keys and the keys of the days.
#[derive(Debug)]
pub struct Keys {
    /// Seals fields and finds them through blind indexes.
    pub sealer: Sealer,
    /// Signs device tokens and other short-lived proofs.
    pub token: Key,
    /// Chains the audit log.
    pub audit: Key,
    day_wrap: Sealer,
    directory: PathBuf,
    days: RwLock<HashMap<Date, Key>>,
}

impl Keys {
    /// Opens the key store in `directory`, making it and its master key at the first start.
    ///
    /// # Errors
    /// When the directory cannot be read or written, or the master key is not 32 bytes.
    pub fn open(directory: &Path, random: &mut dyn Random) -> Result<Arc<Self>, StoreError> {
        fs::create_dir_all(directory.join("days")).map_err(StoreError::Keys)?;
        restrict(directory, 0o700).map_err(StoreError::Keys)?;
        let master = load_or_create(&directory.join("master.key"), random).map_err(StoreError::Keys)?;
        Ok(Arc::new(Self {
            sealer: Sealer::new(derive(&master, "seal"), derive(&master, "blind")),
            token: derive(&master, "token"),
            audit: derive(&master, "audit"),
            day_wrap: Sealer::new(derive(&master, "day-wrap"), derive(&master, "day-blind")),
            directory: directory.to_owned(),
            days: RwLock::default(),
        }))
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The key of a day, made when it is first asked for.
    ///
    /// # Errors
    /// When the key was destroyed, or the key store cannot be read or written.
    pub fn day(&self, day: Date, random: &mut dyn Random) -> Result<Key, StoreError> {
        if let Some(key) = self.days.read().unwrap_or_else(PoisonError::into_inner).get(&day) {
            return Ok(key.clone());
        }
        let path = self.day_path(day);
        if path.with_extension("destroyed").exists() {
            return Err(StoreError::KeyDestroyed(day));
        }
        let name = day.to_string();
        let wrapped = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let fresh = Zeroizing::new(random::bytes::<32>(random));
                let wrapped = self.day_wrap.seal("day", name.as_bytes(), fresh.as_slice(), random);
                create_once(&path, &wrapped).map_err(StoreError::Keys)?;
                fs::read(&path).map_err(StoreError::Keys)?
            }
            Err(e) => return Err(StoreError::Keys(e)),
        };
        let opened = self.day_wrap.open("day", name.as_bytes(), &wrapped)?;
        let bytes: [u8; 32] = opened.as_slice().try_into().map_err(|_| StoreError::Sealed("day"))?;
        let key = Key::new(bytes);
        self.days.write().unwrap_or_else(PoisonError::into_inner).insert(day, key.clone());
        Ok(key)
    }

    /// Destroys the keys of all days before `first_kept`; gives the days whose keys are gone now.
    ///
    /// The file is overwritten before it is removed. On a journaling or copy-on-write disk that is no proof by itself; the
    /// master key wraps every day key, so an old block without the master key is noise as well.
    ///
    /// # Errors
    /// When the key store cannot be read or written.
    pub fn destroy_days_before(&self, first_kept: Date) -> Result<Vec<Date>, StoreError> {
        let mut destroyed = Vec::new();
        for entry in fs::read_dir(self.directory.join("days")).map_err(StoreError::Keys)? {
            let path = entry.map_err(StoreError::Keys)?.path();
            let day = path.extension().filter(|e| *e == "key").and(path.file_stem());
            let Some(day) = day.and_then(|s| s.to_str()).and_then(|s| s.parse::<Date>().ok()) else { continue };
            if day < first_kept {
                destroy(&path).map_err(StoreError::Keys)?;
                self.days.write().unwrap_or_else(PoisonError::into_inner).remove(&day);
                destroyed.push(day);
            }
        }
        destroyed.sort_unstable();
        Ok(destroyed)
    }

    /// The number of the lock of whatever a text names. Two texts with the same number wait for each other needlessly and
    /// nothing else: 63 bits of a hash are enough.
    pub(crate) fn lock_number(&self, text: &str) -> i64 {
        let digest = Sha256::digest(self.sealer.blind("matching", text));
        i64::from_be_bytes(std::array::from_fn(|i| digest[i])) & i64::MAX
    }

    fn day_path(&self, day: Date) -> PathBuf {
        self.directory.join("days").join(format!("{day}.key"))
    }
}

fn derive(master: &Key, purpose: &str) -> Key {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(b"antam/v1"), master.bytes())
        .expand(purpose.as_bytes(), &mut out)
        .expect("32 bytes are a valid length for HKDF-SHA-256");
    Key::new(out)
}

fn load_or_create(path: &Path, random: &mut dyn Random) -> io::Result<Key> {
    if !path.exists() {
        create_once(path, Zeroizing::new(random::bytes::<32>(random)).as_slice())?;
    }
    let bytes: [u8; 32] = fs::read(path)?
        .try_into()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the master key must be 32 bytes"))?;
    Ok(Key::new(bytes))
}

/// Creates a file with its whole content or not at all; when another process was first, its file stays.
fn create_once(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = tempfile_beside(path)?;
    draft.1.write_all(content)?;
    draft.1.sync_all()?;
    let linked = fs::hard_link(&draft.0, path);
    fs::remove_file(&draft.0)?;
    match linked {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    restrict(path, 0o600)?;
    match path.parent() {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn tempfile_beside(path: &Path) -> io::Result<(PathBuf, fs::File)> {
    static COUNTER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let n = COUNTER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{n}.draft", std::process::id()));
    let file = fs::File::create(&draft)?;
    restrict(&draft, 0o600)?;
    Ok((draft, file))
}

fn destroy(path: &Path) -> io::Result<()> {
    fs::File::create(path.with_extension("destroyed"))?.sync_all()?;
    let length = usize::try_from(fs::metadata(path)?.len()).unwrap_or(0);
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::system_random;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_key_is_the_same_after_a_restart_and_different_from_the_next_days() {
        let dir = tempfile::tempdir().unwrap();
        let mut random = system_random();
        let first = Keys::open(dir.path(), &mut random).unwrap();
        let key = first.day(day("2022-03-10"), &mut random).unwrap();
        let other = first.day(day("2022-03-11"), &mut random).unwrap();
        assert_ne!(key.bytes(), other.bytes());
        let again = Keys::open(dir.path(), &mut random).unwrap();
        assert_eq!(again.day(day("2022-03-10"), &mut random).unwrap().bytes(), key.bytes());
        assert_eq!(again.token.bytes(), first.token.bytes());
    }

    #[test]
    fn a_destroyed_key_never_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut random = system_random();
        let keys = Keys::open(dir.path(), &mut random).unwrap();
        keys.day(day("2022-03-10"), &mut random).unwrap();
        let kept = keys.day(day("2022-03-11"), &mut random).unwrap();
        assert_eq!(keys.destroy_days_before(day("2022-03-11")).unwrap(), [day("2022-03-10")]);
        for keys in [keys, Keys::open(dir.path(), &mut random).unwrap()] {
            assert!(matches!(keys.day(day("2022-03-10"), &mut random), Err(StoreError::KeyDestroyed(_))));
            assert_eq!(keys.day(day("2022-03-11"), &mut random).unwrap().bytes(), kept.bytes());
        }
    }
}
