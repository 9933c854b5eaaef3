//! What crosses the boundary to Python: `procmaps/_procmaps.pyi` has the same list with types.

mod errors;
mod table;

use pyo3::prelude::*;

/// Native core of procmaps: bytes in, built-in types out. Not a public interface.
#[pymodule(gil_used = false)]
mod _procmaps {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::table::{Table, parse};
    #[pymodule_export]
    use super::{read_file, read_process};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// Read a whole file, in one go and without the GIL.
#[pyfunction]
fn read_file<'py>(py: Python<'py>, path: std::path::PathBuf) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
    use std::io::Read;
    let read = || {
        let mut text = Vec::with_capacity(64 << 10);
        std::fs::File::open(&path)?.read_to_end(&mut text).map(|_| text)
    };
    let text = py.detach(read).map_err(|error| errors::os_error(py, &error, &path))?;
    Ok(pyo3::types::PyBytes::new(py, &text))
}

/// Read the maps of a process: `(table, attempts, is_consistent, without_memory)`.
#[cfg(target_os = "linux")]
#[pyfunction]
fn read_process(
    py: Python<'_>,
    root: std::path::PathBuf,
    pid: Option<u32>,
    attempts: u32,
    settled: bool,
    encoding: String,
) -> PyResult<(table::Table, u32, bool, Option<&'static str>)> {
    use crate::process;
    let snapshot =
        py.detach(|| process::read(&root, pid, attempts, settled)).map_err(|failure| errors::failure(py, failure))?;
    let table = table::Table::new(snapshot.table, encoding);
    Ok((table, snapshot.attempts, snapshot.is_consistent, snapshot.without_memory))
}

/// There are no processes to read here.
#[cfg(not(target_os = "linux"))]
#[pyfunction]
#[allow(unused_variables)]
fn read_process(
    py: Python<'_>,
    root: std::path::PathBuf,
    pid: Option<u32>,
    attempts: u32,
    settled: bool,
    encoding: String,
) -> PyResult<(table::Table, u32, bool, Option<&'static str>)> {
    let _ = (attempts, settled, encoding);
    Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
}
