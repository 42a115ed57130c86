//! Which addresses may speak for which laboratory over MLLP, which knows neither keys nor certificates.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Addresses that share their first bits: `10.20.0.0/16`, or one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The bits of an address from the highest on, and how many there are. An IPv4 address that came through an IPv6 socket is
    /// what it was.
    fn bits(address: IpAddr) -> (u128, u8) {
        match address.to_canonical() {
            IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.trim().parse::<IpAddr>().ok()?.to_canonical();
        let (bits, length) = Self::bits(address);
        let prefix = prefix.map_or(Ok(length), |prefix| prefix.trim().parse::<u8>()).ok()?;
        // A bit behind the prefix says that another network was meant.
        let behind = bits.checked_shl(prefix.into()).unwrap_or(0);
        (prefix <= length && behind == 0).then_some(Self { address, prefix })
    }

    fn has(self, address: IpAddr) -> bool {
        let ((own, length), (other, other_length)) = (Self::bits(self.address), Self::bits(address));
        let behind = 128 - u32::from(self.prefix);
        length == other_length && (own ^ other).checked_shr(behind).unwrap_or(0) == 0
    }
}

/// A network that may speak for a laboratory, or for any: `TG-CDC=10.20.0.0/16`, `*=127.0.0.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MllpPeer {
    /// The laboratory's code in capital letters; `None` for any.
    lab: Option<String>,
    network: Network,
}

/// Why a text names no peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "mllp_peers: a laboratory's code and its network are needed, such as TG-CDC=10.20.0.0/16 or *=127.0.0.1, got {0}"
)]
pub struct NoPeer(String);

impl FromStr for MllpPeer {
    type Err = NoPeer;

    fn from_str(text: &str) -> Result<Self, NoPeer> {
        let wrong = || NoPeer(text.to_owned());
        let (lab, network) = text.split_once('=').ok_or_else(wrong)?;
        let network = Network::parse(network.trim()).ok_or_else(wrong)?;
        match lab.trim() {
            "" => Err(wrong()),
            "*" => Ok(Self { lab: None, network }),
            lab => Ok(Self { lab: Some(lab.to_uppercase()), network }),
        }
    }
}

impl TryFrom<String> for MllpPeer {
    type Error = NoPeer;

    fn try_from(text: String) -> Result<Self, NoPeer> {
        text.parse()
    }
}

impl fmt::Display for MllpPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lab = self.lab.as_deref().unwrap_or("*");
        write!(f, "{lab}={}/{}", self.network.address, self.network.prefix)
    }
}

impl From<MllpPeer> for String {
    fn from(peer: MllpPeer) -> Self {
        peer.to_string()
    }
}

/// For which laboratories an address may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// For any.
    Any,
    /// For these, by their codes in capital letters, and for no other.
    Of(BTreeSet<String>),
}

impl Voice {
    /// That of an address. Where no peer is named, this machine may speak for any laboratory and nobody else for one.
    #[must_use]
    pub fn of(address: IpAddr, peers: &BTreeSet<MllpPeer>) -> Self {
        if peers.is_empty() && address.to_canonical().is_loopback() {
            return Self::Any;
        }
        let labs = peers.iter().filter(|peer| peer.network.has(address)).map(|peer| peer.lab.clone());
        labs.collect::<Option<_>>().map_or(Self::Any, Self::Of)
    }

    /// Whether it is for a laboratory, by its code in capital letters.
    #[must_use]
    pub fn is_for(&self, lab: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Of(labs) => labs.contains(lab),
        }
    }

    /// The laboratory, where it is for one only.
    #[must_use]
    pub fn only(&self) -> Option<&str> {
        match self {
            Self::Of(labs) if labs.len() == 1 => labs.first().map(String::as_str),
            _ => None,
        }
    }

    /// Whether it is for nobody.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Of(labs) if labs.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(address: &str, peers: &[&str]) -> Voice {
        Voice::of(address.parse().unwrap(), &peers.iter().map(|peer| peer.parse().unwrap()).collect())
    }

    fn labs(codes: &[&str]) -> Voice {
        Voice::Of(codes.iter().map(|code| (*code).to_owned()).collect())
    }

    #[test]
    fn without_peers_only_this_machine_speaks() {
        for (address, is_here) in
            [("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false), ("fd00::1", false)]
        {
            assert_eq!(voice(address, &[]), if is_here { Voice::Any } else { labs(&[]) }, "{address}");
        }
    }

    #[test]
    fn a_peer_speaks_for_whom_its_network_stands() {
        let peers =
            ["tg-cdc=10.20.0.0/16", "HCM-PASTEUR=10.20.7.9", "*=192.168.4.0/30", "TG-CDC=fd12::/16", "BV=0.0.0.0/0"];
        assert_eq!(voice("10.20.7.8", &peers), labs(&["TG-CDC", "BV"]));
        assert_eq!(voice("::ffff:10.20.7.9", &peers), labs(&["TG-CDC", "HCM-PASTEUR", "BV"]));
        assert_eq!(voice("10.21.0.1", &peers), labs(&["BV"]));
        assert_eq!(voice("192.168.4.3", &peers), Voice::Any);
        assert_eq!(voice("192.168.4.4", &peers).only(), Some("BV"));
        assert_eq!(voice("fd12::9", &peers).only(), Some("TG-CDC"));
        assert!(voice("fd13::9", &peers).is_nobody());
        assert!(voice("127.0.0.1", &["TG-CDC=10.20.0.0/16"]).is_nobody());
        assert!(voice("10.20.7.8", &peers).is_for("BV") && !voice("10.20.7.8", &peers).is_for("HCM-PASTEUR"));
    }

    #[test]
    fn what_names_no_network_or_no_laboratory_is_refused() {
        for text in
            ["", "TG-CDC", "=10.0.0.1", "A=", "A=10.0.0.1/33", "A=10.0.0.1/24", "A=10.0.0", "A=fd00::/129", "A=x/8"]
        {
            assert!(text.parse::<MllpPeer>().is_err(), "{text}");
        }
        for text in ["TG-CDC=10.20.0.0/16", "*=::/0", "A=0.0.0.0/0", "A=10.0.0.1/32"] {
            assert_eq!(text.parse::<MllpPeer>().unwrap().to_string(), text);
        }
    }
}
