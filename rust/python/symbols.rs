//! `SymbolTable` and `Space`: addresses in, symbols out, as flat tuples or packed numbers.

use super::errors;
use super::names::Encoding;
use super::symbol::{Known, Symbol};
use crate::symbols::file::{self, Place, Symbols};
use crate::symbols::perf_map;
use crate::symbols::space::{self, Answer, Area};
use crate::symbols::table::{self, Table};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The symbols of one file, in the order of their addresses.
#[pyclass(frozen, weakref, module = "procmaps._procmaps")]
pub struct SymbolTable {
    table: Arc<Table>,
    /// What could not be read, in words.
    #[pyo3(get)]
    notes: Vec<String>,
}

#[pymethods]
impl SymbolTable {
    /// Of an ELF file; None if it is none.
    #[staticmethod]
    fn of_file(py: Python<'_>, path: PathBuf, name: Option<PathBuf>, roots: Vec<PathBuf>) -> PyResult<Option<Self>> {
        let place = Place { path, name, roots };
        let symbols = py.detach(|| guarded(|| file::symbols(&place)));
        Ok(symbols.map_err(|error| errors::os_error(py, &error, &place.path))?.map(SymbolTable::of))
    }

    /// Of an ELF file in memory; None if it is none.
    #[staticmethod]
    fn of_image(py: Python<'_>, image: &[u8]) -> PyResult<Option<Self>> {
        let symbols = py.detach(|| guarded(|| file::symbols_of_image(image)));
        Ok(symbols.map_err(|error| PyValueError::new_err(error.to_string()))?.map(SymbolTable::of))
    }

    /// Of the text of a /tmp/perf-PID.map.
    #[staticmethod]
    fn of_perf_map(py: Python<'_>, text: Vec<u8>) -> Self {
        let (table, left_out) = py.detach(|| perf_map::parse(text));
        let told = [(left_out.malformed, "lines are malformed"), (left_out.surplus, "first symbols are too many")];
        let told = told.into_iter().filter(|&(count, _)| count > 0);
        let notes = told.map(|(count, what)| format!("{count} of its {what}")).collect();
        SymbolTable { table: Arc::new(table), notes }
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    /// A symbol, as one of a module.
    fn symbol(&self, py: Python<'_>, index: usize, module: Py<PyAny>) -> PyResult<Symbol> {
        let symbol = self.table.symbol(index).ok_or_else(|| PyIndexError::new_err("symbol index out of range"))?;
        let known = known(py, &self.table, symbol, module, &Encoding::new("utf-8"))?;
        Ok(Symbol::new(Arc::new(known), 0))
    }

    /// The index of the symbol that holds an address of the file's own numbering, or None.
    fn find(&self, elf_address: u64) -> Option<usize> {
        self.table.find(elf_address)
    }

    /// The indices of the symbols of a name.
    fn named(&self, py: Python<'_>, name: &[u8]) -> Vec<usize> {
        py.detach(|| self.table.named(name))
    }

    /// How many bytes of memory the table takes.
    #[getter]
    fn memory(&self) -> usize {
        self.table.memory()
    }
}

impl SymbolTable {
    fn of(symbols: Symbols) -> SymbolTable {
        SymbolTable { table: Arc::new(symbols.table), notes: symbols.notes }
    }
}

/// The mappings of a process, and the symbols of what is mapped there.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Space {
    space: Mutex<space::Space>,
    modules: Py<PyDict>,
    /// By the number of the symbol.
    known: Mutex<Vec<Arc<Known>>>,
}

#[pymethods]
impl Space {
    /// Of areas: `(begin, end, bias, number of the module)`.
    #[new]
    fn new(py: Python<'_>, areas: Vec<(u64, u64, u64, u32)>) -> PyResult<Space> {
        let most = areas.len() as u32;
        if areas.iter().any(|&(_, _, _, module)| module >= most) {
            return Err(PyValueError::new_err("the modules have numbers from 0 on"));
        }
        let area = |(begin, end, bias, module)| Area { begin, end, bias, module };
        let space = space::Space::new(areas.into_iter().map(area).collect());
        Ok(Space { space: Mutex::new(space), modules: PyDict::new(py).unbind(), known: Mutex::default() })
    }

    /// Give a module its symbols, and what stands for it in them; once for each.
    fn load(&self, py: Python<'_>, number: u32, table: &SymbolTable, module: Py<PyAny>) -> PyResult<()> {
        self.modules.bind(py).set_item(number, module)?;
        py.detach(|| locked(&self.space).load(number, table.table.clone()));
        Ok(())
    }

    /// The numbers of the modules that hold some of these addresses (u64, packed), and have no symbols yet.
    fn unloaded(&self, py: Python<'_>, addresses: &[u8]) -> Vec<u32> {
        py.detach(|| locked(&self.space).unloaded(unpacked(addresses)))
    }

