//! What becomes of a record that was read: accepted, held for a person, or ignored, and why.

use shared::bilingual::Bilingual;

/// What should become of a record, as far as the record alone tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Store and release it.
    Accept,
    /// Store it in the work queue; a person releases it. Never empty.
    Hold(Vec<HoldReason>),
    /// Well-formed, but no SARS-CoV-2 virus result: keep nothing but the report.
    Ignore(IgnoreReason),
}

/// Why a record waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// A presumptive positive.
    Presumptive,
    /// The value of a pool, not of a person.
    Pooled,
    /// The test was not done.
    NotDone,
    /// The value names a disease, organism, exposure or vaccination.
    NotAResult,
    /// The test looks for several viruses and the value does not say which.
    AmbiguousTest,
    /// A sequence, viral load or Ct value.
    NotPresence,
    /// The laboratory marked the result as preliminary.
    Preliminary,
    /// The laboratory sent this accession before, with other content, and does not say that it corrects.
    ContentDiffers,
    /// A correction or withdrawal of an accession that never came.
    UnknownAccession,
}

impl HoldReason {
    /// The stable code in the row report and in the work queue.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Presumptive => "presumptive",
            Self::Pooled => "pooled",
            Self::NotDone => "not_done",
            Self::NotAResult => "not_a_result",
            Self::AmbiguousTest => "ambiguous_test",
            Self::NotPresence => "not_presence",
            Self::Preliminary => "preliminary",
            Self::ContentDiffers => "content_differs",
            Self::UnknownAccession => "unknown_accession",
        }
    }

    /// The field of a record that the reason is about, as a JSON Pointer.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Presumptive | Self::Pooled | Self::NotDone | Self::NotAResult => "/outcome",
            Self::AmbiguousTest | Self::NotPresence => "/test/loinc",
            Self::Preliminary => "/status",
            Self::ContentDiffers | Self::UnknownAccession => "/accession",
        }
    }

    /// What it means and what to do, for the sender.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Presumptive => Bilingual::new(
                "Nghi ngờ dương tính: chờ người phụ trách xem trước khi trả kết quả",
                "Presumptive positive: a person looks at it before it is released",
            ),
            Self::Pooled => Bilingual::new(
                "Kết quả của mẫu gộp, chưa phải kết quả của từng người: chờ người phụ trách xem",
                "A result of a pooled specimen, not of one person: a person looks at it",
            ),
            Self::NotDone => Bilingual::new(
                "Xét nghiệm chưa được thực hiện: chờ người phụ trách xem",
                "The test was not done: a person looks at it",
            ),
            Self::NotAResult => Bilingual::new(
                "Mã này chỉ bệnh, tác nhân, phơi nhiễm hoặc tiêm chủng, không phải kết quả xét nghiệm",
                "This code names a disease, organism, exposure or vaccination, not a test result",
            ),
            Self::AmbiguousTest => Bilingual::new(
                "Xét nghiệm này tìm nhiều loại vi rút, kết quả không nói rõ loại nào",
                "This test looks for several viruses and the result does not say which",
            ),
            Self::NotPresence => Bilingual::new(
                "Mã này là giải trình tự, tải lượng vi rút hoặc giá trị Ct, không phải xét nghiệm có hay không có vi \
                 rút",
                "This code is a sequence, a viral load or a Ct value, not a test for presence of the virus",
            ),
            Self::Preliminary => Bilingual::new(
                "Kết quả sơ bộ: chờ kết quả chính thức hoặc người phụ trách xem",
                "A preliminary result: waits for the final one or for a person",
            ),
            Self::ContentDiffers => Bilingual::new(
                "Mã xét nghiệm này đã được gửi với nội dung khác. Nếu là đính chính, gửi lại với status \
                 \"corrected\" hoặc \"withdrawn\"",
                "This accession was sent before with other content. If this is a correction, send status \
                 \"corrected\" or \"withdrawn\"",
            ),
            Self::UnknownAccession => Bilingual::new(
                "Đính chính hoặc thu hồi một mã xét nghiệm chưa từng được gửi: kiểm tra lại mã",
                "Corrects or withdraws an accession that was never sent: check the accession",
            ),
        }
    }
}

/// Why a record is kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IgnoreReason {
    /// An antibody test: says nothing about an infection now.
    Antibody,
    /// Not a test for SARS-CoV-2.
    OtherTest,
}

impl IgnoreReason {
    /// The stable code in the row report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Antibody => "antibody_test",
            Self::OtherTest => "other_test",
        }
    }

    /// What it means, for the sender.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Antibody => Bilingual::new(
                "Xét nghiệm kháng thể không cho biết người đó đang nhiễm: không dùng đến",
                "An antibody test does not tell a present infection: not used",
            ),
            Self::OtherTest => Bilingual::new(
                "Không phải xét nghiệm tìm SARS-CoV-2: không dùng đến",
                "Not a test for SARS-CoV-2: not used",
            ),
        }
    }
}
