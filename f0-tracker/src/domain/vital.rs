//! Vital signs and their values.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared::bilingual::{Bilingual, Lang};

/// A value or a threshold in tenths of its unit: 375 is 37.5 °C, 960 is 96 %. Exact, so that a threshold compares
/// exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenths(i32);

impl Tenths {
    /// So many tenths.
    #[must_use]
    pub const fn new(tenths: i32) -> Self {
        Self(tenths)
    }

    /// So many whole units.
    #[must_use]
    pub const fn whole(units: i32) -> Self {
        Self(units * 10)
    }

    /// The number of tenths.
    #[must_use]
    pub const fn tenths(self) -> i32 {
        self.0
    }

    /// The whole number that it is, where it is one.
    #[must_use]
    pub const fn units(self) -> Option<i32> {
        if self.0 % 10 == 0 { Some(self.0 / 10) } else { None }
    }

    /// The nearest tenth, where the number is finite and below 100 million.
    #[must_use]
    pub fn nearest(number: f64) -> Option<Self> {
        let tenths = (number * 10.0).round();
        // In this range the conversion is exact.
        (tenths.abs() < 1e9).then_some(Self(tenths as i32))
    }

    /// As people write it: Vietnamese has the decimal comma.
    #[must_use]
    pub fn written(self, lang: Lang) -> String {
        let text = self.to_string();
        if lang == Lang::Vi { text.replace('.', ",") } else { text }
    }

    /// As a floating-point number, for charts.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.units() {
            Some(units) => write!(f, "{units}"),
            None => write!(f, "{:.1}", self.as_f64()),
        }
    }
}

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.units() {
            Some(units) => serializer.serialize_i32(units),
            None => serializer.serialize_f64(self.as_f64()),
        }
    }
}

impl<'de> Deserialize<'de> for Tenths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::nearest(number)
            .filter(|tenths| (tenths.as_f64() - number).abs() < 1e-6)
            .ok_or_else(|| serde::de::Error::custom("a number with at most one decimal is expected"))
    }
}

/// A vital sign that can be measured at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vital {
    /// Body temperature, °C.
    TemperatureC,
    /// Oxygen saturation by pulse oximetry (SpO2), %.
    Spo2Pct,
    /// Respiratory rate, breaths a minute.
    RespiratoryRate,
    /// Pulse, beats a minute.
    Pulse,
    /// Systolic blood pressure, mmHg.
    Systolic,
    /// Diastolic blood pressure, mmHg.
    Diastolic,
}

impl Vital {
    /// Every vital sign, in the order of a form.
    pub const ALL: [Self; 6] =
        [Self::TemperatureC, Self::Spo2Pct, Self::RespiratoryRate, Self::Pulse, Self::Systolic, Self::Diastolic];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TemperatureC => "temperature_c",
            Self::Spo2Pct => "spo2_pct",
            Self::RespiratoryRate => "respiratory_rate",
            Self::Pulse => "pulse",
            Self::Systolic => "systolic",
            Self::Diastolic => "diastolic",
        }
    }

    /// The vital sign that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vital| vital.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::TemperatureC => ("Nhiệt độ", "Temperature"),
            Self::Spo2Pct => ("SpO2", "SpO2"),
            Self::RespiratoryRate => ("Nhịp thở", "Breathing rate"),
            Self::Pulse => ("Mạch", "Pulse"),
            Self::Systolic => ("Huyết áp tâm thu (số trên)", "Systolic blood pressure (upper number)"),
            Self::Diastolic => ("Huyết áp tâm trương (số dưới)", "Diastolic blood pressure (lower number)"),
        };
        Bilingual::new(vi, en)
    }

    /// The unit that is written after the value.
    #[must_use]
    pub fn unit(self) -> Bilingual {
        let (vi, en) = match self {
            Self::TemperatureC => ("°C", "°C"),
            Self::Spo2Pct => ("%", "%"),
            Self::RespiratoryRate | Self::Pulse => ("lần/phút", "/min"),
            Self::Systolic | Self::Diastolic => ("mmHg", "mmHg"),
        };
        Bilingual::new(vi, en)
    }

    /// The lowest and the highest value that is taken in, in units. Limits of data entry that catch a slip of the
    /// finger; they say nothing about health.
    #[must_use]
    pub const fn entry_limits(self) -> (i32, i32) {
        match self {
            Self::TemperatureC => (30, 45),
            Self::Spo2Pct => (50, 100),
            Self::RespiratoryRate => (4, 120),
            Self::Pulse => (20, 250),
            Self::Systolic => (40, 300),
            Self::Diastolic => (20, 200),
        }
    }

    /// Whether only whole numbers are taken in.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        !matches!(self, Self::TemperatureC)
    }
}

/// The vital signs of one report; what was not measured is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Vitals([Option<Tenths>; Vital::ALL.len()]);

impl Vitals {
    /// The value of one vital sign, where it was measured.
    #[must_use]
    pub const fn get(&self, vital: Vital) -> Option<Tenths> {
        self.0[vital as usize]
    }

    /// The same with one value set.
    #[must_use]
    pub const fn with(mut self, vital: Vital, value: Tenths) -> Self {
        self.0[vital as usize] = Some(value);
        self
    }

    /// Whether nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// What was measured, in the order of a form.
    pub fn iter(&self) -> impl Iterator<Item = (Vital, Tenths)> + '_ {
        Vital::ALL.into_iter().filter_map(|vital| Some((vital, self.get(vital)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_written_without_a_decimal_and_reads_back() {
        for (tenths, text) in [(Tenths::whole(96), "96"), (Tenths::new(375), "37.5"), (Tenths::new(381), "38.1")] {
            assert_eq!(tenths.to_string(), text);
            assert_eq!(serde_json::to_string(&tenths).unwrap(), text);
            assert_eq!(serde_json::from_str::<Tenths>(text).unwrap(), tenths);
        }
    }

    #[test]
    fn a_threshold_finer_than_a_tenth_is_refused() {
        assert!(serde_json::from_str::<Tenths>("37.55").is_err());
        assert_eq!(Tenths::nearest(f64::NAN), None);
        assert_eq!(Tenths::nearest(f64::INFINITY), None);
    }

    #[test]
    fn every_vital_sign_has_its_own_slot() {
        let vitals =
            Vital::ALL.into_iter().zip(1..).fold(Vitals::default(), |all, (v, n)| all.with(v, Tenths::whole(n)));
        let read: Vec<_> = vitals.iter().map(|(_, value)| value.units().unwrap()).collect();
        assert_eq!(read, [1, 2, 3, 4, 5, 6]);
        assert!(Vital::ALL.into_iter().all(|v| Vital::from_code(v.code()) == Some(v)));
    }
}
