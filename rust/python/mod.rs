//! What crosses the boundary to Python: `procmaps/_procmaps.pyi` has the same list with types.

mod arrow;
mod demangle;
mod elf;
mod errors;
#[cfg_attr(not(target_os = "linux"), path = "no_host.rs")]
mod host;
#[cfg(feature = "lines")]
mod lines;
mod map;
mod names;
#[cfg_attr(not(target_os = "linux"), path = "no_query.rs")]
mod query;
mod selection;
mod smaps;
mod symbol;
mod symbols;
mod table;
mod text;

use crate::build_id;
use pyo3::prelude::*;

/// Native core of procmaps: bytes in, built-in types out. Not a public interface.
#[pymodule(gil_used = false)]
mod _procmaps {
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_export]
    use super::arrow::{arrow_schema, arrow_stream, packed};
    #[pymodule_export]
    use super::demangle::{demangle, demangle_all, demangle_text, unfinished_name};
    #[pymodule_export]
    use super::elf::{read_elf, read_elf_in_memory};
    #[pymodule_export]
    use super::host::Scan;
    #[cfg(feature = "lines")]
    #[pymodule_export]
    use super::lines::Lines;
    #[pymodule_export]
    use super::map::MapFields;
    #[pymodule_export]
    use super::query::{Process, query_once};
    #[pymodule_export]
    use super::smaps::{UsageRow, UsageTable, parse_smaps, read_rollup, read_smaps};
    #[pymodule_export]
    use super::symbol::Symbol;
    #[pymodule_export]
    use super::symbols::{Space, SymbolTable};
    #[pymodule_export]
    use super::table::{Table, parse};
    #[pymodule_export]
    use super::text::read_text;
    #[pymodule_export]
    use super::{read_build_id, read_process};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::maps::prepare();
        module.add("GATE", super::query::GATE)?;
        module.add("KINDS", PyTuple::new(module.py(), crate::kind::ALL)?)?;
        module.add("USAGE_FIELDS", PyTuple::new(module.py(), super::smaps::field_names())?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

/// Read the build ID of an ELF file, without the GIL; None if it is no regular file or has none.
#[pyfunction]
fn read_build_id<'py>(py: Python<'py>, path: std::path::PathBuf) -> PyResult<Option<Bound<'py, pyo3::types::PyBytes>>> {
    let build_id = py.detach(|| build_id::of_file(&path)).map_err(|error| errors::os_error(py, &error, &path))?;
    Ok(build_id.map(|build_id| pyo3::types::PyBytes::new(py, &build_id)))
}

/// Read the maps of a process: `(table, attempts, is_consistent, without_memory)`.
#[pyfunction]
fn read_process(
    py: Python<'_>,
    root: std::path::PathBuf,
    pid: Option<u32>,
    attempts: u32,
    settled: bool,
    encoding: &str,
) -> PyResult<(table::Table, u32, bool, Option<&'static str>)> {
    #[cfg(target_os = "linux")]
    {
        let snapshot = py
            .detach(|| crate::process::read(&root, pid, attempts, settled))
            .map_err(|failure| errors::failure(py, failure))?;
        let table = table::Table::new(snapshot.table, names::Encoding::new(encoding));
        Ok((table, snapshot.attempts, snapshot.is_consistent, snapshot.without_memory))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (pid, attempts, settled, encoding);
        Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
    }
}
