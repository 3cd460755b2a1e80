use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Captured;
use super::error::VariablesError;
use super::value::Value;

/// All variables: a tuple, a struct, or the one that there is.
#[derive(Clone, Copy)]
pub(super) struct Several<'c> {
    pub(super) captured: Captured<'c>,
}

impl<'c> Several<'c> {
    fn only(self) -> Result<Value<'c>, VariablesError> {
        match self.captured.names {
            [name] => Ok(Value {
                name,
                text: self.captured.text(0),
            }),
            names => Err(VariablesError::asks_for(&format!(
                "one value, and the pattern has {} variables",
                names.len()
            ))),
        }
    }
}

macro_rules! the_only_one {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
                self.only()?.$method(visitor)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Several<'_> {
    type Error = VariablesError;

    the_only_one! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_option
    }

    // By name, where the type does not say what it wants to be made of.
    forward_to_deserialize_any! { map struct identifier ignored_any }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        visitor.visit_map(Each::new(self.captured))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        visitor.visit_seq(Each::new(self.captured))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        let names = self.captured.names;
        if names.len() != length {
            return Err(VariablesError::asks_for(&format!(
                "{length} values, and the pattern has {} variables",
                names.len()
            )));
        }
        visitor.visit_seq(Each::new(self.captured))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, VariablesError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, VariablesError> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }
}

/// The variables one after the other.
struct Each<'c> {
    captured: Captured<'c>,
    next: usize,
}

impl<'c> Each<'c> {
    const fn new(captured: Captured<'c>) -> Self {
        Self { captured, next: 0 }
    }

    fn name(&self) -> Option<&'c str> {
        let names = self.captured.names;
        names.get(self.next).map(String::as_str)
    }

    /// The value of the one whose name this is.
    fn value(&mut self, name: &'c str) -> Value<'c> {
        let text = self.captured.text(self.next);
        self.next += 1;
        Value { name, text }
    }
}

impl<'de> SeqAccess<'de> for Each<'_> {
    type Error = VariablesError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, VariablesError> {
        let Some(name) = self.name() else {
            return Ok(None);
        };
        let value = self.value(name);
        seed.deserialize(value)
            .map(Some)
            .map_err(|error| error.of(name))
    }
}

impl<'de> MapAccess<'de> for Each<'_> {
    type Error = VariablesError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, VariablesError> {
        let Some(name) = self.name() else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, VariablesError> {
        let name = self
            .name()
            .ok_or_else(|| VariablesError::asks_for("a value without a name"))?;
        let value = self.value(name);
        seed.deserialize(value).map_err(|error| error.of(name))
    }
}
