//! `Scan`: the maps of every process, in order, some at a time.

use super::errors;
use super::names::Encoding;
use super::selection::{Wanted, selected};
use super::table::Table;
use crate::host::{self, Facts, Outcome};
use crate::selection::Selection;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use std::path::PathBuf;
use std::sync::Mutex;

/// Processes yet to be read, and which of their rows are asked for.
#[pyclass(frozen, module = "procmaps._procmaps")]
pub struct Scan {
    root: PathBuf,
    selection: Selection,
    attempts: u32,
    threads: usize,
    encoding: Encoding,
    pids: Vec<u32>,
    next: Mutex<usize>,
}

/// Number of the process, what came of it, its facts, its rows, the error.
type Reading<'py> = (u32, &'static str, Bound<'py, PyTuple>, Option<Table>, Option<Bound<'py, PyBaseException>>);

#[pymethods]
impl Scan {
    /// Lists the processes; all of the proc file system if none are given.
    #[new]
    fn new(
        py: Python<'_>,
        root: PathBuf,
        pids: Option<Vec<u32>>,
        selection: Wanted<'_>,
        attempts: u32,
        threads: usize,
        encoding: &str,
    ) -> PyResult<Scan> {
        let pids = match pids {
            Some(pids) => pids,
            None => py.detach(|| host::processes(&root)).map_err(|error| errors::os_error(py, &error, &root))?,
        };
        let encoding = Encoding::new(encoding);
        let selection = selected(selection, &encoding)?;
        Ok(Scan { root, selection, attempts, threads, encoding, pids, next: Mutex::new(0) })
    }

    /// How many processes there are to read.
    #[getter]
    fn total(&self) -> usize {
        self.pids.len()
    }

    /// Reads some more: how many were read by now, and what came of each but those without a match.
    fn read<'py>(&self, py: Python<'py>, count: usize) -> PyResult<(usize, Vec<Reading<'py>>)> {
        let (from, to) = {
            let mut next = self.next.lock().unwrap_or_else(|error| error.into_inner());
            let from = *next;
            *next = from.saturating_add(count).min(self.pids.len());
            (from, *next)
        };
        let pids = &self.pids[from..to];
        let outcomes = py.detach(|| host::read(&self.root, pids, &self.selection, self.attempts, self.threads));
        let results = pids.iter().zip(outcomes).filter_map(|(&pid, outcome)| self.result(py, pid, outcome).transpose());
        Ok((to, results.collect::<PyResult<_>>()?))
    }
}

impl Scan {
    fn result<'py>(&self, py: Python<'py>, pid: u32, outcome: Outcome) -> PyResult<Option<Reading<'py>>> {
        let (word, facts, table, error) = match outcome {
            Outcome::WithoutMatch => return Ok(None),
            Outcome::Read(table, facts) => ("read", facts, Some(Table::new(table, self.encoding.clone())), None),
            Outcome::WithoutMemory(why) => (why, Facts::default(), None, None),
            Outcome::Vanished => ("vanished", Facts::default(), None, None),
            Outcome::Refused(error, facts) => {
                let path = self.root.join(pid.to_string()).join("maps");
                ("unread", facts, None, Some(errors::os_error(py, &error, &path)))
            }
            Outcome::Unparsed(error, facts) => ("unread", facts, None, Some(errors::parse_error(py, error))),
            Outcome::Inconsistent(facts) => ("inconsistent", facts, None, None),
        };
        let error = error.map(|error| error.into_value(py).into_bound(py));
        Ok(Some((pid, word, self.facts(py, facts)?, table, error)))
    }

    fn facts<'py>(&self, py: Python<'py>, facts: Facts) -> PyResult<Bound<'py, PyTuple>> {
        let text = |bytes: Option<Vec<u8>>| -> PyResult<Option<Bound<'py, PyString>>> {
            bytes.map(|bytes| self.encoding.decode(py, &bytes)).transpose()
        };
        let Facts { comm, uid, start, exe, cgroup, mount_namespace } = facts;
        (text(comm)?, uid, start, text(exe)?, text(cgroup)?, mount_namespace).into_pyobject(py)
    }
}
