//! What a running process uses, from /proc/PID/smaps and /proc/PID/smaps_rollup.
//!
//! smaps is read like maps and with the same promises: see [`crate::process`]. Its amounts are
//! counted mapping by mapping while the process goes on, so they are of no one moment.
//!
//! The roll-up (Linux 4.14+) is made in one call of read(2), whole or not at all, and reading from
//! its beginning again would count all pages again: so its end is not probed.
//!
//! To count, the kernel goes through the page tables and holds the lock of the address space: over
//! 4 GiB in pages of 4 KiB that is tens of milliseconds, in which the process can map nothing.
//!
//! Authority: show_smap(), show_smaps_rollup() and smaps_rollup_open() in fs/proc/task_mmu.c.

use crate::maps::ParseError;
use crate::process::{self, Failure, Next, Process, Snapshot};
use crate::smaps::{self, Listing};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

const ROLLUP: &str = "smaps_rollup";

/// How often the roll-up is opened while the process execs, before that counts as its end.
const OPENINGS: u32 = 20;

impl process::Listing for Listing {
    const FILE: &'static str = "smaps";

    fn parse(text: &[u8]) -> Result<Listing, ParseError> {
        smaps::parse(text)
    }

    fn is_ordered(&self) -> bool {
        self.maps.is_ordered()
    }
}

/// Reads what each mapping of `root/pid`, or of this process, uses, at most `attempts` times.
///
/// ENOSYS if the kernel has no smaps.
pub fn read<L: process::Listing>(root: &Path, pid: Option<u32>, attempts: u32) -> Result<Snapshot<L>, Failure> {
    process::read(root, pid, attempts, false).map_err(of_kernel)
}

/// Reads the roll-up of `root/pid`, or of this process: a listing with one row.
///
/// ENOSYS if the kernel has none.
pub fn read_rollup(root: &Path, pid: Option<u32>) -> Result<Snapshot<Listing>, Failure> {
    let process = Process::open(process::directory(root, pid))?;
    let mut file = PathBuf::from(ROLLUP);
    for attempt in 1..=OPENINGS {
        if let Some(text) = read_once(&process, &file).map_err(of_kernel)? {
            let table = smaps::parse(&text).map_err(Failure::Parse)?;
            return Ok(Snapshot { table, attempts: attempt, is_consistent: true, without_memory: None });
        }
        match process.next(ROLLUP)? {
            Next::Reading(other) => file = other,
            Next::WithoutMemory(why) => return Ok(Snapshot::empty(attempt, why)),
        }
    }
    Err(Failure::Ended(process.path))
}

/// The text, or `None` if the address space that was opened is no more.
fn read_once(process: &Process, file: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let mut text = Vec::with_capacity(1 << 10);
    let mut read = |file: File| process::read_lines(&file, &mut text);
    match process.file(file).and_then(|opened| read(opened).map_err(|error| process.failure(file, error))) {
        Ok(()) => Ok((!text.is_empty()).then_some(text)),
        // Without memory it cannot be opened: the listings can, and are empty.
        Err(Failure::Io(_, error)) if Errno::from_io_error(&error) == Some(Errno::SRCH) => Ok(None),
        Err(failure) if failure.is_of_thread(file) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Of a process that is there, a file is missing because the kernel has none like it.
fn of_kernel(failure: Failure) -> Failure {
    match failure {
        Failure::Io(path, error) if error.kind() == io::ErrorKind::NotFound && is_without(&path) => {
            Failure::Io(path, Errno::NOSYS.into())
        }
        other => other,
    }
}

fn is_without(path: &Path) -> bool {
    [<Listing as process::Listing>::FILE, ROLLUP].iter().any(|file| path.ends_with(file))
        && path.with_file_name("stat").exists()
}
