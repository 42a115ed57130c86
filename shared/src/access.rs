//! Who somebody is to the system: roles, the area of a duty, and the rule whether a duty covers a place.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// What somebody is employed or appointed to do. An account has one or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the system: accounts, backups, keys. Sees no patient.
    Admin,
    /// Health officer of a district or the provincial CDC: clusters, exposures, exports.
    Officer,
    /// Doctor on advice duty.
    Doctor,
    /// Staff of a ward health station (trạm y tế).
    Nurse,
    /// Laboratory staff or its software.
    Lab,
    /// Sampling team.
    Sampler,
    /// Owner or staff of a venue.
    Venue,
    /// Agent of the 1022 hotline.
    Hotline,
    /// The program of a text message gateway: hands over what telephones sent, and sees nothing.
    Gateway,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Admin,
        Self::Officer,
        Self::Doctor,
        Self::Nurse,
        Self::Lab,
        Self::Sampler,
        Self::Venue,
        Self::Hotline,
        Self::Gateway,
    ];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Officer => "officer",
            Self::Doctor => "doctor",
            Self::Nurse => "nurse",
            Self::Lab => "lab",
            Self::Sampler => "sampler",
            Self::Venue => "venue",
            Self::Hotline => "hotline",
            Self::Gateway => "gateway",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a text is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a role: one of admin, officer, doctor, nurse, lab, sampler, venue, hotline, gateway")]
pub struct RoleError;

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|r| r.code() == text).ok_or(RoleError)
    }
}

/// The area that a duty covers, by the codes of the General Statistics Office.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "level", content = "code", rename_all = "snake_case")]
pub enum AreaScope {
    /// The whole province (2 digits).
    Province(String),
    /// One district (3 digits).
    District(String),
    /// One ward, commune or township (5 digits).
    Ward(String),
}

impl AreaScope {
    /// The code without its level.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Province(code) | Self::District(code) | Self::Ward(code) => code,
        }
    }

    /// The scope that a code names by its length: 2 digits a province, 3 a district, 5 a ward.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match code.len() {
            2 => Some(Self::Province(code.to_owned())),
            3 => Some(Self::District(code.to_owned())),
            5 => Some(Self::Ward(code.to_owned())),
            _ => None,
        }
    }
}

/// Who acts: an account that signed in, with its roles and the area of its duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// The name it signs in with.
    pub username: String,
    /// The name that people see.
    pub display_name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Where it may do it.
    pub area: AreaScope,
    /// The laboratory that it belongs to, by code, where it does.
    pub lab_code: Option<String>,
}

impl Account {
    /// Whether it has the role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether it has one of the roles.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
}
