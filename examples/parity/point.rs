//! A converter of the application's own: a `Point` as `3;4`.

use serde::de::value::MapDeserializer;
use stompframe::message::{PayloadReader, PayloadValue};
use stompframe::{BoxError, MessageConverter};

use crate::application::Point;

pub(crate) struct PointConverter;

impl MessageConverter for PointConverter {
    fn content_types(&self) -> &[&str] {
        &["application/x-point"]
    }

    fn read(&self, payload: &[u8], reader: PayloadReader<'_>) -> Result<(), BoxError> {
        let text = std::str::from_utf8(payload)?;
        let (x, y) = text.split_once(';').ok_or("a point is written as 3;4")?;
        let fields: [(&str, i32); 2] = [("x", x.parse()?), ("y", y.parse()?)];
        let fields = fields.into_iter();
        reader.read(MapDeserializer::<_, serde::de::value::Error>::new(fields))
    }

    fn write(&self, value: PayloadValue<'_>) -> Result<bytes::Bytes, BoxError> {
        let Point { x, y } = serde_json::from_value(serde_json::to_value(value)?)?;
        Ok(format!("{x};{y}").into())
    }
}
