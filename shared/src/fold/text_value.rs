//! The traits that every newtype over a parsed text has: it is read by its `parse` and written by its `as_str`.

/// `FromStr`, `AsRef<str>`, `Serialize` and `Deserialize` (a string that is parsed) for a type with
/// `parse(&str) -> Result<Self, Error>` and `as_str(&self) -> &str`.
macro_rules! text_value {
    ($type:ty, $error:ty) => {
        impl core::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// `Display` as the text itself, for what may stand on a page as it is.
macro_rules! shown_as_text {
    ($type:ty) => {
        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// `Debug` that names the type and hides the value, so that personal data reaches no log.
macro_rules! redacted {
    ($type:ident) => {
        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    };
}

pub(crate) use {redacted, shown_as_text, text_value};
