//! The kernel's bytes as a str, as `os.fsdecode` has them, and back.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::borrow::Cow;
use std::ffi::CString;

/// The encoding of the names; empty for UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoding(CString);

impl Encoding {
    pub fn new(name: &str) -> Encoding {
        let name = if name == "utf-8" { "" } else { name };
        Encoding(CString::new(name).unwrap_or_default())
    }

    pub fn is_utf_8(&self) -> bool {
        self.0.is_empty()
    }

    pub fn encode<'t>(&self, text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
        if self.is_utf_8() {
            return utf_8(text);
        }
        let encoding = self.0.to_string_lossy();
        text.call_method1("encode", (encoding, "surrogateescape"))?.extract().map(Cow::Owned)
    }

    pub fn decode<'py>(&self, py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyString>> {
        match std::str::from_utf8(name) {
            Ok(name) if self.is_utf_8() => Ok(PyString::new(py, name)),
            _ => {
                let encoding = if self.is_utf_8() { c"utf-8" } else { &self.0 };
                PyString::from_encoded_object(&PyBytes::new(py, name), Some(encoding), Some(c"surrogateescape"))
            }
        }
    }
}

/// The bytes of a text in UTF-8, those that did not decode as they were.
pub fn utf_8<'t>(text: &'t Bound<'_, PyString>) -> PyResult<Cow<'t, [u8]>> {
    match text.to_cow() {
        Ok(Cow::Borrowed(text)) => Ok(Cow::Borrowed(text.as_bytes())),
        Ok(Cow::Owned(text)) => Ok(Cow::Owned(text.into_bytes())),
        Err(_) => text.call_method1("encode", ("utf-8", "surrogateescape"))?.extract().map(Cow::Owned),
    }
}
