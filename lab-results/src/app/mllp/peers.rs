//! Who speaks on a connection, and what is answered to whom may not: MLLP itself lets anybody name any laboratory in MSH-4.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use shared::bilingual::{Bilingual, Lang};
use shared::time::{Instant, hours};
use shared_web::config::Voice;

use crate::app::reader::{self, Reading};
use crate::app::sender::Sender;
use crate::app::{App, messages};
use crate::domain::hl7::{Ack, Acknowledged, HeaderFault};
use crate::domain::report::CellError;

/// How many refusals are remembered before they are told of anew.
const MOST: usize = 1_000;

/// Of whom the audit log was told within the hour: a program that tries again and again is one line an hour.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<HashMap<(IpAddr, String), Instant>>>);

impl Told {
    /// Whether it is time to tell of a refusal.
    fn is_due(&self, address: IpAddr, lab_code: &str, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address, lab_code.to_owned());
        if told.get(&key).is_some_and(|at| now < at.plus(hours(1))) {
            return false;
        }
        if told.len() >= MOST {
            told.clear();
        }
        told.insert(key, now);
        true
    }
}

/// The other side of a connection.
#[derive(Debug)]
pub(super) struct Peer {
    address: IpAddr,
    /// For whom it may speak.
    pub(super) voice: Voice,
    told: Told,
}

impl Peer {
    pub(super) fn of(address: IpAddr, app: &App, told: &Told) -> Self {
        let address = address.to_canonical();
        Self { address, voice: Voice::of(address, &app.platform.config.mllp_peers), told: told.clone() }
    }
}

/// The answer to a message for a laboratory that its peer may not speak for. Nothing of it is kept.
pub(super) async fn refused(app: &App, peer: &Peer, sender: &Sender, lab_code: Option<&str>, message: &[u8]) -> Ack {
    let now = app.platform.now();
    if peer.told.is_due(peer.address, lab_code.unwrap_or_default(), now) {
        let subject = lab_code.map(|code| format!("lab:{code}"));
        let entry = sender.audit("lab.mllp.refuse", subject, json!({"address": peer.address}));
        tracing::warn!(address = %peer.address, lab_code, "an MLLP peer may not speak for this laboratory");
        let audited = async {
            let mut tx = app.store.write().await?;
            tx.audit(&entry, now, &mut app.platform.random()).await?;
            tx.commit().await
        };
        if let Err(error) = audited.await {
            tracing::error!(error = &error as &dyn std::error::Error, "a refusal was not written into the audit log");
        }
    }
    let read = reader::message(message, 1, &Reading::default(), now);
    let fault = HeaderFault { error: may_not(peer.address, lab_code), code: 207, not_ours: true };
    messages::answer(app, read.header.as_ref(), &Acknowledged::Header(&[fault]), Lang::Vi)
}

fn may_not(address: IpAddr, lab_code: Option<&str>) -> CellError {
    let (whose, whose_en) = match lab_code {
        Some(code) => (format!("phòng xét nghiệm {code}"), format!("the laboratory {code}")),
        None => ("phòng xét nghiệm nào".to_owned(), "any laboratory".to_owned()),
    };
    let detail = Bilingual::new(
        format!("Địa chỉ {address} không được gửi cho {whose}: nhờ người quản trị ghi địa chỉ này vào mllp_peers"),
        format!("The address {address} may not send for {whose_en}: ask the operator to name it in mllp_peers"),
    );
    CellError::new("MSH-4", "unknown_peer", detail)
}

#[cfg(test)]
mod tests {
    use shared::time::minutes;

    use super::*;

    #[test]
    fn a_refusal_is_told_of_once_an_hour_by_address_and_laboratory() {
        let (told, now): (_, Instant) = (Told::default(), "2022-03-10T01:00:00Z".parse().unwrap());
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        assert!(told.is_due(address(1), "TG-CDC", now));
        assert!(!told.is_due(address(1), "TG-CDC", now.plus(minutes(59))));
        assert!(told.is_due(address(1), "HCM-PASTEUR", now) && told.is_due(address(2), "TG-CDC", now));
        assert!(told.is_due(address(1), "TG-CDC", now.plus(hours(1))));
        for last in 0..=u8::MAX {
            for lab in ["A", "B", "C", "D", "E"] {
                told.is_due(address(last), lab, now);
            }
        }
        assert!(told.0.lock().unwrap().len() <= MOST);
    }
}
