//! Demangling: one name, many names, and the names in a text.

use super::names::{Encoding, utf_8};
use crate::demangle::{Demangler, Error, text};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use std::borrow::Cow;
use std::cell::RefCell;

/// How much of a name is shown in an error.
const MOST_SHOWN: usize = 80;

thread_local! {
    /// Its memory serves one name after the other.
    static DEMANGLER: RefCell<Demangler> = RefCell::default();
}

/// Demangle one name. If it is none: ValueError, or the name itself if not `strict`.
#[pyfunction]
pub fn demangle<'py>(
    py: Python<'py>,
    name: &Bound<'py, PyAny>,
    strict: bool,
    verbose: bool,
) -> PyResult<Bound<'py, PyString>> {
    let symbol = symbol(name)?;
    let mut out = Vec::with_capacity(256);
    let result = DEMANGLER.with_borrow_mut(|demangler| {
        demangler.set_verbose(verbose);
        demangler.demangle(&symbol, &mut out)
    });
    match result {
        Ok(()) => decode(py, &out),
        Err(_) if !strict => decode(py, &symbol),
        Err(error) => Err(PyValueError::new_err(message(&symbol, error))),
    }
}

/// Demangle many names, without the GIL.
#[pyfunction]
pub fn demangle_all<'py>(
    py: Python<'py>,
    names: &Bound<'py, PyAny>,
    strict: bool,
    verbose: bool,
) -> PyResult<Bound<'py, PyList>> {
    if names.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("names are an iterable of names, not one str"));
    }
    let names = names.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let symbols = names.iter().map(symbol).collect::<PyResult<Vec<_>>>()?;
    let (text, ends) = py.detach(|| join(&symbols, strict, verbose)).map_err(|(index, error)| {
        PyValueError::new_err(format!("name {index}: {}", message(&symbols[index], error)))
    })?;
    let result = PyList::empty(py);
    let mut begin = 0;
    for end in ends {
        result.append(decode(py, &text[begin..end])?)?;
        begin = end;
    }
    Ok(result)
}

/// Replace the mangled names in a text, without the GIL.
#[pyfunction]
pub fn demangle_text<'py>(py: Python<'py>, data: &[u8], verbose: bool) -> Bound<'py, PyBytes> {
    let replaced = py.detach(|| {
        let mut out = Vec::with_capacity(data.len() * 2);
        text::replace(&mut Demangler::new(verbose), data, &mut out);
        out
    });
    PyBytes::new(py, &replaced)
}

/// How many bytes at the end of a text may be the begin of a mangled name.
#[pyfunction]
pub fn unfinished_name(data: &[u8]) -> usize {
    text::unfinished(data)
}

/// All names in one text, and where each ends; or the first that is none.
fn join(symbols: &[Cow<'_, [u8]>], strict: bool, verbose: bool) -> Result<(Vec<u8>, Vec<usize>), (usize, Error)> {
    let mut demangler = Demangler::new(verbose);
    let mut text = Vec::with_capacity(symbols.len() * 128);
    let mut ends = Vec::with_capacity(symbols.len());
    for (index, symbol) in symbols.iter().enumerate() {
        match demangler.demangle(symbol, &mut text) {
            Ok(()) => {}
            Err(error) if strict => return Err((index, error)),
            Err(_) => text.extend_from_slice(symbol),
        }
        ends.push(text.len());
    }
    Ok((text, ends))
}

/// The bytes of a name, a str or bytes.
fn symbol<'a>(name: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(text) = name.cast::<PyString>() {
        return utf_8(text);
    }
    if let Ok(bytes) = name.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    Err(PyTypeError::new_err(format!("a name is a str or bytes, not {}", name.get_type().name()?)))
}

fn decode<'py>(py: Python<'py>, name: &[u8]) -> PyResult<Bound<'py, PyString>> {
    Encoding::new("utf-8").decode(py, name)
}

fn message(symbol: &[u8], error: Error) -> String {
    let shown = String::from_utf8_lossy(&symbol[..symbol.len().min(MOST_SHOWN)]);
    let dots = if symbol.len() > MOST_SHOWN { "..." } else { "" };
    format!("not a mangled name: {error}, in {shown:?}{dots}")
}
