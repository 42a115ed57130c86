//! Why a case stands where it stands in the order, in words.

use shared_web::page::Page;

use crate::domain::ranking::Part;

/// A reason.
pub struct Reason {
    /// In words.
    pub text: String,
    /// The points behind it, for those who ask.
    pub points: String,
}

/// The reasons in words, the heaviest first. The level itself stands as a badge beside them.
pub fn reasons(page: &Page, parts: &[Part]) -> Vec<Reason> {
    parts
        .iter()
        .filter(|part| part.code != "level")
        .map(|part| {
            let (key, number) = match part.code {
                "silent" if part.number >= 48 => ("rank-silent-days", part.number / 24),
                code => (
                    match code {
                        "silent" => "rank-silent",
                        "spo2_fall" => "rank-spo2",
                        "breathing_rise" => "rank-breathing",
                        "pulse_rise" => "rank-pulse",
                        "risk" => "rank-risk",
                        "illness_day" => "rank-day",
                        _ => "rank-never",
                    },
                    part.number,
                ),
            };
            let told = |key: &str, count: i64| page.t_with(key, &[("count", count.into())]);
            Reason { text: told(key, number), points: told("rank-points", part.points) }
        })
        .collect()
}
