//! What `query.rs` has, where there are no processes to ask.

use super::errors;
use pyo3::prelude::*;
use std::path::PathBuf;

pub const GATE: (u64, u64) = (0, 0);

/// Questions to one program of one process: none can be opened here.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Process;

#[pymethods]
impl Process {
    #[new]
    fn open(py: Python<'_>, root: PathBuf, pid: Option<u32>, encoding: &str) -> PyResult<Process> {
        let _ = (pid, encoding);
        Err(unsupported(py, &root))
    }
}

/// There are no processes to ask here.
#[pyfunction]
pub fn query_once(py: Python<'_>, listing: &str, address: &Bound<'_, PyAny>, encoding: &str) -> PyResult<()> {
    let _ = (address, encoding);
    Err(unsupported(py, listing.as_ref()))
}

fn unsupported(py: Python<'_>, root: &std::path::Path) -> PyErr {
    errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), root)
}
