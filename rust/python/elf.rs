//! ELF files for Python: flat tuples.

use super::errors;
use crate::elf::{self, Elf, Failure, Piece, Segment};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::{Path, PathBuf};

type Load = (u64, u64, u64, u64, u32, u64);
type Fields<'py> =
    (u8, bool, u16, u16, Vec<Load>, Option<(u64, u64)>, Option<Bound<'py, PyBytes>>, Option<Bound<'py, PyBytes>>);

/// Read the headers of an ELF file, without the GIL; None if it is no regular file or no ELF file.
///
/// Raises ValueError for one that is damaged.
#[pyfunction]
pub fn read_elf(py: Python<'_>, path: PathBuf) -> PyResult<Option<Fields<'_>>> {
    let found = py.detach(|| elf::of_file(&path));
    fields(py, found, &path)
}

/// The same from memory, by the path of /proc/PID/mem; a piece is offset in the file, address, size.
#[pyfunction]
pub fn read_elf_in_memory(py: Python<'_>, path: PathBuf, pieces: Vec<Piece>) -> PyResult<Option<Fields<'_>>> {
    let found = py.detach(|| elf::of_memory(&path, &pieces));
    fields(py, found, &path)
}

fn fields<'py>(py: Python<'py>, found: Result<Option<Elf>, Failure>, path: &Path) -> PyResult<Option<Fields<'py>>> {
    match found {
        Ok(found) => Ok(found.map(|elf| {
            let bytes = |text: Option<Vec<u8>>| text.map(|text| PyBytes::new(py, &text));
            let header = elf.header;
            (
                if header.format.is_64 { 64 } else { 32 },
                header.format.is_big_endian,
                header.kind,
                header.machine,
                elf.loads.iter().map(load).collect(),
                elf.dynamic.map(|dynamic| (dynamic.address, dynamic.memory_size)),
                bytes(elf.soname),
                bytes(elf.build_id),
            )
        })),
        Err(Failure::Io(error)) => Err(errors::os_error(py, &error, path)),
        Err(Failure::Damaged(why)) => Err(PyValueError::new_err(why)),
    }
}

fn load(load: &Segment) -> Load {
    (load.offset, load.address, load.file_size, load.memory_size, load.flags, load.align)
}
