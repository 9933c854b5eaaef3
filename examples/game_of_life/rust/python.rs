//! What crosses the boundary to Python: `game_of_life/_gol.pyi` has the same list with types.

use crate::life::{self, Cell, Cells};
use pyo3::{
    exceptions::{PyOverflowError, PyRuntimeError, PyTypeError},
    prelude::*,
    types::PySet,
};

/// Native core of game_of_life. Not a public interface.
#[pymodule(gil_used = false)]
mod _gol {
    #[pymodule_export]
    use super::step;
}

/// Advance the cells of a set by some generations; one that cannot be advanced stays as it is.
#[pyfunction]
fn step(py: Python<'_>, board: &Bound<'_, PySet>, ntimes: u64) -> PyResult<()> {
    let before = cells(board)?;
    let mut after = before.clone();
    for _ in 0..ntimes {
        after = py.detach(|| life::next(&after)).map_err(|error| PyOverflowError::new_err(error.to_string()))?;
        py.check_signals()?; // Ctrl-C
    }
    if cells(board)? != before {
        // By another thread, while the GIL was released.
        return Err(PyRuntimeError::new_err("the board was changed while it was advanced"));
    }
    before.difference(&after).try_for_each(|cell| board.discard(cell).map(drop))?;
    after.difference(&before).try_for_each(|cell| board.add(cell))
}

fn cells(board: &Bound<'_, PySet>) -> PyResult<Cells> {
    // Not PySet::iter, which panics when the set changes: to convert an item can run any Python.
    board.try_iter()?.map(|item| cell(&item?)).collect()
}

fn cell(item: &Bound<'_, PyAny>) -> PyResult<Cell> {
    let cell: Cell = item.extract()?;
    if item.eq(cell)? {
        Ok(cell)
    } else {
        // What only says that it can be a number, by __index__, would not be found when it dies.
        Err(PyTypeError::new_err(format!("a cell is two ints, and not {item:?}")))
    }
}
