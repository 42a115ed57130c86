//! The demo accounts of the contract: known names, one known password, for demo mode alone.

use std::collections::HashMap;

use anyhow::Context;
use shared::access::{Account, AreaScope, Role};
use shared::ids::AccountId;
use shared_store::people::StoredAccount;
use shared_web::auth::password;
use shared_web::platform::Platform;

use crate::demo::{DEMO_LAB, NURSE_WARD, PROVINCE};

/// The password of every demo account.
const PASSWORD: &str = "demo";

/// The account that is created last.
pub(super) const LAST: &str = "admin";

/// Username, name and role. The names are invented.
const ACCOUNTS: [(&str, &str, Role); 10] = [
    ("admin", "Nguyễn Quốc Quản", Role::Admin),
    ("officer", "Trần Thị Thu Dịch", Role::Officer),
    ("doctor", "BS. Lê Minh Tâm", Role::Doctor),
    ("doctor2", "BS. Phạm Ngọc An", Role::Doctor),
    ("nurse", "Huỳnh Thị Ngọc Trạm", Role::Nurse),
    ("lab", "Võ Thanh Nghiệm", Role::Lab),
    ("sampler", "Đặng Văn Mẫu", Role::Sampler),
    ("venue", "Bùi Thị Chợ", Role::Venue),
    ("hotline", "Hồ Thị Thanh Đài", Role::Hotline),
    ("gateway", "Cổng tin nhắn SMS", Role::Gateway),
];

/// The ids of the accounts that the province's records name.
pub(super) struct Ids {
    /// The two doctors.
    pub(super) doctors: [AccountId; 2],
    /// The keeper of venues.
    pub(super) venue: AccountId,
    /// The ward station.
    pub(super) nurse: AccountId,
    /// The call desk.
    pub(super) hotline: AccountId,
    /// The officer of the province.
    pub(super) officer: AccountId,
    /// The hash of the password that they all have.
    hash: String,
}

/// Creates the accounts where they are missing, but for [`LAST`].
pub(super) async fn create(platform: &Platform) -> anyhow::Result<Ids> {
    let hash = hash(platform).await?;
    let mut ids = HashMap::new();
    for (username, name, role) in ACCOUNTS.into_iter().filter(|(username, ..)| *username != LAST) {
        ids.insert(username, put(platform, username, name, role, &hash).await?);
    }
    let id = |username| ids.get(username).copied().context("every demo account was created");
    let doctors = [id("doctor")?, id("doctor2")?];
    let (venue, nurse, hotline, officer) = (id("venue")?, id("nurse")?, id("hotline")?, id("officer")?);
    Ok(Ids { doctors, venue, nurse, hotline, officer, hash })
}

/// Creates the last account: who finds it finds a province that is whole.
pub(super) async fn finish(platform: &Platform, ids: &Ids) -> anyhow::Result<()> {
    for (username, name, role) in ACCOUNTS.into_iter().filter(|(username, ..)| *username == LAST) {
        put(platform, username, name, role, &ids.hash).await?;
    }
    Ok(())
}

/// One hash for all: it is the same known password; ten hashes would take most of a start and 19 MiB each.
async fn hash(platform: &Platform) -> anyhow::Result<String> {
    let mut random = platform.random();
    Ok(tokio::task::spawn_blocking(move || password::hash(PASSWORD, &mut random)).await?)
}

async fn put(platform: &Platform, username: &str, name: &str, role: Role, hash: &str) -> anyhow::Result<AccountId> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let id = match tx.account_by_username(username).await? {
        Some(stored) => stored.account.id,
        None => AccountId::new(now, &mut platform.random()),
    };
    let area = match role {
        Role::Nurse => AreaScope::Ward(NURSE_WARD.to_owned()),
        _ => AreaScope::Province(PROVINCE.to_owned()),
    };
    let account = Account {
        id,
        username: username.to_owned(),
        display_name: name.to_owned(),
        roles: vec![role],
        area,
        lab_code: (role == Role::Lab).then(|| DEMO_LAB.to_owned()),
    };
    tx.put_account(&StoredAccount { account, password_hash: hash.to_owned(), active: true }, now).await?;
    tx.commit().await?;
    Ok(id)
}
