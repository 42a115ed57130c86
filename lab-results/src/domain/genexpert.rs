//! The export file of a GeneXpert Dx: no table, but sections of `key,value` lines, one `RESULT TABLE` for each sample.

use shared::time::{Date, Instant};

use super::message::{Coded, Message, Names, Observation, Reported};

/// The first words of every export.
const TITLE: &str = "GeneXpert Dx System Export File";
/// The heading of a sample.
const RESULT: &str = "RESULT TABLE";
/// The code of the SARS-CoV-2 RNA of Cepheid's assays (CDC/APHL LIVD table, Xpert Xpress SARS-CoV-2).
const VIRUS: &str = "94500-6";

/// How the fields are named.
pub const NAMES: Names = Names {
    laboratory: "System",
    accession: "Sample ID",
    tube: "Sample ID",
    name: "Patient ID",
    birth: "Patient ID",
    specimen: "Sample Type",
    test: "Test Type",
    value: "Test Result",
    status: "Test Result",
    collected: "Export Date",
    resulted: "Export Date",
};

/// Whether a file begins as an export does.
#[must_use]
pub fn is_export(head: &[u8]) -> bool {
    head.starts_with(TITLE.as_bytes())
}

/// Every sample of an export as a message of one observation, in their order.
#[must_use]
pub fn read(text: &str) -> Vec<Message> {
    let (mut exported, mut samples) = (Exported::default(), Vec::new());
    let mut sample: Option<Sample> = None;
    for line in text.lines().map(str::trim) {
        let Some((key, value)) = line.split_once(',') else {
            // A heading or a blank line ends the sample before it.
            samples.extend(sample.take());
            sample = (line == RESULT).then(Sample::default);
            continue;
        };
        let value = value.trim().trim_matches('"').trim();
        match (&mut sample, key.trim()) {
            (None, "Export Date") => exported.date = value.parse().ok(),
            (None, "Export Time") => exported.time = seconds(value),
            (Some(sample), "Sample ID") => value.clone_into(&mut sample.id),
            (Some(sample), "Assay") => value.clone_into(&mut sample.assay),
            (Some(sample), "Test Type") => value.clone_into(&mut sample.test),
            (Some(sample), "Sample Type") => value.clone_into(&mut sample.kind),
            (Some(sample), "Test Result") => value.clone_into(&mut sample.result),
            _ => {}
        }
    }
    samples.extend(sample);
    samples.iter().map(|sample| message(sample, &exported)).collect()
}

#[derive(Default)]
struct Exported {
    date: Option<Date>,
    time: Option<i64>,
}

impl Exported {
    fn at(&self) -> Option<Instant> {
        let seconds = self.time.unwrap_or(0);
        Some(Instant::start_of(self.date?).plus(jiff::SignedDuration::from_secs(seconds)))
    }
}

#[derive(Default)]
struct Sample {
    id: String,
    assay: String,
    test: String,
    kind: String,
    result: String,
}

/// `14:30:00` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.trim().parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0);
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    fits.then_some(hour * 3_600 + minute * 60 + second)
}

fn message(sample: &Sample, exported: &Exported) -> Message {
    let analyte = if sample.test.is_empty() { &sample.assay } else { &sample.test };
    let (mut test, mut value, mut specimen) = (Coded::default(), Coded::default(), Coded::default());
    if names_the_virus(analyte) {
        test.push(VIRUS);
    }
    test.push(analyte.as_str());
    value.push(sample.result.as_str());
    // `SARS-CoV-2 NEGATIVE` names the analyte before what was found.
    value.push(sample.result.strip_prefix(analyte.as_str()).unwrap_or_default().trim());
    specimen.push(sample.kind.as_str());
    let id = Some(sample.id.clone()).filter(|id| !id.is_empty());
    let observation = Observation {
        test,
        value,
        status: Reported::Final,
        resulted: exported.at().into_iter().collect(),
        accession: id.clone(),
        tubes: id.into_iter().collect(),
        specimen,
        ..Observation::default()
    };
    Message { observations: vec![observation], sent_at: exported.at(), ..Message::default() }
}

fn names_the_virus(analyte: &str) -> bool {
    let plain = analyte.to_ascii_lowercase();
    ["sars-cov-2", "cov-2", "covid"].iter().any(|name| plain.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXPORT: &str = "GeneXpert Dx System Export File\nExport Date,2022-03-09\nExport Time,14:30:00\n\nRESULT TABLE\n\
        Sample ID,S1\nAssay,Xpert Xpress SARS-CoV-2\nTest Type,SARS-CoV-2\nSample Type,Nasopharyngeal Swab\n\
        Test Result,SARS-CoV-2 NEGATIVE\n\nRESULT TABLE\nSample ID,S2\nAssay,Xpert HBV Viral Load\nTest Type,HBV Viral Load\n\
        Test Result,1.5E+04 IU/mL\n";

    #[test]
    fn each_sample_is_one_message() {
        let read = read(EXPORT);
        assert_eq!(read.len(), 2);
        let first = &read[0].observations[0];
        assert_eq!(first.test.0[0], VIRUS);
        assert!(first.value.0.contains(&"NEGATIVE".to_owned()));
        assert_eq!(first.tubes, ["S1"]);
        assert_eq!(first.resulted, ["2022-03-09T14:30:00+07:00".parse::<Instant>().unwrap()]);
        assert_eq!(read[1].observations[0].test.0, ["HBV Viral Load"]);
    }

    #[test]
    fn an_export_that_breaks_off_gives_what_was_there() {
        for end in 0..EXPORT.len() {
            assert!(read(&EXPORT[..end]).len() <= 2);
        }
        assert!(is_export(EXPORT.as_bytes()) && !is_export(b"Export Date,2022-03-09"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(RESULT TABLE|Sample ID|Export Date|Export Time|,|:|[0-9a-z -]{0,8}|\n){0,40}") {
            let _ = read(&text);
        }
    }
}
