//! `UsageTable`: what each mapping uses, with Python's numbers made when asked for.

use super::errors;
use super::names::{Encoding, utf_8};
use super::table::Table;
use crate::fields::{FIELDS, Field, Unit};
use crate::smaps::{self, Listing};
use crate::usages::{Other, Usage, Usages};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::path::PathBuf;

/// What the mappings of one listing use: an immutable sequence of rows.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct UsageTable {
    pub usages: Usages,
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
    /// Build from rows.
    #[new]
    fn from_rows(rows: Vec<Bound<'_, PyAny>>) -> PyResult<UsageTable> {
        let mut usages = Usages::default();
        for row in rows {
            let usage = usage_of(&row, &mut usages)?;
            usages.push(usage);
        }
        Ok(UsageTable { usages, encoding: Encoding::new("utf-8") })
    }

    fn __len__(&self) -> usize {
        self.usages.len()
    }

    fn __getitem__(slf: Bound<'_, Self>, index: usize) -> PyResult<UsageRow> {
        if index >= slf.get().usages.len() {
            return Err(PyIndexError::new_err("row index out of range"));
        }
        Ok(UsageRow { table: slf.unbind(), index })
    }

    /// The sums of the amounts of some rows, or of all: a tuple with a field each, None for what is no amount.
    #[pyo3(signature = (indices=None))]
    fn total<'py>(&self, py: Python<'py>, indices: Option<Vec<usize>>) -> PyResult<Bound<'py, PyTuple>> {
        let totals = match indices {
            None => self.usages.totals(0..self.usages.len()),
            Some(indices) => self.usages.totals(indices),
        };
        PyTuple::new(py, totals.into_iter().chain([None]).collect::<Vec<_>>())
    }
}

/// What one mapping uses: an immutable sequence of its fields, in the order of `USAGE_FIELDS`.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct UsageRow {
    table: Py<UsageTable>,
    /// Its place in the listing.
    #[pyo3(get)]
    index: usize,
}

#[pymethods]
impl UsageRow {
    fn __len__(&self) -> usize {
        FIELDS.len() + 1
    }

    /// The value of a field; None if there is none.
    fn __getitem__<'py>(&self, py: Python<'py>, field: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        let table = self.table.get();
        let Some(Field { unit, .. }) = FIELDS.get(field) else {
            return if field == FIELDS.len() { self.other(py) } else { Err(PyIndexError::new_err("no such field")) };
        };
        let Some(value) = table.usages.row(self.index).and_then(|usage| usage.value(field)) else { return Ok(None) };
        let value = match unit {
            Unit::Flags => flags(py, &table.usages.flags()[value as usize])?.into_any(),
            Unit::Kilobytes | Unit::Number => value.into_bound_py_any(py)?,
        };
        Ok(Some(value))
    }
}

impl UsageRow {
    fn other<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let UsageTable { usages, encoding } = self.table.get();
        let others = usages.others(self.index);
        if others.is_empty() {
            return Ok(None);
        }
        let dict = PyDict::new(py);
        for Other { label, text, .. } in others {
            dict.set_item(encoding.decode(py, label)?, encoding.decode(py, text)?)?;
        }
        Ok(Some(dict.into_any()))
    }
}

fn flags<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyTuple>> {
    let text = String::from_utf8_lossy(text);
    let codes = text.split(' ').filter(|code| !code.is_empty()).map(|code| PyString::intern(py, code));
    PyTuple::new(py, codes.collect::<Vec<_>>())
}

/// What a row uses that comes from Python; what is not known of it is left in `usages`.
fn usage_of(row: &Bound<'_, PyAny>, usages: &mut Usages) -> PyResult<Usage> {
    let mut usage = Usage::default();
    for (at, Field { unit, .. }) in FIELDS.iter().enumerate() {
        let value = row.get_item(at)?;
        if value.is_none() {
            continue;
        }
        let value = match unit {
            Unit::Flags => usages.push_flags(value.extract::<Vec<String>>()?.join(" ").as_bytes()),
            Unit::Kilobytes | Unit::Number => value.extract()?,
        };
        usage.set(at, value);
    }
    let other: Option<Bound<'_, PyDict>> = row.get_item(FIELDS.len())?.extract()?;
    for (label, text) in other.into_iter().flatten() {
        usages.push_other(&utf_8(label.cast()?)?, &utf_8(text.cast()?)?);
    }
    Ok(usage)
}
