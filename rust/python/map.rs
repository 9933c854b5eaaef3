//! `MapFields`: what `Map` is made of. A mapping's place in its table, whose fields become objects when asked for.

use super::names::{Encoding, utf_8};
use super::table::{FlatRow, Table, address_of, table_of};
use crate::kind;
use crate::table::{self, Row};
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::{PyList, PyString, PyTuple, PyType};
use std::cmp::Ordering::Equal;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The fields of one mapping, in the order of its line, and what follows from them alone.
#[pyclass(frozen, subclass, module = "procmaps._procmaps")]
pub struct MapFields {
    table: Py<Table>,
    index: usize,
}

/// A row of a table, now this one and now that.
///
/// A type written in Python can be told natively to make an object only by calling it. To call it
/// each time with the same arguments, of which this is one, is the least that takes.
#[pyclass(frozen, module = "procmaps._procmaps")]
struct Cursor {
    table: Py<Table>,
    index: AtomicUsize,
}

#[pymethods]
impl MapFields {
    /// Of a flat row, or of the first row of a table.
    #[new]
    fn new(py: Python<'_>, row: &Bound<'_, PyAny>) -> PyResult<MapFields> {
        if let Ok(cursor) = row.cast::<Cursor>() {
            let Cursor { table, index } = cursor.get();
            return MapFields::at(py, table, index.load(Ordering::Relaxed));
        }
        if let Ok(table) = row.cast::<Table>() {
            return MapFields::at(py, table.as_unbound(), 0);
        }
        let table = Bound::new(py, table_of(vec![row.extract::<FlatRow<'_>>()?])?)?.unbind();
        Ok(MapFields { table, index: 0 })
    }

    /// The first address.
    #[getter]
    fn begin_address(&self) -> u64 {
        self.row().begin
    }

    /// The first address past the mapping.
    #[getter]
    fn end_address(&self) -> u64 {
        self.row().end
    }

    /// The permissions as printed, four letters such as `"rw-p"`.
    ///
    /// The fourth is "p" (private, copy on write) or "s" (shared). Kernels without
    /// an MMU print "s" for what may be shared and "S" for what is.
    #[getter]
    fn perms<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.table.get().perms(py, self.row().perms)
    }

    /// The offset in the file at which the mapping begins, bytes.
    ///
    /// Anonymous memory prints 0, or on some kernels another number: Linux up to 2.6.29
    /// its own address, io_uring a cookie.
    #[getter]
    fn offset(&self) -> u64 {
        self.row().offset
    }

    /// The major and minor number of the file's device, (0, 0) if there is none.
    ///
    /// Not always what `os.stat` says of the file: Btrfs and overlayfs print other
    /// numbers here.
    #[getter]
    fn device(&self) -> (u32, u32) {
        let row = self.row();
        (row.dev_major, row.dev_minor)
    }

    /// The inode of the file, 0 if there is none.
    ///
    /// For System V shared memory it is the identifier of the segment, and may be 0.
    #[getter]
    fn inode(&self) -> u64 {
        self.row().inode
    }

    /// The name as printed, or None if there is none.
    ///
    /// Bytes that do not decode are kept as surrogates: `os.fsencode` gives the
    /// kernel's bytes back. A newline in a file name is printed as the four letters
    /// `\012`, and so is a name that really holds these four. ` (deleted)` at the end
    /// is the kernel's word or the file's name. See `path` and `is_deleted`.
    #[getter]
    fn pathname<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyString>>> {
        self.table.get().name(py, self.index)
    }

    /// Whether it may be read.
    #[getter]
    fn is_readable(&self) -> bool {
        self.row().perms[0] == b'r'
    }

    /// Whether it may be written.
    #[getter]
    fn is_writable(&self) -> bool {
        self.row().perms[1] == b'w'
    }

    /// Whether it may be executed.
    #[getter]
    fn is_executable(&self) -> bool {
        self.row().perms[2] == b'x'
    }

    /// Whether what is written is seen by others who map the same.
    #[getter]
    fn is_shared(&self) -> bool {
        matches!(self.row().perms[3], b's' | b'S')
    }

    /// Whether what is written stays with this process (copy on write).
    #[getter]
    fn is_private(&self) -> bool {
        !self.is_shared()
    }

    /// The length in bytes; 0 is possible in texts that no kernel made.
    #[getter]
    fn size(&self) -> u64 {
        let row = self.row();
        row.end - row.begin
    }

    /// What the mapping is, as far as its name tells; one of these words.
    ///
    /// "file", "anonymous" (no name), "heap", "stack", "named" (`[anon:NAME]`), "shared"
    /// (shared anonymous memory), "memfd", "sysv", "hugepage", "secretmem", "aio", "drm",
    /// "dmabuf", "ashmem", "anon_inode", "socket", "vdso", "vvar", "vsyscall", and "special" for
    /// any other name that is no path.
    ///
    /// A guess in one case: a file in the root directory of a file system without a
    /// device (major number 0), deleted, and called like `memfd:x`, reads as "memfd".
    /// "heap" is what brk(2) gave; what malloc(3) got from mmap(2) is "anonymous".
    /// "stack" is that of the first thread.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        let row = self.row();
        PyString::intern(py, kind::of(row.name, row.dev_major))
    }

    /// Whether an address lies in the mapping; False for any int out of range.
    fn __contains__(&self, address: &Bound<'_, PyAny>) -> PyResult<bool> {
        let row = self.row();
        Ok(address_of(address)?.is_some_and(|address| (row.begin..row.end).contains(&address)))
    }

    /// By the fields in the order of the line, where no name comes before any name.
    fn __richcmp__(&self, other: &Bound<'_, MapFields>, op: CompareOp) -> PyResult<bool> {
        let (a, b) = (self.row(), other.get().row());
        let mut order = nameless(a).cmp(&nameless(b));
        if order == Equal && !(a.name == b.name && self.encoding() == other.get().encoding()) {
            // Names are in the order of their letters, which is not always that of their bytes.
            order = self.name(other.py())?.compare(other.get().name(other.py())?)?;
        }
        Ok(op.matches(order))
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = DefaultHasher::new();
        (nameless(self.row()), self.name(py)?.hash()?).hash(&mut hasher);
        Ok(hasher.finish())
    }

    /// All fields, as a flat row.
    #[getter]
    fn _row<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.table.get().row(py, self.index)
    }
}

