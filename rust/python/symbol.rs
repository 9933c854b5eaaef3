//! `Symbol`: one for each address that is asked about, so it is small, and no work for the collector of garbage.

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};
use std::sync::Arc;

/// What is the same for all addresses in a symbol.
pub struct Known {
    pub name: Py<PyString>,
    pub size: u64,
    pub source: Py<PyString>,
    pub module: Py<PyAny>,
    pub elf_address: u64,
}

/// What debug information tells of an address.
struct Place {
    file: Py<PyAny>,
    line: Py<PyAny>,
    frames: Py<PyTuple>,
}

/// A function or variable, and how far into it an address is.
///
/// Attributes:
///     name: The name, as it is in the file: mangled, and without the version that linkers add to it.
///     offset: How far from its begin the address is that was asked for, bytes.
///     size: Its size, bytes; 0 if the file has none, as for hand-written assembly: then it is taken to
///         reach to the next symbol.
///     source: Where it was found: "symtab", "dynsym", "debugdata" (.gnu_debugdata, mini-debuginfo),
///         "debug file" (a separate file with debug information) or "perf map" (/tmp/perf-PID.map).
///     module: The module that it is of; None for code that was made at run time.
///     elf_address: Where it begins, in the ELF file's own numbering, as nm(1) prints it; of a perf map,
///         in memory.
///     file: The path of the source of the address; None if it was not asked for, or is not known.
///     line: The line in it, from 1; None likewise.
///     frames: If lines were asked for, the functions at the address: first what was inlined innermost,
///         last the one that the symbol is of. `file` and `line` are those of the first.
///
/// >>> str(Symbol("malloc", 0x12, 0x40, "dynsym", None, 0x98b10))
/// 'malloc+0x12'
#[pyclass(frozen, module = "procmaps.symbols")]
pub struct Symbol {
    known: Arc<Known>,
    /// How far from its begin the address is, bytes.
    #[pyo3(get)]
    offset: u64,
    place: Option<Box<Place>>,
}

impl Symbol {
    pub fn new(known: Arc<Known>, offset: u64) -> Symbol {
        Symbol { known, offset, place: None }
    }

    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let known = &self.known;
        let fields: [Bound<'py, PyAny>; 9] = [
            known.name.bind(py).clone().into_any(),
            PyInt::new(py, self.offset).into_any(),
            PyInt::new(py, known.size).into_any(),
            known.source.bind(py).clone().into_any(),
            known.module.bind(py).clone(),
            PyInt::new(py, known.elf_address).into_any(),
            self.file(py),
            self.line(py),
            self.frames(py).into_any(),
        ];
        PyTuple::new(py, fields)
    }
}

#[pymethods]
impl Symbol {
    #[new]
    #[pyo3(signature = (name, offset, size, source, module, elf_address, file=None, line=None, frames=None))]
    #[expect(clippy::too_many_arguments, reason = "they are its fields")]
    fn from_fields(
        py: Python<'_>,
        name: Py<PyString>,
        offset: u64,
        size: u64,
        source: Py<PyString>,
        module: Py<PyAny>,
        elf_address: u64,
        file: Option<Py<PyString>>,
        line: Option<u32>,
        frames: Option<Py<PyTuple>>,
    ) -> PyResult<Symbol> {
        let known = Arc::new(Known { name, size, source, module, elf_address });
        let place = Place {
            file: file.into_pyobject(py)?.unbind(),
            line: line.into_pyobject(py)?.unbind(),
            frames: frames.unwrap_or_else(|| PyTuple::empty(py).unbind()),
        };
        Ok(Symbol { known, offset, place: Some(Box::new(place)) })
    }

    /// The name, as it is in the file.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.known.name.bind(py).clone()
    }

    /// Its size, bytes; 0 if the file has none.
    #[getter]
    fn size(&self) -> u64 {
        self.known.size
    }

    /// Where it was found.
    #[getter]
    fn source<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.known.source.bind(py).clone()
    }

    /// The module that it is of; None for code that was made at run time.
    #[getter]
    fn module<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.known.module.bind(py).clone()
    }

    /// Where it begins, in the ELF file's own numbering.
    #[getter]
    fn elf_address(&self) -> u64 {
        self.known.elf_address
    }

    /// The path of the source of the address.
    #[getter]
    fn file<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.place.as_ref().map_or_else(|| py.None().into_bound(py), |place| place.file.bind(py).clone())
    }

    /// The line in the source, from 1.
    #[getter]
    fn line<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.place.as_ref().map_or_else(|| py.None().into_bound(py), |place| place.line.bind(py).clone())
    }

    /// The functions at the address, the innermost first.
    #[getter]
    fn frames<'py>(&self, py: Python<'py>) -> Bound<'py, PyTuple> {
        self.place.as_ref().map_or_else(|| PyTuple::empty(py), |place| place.frames.bind(py).clone())
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.known.name.bind(py).add(format!("+{:#x}", self.offset))
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let module = self.known.module.bind(py);
        let of = if module.is_none() { None } else { Some(module.getattr("name")?) };
        let form = match (of.is_some(), self.file(py).is_none()) {
            (true, true) => "<Symbol {0} of {1}, from {2}>",
            (true, false) => "<Symbol {0} of {1} at {3}:{4}, from {2}>",
            (false, _) => "<Symbol {0}, from {2}>",
        };
        let parts = (self.__str__(py)?, of, self.known.source.bind(py), self.file(py), self.line(py));
        PyString::new(py, form).call_method1("format", parts)
    }

    fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        match other.cast::<Symbol>() {
            Ok(other) => Ok(self.fields(py)?.eq(other.get().fields(py)?)?.into_pyobject(py)?.to_owned().into_any()),
            Err(_) => Ok(py.NotImplemented().into_bound(py)),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.fields(py)?.hash()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((slf.get_type().into_any(), slf.get().fields(slf.py())?))
    }
}
