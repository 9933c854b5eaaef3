//! `Table`: the rows of one listing, as objects made when asked for.

use super::errors;
use super::map::{self, MapFields};
use super::names::{Encoding, utf_8};
use super::selection::{Wanted, selected};
use crate::bulk::{self, packed};
use crate::maps::{self, Dialect};
use crate::table;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyList, PyMemoryView, PySlice, PyString, PyTuple, PyType};
use std::sync::OnceLock;

/// How many addresses are copied at a time: memory for all of them would have to be had from the system anew.
const PART: usize = 1 << 13;

/// The mappings of one listing: an immutable sequence of flat tuples.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Table {
    pub table: table::Table,
    pub encoding: Encoding,
    /// The names that were asked for, by their numbers less one.
    names: OnceLock<Box<[PyOnceLock<Py<PyString>>]>>,
}

/// Parse a listing. Raises `ParseError` at the first line that is none.
#[pyfunction]
#[pyo3(signature = (data, encoding="utf-8", dialect="linux"))]
pub fn parse(py: Python<'_>, data: &[u8], encoding: &str, dialect: &str) -> PyResult<Table> {
    let dialect = match dialect {
        "linux" => Dialect::Linux,
        "cygwin" => Dialect::Cygwin,
        other => return Err(PyValueError::new_err(format!("unknown dialect {other:?}: 'linux' or 'cygwin'"))),
    };
    // The bytes object is immutable and held by the caller.
    let table = py.detach(|| maps::parse(data, dialect)).map_err(|error| errors::parse_error(py, error))?;
    Ok(Table::new(table, Encoding::new(encoding)))
}

pub type FlatRow<'py> = (u64, u64, String, u64, u32, u32, u64, Option<Bound<'py, PyString>>);

/// The letters that Linux prints, which are objects made once.
const LETTERS: [&[u8]; 4] = [b"-r", b"-w", b"-x", b"psS"];
static PERMS: [PyOnceLock<Py<PyString>>; 2 * 2 * 2 * 3] = [const { PyOnceLock::new() }; 24];

impl Table {
    pub fn new(table: table::Table, encoding: Encoding) -> Table {
        Table { table, encoding, names: OnceLock::new() }
    }

    pub fn of_row(row: &table::Row<'_>, encoding: Encoding) -> Table {
        let mut table = table::Table::with_capacity(1);
        table.push(row);
        Table::new(table, encoding)
    }

    /// The permissions as a str, one for all that are equal.
    pub fn perms<'py>(&self, py: Python<'py>, perms: [u8; 4]) -> Bound<'py, PyString> {
        let interned = || PyString::intern(py, &String::from_utf8_lossy(&perms));
        let number = perms.iter().zip(LETTERS).try_fold(0, |number, (letter, letters)| {
            Some(number * letters.len() + letters.iter().position(|known| known == letter)?)
        });
        match number {
            Some(number) => PERMS[number].get_or_init(py, || interned().unbind()).bind(py).clone(),
            None => interned(),
        }
    }

    /// The name of a row, the same object for neighbours.
    pub fn name<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Option<Bound<'py, PyString>>> {
        let Some(number) = self.table.name_number(index).checked_sub(1) else { return Ok(None) };
        let names = self.names.get_or_init(|| (0..self.table.names_len()).map(|_| PyOnceLock::new()).collect());
        let made = names[number].get_or_try_init(py, || {
            let name = self.table.row(index).and_then(|row| row.name).unwrap_or_default();
            self.encoding.decode(py, name).map(Bound::unbind)
        })?;
        Ok(Some(made.bind(py).clone()))
    }
}

/// A table of flat rows.
pub fn table_of(rows: Vec<FlatRow<'_>>) -> PyResult<Table> {
    let mut built = table::Table::with_capacity(rows.len());
    for (begin, end, perms, offset, dev_major, dev_minor, inode, name) in rows {
        let perms = perms.as_bytes().try_into().map_err(|_| PyValueError::new_err("perms has four letters"))?;
        let name = name.as_ref().map(utf_8).transpose()?;
        built.push(&table::Row { begin, end, perms, offset, dev_major, dev_minor, inode, name: name.as_deref() });
    }
    built.shrink_to_fit();
    Ok(Table::new(built, Encoding::new("utf-8")))
}

#[pymethods]
impl Table {
    /// Build from flat rows.
    #[new]
    fn from_rows(rows: Vec<FlatRow<'_>>) -> PyResult<Table> {
        table_of(rows)
    }

