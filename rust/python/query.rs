//! `Process`: questions to a process, answered with rows.
//!
//! A question by the ioctl takes a microsecond. The GIL is kept for it: where other threads want it, to have
//! it back can take milliseconds. The price: on kernels that take the lock of the address space for it (6.14
//! does, 6.18 does not) they wait too while the process forks or unmaps much. What reads a listing or can
//! wait for a file gives the GIL up.

use super::errors;
use super::names::Encoding;
use super::table::Table;
use crate::process::{Failure, Snapshot};
use crate::query::{self, Backend, Handle, NAME_SIZE, OR_NEXT};
use crate::table::Row;
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::os::fd::IntoRawFd;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

pub use crate::query::GATE;

type FlatRow<'py> = (u64, u64, Bound<'py, PyString>, u64, u32, u32, u64, Option<Bound<'py, PyString>>);

/// Questions to one program of one process. See `procmaps.query.Process`.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Process {
    handle: RwLock<Option<Arc<Handle>>>,
    encoding: Encoding,
    /// "ioctl" or "text".
    #[pyo3(get)]
    backend: &'static str,
    /// "kernel thread" or "zombie"; None if it has memory.
    #[pyo3(get)]
    without_memory: Option<&'static str>,
}

#[pymethods]
impl Process {
    #[new]
    fn open(py: Python<'_>, root: PathBuf, pid: Option<u32>, encoding: &str) -> PyResult<Process> {
        let handle = py.detach(|| Handle::open(&root, pid)).map_err(|failure| errors::failure(py, failure))?;
        let backend = match handle.backend {
            Backend::Ioctl => "ioctl",
            Backend::Text => "text",
        };
        let without_memory = handle.without_memory;
        let handle = RwLock::new(Some(Arc::new(handle)));
        Ok(Process { handle, encoding: Encoding::new(encoding), backend, without_memory })
    }

    /// By the ioctl: a table of the row that holds an address, or of the first above it, or None.
    fn query(&self, address: &Bound<'_, PyAny>, or_next: bool) -> PyResult<Option<Table>> {
        let py = address.py();
        let handle = self.handle()?;
        let Some(address) = number(address, or_next)? else { return Ok(None) };
        let mut name = [0; NAME_SIZE];
        let found = handle.query(address, if or_next { OR_NEXT } else { 0 }, &mut name);
        let found = found.map_err(|failure| errors::failure(py, failure))?;
        Ok(found.map(|row| Table::of_row(&query::as_printed(row, &mut Vec::new()), self.encoding.clone())))
    }

    /// By the ioctl: the row that holds an address, and its name as it is; or None.
    fn real_name<'py>(
        &self,
        address: &Bound<'py, PyAny>,
    ) -> PyResult<Option<(FlatRow<'py>, Option<Bound<'py, PyBytes>>)>> {
        let py = address.py();
        let handle = self.handle()?;
        let Some(address) = number(address, false)? else { return Ok(None) };
        let mut name = [0; NAME_SIZE];
        let found = handle.query(address, 0, &mut name).map_err(|failure| errors::failure(py, failure))?;
        let Some(row) = found else { return Ok(None) };
        let name = row.name.map(|name| PyBytes::new(py, name));
        Ok(Some((flat_row(py, row, &self.encoding)?, name)))
    }

    /// By the ioctl: the row that holds an address, nameless, and the build ID of its file; or None.
    ///
    /// Only for regular files: otherwise it may never return.
    fn build_id<'py>(&self, py: Python<'py>, address: u64) -> PyResult<Option<(FlatRow<'py>, Bound<'py, PyBytes>)>> {
        let handle = self.handle()?;
        let found = loop {
            match py.detach(|| handle.build_id(address)) {
                Err(Failure::Io(_, error)) if error.kind() == std::io::ErrorKind::Interrupted => py.check_signals()?,
                answer => break answer.map_err(|failure| errors::failure(py, failure))?,
            }
        };
        let Some((row, build_id)) = found else { return Ok(None) };
        Ok(Some((flat_row(py, row, &self.encoding)?, PyBytes::new(py, &build_id))))
    }

    /// By the ioctl: all rows with the properties in `flags`: `(table, attempts, is_consistent)`.
    fn walk(&self, py: Python<'_>, flags: u64, attempts: u32) -> PyResult<(Table, u32, bool)> {
        let handle = self.handle()?;
        self.table(py, py.detach(|| handle.walk(flags, attempts)))
    }

    /// All rows of the listing: `(table, attempts, is_consistent)`.
    fn read(&self, py: Python<'_>, attempts: u32) -> PyResult<(Table, u32, bool)> {
        let handle = self.handle()?;
        self.table(py, py.detach(|| handle.read(attempts)))
    }

    /// A new descriptor of the process's directory, for the caller to close.
    fn directory(&self, py: Python<'_>) -> PyResult<i32> {
        let directory = self.handle()?.directory().map_err(|failure| errors::failure(py, failure))?;
        Ok(directory.into_raw_fd())
    }

    /// Close. What other threads ask just now is answered first.
    fn close(&self) {
        self.handle.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether it is closed.
    #[getter]
    fn closed(&self) -> bool {
        self.handle.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

impl Process {
    fn handle(&self) -> PyResult<Arc<Handle>> {
        let handle = self.handle.read().unwrap_or_else(PoisonError::into_inner);
        handle.clone().ok_or_else(|| PyValueError::new_err("the process is closed"))
    }

    fn table(&self, py: Python<'_>, snapshot: Result<Snapshot, Failure>) -> PyResult<(Table, u32, bool)> {
        let snapshot = snapshot.map_err(|failure| errors::failure(py, failure))?;
        Ok((Table::new(snapshot.table, self.encoding.clone()), snapshot.attempts, snapshot.is_consistent))
    }
}

/// By the ioctl, from open to close: a table of the row of a process that holds an address, or None.
#[pyfunction]
pub fn query_once(
    py: Python<'_>,
    listing: &str,
    address: &Bound<'_, PyAny>,
    encoding: &str,
) -> PyResult<Option<Table>> {
    let Some(address) = number(address, false)? else { return Ok(None) };
    let mut name = [0; NAME_SIZE];
    let found = py.detach(|| query::query_once(listing, address, &mut name));
    let found = found.map_err(|error| errors::os_error(py, &error, listing.as_ref()))?;
    Ok(found.map(|row| Table::of_row(&query::as_printed(row, &mut Vec::new()), Encoding::new(encoding))))
}

/// An int as an address. None for one beyond all addresses; below all is 0, if what is above counts.
fn number(address: &Bound<'_, PyAny>, or_next: bool) -> PyResult<Option<u64>> {
    match address.extract::<u64>() {
        Ok(address) => Ok(Some(address)),
        Err(error) if error.is_instance_of::<PyOverflowError>(address.py()) => {
            Ok(if or_next && address.lt(0)? { Some(0) } else { None })
        }
        Err(error) => Err(error),
    }
}

fn flat_row<'py>(py: Python<'py>, row: Row<'_>, encoding: &Encoding) -> PyResult<FlatRow<'py>> {
    let mut escaped = Vec::new();
    let row = query::as_printed(row, &mut escaped);
    let perms = PyString::intern(py, &String::from_utf8_lossy(&row.perms));
    let name = row.name.map(|name| encoding.decode(py, name)).transpose()?;
    Ok((row.begin, row.end, perms, row.offset, row.dev_major, row.dev_minor, row.inode, name))
}
