//! Failures of the core as Python exceptions.

use crate::maps::ParseError;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::Path;

mod python {
    pyo3::import_exception!(procmaps._errors, ParseError);
}

pub fn parse_error(py: Python<'_>, error: ParseError) -> PyErr {
    let line = PyBytes::new(py, &error.line).unbind();
    python::ParseError::new_err((error.lineno, error.column, error.field, error.expected, line))
}

/// `OSError(errno, strerror, path)`, which Python turns into the subclass for the errno.
pub fn os_error(py: Python<'_>, error: &std::io::Error, path: &Path) -> PyErr {
    let Some(errno) = error.raw_os_error() else {
        return PyOSError::new_err(error.to_string());
    };
    match py.import("os").and_then(|os| os.call_method1("strerror", (errno,))) {
        Ok(text) => PyOSError::new_err((errno, text.unbind(), path.as_os_str().to_owned())),
        Err(error) => error,
    }
}

#[cfg(target_os = "linux")]
pub fn failure(py: Python<'_>, failure: crate::process::Failure) -> PyErr {
    use crate::process::Failure;
    match failure {
        Failure::Io(path, error) => os_error(py, &error, &path),
        Failure::Ended(path) => {
            os_error(py, &std::io::Error::from_raw_os_error(rustix::io::Errno::SRCH.raw_os_error()), &path)
        }
        Failure::Parse(error) => parse_error(py, error),
    }
}
