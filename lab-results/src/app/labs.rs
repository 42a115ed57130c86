//! Laboratories: registered by a health officer, with keys for their programs and a badge for good messages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::access::{Account, AreaScope, Role};
use shared::area;
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, SessionId, uuid_v7};
use shared::phone::Phone;
use shared::problem::FieldError;
use shared::random::bytes;
use shared::time::{Date, days};
use shared_store::people::{Session, SessionKind, SessionOwner, StoredAccount};
use shared_web::Problem;
use shared_web::caller::token_hash;
use shared_web::certificate::Fingerprint;
use uuid::Uuid;

use crate::app::App;
use crate::app::sender::Sender;
use crate::domain::label::LabCode;
use crate::store::citizens::{ApiKey, CERTIFICATE, Conduct, Registration};
use crate::store::model::Laboratory;

/// How long a key is good; a laboratory's program is not signed in every day.
const KEY_DAYS: i64 = 5 * 365;
/// From how many good records on a laboratory has the badge, and over how many days they are counted (our policy).
const BADGE: (i64, i64) = (100, 30);
/// A bad record in so many good ones is forgiven.
const FORGIVEN: i64 = 100;
/// The kinds of test that a laboratory may be licensed for.
const KINDS: [&str; 2] = ["pcr", "antigen"];

/// A laboratory on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct LabInput {
    /// Its code, such as `TG-CDC`.
    pub code: String,
    /// Its name, as citizens read it.
    pub name: String,
    /// The ward where it stands.
    pub ward_code: String,
    /// Its phone for citizens.
    pub phone: Option<String>,
    /// The number of its licence.
    pub licence_no: String,
    /// Until when the licence is good.
    pub licensed_until: Option<String>,
    /// The kinds of test.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Whether its results are taken; yes where it is left out.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

/// A laboratory with what is registered of it.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The laboratory.
    pub laboratory: Laboratory,
    /// What an officer registered.
    pub registration: Option<Registration>,
    /// How well its records were, lately.
    pub conduct: Conduct,
    /// Its keys.
    pub keys: Vec<ApiKey>,
}

impl Registered {
    /// Whether it has the badge: enough good records lately, and hardly a bad one.
    #[must_use]
    pub const fn has_badge(&self) -> bool {
        self.conduct.good >= BADGE.0 && self.conduct.bad * FORGIVEN <= self.conduct.good
    }
}

struct Draft {
    laboratory: Laboratory,
    phone: Option<String>,
    licence_no: String,
    licensed_until: Option<Date>,
    kinds: Vec<String>,
}

fn parse(input: &LabInput) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    let code = LabCode::parse(&input.code, "/code").map_err(|e| errors.push(e)).ok();
    let code = code.map(|code| code.as_str().to_uppercase()).unwrap_or_default();
    if !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.') {
        let detail = Bilingual::new("Chỉ gồm chữ không dấu, số, gạch ngang", "Letters without marks, digits, hyphens");
        errors.push(FieldError::new("/code", "characters", detail));
    }
    let mut text = |text: &str, pointer: &'static str| {
        let text = text.trim();
        if text.is_empty() {
            errors.push(FieldError::required(pointer));
        }
        text.chars().take(200).collect::<String>()
    };
    let name = text(&input.name, "/name");
    let licence_no = text(&input.licence_no, "/licence_no");
    if area::ward_any(input.ward_code.trim()).is_none() {
        let detail = Bilingual::new("Không có xã, phường nào mang mã này", "No ward has this code");
        errors.push(FieldError::new("/ward_code", "unknown_ward", detail));
    }
    let phone = input.phone.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let phone = phone.and_then(|text| match Phone::parse(text) {
        Ok(phone) => Some(phone.as_str().to_owned()),
        Err(_) => {
            let detail = Bilingual::new("Số điện thoại như 0273 3872 222", "A phone number such as 0273 3872 222");
            errors.push(FieldError::new("/phone", "phone", detail));
            None
        }
    });
    let licensed_until = input.licensed_until.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let licensed_until = licensed_until.and_then(|text| match text.parse::<Date>() {
        Ok(day) => Some(day),
        Err(_) => {
            let detail = Bilingual::new("Ngày như 2026-12-31", "A date such as 2026-12-31");
            errors.push(FieldError::new("/licensed_until", "date", detail));
            None
        }
    });
    let kinds: Vec<String> = input.kinds.iter().map(|kind| kind.trim().to_lowercase()).collect();
    for (place, kind) in kinds.iter().enumerate() {
        if !KINDS.contains(&kind.as_str()) {
            let detail = Bilingual::new("Một trong: pcr, antigen", "One of: pcr, antigen");
            errors.push(FieldError::new(format!("/kinds/{place}"), "kind", detail));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let laboratory = Laboratory { code, name, ward_code: input.ward_code.trim().to_owned() };
    Ok(Draft { laboratory, phone, licence_no, licensed_until, kinds })
}

/// Registers a laboratory, or changes what is registered; `true` where it is new.
///
/// # Errors
/// 422 with every field at fault.
pub async fn register(app: &App, sender: &Sender, input: &LabInput) -> Result<(Registered, bool), Problem> {
    let now = app.platform.now();
    let draft = parse(input)?;
    let code = draft.laboratory.code.clone();
    let mut tx = app.store.write().await?;
    let is_new = tx.laboratory(&code).await?.is_none();
    let before = tx.registration(&code).await?;
    tx.put_laboratory(&draft.laboratory).await?;
    let registration = Registration {
        code: code.clone(),
        phone: draft.phone,
        licence_no: draft.licence_no,
        licensed_until: draft.licensed_until,
        kinds: draft.kinds,
        active: input.active,
        registered_by: sender.account_id(),
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
    };
    tx.put_registration(&registration).await?;
    let entry = sender.audit(
        "lab.register",
        Some(format!("lab:{code}")),
        json!({"licence_no": registration.licence_no, "active": registration.active}),
    );
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok((one(app, &code).await?, is_new))
}

/// A laboratory with what is registered of it.
///
/// # Errors
/// 404 where there is none.
pub async fn one(app: &App, code: &str) -> Result<Registered, Problem> {
    let since = app.platform.now().minus(days(BADGE.1));
    let mut tx = app.store.read().await?;
    let laboratory = tx.laboratory(code).await?.ok_or_else(no_lab)?;
    Ok(Registered {
        registration: tx.registration(code).await?,
        conduct: tx.conduct(code, since).await?,
        keys: tx.api_keys(code).await?,
        laboratory,
    })
}

/// A key that was just made, with the token that is told once.
pub struct Made {
    /// The key.
    pub key: ApiKey,
    /// What the program sends as `Authorization: Bearer`.
    pub token: String,
}

/// Makes a key for a laboratory's program. It acts as an account of that laboratory and of no other.
///
/// # Errors
/// 404 where there is no such laboratory.
pub async fn make_key(app: &App, sender: &Sender, code: &str, label: &str) -> Result<Made, Problem> {
    let token = format!("at_lab_{}", URL_SAFE_NO_PAD.encode(bytes::<32>(&mut app.platform.random())));
    let hint = token.chars().take(12).collect();
    let key = let_in(app, sender, code, Entry { label, hint, token: &token, action: "lab.key.make" }).await?;
    Ok(Made { key, token })
}

/// Lets a laboratory's program in by its client certificate, as with a key.
///
/// # Errors
/// 404 where there is no such laboratory, 409 where the certificate was registered before, also where it was revoked: a
/// certificate that was given up is given up; 422 where the text is none.
pub async fn add_certificate(
    app: &App,
    sender: &Sender,
    code: &str,
    label: &str,
    certificate: &str,
) -> Result<ApiKey, Problem> {
    let read = Fingerprint::read(certificate);
    let fingerprint =
        read.map_err(|error| Problem::field(FieldError::new("/certificate", "certificate", error.detail())))?;
    let hint = format!("{CERTIFICATE}{}", &fingerprint.to_string()[..16]);
    let entry = Entry { label, hint, token: &fingerprint.token(), action: "lab.certificate.add" };
    let_in(app, sender, code, entry).await
}

/// What a program shows, and how it is called.
struct Entry<'a> {
    label: &'a str,
    hint: String,
    token: &'a str,
    action: &'static str,
}

