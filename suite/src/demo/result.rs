//! The laboratory results of the wave.

use shared::area::WardCode;
use shared::events::{Method, Outcome};
use shared::ids::{PersonId, ResultId};
use shared::time::{Instant, minutes};

use super::draw::Purpose;
use super::testing::Test;
use super::{DEMO_LAB, Demo, place};

/// SARS-CoV-2 RNA in a respiratory specimen by NAA with probe detection.
const LOINC_PCR: &str = "94500-6";

/// SARS-CoV-2 antigen in a respiratory specimen by rapid immunoassay.
const LOINC_ANTIGEN: &str = "94558-4";

/// A laboratory result.
#[derive(Debug, Clone)]
pub struct DemoResult {
    /// The id.
    pub id: ResultId,
    /// The laboratory.
    pub lab_code: &'static str,
    /// The laboratory's number of it, its own within the laboratory.
    pub accession: String,
    /// The number of the person.
    pub person_index: u32,
    /// Whose specimen it was.
    pub person_id: PersonId,
    /// Where the person lives.
    pub ward_code: WardCode,
    /// The kind of specimen: `nasopharyngeal_swab` or `nose_swab`.
    pub specimen_kind: &'static str,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// What was done, as a LOINC code.
    pub loinc: &'static str,
    /// PCR or antigen.
    pub method: Method,
    /// What was found.
    pub outcome: Outcome,
    /// The threshold cycle of a positive PCR.
    pub ct_value: Option<f64>,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
}

impl Demo {
    /// All results: those of the wave day by day, positive and negative mixed, then the negative ones near the end of
    /// cases.
    pub fn results(&self) -> impl Iterator<Item = DemoResult> + '_ {
        let (positives, all) = (self.plan.positives, self.plan.positives + self.plan.negatives);
        let wave = (0..all).filter_map(move |slot| {
            let before = slot * positives / all;
            let positive = (slot + 1) * positives / all > before;
            self.result(self.test(if positive { before } else { positives + slot - before })?)
        });
        wave.chain((0..positives).filter_map(|nth| self.release_result(nth)))
    }

    /// The id of the result that opened the `nth` case.
    pub(super) fn result_id(&self, test: &Test) -> ResultId {
        let mut draw = self.streams.draw(Purpose::ResultId, test.rank);
        ResultId::new(test.resulted_at, draw.random())
    }

    fn result(&self, test: Test) -> Option<DemoResult> {
        let mut draw = self.streams.draw(Purpose::Finding, test.rank);
        let pcr = test.method == Method::Pcr;
        let outcome = match (test.positive, pcr) {
            (true, _) => Outcome::Detected,
            (false, true) if draw.percent(6) => Outcome::Inconclusive,
            (false, false) if draw.per_mille(5) => Outcome::Invalid,
            (false, _) => Outcome::NotDetected,
        };
        let ct_value = (pcr && test.positive).then(|| (draw.between(148, 346) as f64) / 10.0);
        Some(DemoResult { outcome, ct_value, ..self.report_of(&test, self.result_id(&test), test.rank)? })
    }

    fn release_result(&self, nth: u64) -> Option<DemoResult> {
        let collected_at = self.release_test_at(nth)?;
        let case = self.test(nth)?;
        let resulted_at = collected_at.plus(minutes(25));
        let rank = self.plan.positives + self.plan.negatives + nth;
        let test = Test { rank, positive: false, method: Method::Antigen, collected_at, resulted_at, ..case };
        self.report_of(&test, self.result_id(&test), rank)
    }

    /// The form of a result, saying that nothing was found.
    fn report_of(&self, test: &Test, id: ResultId, serial: u64) -> Option<DemoResult> {
        let ward = self.areas.ward(self.resident(test.person).household.ward);
        let pcr = test.method == Method::Pcr;
        let lab_code = if pcr { DEMO_LAB } else { place::lab_of_district(ward.district_code) };
        let day = test.collected_at.local_date();
        let (letter, date) = (if pcr { 'P' } else { 'N' }, day.strftime("%y%m%d"));
        Some(DemoResult {
            id,
            lab_code,
            accession: format!("{letter}{date}-{:05}", serial + 1),
            person_index: test.person,
            person_id: self.person_id(test.person),
            ward_code: ward.code.clone(),
            specimen_kind: if pcr { "nasopharyngeal_swab" } else { "nose_swab" },
            collected_at: test.collected_at,
            loinc: if pcr { LOINC_PCR } else { LOINC_ANTIGEN },
            method: test.method,
            outcome: Outcome::NotDetected,
            ct_value: None,
            resulted_at: test.resulted_at,
        })
    }
}
