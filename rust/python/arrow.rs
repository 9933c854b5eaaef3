//! Rows in bulk, for other libraries.

use super::smaps::UsageTable;
use super::table::Table;
use crate::{arrow, columns, packed as numbers};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

/// The rows of a process: what maps them, what they use if that is known, the number of the process.
type Part = (Py<Table>, Option<Py<UsageTable>>, Option<u32>);

/// The capsule of an `ArrowArrayStream` of the rows of some processes. Made without the GIL.
#[pyfunction]
pub fn arrow_stream<'py>(
    py: Python<'py>,
    parts: Vec<Part>,
    signed: bool,
    with_usages: bool,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = |(table, usages, pid): &Part| {
        let table = &table.get().table;
        (table.len(), columns::cells(table, usages.as_ref().map(|usages| &usages.get().usages), *pid))
    };
    if parts.iter().any(|(table, usages, _)| !is_whole(table.get(), usages.as_ref().map(Py::get), with_usages)) {
        return Err(PyValueError::new_err("there is not a usage for each mapping"));
    }
    let stream = py.detach(|| arrow::stream(parts.iter().map(batch).collect(), signed, with_usages));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// Whether there are as many columns as the type says, of as many rows.
fn is_whole(table: &Table, usages: Option<&UsageTable>, with_usages: bool) -> bool {
    usages.is_some() == with_usages && usages.is_none_or(|usages| usages.usages.len() == table.table.len())
}

/// The capsule of the `ArrowSchema` that such a stream has.
#[pyfunction]
pub fn arrow_schema(py: Python<'_>, signed: bool, with_usages: bool) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, arrow::schema(signed, with_usages), c"arrow_schema")
}

/// The numbers of the rows, side by side. Made without the GIL.
#[pyfunction]
pub fn packed<'py>(py: Python<'py>, table: &Table) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &py.detach(|| numbers::rows(&table.table)))
}