async fn let_in(app: &App, sender: &Sender, code: &str, entry: Entry<'_>) -> Result<ApiKey, Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let laboratory = tx.laboratory(code).await?.ok_or_else(no_lab)?;
    let label: String = entry.label.trim().chars().take(100).collect();
    let id = uuid_v7(now, &mut random);
    let province = laboratory.ward_code.get(..2).unwrap_or_default();
    let province = area::ward_any(&laboratory.ward_code).map_or(province, |ward| ward.province_code);
    let account = Account {
        id: AccountId::new(now, &mut random),
        username: format!("key-{id}"),
        display_name: format!("{} · {label}", laboratory.name),
        roles: vec![Role::Lab],
        area: AreaScope::Province(province.to_owned()),
        lab_code: Some(laboratory.code.clone()),
    };
    let key = ApiKey {
        id,
        lab_code: laboratory.code.clone(),
        label,
        hint: entry.hint,
        token_hash: token_hash(entry.token),
        account_id: account.id,
        created_by: sender.account_id(),
        created_at: now,
        revoked_at: None,
    };
    if !tx.insert_api_key(&key).await? {
        return Err(Problem::conflict(
            "certificate_taken",
            "Chứng thư này đã được đăng ký trước đây. Hãy tạo chứng thư mới.",
            "This certificate was registered before. Make a new one.",
        ));
    }
    // No password fits an empty hash: the account is signed in to by its key alone.
    let stored = StoredAccount { account: account.clone(), password_hash: String::new(), active: true };
    tx.put_account(&stored, now).await?;
    let session = Session {
        id: SessionId::new(now, &mut random),
        owner: SessionOwner::Account(account.id),
        kind: SessionKind::Bearer,
        expires_at: now.plus(days(KEY_DAYS)),
    };
    tx.insert_session(&session, &key.token_hash, now).await?;
    let line = sender.audit(entry.action, Some(format!("lab:{code}")), json!({"key_id": id}));
    tx.audit(&line, now, &mut random).await?;
    tx.commit().await?;
    Ok(key)
}

/// Revokes a key: its next request is refused.
///
/// # Errors
/// 404 where there is no such key.
pub async fn revoke_key(app: &App, sender: &Sender, id: Uuid) -> Result<(), Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let key = tx.api_key(id).await?.ok_or_else(|| Problem::not_found("Không có khóa này.", "There is no such key."))?;
    tx.revoke_api_key(id, now).await?;
    tx.revoke_session(&key.token_hash, now).await?;
    if let Some(stored) = tx.account(key.account_id).await? {
        tx.put_account(&StoredAccount { active: false, ..stored }, now).await?;
    }
    let entry = sender.audit("lab.key.revoke", Some(format!("lab:{}", key.lab_code)), json!({"key_id": id}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    Ok(tx.commit().await?)
}

fn no_lab() -> Problem {
    Problem::not_found("Không có phòng xét nghiệm này.", "There is no such laboratory.")
}
