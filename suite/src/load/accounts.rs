//! The demo accounts of the contract: known names, one known password, for demo mode alone.

use shared::access::{Account, AreaScope, Role};
use shared::ids::AccountId;
use shared_store::people::StoredAccount;
use shared_web::auth::password;
use shared_web::platform::Platform;

use crate::demo::{DEMO_LAB, NURSE_WARD, PROVINCE};

/// The password of every demo account.
const PASSWORD: &str = "demo";

/// Username, name and role. The names are invented.
const ACCOUNTS: [(&str, &str, Role); 9] = [
    ("admin", "Nguyễn Quốc Quản", Role::Admin),
    ("officer", "Trần Thị Thu Dịch", Role::Officer),
    ("doctor", "BS. Lê Minh Tâm", Role::Doctor),
    ("doctor2", "BS. Phạm Ngọc An", Role::Doctor),
    ("nurse", "Huỳnh Thị Ngọc Trạm", Role::Nurse),
    ("lab", "Võ Thanh Nghiệm", Role::Lab),
    ("sampler", "Đặng Văn Mẫu", Role::Sampler),
    ("venue", "Bùi Thị Chợ", Role::Venue),
    ("hotline", "Hồ Thị Thanh Đài", Role::Hotline),
];

/// Creates the accounts where they are missing; gives the id of the venue's.
pub(super) async fn create(platform: &Platform) -> anyhow::Result<AccountId> {
    let now = platform.now();
    let mut random = platform.random();
    // One hash for all: it is the same known password, and nine of them would take most of a start.
    let hash = {
        let mut random = platform.random();
        tokio::task::spawn_blocking(move || password::hash(PASSWORD, &mut random)).await?
    };
    let mut tx = platform.shared.write().await?;
    let mut venue = AccountId::new(now, &mut random);
    for (username, name, role) in ACCOUNTS {
        let area = match role {
            Role::Nurse => AreaScope::Ward(NURSE_WARD.to_owned()),
            _ => AreaScope::Province(PROVINCE.to_owned()),
        };
        let id = match tx.account_by_username(username).await? {
            Some(stored) => stored.account.id,
            None => AccountId::new(now, &mut random),
        };
        if role == Role::Venue {
            venue = id;
        }
        let account = Account {
            id,
            username: username.to_owned(),
            display_name: name.to_owned(),
            roles: vec![role],
            area,
            lab_code: (role == Role::Lab).then(|| DEMO_LAB.to_owned()),
        };
        tx.put_account(&StoredAccount { account, password_hash: hash.clone(), active: true }, now).await?;
    }
    tx.commit().await?;
    Ok(venue)
}
