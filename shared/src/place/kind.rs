//! What happens at a place.

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $code:literal $vi:literal $en:literal;)*) => {
        /// What happens at a place. The code stands on the wire and in the database.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum PlaceKind {
            $($(#[$doc])* $kind,)*
        }

        impl PlaceKind {
            /// Every kind, in the order in which a form shows them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The code on the wire and in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            /// The name that people read.
            #[must_use]
            pub fn name(self) -> Bilingual {
                match self { $(Self::$kind => Bilingual::new($vi, $en),)* }
            }
        }
    };
}

kinds! {
    /// A place to eat.
    Restaurant "restaurant" "Nhà hàng, quán ăn" "Restaurant";
    /// A place to drink coffee or tea.
    Cafe "cafe" "Quán cà phê" "Café";
    /// A market hall or a street market (chợ).
    Market "market" "Chợ" "Market";
    /// A supermarket or a shopping centre.
    Supermarket "supermarket" "Siêu thị, trung tâm thương mại" "Supermarket";
    /// Any other shop.
    Shop "shop" "Cửa hàng" "Shop";
    /// An office or a company.
    Office "office" "Văn phòng, công ty" "Office";
    /// A factory or a workshop.
    Factory "factory" "Nhà máy, xưởng" "Factory";
    /// A school, kindergarten or university.
    School "school" "Trường học" "School";
    /// A hospital or a clinic.
    Hospital "hospital" "Bệnh viện, phòng khám" "Hospital";
    /// The health station of a ward, commune or township (trạm y tế).
    HealthStation "health_station" "Trạm y tế" "Health station";
    /// A pharmacy.
    Pharmacy "pharmacy" "Nhà thuốc" "Pharmacy";
    /// A hotel or guest house.
    Hotel "hotel" "Khách sạn, nhà nghỉ" "Hotel";
    /// A pagoda, church, temple or other house of worship.
    Worship "worship" "Cơ sở tôn giáo" "Place of worship";
    /// A gymnasium, stadium or swimming pool.
    Sports "sports" "Cơ sở thể thao" "Sports facility";
    /// A cinema, karaoke bar or park.
    Entertainment "entertainment" "Nơi vui chơi, giải trí" "Entertainment";
    /// A bus station, landing stage, bus or boat.
    Transport "transport" "Bến xe, bến tàu, phương tiện" "Transport";
    /// An office of the state.
    Government "government" "Cơ quan nhà nước" "Government office";
    /// A control post on a road (chốt kiểm soát).
    Checkpoint "checkpoint" "Chốt kiểm soát" "Checkpoint";
    /// A block of flats, a boarding house or a home.
    Residence "residence" "Chung cư, nhà trọ, nhà ở" "Residence";
    /// A site where specimens are taken (điểm lấy mẫu).
    SamplingSite "sampling_site" "Điểm lấy mẫu" "Sampling site";
    /// Anything else.
    Other "other" "Nơi khác" "Other";
}

impl PlaceKind {
    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_name_on_the_wire_and_leads_back() {
        for kind in PlaceKind::ALL {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.code()));
            assert_eq!(PlaceKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(PlaceKind::ALL.len(), 21);
        assert_eq!(PlaceKind::from_code("Restaurant"), None);
    }
}
