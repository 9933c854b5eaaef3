//! The maps of every process of a host, and what there is to know of each.
//!
//! Processes are read by several threads, a number of them at a time: in between nothing runs, so a
//! caller may stop, fork, or take his time. Each listing is read as `process.rs` reads it: pinned by
//! its directory, checked for order, and its end proven. The facts of a process are read before that
//! proof, so they belong to the program whose maps they stand beside.
//!
//! Authority: proc_pid_stat(5), proc_pid_cgroup(5), namespaces(7).

use crate::maps::{self, Dialect, ParseError};
use crate::process::{self, Failure, Next, Process};
use crate::query;
use crate::selection::Selection;
use crate::table::Table;
use rustix::io::Errno;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What is known of a process beside its maps. `None` is what could not be read.
#[derive(Default)]
pub struct Facts {
    /// The name of its command, as the kernel keeps it: any bytes, at most 15 of a program's.
    pub comm: Option<Vec<u8>>,
    /// The effective user.
    pub uid: Option<u32>,
    /// When it started, in clock ticks since the system did.
    pub start: Option<u64>,
    /// The program that it executes.
    pub exe: Option<Vec<u8>>,
    /// The text of its `cgroup`.
    pub cgroup: Option<Vec<u8>>,
    /// The inode of its mount namespace.
    pub mount_namespace: Option<u64>,
}

