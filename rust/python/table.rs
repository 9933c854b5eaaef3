//! `Table`: the rows of one listing as flat tuples, made when asked for.

use super::errors;
use super::names::Encoding;
use super::selection::{Wanted, selected};
use crate::bulk::{self, packed};
use crate::maps::{self, Dialect};
use crate::table;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyList, PyMemoryView, PySlice, PyString, PyTuple};

/// How many addresses are copied at a time: memory for all of them would have to be had from the system anew.
const PART: usize = 1 << 13;

/// The mappings of one listing: an immutable sequence of flat tuples.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Table {
    pub table: table::Table,
    encoding: Encoding,
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

type FlatRow<'py> = (u64, u64, String, u64, u32, u32, u64, Option<Bound<'py, PyString>>);

impl Table {
    pub fn new(table: table::Table, encoding: Encoding) -> Table {
        Table { table, encoding }
    }
}

#[pymethods]
impl Table {
    /// Build from flat rows.
    #[new]
    fn from_rows(rows: Vec<FlatRow<'_>>) -> PyResult<Table> {
        let mut built = table::Table::default();
        for (begin, end, perms, offset, dev_major, dev_minor, inode, name) in rows {
            let perms = perms.as_bytes().try_into().map_err(|_| PyValueError::new_err("perms has four letters"))?;
            let name = name.map(|name| encode(&name)).transpose()?;
            built.push(&table::Row { begin, end, perms, offset, dev_major, dev_minor, inode, name: name.as_deref() });
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

    /// The row at an index.
    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyTuple>> {
        if index >= self.table.len() {
            return Err(PyIndexError::new_err("row index out of range"));
        }
        RowMaker::new(py, self).tuple(index)
    }

    /// All rows, as a list. Neighbours share equal strings and numbers.
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let mut maker = RowMaker::new(py, self);
        let rows = PyList::empty(py);
        for index in 0..self.table.len() {
            rows.append(maker.tuple(index)?)?;
        }
        Ok(rows)
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
    fn select(&self, py: Python<'_>, selection: Wanted) -> Vec<usize> {
        let selection = selected(selection);
        let has = |&index: &usize| self.table.row(index).is_some_and(|row| selection.has(&row));
        py.detach(|| (0..self.table.len()).filter(has).collect())
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
fn address_of(int: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
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

/// Makes tuples, and gives a row the objects of the row before where they are equal.
struct RowMaker<'a, 'py> {
    py: Python<'py>,
    table: &'a Table,
    perms: Vec<([u8; 4], Bound<'py, PyString>)>,
    end: (u64, Bound<'py, PyInt>),
    inode: (u64, Bound<'py, PyInt>),
    name: (&'a [u8], Option<Bound<'py, PyString>>),
}

impl<'a, 'py> RowMaker<'a, 'py> {
    fn new(py: Python<'py>, table: &'a Table) -> Self {
        let zero = || (0, int(py, 0));
        RowMaker { py, table, perms: Vec::new(), end: zero(), inode: zero(), name: (b"", None) }
    }

    fn tuple(&mut self, index: usize) -> PyResult<Bound<'py, PyTuple>> {
        let py = self.py;
        let row = self.table.table.row(index).ok_or_else(|| PyIndexError::new_err("row index out of range"))?;
        let begin = if row.begin == self.end.0 { self.end.1.clone() } else { int(py, row.begin) };
        self.end = (row.end, int(py, row.end));
        if row.inode != self.inode.0 {
            self.inode = (row.inode, int(py, row.inode));
        }
        let name = row.name.unwrap_or_default();
        if name != self.name.0 {
            self.name = (name, if name.is_empty() { None } else { Some(self.table.encoding.decode(py, name)?) });
        }
        PyTuple::new(
            py,
            [
                begin.into_any(),
                self.end.1.clone().into_any(),
                self.perms(row.perms).into_any(),
                int(py, row.offset).into_any(),
                int(py, row.dev_major.into()).into_any(),
                int(py, row.dev_minor.into()).into_any(),
                self.inode.1.clone().into_any(),
                self.name.1.clone().map_or_else(|| py.None().into_bound(py), Bound::into_any),
            ],
        )
    }

    fn perms(&mut self, perms: [u8; 4]) -> Bound<'py, PyString> {
        if let Some((_, known)) = self.perms.iter().find(|(known, _)| *known == perms) {
            return known.clone();
        }
        let new = PyString::intern(self.py, &String::from_utf8_lossy(&perms));
        self.perms.push((perms, new.clone()));
        new
    }
}

fn encode(name: &Bound<'_, PyString>) -> PyResult<Vec<u8>> {
    match name.to_cow() {
        Ok(name) => Ok(name.into_owned().into_bytes()),
        Err(_) => name.call_method1("encode", ("utf-8", "surrogateescape"))?.extract(),
    }
}

fn int(py: Python<'_>, value: u64) -> Bound<'_, PyInt> {
    match value.into_pyobject(py) {
        Ok(int) => int,
        Err(never) => match never {},
    }
}
