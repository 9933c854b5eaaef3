//! The listing of a process as text.

use super::errors;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;

type Reading<'py> = (Bound<'py, PyBytes>, u32, bool, Option<&'static str>);

/// Read the text of maps or smaps of a process: `(text, attempts, is_consistent, without_memory)`.
#[pyfunction]
pub fn read_text(
    py: Python<'_>,
    root: PathBuf,
    pid: Option<u32>,
    attempts: u32,
    is_smaps: bool,
) -> PyResult<Reading<'_>> {
    #[cfg(target_os = "linux")]
    {
        use crate::{memory, process, smaps, table, text::Text};
        let (text, attempts, is_consistent, without_memory) = py
            .detach(|| {
                if is_smaps {
                    memory::read::<Text<smaps::Listing>>(&root, pid, attempts).map(parts)
                } else {
                    process::read::<Text<table::Table>>(&root, pid, attempts, false).map(parts)
                }
            })
            .map_err(|failure| errors::failure(py, failure))?;
        Ok((PyBytes::new(py, &text), attempts, is_consistent, without_memory))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (pid, attempts, is_smaps);
        Err(errors::os_error(py, &std::io::ErrorKind::Unsupported.into(), &root))
    }
}

#[cfg(target_os = "linux")]
fn parts<L>(snapshot: crate::process::Snapshot<crate::text::Text<L>>) -> (Vec<u8>, u32, bool, Option<&'static str>) {
    (snapshot.table.bytes, snapshot.attempts, snapshot.is_consistent, snapshot.without_memory)
}
