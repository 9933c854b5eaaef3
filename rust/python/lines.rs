//! `Lines`: addresses in, places in sources out.

use super::errors;
use super::symbols::{guarded, unpacked};
use crate::symbols::file::Place;
use crate::symbols::lines::{self, Frame};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

type FlatFrame = (Option<String>, Option<String>, Option<u32>);

/// The debug information of one file.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Lines {
    lines: Mutex<lines::Lines>,
    failure: Mutex<Option<String>>,
}

#[pymethods]
impl Lines {
    /// Of an ELF file; None if it is none, or has none.
    #[staticmethod]
    fn of_file(py: Python<'_>, path: PathBuf, name: Option<PathBuf>, roots: Vec<PathBuf>) -> PyResult<Option<Self>> {
        let place = Place { path, name, roots };
        let found = py.detach(|| guarded(|| lines::lines(&place)));
        let found = found.map_err(|error| errors::os_error(py, &error, &place.path))?;
        Ok(found.map(|lines| Lines { lines: Mutex::new(lines), failure: Mutex::default() }))
    }

    /// For each address (u64, packed) of the file's own numbering: `(function, file, line)`, the innermost first.
    fn frames(&self, py: Python<'_>, elf_addresses: &[u8]) -> Vec<Vec<FlatFrame>> {
        py.detach(|| {
            // What a panic leaves behind is a unit that is not parsed yet.
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let mut frames = |address| {
                guarded(|| Ok(lines.frames(address))).unwrap_or_else(|error| {
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                    Vec::new()
                })
            };
            unpacked(elf_addresses).map(|address| frames(address).into_iter().map(flat).collect()).collect()
        })
    }

    /// What could not be read in any answer so far, in words; None if all was.
    #[getter]
    fn problem(&self, py: Python<'_>) -> Option<String> {
        py.detach(|| {
            let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.problem().map(str::to_owned).or(failure)
        })
    }
}

fn flat(frame: Frame) -> FlatFrame {
    (frame.function, frame.file, frame.line)
}
