//! Reading a whole result: every field, every error, and what should become of it.

use shared::bilingual::Bilingual;
use shared::person::{FullName, PersonDraft, PersonInput, Sex};
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::wire::{ResultInput, TestInput};
use super::{Parsed, PersonRef, ResultDraft, Subject, fields, times};
use crate::domain::codes::{self, Finding, SpecimenKind, TestKind};
use crate::domain::disposition::{Disposition, HoldReason, IgnoreReason};
use crate::domain::label::{Accession, Barcode, LabCode};
use crate::domain::message::{Patient, draft_of, unknown_specimen};
use crate::domain::report::CellError;

/// The text of a field, where there is any.
fn given(field: Option<&String>) -> Option<&str> {
    field.map(|t| t.trim()).filter(|t| !t.is_empty())
}

impl ResultInput {
    /// Reads every field and collects every error. `pointer` is the JSON Pointer of this result in the request (empty
    /// for a single object), `credential_lab` the laboratory of the account or key that sends.
    ///
    /// # Errors
    /// All fields at fault, each with what would be right.
    pub fn parse(
        &self,
        pointer: &str,
        now: Instant,
        today: Date,
        credential_lab: Option<&str>,
    ) -> Result<Parsed, Vec<FieldError>> {
        self.read_as(Reading { pointer, kept: false, errors: Vec::new() }, now, today, credential_lab)
    }

    /// Reads a row of a file that another system wrote: it may name nobody, somebody by the name alone, and no test, or a
    /// code of its own for one. What is doubtful is held.
    ///
    /// # Errors
    /// All fields at fault.
    pub fn parse_foreign(
        &self,
        now: Instant,
        today: Date,
        credential_lab: Option<&str>,
    ) -> Result<Parsed, Vec<FieldError>> {
        self.read_as(Reading { pointer: "", kept: true, errors: Vec::new() }, now, today, credential_lab)
    }

    /// Reads a record of the work queue again: it may name nobody, name somebody by the name alone, or hold a
    /// laboratory's own code of a test.
    ///
    /// # Errors
    /// What today's rules no longer understand.
    pub fn parse_kept(&self, came_at: Instant) -> Result<Parsed, Vec<FieldError>> {
        self.read_as(Reading { pointer: "", kept: true, errors: Vec::new() }, came_at, came_at.local_date(), None)
    }

    fn read_as(
        &self,
        mut read: Reading<'_>,
        now: Instant,
        today: Date,
        credential_lab: Option<&str>,
    ) -> Result<Parsed, Vec<FieldError>> {
        let id = read.field(self.id.as_ref(), "/id", fields::id);
        let lab_code = read.lab_code(self.lab_code.as_ref(), credential_lab);
        let accession = read.required(self.accession.as_ref(), "/accession", Accession::parse);
        let subject = read.subject(self, today);
        let (specimen_kind, unknown) = read.specimen_kind(self.specimen.kind.as_ref());
        let times = read.times(self, now);
        let test = read.test(&self.test);
        let ignored = test.as_ref().and_then(|t| ignored(t.kind));
        let finding = match (ignored, given(self.outcome.as_ref()).and_then(Finding::read)) {
            // The value of a test that is not ours is not ours to understand.
            (Some(_), finding) => Some(finding.unwrap_or(Finding::NotAResult)),
            (None, _) => read.required(self.outcome.as_ref(), "/outcome", fields::finding),
        };
        let status = read.field(self.status.as_ref(), "/status", fields::status);
        let ct_value = read.field(self.ct_value.as_ref(), "/ct_value", fields::ct);
        let Reading { errors, .. } = read;
        let (
            true,
            Some(lab_code),
            Some(accession),
            Some(subject),
            Some(specimen_kind),
            Some(times),
            Some(test),
            Some(finding),
        ) = (errors.is_empty(), lab_code, accession, subject, specimen_kind, times, test, finding)
        else {
            return Err(errors);
        };
        let (collected_at, resulted_at) = times;
        let (status, preliminary) = status.unwrap_or_default();
        let disposition_hint = match ignored {
            Some(reason) => Disposition::Ignore(reason),
            None => accept_or_hold(test.kind, finding, preliminary),
        };
        let draft = ResultDraft {
            id,
            lab_code,
            accession,
            subject,
            specimen_kind,
            collected_at,
            loinc: test.loinc,
            method: test.kind.method(),
            finding,
            outcome: finding.outcome(),
            status,
            ct_value,
            resulted_at,
            undated: false,
        };
        Ok(Parsed {
            draft,
            disposition_hint,
            other_tubes: Vec::new(),
            certain_tubes: 1,
            named_labs: Vec::new(),
            test_traffic: false,
            several: false,
            warnings: unknown.into_iter().collect(),
        })
    }
}