    /// What these addresses are, packed: numbers for `symbols` (i32; negative if there is none), offsets (u64).
    fn find_packed<'py>(&self, py: Python<'py>, addresses: &[u8]) -> (Bound<'py, PyBytes>, Bound<'py, PyBytes>) {
        let (numbers, offsets) = py.detach(|| {
            let mut numbers = Vec::with_capacity(addresses.len() / 2);
            let mut offsets = Vec::with_capacity(addresses.len());
            let mut space = locked(&self.space);
            for address in unpacked(addresses) {
                let (number, offset) = match space.find(address) {
                    Answer::Symbol(number, offset) => (number as i32, offset),
                    unknown => (-(reason(unknown) as i32) - 1, 0),
                };
                numbers.extend_from_slice(&number.to_ne_bytes());
                offsets.extend_from_slice(&offset.to_ne_bytes());
            }
            (numbers, offsets)
        });
        (PyBytes::new(py, &numbers), PyBytes::new(py, &offsets))
    }

    /// For each address a `Symbol` or None; and how many are in no area, in no table, in no symbol.
    fn find<'py>(&self, py: Python<'py>, addresses: &[u8]) -> PyResult<(Bound<'py, PyList>, [usize; 3])> {
        let answers: Vec<Answer> = py.detach(|| {
            let mut space = locked(&self.space);
            unpacked(addresses).map(|address| space.find(address)).collect()
        });
        self.make_known(py)?;
        let mut unknown = [0; 3];
        let found = PyList::empty(py);
        // To make these objects and append them runs no Python.
        let known = locked(&self.known);
        for answer in answers {
            match answer {
                Answer::Symbol(number, offset) => found.append(made(py, &known, number as usize, offset)?)?,
                _ => {
                    unknown[reason(answer)] += 1;
                    found.append(py.None())?;
                }
            }
        }
        Ok((found, unknown))
    }

    /// The symbols that were found, from a number on, with offset 0.
    fn symbols<'py>(&self, py: Python<'py>, first: usize) -> PyResult<Bound<'py, PyList>> {
        self.make_known(py)?;
        let found = PyList::empty(py);
        let known = locked(&self.known);
        for number in first..known.len() {
            found.append(made(py, &known, number, 0)?)?;
        }
        Ok(found)
    }
}

impl Space {
    /// Makes the strings of the symbols that were found since.
    fn make_known(&self, py: Python<'_>) -> PyResult<()> {
        let first = locked(&self.known).len();
        let found: Vec<(u32, Arc<Table>, usize)> = py.detach(|| {
            let space = locked(&self.space);
            let found = (first..space.known_count()).filter_map(|number| space.known(number));
            found.map(|(module, table, index)| (module, table.clone(), index)).collect()
        });
        let mut made = Vec::with_capacity(found.len());
        let encoding = Encoding::new("utf-8");
        for (module, table, index) in found {
            let symbol = table.symbol(index).ok_or_else(|| PyIndexError::new_err("symbol index out of range"))?;
            let module = self.modules.bind(py).get_item(module)?.map_or_else(|| py.None(), Bound::unbind);
            made.push(Arc::new(known(py, &table, symbol, module, &encoding)?));
        }
        // Another thread may have been here meanwhile, and made more of them or fewer, but the same.
        let mut known = locked(&self.known);
        let there = known.len().saturating_sub(first);
        known.extend(made.into_iter().skip(there));
        Ok(())
    }
}

fn made<'py>(py: Python<'py>, known: &[Arc<Known>], number: usize, offset: u64) -> PyResult<Bound<'py, Symbol>> {
    let known = known.get(number).ok_or_else(|| PyIndexError::new_err("no symbol of that number was found"))?;
    Bound::new(py, Symbol::new(known.clone(), offset))
}

/// Nothing is done under a lock that could run Python, or panic: it is held shortly, and never poisoned.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn known(
    py: Python<'_>,
    table: &Table,
    symbol: &table::Symbol,
    module: Py<PyAny>,
    encoding: &Encoding,
) -> PyResult<Known> {
    Ok(Known {
        name: encoding.decode(py, table.name(symbol))?.unbind(),
        size: symbol.size,
        source: PyString::intern(py, table.source(symbol)).unbind(),
        module,
        elf_address: symbol.begin,
    })
}

/// Runs what reads hostile files: if a parser panics, the file is at fault.
pub fn guarded<T>(parse: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(parse))
        .unwrap_or_else(|_| Err(io::Error::other("it is malformed, and made a parser fail")))
}

pub fn unpacked(addresses: &[u8]) -> impl Iterator<Item = u64> + '_ {
    addresses.chunks_exact(8).map(|address| address.try_into().map_or(0, u64::from_ne_bytes))
}

/// The index of a reason in what `Space.rows` counts.
fn reason(answer: Answer) -> usize {
    match answer {
        Answer::Nowhere | Answer::Symbol(..) => 0,
        Answer::Unread => 1,
        Answer::Between => 2,
    }
}
