//! Places: venues that people check in to, sampling sites, health stations, homes in isolation.

mod code;
mod input;
mod kind;

pub use code::{PlaceCode, PlaceCodeError};
pub use input::{PlaceDraft, PlaceInput};
pub use kind::PlaceKind;

use serde::{Deserialize, Serialize};

use crate::area::WardCode;
use crate::ids::PlaceId;

/// A place as every service sees it, and as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its id.
    pub id: PlaceId,
    /// What its poster carries and what somebody can type.
    pub code: PlaceCode,
    /// Its name.
    pub name: String,
    /// What happens there.
    pub kind: PlaceKind,
    /// House number and street, or group and hamlet: free text.
    pub address: String,
    /// Its ward, commune or township.
    pub ward_code: WardCode,
    /// How many people it may hold, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// The place that it is a part of, such as the market of a stall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<PlaceId>,
}
