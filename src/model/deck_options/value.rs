//! What an option may be set to, before it is known which option.

/// The value of a deck option.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DeckOptionValue {
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// On or off.
    Switch(bool),
    /// A text: a name out of several, or steps such as `1m 10m`.
    Text(String),
    /// Several numbers.
    Numbers(Vec<f64>),
}

impl From<i64> for DeckOptionValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for DeckOptionValue {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u32> for DeckOptionValue {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<f64> for DeckOptionValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for DeckOptionValue {
    fn from(value: bool) -> Self {
        Self::Switch(value)
    }
}

impl From<&str> for DeckOptionValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for DeckOptionValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<f64>> for DeckOptionValue {
    fn from(value: Vec<f64>) -> Self {
        Self::Numbers(value)
    }
}
