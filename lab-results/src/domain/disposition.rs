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
    /// A withdrawal of an accession that never came.
    UnknownAccession,
    /// The code, the text and the other code of one value say different things.
    CodesDisagree,
    /// The results of one message say different things.
    ResultsDisagree,
    /// The sender does not say whether the result is final.
    StatusMissing,
    /// A value that nobody knows.
    UnknownValue,
    /// A laboratory's own code of a test, which it has not mapped.
    LocalCode,
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
            Self::CodesDisagree => "codes_disagree",
            Self::ResultsDisagree => "results_disagree",
            Self::StatusMissing => "status_missing",
            Self::UnknownValue => "unknown_value",
            Self::LocalCode => "local_code",
        }
    }

    /// The field of a record that the reason is about, as a JSON Pointer.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Presumptive
            | Self::Pooled
            | Self::NotDone
            | Self::NotAResult
            | Self::CodesDisagree
            | Self::ResultsDisagree
            | Self::UnknownValue => "/outcome",
            Self::AmbiguousTest | Self::NotPresence | Self::LocalCode => "/test/loinc",
            Self::Preliminary | Self::StatusMissing => "/status",
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
                "Thu hồi một mã xét nghiệm chưa từng được gửi: kiểm tra lại mã",
                "Withdraws an accession that was never sent: check the accession",
            ),
            Self::CodesDisagree => Bilingual::new(
                "Mã, chữ và mã phụ của cùng một kết quả nói khác nhau: chờ người phụ trách hỏi lại phòng xét nghiệm",
                "The code, the text and the alternate code of one result disagree: a person asks the laboratory",
            ),
            Self::ResultsDisagree => Bilingual::new(
                "Các kết quả SARS-CoV-2 trong cùng một bản tin khác nhau: chờ người phụ trách xem",
                "The SARS-CoV-2 results of one message differ: a person looks at it",
            ),
            Self::StatusMissing => Bilingual::new(
                "Không nói kết quả đã chính thức hay chưa (F, C, P...): chờ người phụ trách xem",
                "Does not say whether the result is final (F, C, P ...): a person looks at it",
            ),
            Self::UnknownValue => Bilingual::new(
                "Không hiểu giá trị này: dùng mã SNOMED CT 260373001 (phát hiện) hoặc 260415000 (không phát hiện), hoặc \
                 khai báo từ riêng của phòng xét nghiệm",
                "This value is not understood: use SNOMED CT 260373001 (detected) or 260415000 (not detected), or map \
                 the laboratory's own word",
            ),
            Self::LocalCode => Bilingual::new(
                "Mã xét nghiệm riêng, chưa biết ứng với LOINC nào: khai báo một lần ở phần Từ ngữ riêng rồi xét lại",
                "The laboratory's own code of a test, not mapped to LOINC: map it once under its own words, then judge \
                 it again",
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
    /// A control specimen, of nobody.
    Control,
    /// The made-up row of our own template.
    Example,
    /// A run of an analyser that found out nothing, and was done again.
    RunAgain,
}

impl IgnoreReason {
    /// The stable code in the row report.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Antibody => "antibody_test",
            Self::OtherTest => "other_test",
            Self::Control => "control_specimen",
            Self::Example => "example_row",
            Self::RunAgain => "run_again",
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
            Self::Control => Bilingual::new(
                "Mẫu chứng, không phải của người nào: không dùng đến",
                "A control specimen, of nobody: not used",
            ),
            Self::Example => Bilingual::new(
                "Dòng ví dụ của tệp mẫu: không dùng đến, hãy xóa đi",
                "The example row of the template: not used, delete it",
            ),
            Self::RunAgain => Bilingual::new(
                "Lần chạy này không cho kết quả và đã được chạy lại: không dùng đến",
                "This run found out nothing and was done again: not used",
            ),
        }
    }
}
