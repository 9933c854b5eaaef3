//! `UsageTable`: what each mapping uses, as flat tuples, made when asked for.

use super::errors;
use super::names::Encoding;
use super::table::Table;
use crate::fields::{FIELDS, Unit};
use crate::smaps::{self, Listing};
use crate::usages::{Other, Usages};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple};
use std::collections::HashMap;
use std::path::PathBuf;

/// What the mappings of one listing use: an immutable sequence of flat tuples.
///
/// A tuple has the fields in the order of `USAGE_FIELDS`.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct UsageTable {
    usages: Usages,
    encoding: Encoding,
}

/// The names of the fields: those that the kernel has names for, then what is left.
pub fn field_names() -> Vec<&'static str> {
    FIELDS.iter().map(|field| field.name).chain(["other"]).collect()
}

fn tables(listing: Listing, encoding: &str) -> (Table, UsageTable) {
    let encoding = Encoding::new(encoding);
    (Table::new(listing.maps, encoding.clone()), UsageTable { usages: listing.usages, encoding })
}

/// Parse a text of smaps or of a roll-up. Raises `ParseError` at the first line that is none.
#[pyfunction]
pub fn parse_smaps(py: Python<'_>, data: &[u8], encoding: &str) -> PyResult<(Table, UsageTable)> {
    // The bytes object is immutable and held by the caller.
    let listing = py.detach(|| smaps::parse(data)).map_err(|error| errors::parse_error(py, error))?;
    Ok(tables(listing, encoding))
}

type Reading = ((Table, UsageTable), u32, bool, Option<&'static str>);

/// Read smaps of a process: `((maps, usages), attempts, is_consistent, without_memory)`.
#[cfg(target_os = "linux")]
#[pyfunction]
pub fn read_smaps(py: Python<'_>, root: PathBuf, pid: Option<u32>, attempts: u32, encoding: &str) -> PyResult<Reading> {
    reading(py, encoding, || crate::memory::read(&root, pid, attempts))
}

/// Read the roll-up of a process: the same, with one row or none.
#[cfg(target_os = "linux")]
#[pyfunction]
pub fn read_rollup(py: Python<'_>, root: PathBuf, pid: Option<u32>, encoding: &str) -> PyResult<Reading> {
    reading(py, encoding, || crate::memory::read_rollup(&root, pid))
}

#[cfg(target_os = "linux")]
fn reading(
    py: Python<'_>,
    encoding: &str,
    read: impl Send + FnOnce() -> Result<crate::process::Snapshot<Listing>, crate::process::Failure>,
) -> PyResult<Reading> {
    let snapshot = py.detach(read).map_err(|failure| errors::failure(py, failure))?;
    let tables = tables(snapshot.table, encoding);
    Ok((tables, snapshot.attempts, snapshot.is_consistent, snapshot.without_memory))
}

/// There are no processes to read here.
#[cfg(not(target_os = "linux"))]
#[pyfunction]
pub fn read_smaps(py: Python<'_>, root: PathBuf, pid: Option<u32>, attempts: u32, encoding: &str) -> PyResult<Reading> {
    let _ = (pid, attempts, encoding);
    Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
}

/// There are no processes to read here.
#[cfg(not(target_os = "linux"))]
#[pyfunction]
pub fn read_rollup(py: Python<'_>, root: PathBuf, pid: Option<u32>, encoding: &str) -> PyResult<Reading> {
    let _ = (pid, encoding);
    Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
}

#[pymethods]
impl UsageTable {
    fn __len__(&self) -> usize {
        self.usages.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyTuple>> {
        RowMaker::new(py, self).tuple(index)
    }

    /// All rows, as a list. Rows share equal flags.
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let mut maker = RowMaker::new(py, self);
        let rows = PyList::empty(py);
        for index in 0..self.usages.len() {
            rows.append(maker.tuple(index)?)?;
        }
        Ok(rows)
    }
}

/// Makes tuples, and the tuple of each text of flags once.
struct RowMaker<'a, 'py> {
    py: Python<'py>,
    table: &'a UsageTable,
    flags: HashMap<u64, Bound<'py, PyTuple>>,
    none: Bound<'py, PyAny>,
    zero: Bound<'py, PyInt>,
}

impl<'a, 'py> RowMaker<'a, 'py> {
    fn new(py: Python<'py>, table: &'a UsageTable) -> Self {
        RowMaker { py, table, flags: HashMap::new(), none: py.None().into_bound(py), zero: int(py, 0) }
    }

    fn tuple(&mut self, index: usize) -> PyResult<Bound<'py, PyTuple>> {
        let usages = &self.table.usages;
        let usage = usages.row(index).ok_or_else(|| PyIndexError::new_err("row index out of range"))?;
        let mut row = Vec::with_capacity(FIELDS.len() + 1);
        for (at, field) in FIELDS.iter().enumerate() {
            row.push(match usage.value(at) {
                None => self.none.clone(),
                Some(index) if field.unit == Unit::Flags => self.flags(index)?.into_any(),
                Some(0) => self.zero.clone().into_any(),
                Some(value) => int(self.py, value).into_any(),
            });
        }
        row.push(self.other(usages.others(index))?);
        PyTuple::new(self.py, row)
    }

    fn flags(&mut self, index: u64) -> PyResult<Bound<'py, PyTuple>> {
        if let Some(known) = self.flags.get(&index) {
            return Ok(known.clone());
        }
        let text = String::from_utf8_lossy(&self.table.usages.flags()[index as usize]);
        let codes = text.split(' ').filter(|code| !code.is_empty()).map(|code| PyString::intern(self.py, code));
        let codes = PyTuple::new(self.py, codes.collect::<Vec<_>>())?;
        self.flags.insert(index, codes.clone());
        Ok(codes)
    }

    fn other(&self, others: &[Other]) -> PyResult<Bound<'py, PyAny>> {
        if others.is_empty() {
            return Ok(self.none.clone());
        }
        let dict = PyDict::new(self.py);
        for Other { label, text, .. } in others {
            let decode = |bytes| self.table.encoding.decode(self.py, bytes);
            dict.set_item(decode(label)?, decode(text)?)?;
        }
        Ok(dict.into_any())
    }
}

fn int(py: Python<'_>, value: u64) -> Bound<'_, PyInt> {
    let Ok(int) = value.into_pyobject(py);
    int
}