/// What came of reading a process.
pub enum Outcome {
    /// It was read, and has mappings that were asked for.
    Read(Table, Facts),
    /// It was read, and has none of these.
    WithoutMatch,
    /// It has no memory of its own, and why.
    WithoutMemory(&'static str),
    /// It ended before it was read.
    Vanished,
    /// The system refused it.
    Refused(io::Error, Facts),
    /// The kernel printed what is not known to be a line.
    Unparsed(ParseError, Facts),
    /// Its mappings overlapped in every reading.
    Inconsistent(Facts),
}

/// The processes of a proc file system, in order.
pub fn processes(root: &Path) -> io::Result<Vec<u32>> {
    let names = fs::read_dir(root)?.collect::<io::Result<Vec<_>>>()?;
    let mut pids: Vec<u32> = names.iter().filter_map(|entry| number(entry.file_name().as_bytes())).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Reads some processes by several threads; what came of each, in the given order.
pub fn read(root: &Path, pids: &[u32], selection: &Selection, attempts: u32, threads: usize) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::with_capacity(pids.len()));
    let work = || {
        let mut reader = Reader { root, selection, attempts, text: Vec::new() };
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(&pid) = pids.get(index) else { break };
            let outcome = reader.read(pid);
            outcomes.lock().unwrap_or_else(|error| error.into_inner()).push((index, outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(pids.len()) {
            // A system that gives no more threads: those that there are do it all.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(|error| error.into_inner());
    outcomes.sort_unstable_by_key(|&(index, _)| index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

struct Reader<'a> {
    root: &'a Path,
    selection: &'a Selection,
    attempts: u32,
    text: Vec<u8>,
}

impl Reader<'_> {
    fn read(&mut self, pid: u32) -> Outcome {
        let process = match Process::open(self.root.join(pid.to_string())) {
            Ok(process) => process,
            Err(failure) => return failed(None, failure),
        };
        self.read_pinned(&process).unwrap_or_else(|failure| failed(Some(&process), failure))
    }

    fn read_pinned(&mut self, process: &Process) -> Result<Outcome, Failure> {
        let mut file = PathBuf::from("maps");
        for _ in 0..self.attempts {
            let reading = match self.read_once(process, &file) {
                Err(failure) if failure.is_of_thread(&file) => None,
                other => other?,
            };
            match reading {
                Some((table, _, true)) if table.is_empty() => return Ok(Outcome::WithoutMatch),
                Some((table, facts, true)) => return Ok(Outcome::Read(table, facts)),
                Some((_, _, false)) => {}
                None => match process.next("maps")? {
                    Next::Reading(other) => file = other,
                    Next::WithoutMemory(_) if !self.text.is_empty() => return Ok(Outcome::Vanished),
                    Next::WithoutMemory(why) => return Ok(Outcome::WithoutMemory(why)),
                },
            }
        }
        Ok(Outcome::Inconsistent(Facts::of(process, &file)))
    }

    /// What is asked for, the facts that go with it, and whether all was in order; `None` if the address space
    /// that was opened is no more.
    fn read_once(&mut self, process: &Process, file: &Path) -> Result<Option<(Table, Facts, bool)>, Failure> {
        let refused = |error| process.failure(file, error);
        let maps = process.file(file)?;
        process::read_lines(&maps, &mut self.text).map_err(refused)?;
        let (table, is_ordered) = self.selected().map_err(Failure::Parse)?;
        let facts = if table.is_empty() { Facts::default() } else { Facts::of(process, file) };
        // An address space that is gone stays so: an answer proves that the end was the real one.
        Ok(query::is_alive(&maps).map_err(refused)?.then_some((table, facts, is_ordered)))
    }

    /// The rows that are asked for, and whether all that there are are in order.
    fn selected(&self) -> Result<(Table, bool), ParseError> {
        let (mut table, mut last_end, mut is_ordered) = (Table::default(), 0, true);
        maps::each_row(&self.text, Dialect::Linux, |row| {
            is_ordered &= last_end <= row.begin;
            last_end = row.end;
            if self.selection.has(row) {
                table.push(row);
            }
        })?;
        table.shrink_to_fit();
        Ok((table, is_ordered))
    }
}

/// What a failure means for a process; the system says of one that is gone that there is none.
fn failed(process: Option<&Process>, failure: Failure) -> Outcome {
    let facts = || process.map(|process| Facts::of(process, Path::new("maps"))).unwrap_or_default();
    match failure {
        Failure::Ended(_) => Outcome::Vanished,
        Failure::Parse(error) => Outcome::Unparsed(error, facts()),
        Failure::Io(_, error) => match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::SRCH) => Outcome::Vanished,
            _ => Outcome::Refused(error, facts()),
        },
    }
}

impl Facts {
    /// The maps tell which thread goes on, if the first one has ended: that has no program any more and no
    /// namespaces, and its control group can be the root.
    fn of(process: &Process, maps: &Path) -> Facts {
        let target = |name: &str| {
            let target = rustix::fs::readlinkat(&process.directory, maps.with_file_name(name), Vec::new()).ok()?;
            Some(target.into_bytes())
        };
        let stat = process.content("stat").unwrap_or_default();
        Facts {
            comm: between(&stat, b'(', b')').map(<[u8]>::to_vec),
            // Of this directory alone it is the effective user's, dumpable or not: task_dump_owner() in fs/proc/base.c.
            uid: rustix::fs::fstat(&process.directory).ok().map(|status| status.st_uid),
            start: field(&stat, 22),
            exe: target("exe"),
            cgroup: process.content(maps.with_file_name("cgroup")).ok(),
            mount_namespace: target("ns/mnt").and_then(|link| number_of(between(&link, b'[', b']')?)),
        }
    }
}

/// What is between the first of one byte and the last of another.
fn between(text: &[u8], open: u8, close: u8) -> Option<&[u8]> {
    let from = memchr::memchr(open, text)? + 1;
    text.get(from..memchr::memrchr(close, text)?)
}

/// A field of `stat` after the name, which may hold any byte; they count from 1.
fn field(stat: &[u8], place: usize) -> Option<u64> {
    let rest = stat.get(memchr::memrchr(b')', stat)? + 2..)?;
    number_of(rest.split(|&byte| byte == b' ').nth(place - 3)?)
}

fn number_of(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?.trim_end().parse().ok()
}

fn number(digits: &[u8]) -> Option<u32> {
    number_of(digits).and_then(|number| number.try_into().ok())
}
