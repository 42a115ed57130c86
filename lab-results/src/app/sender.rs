//! Who sends results, and for which laboratory.

use serde_json::Value;
use shared::access::Role;
use shared::ids::AccountId;
use shared::time::Instant;
use shared_store::audit::AuditEntry;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::context::RequestContext;
use shared_web::people::register::Registrar;

use super::SERVICE;

/// An account that sends results.
#[derive(Debug, Clone)]
pub struct Sender {
    caller: Caller,
    lab_code: Option<String>,
    oversees: bool,
}

impl Sender {
    /// The caller as a sender: a laboratory's account sends for its laboratory and no other.
    ///
    /// # Errors
    /// 401 where nobody is signed in; 403 where the account is a laboratory's and nobody said of which.
    pub fn of(caller: &Caller) -> Result<Self, Problem> {
        let account = caller.require_account()?;
        if account.has(Role::Lab) && account.lab_code.is_none() {
            return Err(Problem::forbidden());
        }
        let lab_code = account.lab_code.as_ref().map(|code| code.to_uppercase());
        let oversees = account.has(Role::Officer) && lab_code.is_none();
        Ok(Self { caller: caller.clone(), lab_code, oversees })
    }

    /// A laboratory's instrument, by a connection that stands for it.
    #[must_use]
    pub fn instrument(lab_code: &str, request_id: String) -> Self {
        let context = RequestContext { request_id, ..RequestContext::default() }.into();
        let caller = Caller { context, ..Caller::default() };
        Self { caller, lab_code: Some(lab_code.to_uppercase()), oversees: false }
    }

    /// The laboratory of the account, where it is of one.
    #[must_use]
    pub fn lab_code(&self) -> Option<&str> {
        self.lab_code.as_deref()
    }

    /// The account.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.caller.account().map(|account| account.id)
    }

    /// Whether what belongs to a laboratory is the sender's to see: its own, or any for a health officer.
    #[must_use]
    pub fn sees(&self, lab_code: Option<&str>) -> bool {
        self.oversees || (self.lab_code.is_some() && self.lab_code.as_deref() == lab_code)
    }

    /// Whether the account is a health officer's, of no laboratory.
    #[must_use]
    pub const fn oversees(&self) -> bool {
        self.oversees
    }

    /// Whether a tube is the caller's to handle: taken by the account itself, or brought to a laboratory, or of people
    /// who live in the area of the duty.
    #[must_use]
    pub fn handles(&self, taken_by: Option<AccountId>, wards: &[Option<String>], now: Instant) -> bool {
        let own = taken_by.is_some() && taken_by == self.account_id();
        let today = now.local_date();
        own || self.lab_code.is_some() || wards.iter().any(|ward| self.caller.covers(ward.as_deref(), today))
    }

    /// A line for the audit log.
    #[must_use]
    pub fn audit(&self, action: &'static str, subject: Option<String>, detail: Value) -> AuditEntry {
        self.caller.audit(SERVICE, action, subject, detail)
    }

    /// In whose name people are registered.
    #[must_use]
    pub fn registrar(&self) -> Registrar<'_> {
        Registrar {
            service: SERVICE,
            actor: self.caller.actor(),
            request_id: Some(self.caller.context.request_id.as_str()),
        }
    }
}
