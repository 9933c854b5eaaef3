//! Rows in bulk, for other libraries.

use super::table::Table;
use crate::{arrow, columns, packed as numbers};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

/// The capsule of an `ArrowArrayStream` of the rows. Made without the GIL.
#[pyfunction]
pub fn arrow_stream<'py>(
    py: Python<'py>,
    table: &Table,
    pid: Option<u32>,
    signed: bool,
) -> PyResult<Bound<'py, PyCapsule>> {
    let table = &table.table;
    let stream = py.detach(|| arrow::stream(columns::cells(table, pid), table.len(), signed));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// The capsule of the `ArrowSchema` that such a stream has.
#[pyfunction]
pub fn arrow_schema(py: Python<'_>, signed: bool) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, arrow::schema(signed), c"arrow_schema")
}

/// The numbers of the rows, side by side. Made without the GIL.
#[pyfunction]
pub fn packed<'py>(py: Python<'py>, table: &Table) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &py.detach(|| numbers::rows(&table.table)))
}
