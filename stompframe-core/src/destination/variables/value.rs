use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Visitor};

use super::error::VariablesError;

/// The text of one variable.
#[derive(Clone, Copy)]
pub(super) struct Value<'c> {
    pub(super) name: &'c str,
    pub(super) text: &'c str,
}

impl Value<'_> {
    /// Says which variable it was that cannot become a value.
    fn named<T>(self, result: Result<T, VariablesError>) -> Result<T, VariablesError> {
        result.map_err(|error| error.of(self.name))
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident,)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
                let value = self.text.parse().map_err(|error| {
                    VariablesError::wrong_text(&error)
                });
                self.named(value.and_then(|value| visitor.$visit(value)))
            }
        )*
    };
}

macro_rules! impossible {
    ($($method:ident($($unused:ty),*) => $what:literal,)*) => {
        $(
            fn $method<V: Visitor<'de>>(
                self,
                $(_: $unused,)*
                _: V,
            ) -> Result<V::Value, VariablesError> {
                let what = format!("{} in the variable `{}`", $what, self.name);
                Err(VariablesError::asks_for(&what))
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = VariablesError;

    parsed! {
        deserialize_bool => visit_bool,
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_i128 => visit_i128,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
        deserialize_u128 => visit_u128,
        deserialize_f32 => visit_f32,
        deserialize_f64 => visit_f64,
        deserialize_char => visit_char,
    }

    impossible! {
        deserialize_unit() => "nothing",
        deserialize_unit_struct(&'static str) => "nothing",
        deserialize_seq() => "several values",
        deserialize_tuple(usize) => "several values",
        deserialize_tuple_struct(&'static str, usize) => "several values",
        deserialize_map() => "several values",
        deserialize_struct(&'static str, &'static [&'static str]) => "several values",
    }

    serde::forward_to_deserialize_any! { str string identifier ignored_any }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        self.named(visitor.visit_str(self.text))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        self.named(visitor.visit_bytes(self.text.as_bytes()))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        self.deserialize_bytes(visitor)
    }

    /// It is always there, or the pattern would not match.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        visitor.visit_newtype_struct(self)
    }

    /// The name of a variant that holds nothing.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        self.named(visitor.visit_enum(StrDeserializer::new(self.text)))
    }
}
