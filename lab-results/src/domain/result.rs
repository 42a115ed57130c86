//! One laboratory result: from the wire to what the service may store.

mod times;
mod wire;

pub use times::{OLDEST_DAYS, SKEW_MINUTES};
pub use wire::{ResultInput, SpecimenInput, TestInput};

use shared::bilingual::Bilingual;
use shared::events::{Method, Outcome};
use shared::fold::fold;
use shared::ids::{PersonId, ResultId};
use shared::person::{PersonDraft, PersonInput};
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::codes::{self, Finding, SpecimenKind, TestKind};
use super::disposition::{Disposition, HoldReason, IgnoreReason};
use super::label::{Accession, Barcode, LabCode};

/// The lowest and highest cycle threshold that a PCR can report.
const CT_RANGE: core::ops::RangeInclusive<f64> = 5.0..=50.0;

/// What the sender says about this version of the result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// A result as it is.
    #[default]
    Final,
    /// It replaces what was sent before.
    Corrected,
    /// What was sent before says nothing any more.
    Withdrawn,
}

impl Status {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether the sender says that an earlier version no longer holds.
    #[must_use]
    pub const fn amends(self) -> bool {
        matches!(self, Self::Corrected | Self::Withdrawn)
    }
}

/// Whose specimen it was.
#[derive(Debug, Clone, PartialEq)]
pub enum PersonRef {
    /// A person who is registered.
    Known(PersonId),
    /// A person as the laboratory describes them.
    Described {
        /// The id that the laboratory gave with the description.
        id: Option<PersonId>,
        /// The description.
        draft: Box<PersonDraft>,
    },
}

/// How the result finds its person.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// By the tube.
    Tube(Barcode),
    /// By the person.
    Person(PersonRef),
    /// By the tube, and the person is compared with whom the tube belongs to.
    TubeOf(Barcode, PersonRef),
}

impl Subject {
    /// The tube, where it was named.
    #[must_use]
    pub const fn barcode(&self) -> Option<&Barcode> {
        match self {
            Self::Tube(barcode) | Self::TubeOf(barcode, _) => Some(barcode),
            Self::Person(_) => None,
        }
    }

    /// The person, where one was named.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonRef> {
        match self {
            Self::Person(person) | Self::TubeOf(_, person) => Some(person),
            Self::Tube(_) => None,
        }
    }
}

/// A result whose every field is right in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultDraft {
    /// The id that the sender chose.
    pub id: Option<ResultId>,
    /// The laboratory.
    pub lab_code: LabCode,
    /// Its number of the test.
    pub accession: Accession,
    /// How the person is found.
    pub subject: Subject,
    /// What was taken.
    pub specimen_kind: SpecimenKind,
    /// When it was taken.
    pub collected_at: Instant,
    /// The LOINC code of the test.
    pub loinc: Box<str>,
    /// How the virus was looked for; `None` only where the test looks for no virus, which is held or ignored.
    pub method: Option<Method>,
    /// What the laboratory found, in its own shades.
    pub finding: Finding,
    /// What the result says when it is released as it stands.
    pub outcome: Outcome,
    /// Whether it replaces or withdraws an earlier version.
    pub status: Status,
    /// The cycle threshold, 5 to 50.
    pub ct_value: Option<f64>,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
}

/// A draft, and what should become of it as far as it alone tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The result. Where it is to be ignored, its finding has no meaning.
    pub draft: ResultDraft,
    /// Accept, hold or ignore. Versions and the registry may still say otherwise.
    pub disposition_hint: Disposition,
}

/// The text of a field, where there is any.
fn given(field: Option<&String>) -> Option<&str> {
    field.map(|t| t.trim()).filter(|t| !t.is_empty())
}

