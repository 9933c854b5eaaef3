//! Rows in bulk, for other libraries.

use super::table::Table;
use crate::{arrow, columns, packed as numbers};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

/// The capsule of an `ArrowArrayStream` of the rows of some tables, each of a process. Made without the GIL.
#[pyfunction]
pub fn arrow_stream<'py>(
    py: Python<'py>,
    parts: Vec<(Py<Table>, Option<u32>)>,
    signed: bool,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = |(table, pid): &(Py<Table>, Option<u32>)| {
        let table = &table.get().table;
        (table.len(), columns::cells(table, *pid))
    };
    let stream = py.detach(|| arrow::stream(parts.iter().map(batch).collect(), signed));
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
