//! What `host.rs` has, where there are no processes to read.

use super::errors;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Processes yet to be read: none can be listed here.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Scan;

#[pymethods]
impl Scan {
    #[new]
    fn new(
        py: Python<'_>,
        root: PathBuf,
        pids: Option<Vec<u32>>,
        selection: &Bound<'_, PyAny>,
        attempts: u32,
        threads: usize,
        encoding: &str,
    ) -> PyResult<Scan> {
        let _ = (pids, selection, attempts, threads, encoding);
        Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
    }
}