impl ResultInput {
    /// Reads every field and collects every error. `pointer` is the JSON Pointer of this result in the request (empty for
    /// a single object), `credential_lab` the laboratory of the account or key that sends.
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
        let mut read = Reading { pointer, errors: Vec::new() };
        let id = read.field(self.id.as_ref(), "/id", parse_id);
        let lab_code = read.lab_code(self.lab_code.as_ref(), credential_lab);
        let accession = read.required(self.accession.as_ref(), "/accession", Accession::parse);
        let subject = read.subject(self, today);
        let specimen_kind = read.required(self.specimen.kind.as_ref(), "/specimen/kind", parse_kind);
        let times = read.times(self, now);
        let test = read.test(&self.test);
        let ignored = test.as_ref().and_then(|t| ignored(t.kind));
        let finding = match (ignored, given(self.outcome.as_ref()).and_then(Finding::read)) {
            // The value of a test that is not ours is not ours to understand.
            (Some(_), finding) => Some(finding.unwrap_or(Finding::NotAResult)),
            (None, _) => read.required(self.outcome.as_ref(), "/outcome", parse_finding),
        };
        let status = read.field(self.status.as_ref(), "/status", parse_status);
        let ct_value = read.field(self.ct_value.as_ref(), "/ct_value", parse_ct);
        let Reading { errors, .. } = read;
        let (true, Some(lab_code), Some(accession), Some(subject), Some(specimen_kind), Some(times), Some(test), Some(finding)) =
            (errors.is_empty(), lab_code, accession, subject, specimen_kind, times, test, finding)
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
        };
        Ok(Parsed { draft, disposition_hint })
    }
}

fn ignored(kind: TestKind) -> Option<IgnoreReason> {
    match kind {
        TestKind::Antibody => Some(IgnoreReason::Antibody),
        TestKind::Other => Some(IgnoreReason::OtherTest),
        TestKind::Virus(_) | TestKind::Ambiguous(_) | TestKind::NotPresence => None,
    }
}

fn accept_or_hold(kind: TestKind, finding: Finding, preliminary: bool) -> Disposition {
    let test = match kind {
        TestKind::Ambiguous(_) => Some(HoldReason::AmbiguousTest),
        TestKind::NotPresence => Some(HoldReason::NotPresence),
        TestKind::Virus(_) | TestKind::Antibody | TestKind::Other => None,
    };
    let value = match finding {
        Finding::Presumptive => Some(HoldReason::Presumptive),
        Finding::PoolDetected | Finding::PoolNotDetected | Finding::PoolIndeterminate => Some(HoldReason::Pooled),
        Finding::NotDone => Some(HoldReason::NotDone),
        Finding::NotAResult => Some(HoldReason::NotAResult),
        Finding::Detected | Finding::NotDetected | Finding::Inconclusive | Finding::Invalid => None,
    };
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

    fn subject(&mut self, input: &ResultInput, today: Date) -> Option<Subject> {
        let named_tube = given(input.barcode.as_ref()).is_some();
        let barcode = self.field(input.barcode.as_ref(), "/barcode", Barcode::parse);
        let person = input.person.as_ref().map(|p| self.person(p, today));
        match (barcode, person) {
            (Some(barcode), None) => Some(Subject::Tube(barcode)),
            (Some(barcode), Some(person)) => Some(Subject::TubeOf(barcode, person?)),
            (None, Some(person)) => person.map(Subject::Person),
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

    fn person(&mut self, person: &PersonInput, today: Date) -> Option<PersonRef> {
        let at = self.at("/person");
        if only_id(person) {
            return self.field(person.id.as_ref(), "/person/id", parse_id).map(PersonRef::Known);
        }
        let draft = person.parse(&at, today).map_err(|errors| self.errors.extend(errors)).ok()?;
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
        self.errors.extend(collected.and_then(|t| times::not_too_old(t, now, &self.at(COLLECTED))));
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
            Some(_) => Some(self.field(input.method.as_ref(), "/test/method", parse_method)?),
            None => None,
        };
        let kind = match loinc {
            Some(_) => Some(self.field(input.loinc.as_ref(), "/test/loinc", parse_loinc)?),
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
            (None, _, Some(kind)) => {
                Some(Test { loinc: kind.method().map_or("", codes::default_loinc).into(), kind })
            }
            _ => {
                self.errors.push(FieldError::required(self.at("/test/loinc")));
                None
            }
        }
    }
}

/// Whether a person is named by the id alone.
fn only_id(person: &PersonInput) -> bool {
    given(person.id.as_ref()).is_some()
        && person.birth_year.is_none()
        && [
            &person.full_name,
            &person.birth_date,
            &person.sex,
            &person.phone,
            &person.national_id,
            &person.health_insurance_no,
            &person.address,
            &person.ward_code,
        ]
        .into_iter()
        .all(|field| given(field.as_ref()).is_none())
}

fn parse_id<T: core::str::FromStr>(text: &str, pointer: &str) -> Result<T, FieldError> {
    text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Mã định danh là UUID, ví dụ 01890a5d-ac96-774b-bcce-b302099a8057",
            "An id is a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057",
        );
        FieldError::new(pointer, "uuid", detail)
    })
}