impl MapFields {
    fn at(py: Python<'_>, table: &Py<Table>, index: usize) -> PyResult<MapFields> {
        if index >= table.get().table.len() {
            return Err(PyIndexError::new_err("row index out of range"));
        }
        Ok(MapFields { table: table.clone_ref(py), index })
    }

    fn row(&self) -> Row<'_> {
        self.table.get().table.row(self.index).expect("made for a row that is there")
    }

    /// Appends it to a table whose names are in UTF-8.
    pub fn push_to(&self, py: Python<'_>, table: &mut table::Table) -> PyResult<()> {
        let row = self.row();
        if self.encoding().is_utf_8() {
            table.push(&row);
        } else {
            let name = self.pathname(py)?;
            let name = name.as_ref().map(utf_8).transpose()?;
            table.push(&Row { name: name.as_deref(), ..row });
        }
        Ok(())
    }

    fn encoding(&self) -> &Encoding {
        &self.table.get().encoding
    }

    /// The name, empty if there is none.
    fn name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        Ok(self.pathname(py)?.unwrap_or_else(|| PyString::intern(py, "")))
    }
}

fn nameless(row: Row<'_>) -> Row<'_> {
    Row { name: None, ..row }
}

/// Makes objects of a type derived from `MapFields`, of rows in any order.
pub fn objects<'py>(
    table: &Bound<'py, Table>,
    derived: &Bound<'py, PyType>,
    indices: impl Iterator<Item = usize>,
) -> PyResult<Bound<'py, PyList>> {
    let py = table.py();
    // CPython refuses this itself. PyPy makes an object that is too small for what is then written to it.
    if !derived.is_subclass_of::<MapFields>()? {
        return Err(PyTypeError::new_err("a type derived from MapFields is expected"));
    }
    let cursor = Bound::new(py, Cursor { table: table.clone().unbind(), index: AtomicUsize::new(0) })?;
    let arguments = PyTuple::new(py, [derived.as_any(), cursor.as_any()])?;
    let new = py.get_type::<MapFields>().getattr("__new__")?;
    let object = |index| {
        cursor.get().index.store(index, Ordering::Relaxed);
        new.call(arguments.clone(), None)
    };
    PyList::new(py, indices.map(object).collect::<PyResult<Vec<_>>>()?)
}