    /// Build from objects of a type derived from `MapFields`, which may be of several tables.
    #[staticmethod]
    fn of(maps: Vec<Bound<'_, MapFields>>) -> PyResult<Table> {
        let mut built = table::Table::with_capacity(maps.len());
        for m in maps {
            m.get().push_to(m.py(), &mut built)?;
        }
        built.shrink_to_fit();
        Ok(Table::new(built, Encoding::new("utf-8")))
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    /// The index of the row that holds an address, or None. Any int may be asked for.
    ///
    /// A slot, as calls of methods have no fast way in the stable ABI of 3.9: it takes half the time.
    fn __getitem__(&self, address: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        Ok(address_of(address)?.and_then(|address| self.table.find(address)))
    }

    /// Whether a row holds an address.
    fn __contains__(&self, address: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.__getitem__(address)?.is_some())
    }

    /// The row at an index, flat.
    pub fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyTuple>> {
        let row = self.table.row(index).ok_or_else(|| PyIndexError::new_err("row index out of range"))?;
        let table::Row { begin, end, offset, dev_major, dev_minor, inode, .. } = row;
        let (perms, name) = (self.perms(py, row.perms), self.name(py, index)?);
        (begin, end, perms, offset, dev_major, dev_minor, inode, name).into_pyobject(py)
    }

    /// All rows, or those at some indices, as objects of a type derived from `MapFields`.
    #[pyo3(signature = (derived, indices=None))]
    fn maps<'py>(
        slf: &Bound<'py, Table>,
        derived: &Bound<'py, PyType>,
        indices: Option<Vec<usize>>,
    ) -> PyResult<Bound<'py, PyList>> {
        match indices {
            Some(indices) => map::objects(slf, derived, indices.into_iter()),
            None => map::objects(slf, derived, 0..slf.get().table.len()),
        }
    }

    /// Whether no mapping begins before the end of the one before it.
    #[getter]
    fn is_ordered(&self) -> bool {
        self.table.is_ordered()
    }

    /// The indices of the rows that hold the addresses of a memoryview with one dimension, as packed i64 (-1 for none).
    fn find_packed<'py>(&self, py: Python<'py>, addresses: &Bound<'py, PyMemoryView>) -> PyResult<Bound<'py, PyBytes>> {
        let count = addresses.len()?;
        PyBytes::new_with(py, 8 * count, |found| {
            let bulk = py.detach(|| bulk::Bulk::new(&self.table, count));
            for (i, found) in found.chunks_mut(8 * PART).enumerate() {
                let part = PySlice::new(py, (i * PART) as isize, ((i + 1) * PART) as isize, 1);
                let part = addresses.get_item(part)?.call_method0(intern!(py, "tobytes"))?;
                let part = part.cast::<PyBytes>()?.as_bytes();
                if part.len() != found.len() {
                    return Err(PyValueError::new_err("an address is a number of eight bytes"));
                }
                py.detach(|| bulk.find_packed(part, found));
            }
            Ok(())
        })
    }

    /// The same for an iterable of ints, any of them.
    fn find_many<'py>(&self, py: Python<'py>, addresses: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let mut found = Vec::new();
        for address in addresses.try_iter()? {
            found.extend_from_slice(&packed(self.__getitem__(&address?)?));
        }
        Ok(PyBytes::new(py, &found))
    }

    /// The range of indices of the rows that share an address with a range; None if out of order.
    fn between(&self, begin: u64, end: u64) -> Option<(usize, usize)> {
        self.table.between(begin, end)
    }

    /// The indices of the rows that are asked for.
    fn select(&self, py: Python<'_>, selection: Wanted<'_>) -> PyResult<Vec<usize>> {
        let selection = selected(selection, &self.encoding)?;
        let has = |&index: &usize| self.table.row(index).is_some_and(|row| selection.has(&row));
        Ok(py.detach(|| (0..self.table.len()).filter(has).collect()))
    }

    /// The listing, as a kernel with pointers of 32 or 64 bits prints it.
    fn text<'py>(&self, py: Python<'py>, bits: u32) -> PyResult<Bound<'py, PyString>> {
        if !matches!(bits, 32 | 64) {
            return Err(PyValueError::new_err(format!("bits is 32 or 64, not {bits}")));
        }
        let print = || {
            let mut text = Vec::new();
            for row in (0..self.table.len()).filter_map(|index| self.table.row(index)) {
                maps::print(&row, bits, &mut text);
                text.push(b'\n');
            }
            text
        };
        self.encoding.decode(py, &py.detach(print))
    }
}

/// An int as an address; None if it is too small or too large for one.
pub fn address_of(int: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
    // Nearly all addresses are signed numbers too, which take Python a third of the time.
    if let Ok(address) = int.extract::<i64>() {
        return Ok(u64::try_from(address).ok());
    }
    match int.extract::<u64>() {
        Ok(address) => Ok(Some(address)),
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(int.py()) => Ok(None),
        Err(error) => Err(error),
    }
}