fn parse_kind(text: &str, pointer: &str) -> Result<SpecimenKind, FieldError> {
    SpecimenKind::read(text).ok_or_else(|| {
        let codes = SpecimenKind::ALL.iter().map(|k| k.code()).collect::<Vec<_>>().join(", ");
        let detail = Bilingual::new(
            format!("Loại mẫu như \"Dịch tỵ hầu\", \"Dịch hầu họng\", mã SNOMED CT, hoặc một trong: {codes}"),
            format!("A specimen kind such as \"Nasopharyngeal swab\", a SNOMED CT code, or one of: {codes}"),
        );
        FieldError::new(pointer, "specimen_kind", detail)
    })
}

fn parse_loinc(text: &str, pointer: &str) -> Result<TestKind, FieldError> {
    codes::test_kind(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Mã LOINC, ví dụ 94500-6 (RT-PCR) hoặc 94558-4 (test nhanh kháng nguyên); chữ số cuối là số kiểm tra",
            "A LOINC code, such as 94500-6 (RT-PCR) or 94558-4 (rapid antigen); its last digit is a check digit",
        );
        FieldError::new(pointer, "loinc", detail)
    })
}

fn parse_method(text: &str, pointer: &str) -> Result<TestKind, FieldError> {
    codes::method(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Phương pháp là \"PCR\" hoặc \"test nhanh\" (kháng nguyên)",
            "The method is \"PCR\" or \"antigen\" (rapid test)",
        );
        FieldError::new(pointer, "method", detail)
    })
}

fn parse_finding(text: &str, pointer: &str) -> Result<Finding, FieldError> {
    Finding::read(text).ok_or_else(|| {
        let detail = Bilingual::new(
            "Kết quả là detected (dương tính), not_detected (âm tính), inconclusive (không xác định) hoặc invalid (không hợp lệ)",
            "The outcome is detected (positive), not_detected (negative), inconclusive or invalid",
        );
        FieldError::new(pointer, "outcome", detail)
    })
}

/// The status, and whether the laboratory calls the result preliminary.
fn parse_status(text: &str, pointer: &str) -> Result<(Status, bool), FieldError> {
    Ok(match fold(text).as_str() {
        "final" | "chinh thuc" | "ket qua chinh thuc" => (Status::Final, false),
        "corrected" | "dinh chinh" | "da dinh chinh" | "sua" | "da sua" => (Status::Corrected, false),
        "withdrawn" | "thu hoi" | "da thu hoi" | "huy" | "da huy" => (Status::Withdrawn, false),
        "preliminary" | "so bo" | "ket qua so bo" => (Status::Final, true),
        _ => {
            let detail = Bilingual::new(
                "Trạng thái là final (chính thức), corrected (đính chính) hoặc withdrawn (thu hồi)",
                "The status is final, corrected or withdrawn",
            );
            return Err(FieldError::new(pointer, "status", detail));
        }
    })
}

/// The cycle threshold; a decimal comma is read as a point.
fn parse_ct(text: &str, pointer: &str) -> Result<f64, FieldError> {
    text.replace(',', ".").parse().ok().filter(|ct| CT_RANGE.contains(ct)).ok_or_else(|| {
        let detail = Bilingual::new(
            "Giá trị Ct là một số từ 5 đến 50, ví dụ 24,5",
            "The Ct value is a number from 5 to 50, such as 24.5",
        );
        FieldError::new(pointer, "ct_value", detail)
    })
}

/// The tube is not registered. `pointer` is that of the result in the request.
#[must_use]
pub fn unknown_barcode(pointer: &str, barcode: &Barcode) -> FieldError {
    let detail = Bilingual::new(
        format!("Không có ống mẫu nào mang mã {barcode}: kiểm tra mã, hoặc gửi thông tin người được lấy mẫu"),
        format!("No tube has the barcode {barcode}: check the code, or send the person instead"),
    );
    FieldError::new(format!("{pointer}/barcode"), "unknown_barcode", detail)
}

/// Nobody has this id. `pointer` is that of the result in the request.
#[must_use]
pub fn unknown_person(pointer: &str) -> FieldError {
    let detail = Bilingual::new(
        "Không có người nào mang mã định danh này: kiểm tra mã, hoặc gửi họ tên và ngày sinh",
        "Nobody has this id: check it, or send the full name and the birth date",
    );
    FieldError::new(format!("{pointer}/person/id"), "unknown_person", detail)
}

#[cfg(test)]
mod tests;