fn ignored(kind: TestKind) -> Option<IgnoreReason> {
    match kind {
        TestKind::Antibody => Some(IgnoreReason::Antibody),
        TestKind::Other => Some(IgnoreReason::OtherTest),
        TestKind::Virus(_) | TestKind::Ambiguous(_) | TestKind::NotPresence | TestKind::Local => None,
    }
}

fn accept_or_hold(kind: TestKind, finding: Finding, preliminary: bool) -> Disposition {
    let test = match kind {
        TestKind::Ambiguous(_) => Some(HoldReason::AmbiguousTest),
        TestKind::NotPresence => Some(HoldReason::NotPresence),
        TestKind::Local => Some(HoldReason::LocalCode),
        TestKind::Virus(_) | TestKind::Antibody | TestKind::Other => None,
    };
    let value = finding.hold_reason();
    let reasons: Vec<_> = test.into_iter().chain(value).chain(preliminary.then_some(HoldReason::Preliminary)).collect();
    if reasons.is_empty() { Disposition::Accept } else { Disposition::Hold(reasons) }
}

/// The test of a result that was understood.
struct Test {
    loinc: Box<str>,
    kind: TestKind,
}

/// One reading of one result: where it stands, and what is wrong so far.
struct Reading<'a> {
    pointer: &'a str,
    /// A record of the work queue, which was read before, or of another system: what is missing is held, not refused.
    kept: bool,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    fn at(&self, field: &str) -> String {
        format!("{}{field}", self.pointer)
    }

    fn field<T>(
        &mut self,
        text: Option<&String>,
        field: &str,
        parse: impl FnOnce(&str, &str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let at = self.at(field);
        given(text).and_then(|t| parse(t, &at).map_err(|e| self.errors.push(e)).ok())
    }

    fn required<T>(
        &mut self,
        text: Option<&String>,
        field: &str,
        parse: impl FnOnce(&str, &str) -> Result<T, FieldError>,
    ) -> Option<T> {
        if given(text).is_none() {
            self.errors.push(FieldError::required(self.at(field)));
        }
        self.field(text, field, parse)
    }

    /// The laboratory: what the credential says, or what the record says where the credential is of none.
    fn lab_code(&mut self, text: Option<&String>, credential_lab: Option<&str>) -> Option<LabCode> {
        let Some(own) = credential_lab else { return self.required(text, "/lab_code", LabCode::parse) };
        if given(text).is_some_and(|named| !named.eq_ignore_ascii_case(own)) {
            let detail = Bilingual::new(
                format!("Tài khoản này gửi cho phòng xét nghiệm {own}: để trống hoặc ghi {own}"),
                format!("This account sends for the laboratory {own}: leave this empty or write {own}"),
            );
            self.errors.push(FieldError::new(self.at("/lab_code"), "wrong_lab", detail));
            return None;
        }
        LabCode::parse(own, &self.at("/lab_code")).map_err(|e| self.errors.push(e)).ok()
    }

    /// What was taken. A word or code that is in no table is another specimen, and told of: what was found does not hang on
    /// it.
    fn specimen_kind(&mut self, text: Option<&String>) -> (Option<SpecimenKind>, Option<CellError>) {
        const AT: &str = "/specimen/kind";
        let Some(text) = given(text) else {
            self.errors.push(FieldError::required(self.at(AT)));
            return (None, None);
        };
        match SpecimenKind::read(text) {
            Some(kind) => (Some(kind), None),
            None => (Some(SpecimenKind::Other), Some(unknown_specimen(&self.at(AT)))),
        }
    }

    fn subject(&mut self, input: &ResultInput, today: Date) -> Option<Subject> {
        let named_tube = given(input.barcode.as_ref()).is_some();
        let barcode = self.field(input.barcode.as_ref(), "/barcode", Barcode::parse);
        let person = input.person.as_ref().map(|p| self.person(p, named_tube, today));
        match (barcode, person) {
            (Some(barcode), None) => Some(Subject::Tube(barcode)),
            (Some(barcode), Some(person)) => Some(Subject::TubeOf(barcode, person?)),
            (None, Some(person)) => person.map(Subject::Person),
            (None, None) if self.kept => Some(Subject::Unknown),
            (None, None) => {
                if !named_tube {
                    let detail = Bilingual::new(
                        "Cần mã ống (barcode) hoặc thông tin người được lấy mẫu (person)",
                        "Give the tube's barcode, or the person (person)",
                    );
                    self.errors.push(FieldError::new(self.at("/barcode"), "subject_required", detail));
                }
                None
            }
        }
    }

    fn person(&mut self, person: &PersonInput, named_tube: bool, today: Date) -> Option<PersonRef> {
        if only(person, person.id.as_ref()) {
            return self.field(person.id.as_ref(), "/person/id", fields::id).map(PersonRef::Known);
        }
        if named_tube && only(person, person.full_name.as_ref()) {
            return self.field(person.full_name.as_ref(), "/person/full_name", fields::name).map(PersonRef::Named);
        }
        let draft = match person.parse(&self.at("/person"), today) {
            Ok(draft) => draft,
            Err(errors) if self.kept && errors.iter().all(|e| e.code == "required") => by_name(person)?,
            Err(errors) => {
                self.errors.extend(errors);
                return None;
            }
        };
        let id = given(person.id.as_ref()).and_then(|id| id.parse().ok());
        Some(PersonRef::Described { id, draft: Box::new(draft) })
    }

    /// When the specimen was taken and when the result was there.
    fn times(&mut self, input: &ResultInput, now: Instant) -> Option<(Instant, Instant)> {
        const COLLECTED: &str = "/specimen/collected_at";
        const RESULTED: &str = "/resulted_at";
        let before = self.errors.len();
        let collected = self.required(input.specimen.collected_at.as_ref(), COLLECTED, times::read);
        let resulted = self.required(input.resulted_at.as_ref(), RESULTED, times::read);
        for (time, field) in [(collected, COLLECTED), (resulted, RESULTED)] {
            self.errors.extend(time.and_then(|t| times::not_in_future(t, now, &self.at(field))));
        }
        self.errors.extend(collected.and_then(|t| times::not_too_old(t, &self.at(COLLECTED))));
        let (collected, resulted) = (collected?, resulted?);
        if self.errors.len() == before {
            self.errors.extend(times::in_order(collected, resulted, &self.at(COLLECTED)));
        }
        Some((collected, resulted))
    }

    /// The test: its LOINC code, or the one that stands for its method.
    fn test(&mut self, input: &TestInput) -> Option<Test> {
        let loinc = given(input.loinc.as_ref());
        let method = match given(input.method.as_ref()) {
            Some(_) => Some(self.field(input.method.as_ref(), "/test/method", fields::method)?),
            None => None,
        };
        let kind = match loinc {
            Some(code) if self.kept => Some(codes::test_kind(code).unwrap_or(TestKind::Local)),
            Some(_) => Some(self.field(input.loinc.as_ref(), "/test/loinc", fields::loinc)?),
            None => None,
        };
        match (loinc, kind, method) {
            (Some(loinc), Some(kind), method) => {
                if let (Some(by_code), Some(by_word)) = (kind.method(), method.map(TestKind::method))
                    && by_word != Some(by_code)
                {
                    let detail = Bilingual::new(
                        format!("Mã LOINC {loinc} không thuộc phương pháp này: sửa mã hoặc phương pháp"),
                        format!("LOINC {loinc} is not a test of this method: correct one of the two"),
                    );
                    self.errors.push(FieldError::new(self.at("/test/method"), "method_differs", detail));
                    return None;
                }
                Some(Test { loinc: loinc.into(), kind })
            }
            (None, None, None) if self.kept => Some(Test { loinc: "".into(), kind: TestKind::Local }),
            (None, _, Some(kind)) => Some(Test { loinc: kind.method().map_or("", codes::default_loinc).into(), kind }),
            _ => {
                self.errors.push(FieldError::required(self.at("/test/loinc")));
                None
            }
        }
    }
}

/// Somebody of whom the name alone was sent.
fn by_name(person: &PersonInput) -> Option<PersonDraft> {
    let name = FullName::parse(person.full_name.as_deref()?).ok()?;
    let patient = Patient {
        sex: person.sex.as_deref().and_then(Sex::parse).unwrap_or_default(),
        address: person.address.clone(),
        ward_code: person.ward_code.clone(),
        ..Patient::default()
    };
    Some(draft_of(name, &patient))
}

/// Whether `field` is the only thing that is said about who a person is.
fn only(person: &PersonInput, field: Option<&String>) -> bool {
    let fields = [
        &person.id,
        &person.full_name,
        &person.birth_date,
        &person.phone,
        &person.national_id,
        &person.health_insurance_no,
    ];
    given(field).is_some()
        && person.birth_year.is_none()
        && fields.into_iter().filter(|f| given(f.as_ref()).is_some()).count() == 1
}
