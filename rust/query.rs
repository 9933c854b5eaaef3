//! Which mapping holds this address, now? One question to the kernel instead of the whole listing.
//!
//! `PROCMAP_QUERY` is an ioctl on an open `/proc/PID/maps`, Linux 6.11+. Its answer is the same as
//! the listing's line, but for three things, for which one must read the listing:
//!
//! - a name of more than 4095 bytes is refused (ENAMETOOLONG);
//! - the page that the kernel lends to every process ([`GATE`]) is unknown to it;
//! - the name is raw: a newline in it is a newline. [`as_printed`] makes it the listing's.
//!
//! Never ask for the build ID of what is no regular file: the kernel reads from it as read(2) would,
//! and from a socket (the ring of AF_PACKET is mapped) that can take for ever.
//!
//! Authority: include/uapi/linux/fs.h; do_procmap_query() in fs/proc/task_mmu.c.
//!
//! Guarantee: a handle speaks of the program that it was opened on and of no other. When that has
//! ended, or was replaced by execve(2), every question is answered with [`Failure::Ended`].

#![allow(unsafe_code)]

use crate::maps::{self, Dialect};
use crate::process::{self, Failure, Next, Process, Snapshot};
use crate::table::{Row, Table};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, opcode};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Of what the kernel puts into a name: PATH_MAX.
pub const NAME_SIZE: usize = 4096;
/// The mapping that holds the address or, if none does, the first above it.
pub const OR_NEXT: u64 = 0x10;
/// Addresses of the kernel's own that the listing shows and the ioctl does not: `[vsyscall]`, `[vectors]`.
pub const GATE: (u64, u64) = if cfg!(any(target_arch = "x86_64", target_arch = "x86")) {
    (0xffff_ffff_ff60_0000, 0xffff_ffff_ff60_1000)
} else if cfg!(target_arch = "arm") {
    (0xffff_0000, 0xffff_1000)
} else {
    (0, 0)
};

/// How often the listing is opened while the process execs, before that counts as its end.
const OPENINGS: u32 = 20;

const PROCMAP_QUERY: Opcode = opcode::read_write::<Query>(b'f', 17);

/// `struct procmap_query`.
#[repr(C)]
#[derive(Default)]
struct Query {
    size: u64,
    query_flags: u64,
    query_addr: u64,
    vma_start: u64,
    vma_end: u64,
    vma_flags: u64,
    vma_page_size: u64,
    vma_offset: u64,
    inode: u64,
    dev_major: u32,
    dev_minor: u32,
    vma_name_size: u32,
    build_id_size: u32,
    vma_name_addr: u64,
    build_id_addr: u64,
}

const _: () = assert!(size_of::<Query>() == 104);

impl Query {
    fn ask(maps: &File, address: u64, flags: u64, name: &mut [u8], build_id: &mut [u8]) -> Result<Query, Errno> {
        let address_of = |buffer: &mut [u8]| if buffer.is_empty() { 0 } else { buffer.as_mut_ptr() as u64 };
        let mut query = Query {
            size: size_of::<Query>() as u64,
            query_flags: flags,
            query_addr: address,
            vma_name_size: name.len() as u32,
            vma_name_addr: address_of(name),
            build_id_size: build_id.len() as u32,
            build_id_addr: address_of(build_id),
            ..Query::default()
        };
        // SAFETY: the number and the struct are those of the uapi header, and the size is asserted.
        let request = unsafe { Updater::<PROCMAP_QUERY, Query>::new(&mut query) };
        // SAFETY: the kernel writes to the struct and, at most the sizes given there, to the two
        // buffers, all of which are borrowed mutably until it returns. Any bytes are valid in them.
        unsafe { rustix::ioctl::ioctl(maps, request) }?;
        Ok(query)
    }

    fn row<'n>(&self, name: &'n [u8]) -> Row<'n> {
        let letter = |bit: u64, set: u8, unset: u8| if self.vma_flags & bit != 0 { set } else { unset };
        // The size counts the NUL at the end; 0 is no name.
        let name = name.get(..(self.vma_name_size as usize).saturating_sub(1)).unwrap_or_default();
        Row {
            begin: self.vma_start,
            end: self.vma_end,
            perms: [letter(1, b'r', b'-'), letter(2, b'w', b'-'), letter(4, b'x', b'-'), letter(8, b's', b'p')],
            offset: self.vma_offset,
            dev_major: self.dev_major,
            dev_minor: self.dev_minor,
            inode: self.inode,
            name: (!name.is_empty()).then_some(name),
        }
    }
}

/// The row as the listing has it: a newline in the name is printed as `\012`.
pub fn as_printed<'n>(row: Row<'n>, escaped: &'n mut Vec<u8>) -> Row<'n> {
    match row.name {
        Some(name) if name.contains(&b'\n') => {
            *escaped = name.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\\012"[..]);
            Row { name: Some(escaped), ..row }
        }
        _ => row,
    }
}

/// How a handle gets its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// By the ioctl.
    Ioctl,
    /// From the listing, read anew for each question.
    Text,
}

/// Questions to one program of one process.
pub struct Handle {
    process: Process,
    maps: File,
    /// Held while the listing is read: the place in the file is one for all threads.
    reading: Mutex<()>,
    /// How it gets its answers: the ioctl if the kernel has it.
    pub backend: Backend,
    /// Why it has no mappings, where that is no accident.
    pub without_memory: Option<&'static str>,
}

impl Handle {
    /// Opens `root/pid`, or this process.
    pub fn open(root: &Path, pid: Option<u32>) -> Result<Handle, Failure> {
        let process = Process::open(process::directory(root, pid))?;
        let mut listing = Path::new("maps").to_owned();
        for _ in 0..OPENINGS {
            let maps = match process.file(&listing) {
                Err(failure) if failure.is_of_thread(&listing) => {
                    listing = "maps".into();
                    continue;
                }
                other => other?,
            };
            let (backend, is_alive) = probe(&maps).map_err(|error| process.failure(&listing, error))?;
            let without_memory = match (!is_alive).then(|| process.next("maps")).transpose()? {
                None => None,
                Some(Next::WithoutMemory(why)) => Some(why),
                Some(Next::Reading(other)) => {
                    listing = other;
                    continue;
                }
            };
            return Ok(Handle { process, maps, reading: Mutex::new(()), backend, without_memory });
        }
        Err(Failure::Ended(process.path))
    }

    /// The mapping that holds an address and, as `flags` say, has some properties. Its name is raw.
    pub fn query<'n>(&self, address: u64, flags: u64, name: &'n mut [u8]) -> Result<Option<Row<'n>>, Failure> {
        let found = Query::ask(&self.maps, address, flags, name, &mut []);
        Ok(self.found(found)?.map(|query| query.row(name)))
    }

    /// The mapping that holds an address, without its name, and the build ID of its file.
    ///
    /// Only for an address in a regular file: see above.
    pub fn build_id(&self, address: u64) -> Result<Option<(Row<'static>, Vec<u8>)>, Failure> {
        let mut build_id = vec![0; 64];
        let found = Query::ask(&self.maps, address, 0, &mut [], &mut build_id);
        Ok(self.found(found)?.map(|query| {
            build_id.truncate(query.build_id_size as usize);
            (query.row(&[]), build_id)
        }))
    }

    /// All mappings with the properties that `flags` say, at most `attempts` times: as with the
    /// listing, a walk in which addresses overlap is made again.
    pub fn walk(&self, flags: u64, attempts: u32) -> Result<Snapshot, Failure> {
        self.until_ordered(attempts, || self.walk_once(flags))
    }

    fn walk_once(&self, flags: u64) -> Result<Table, Failure> {
        let mut table = Table::default();
        let (mut name, mut escaped) = ([0; NAME_SIZE], Vec::new());
        let mut at = 0;
        while let Some(row) = self.query(at, flags | OR_NEXT, &mut name)? {
            table.push(&as_printed(row, &mut escaped));
            at = row.end;
        }
        Ok(table)
    }

    /// The listing, read at most `attempts` times.
    pub fn read(&self, attempts: u32) -> Result<Snapshot, Failure> {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = Vec::with_capacity(16 << 10);
        self.until_ordered(attempts, || match process::read_listing::<Table>(&self.maps, &mut text) {
            Ok(true) => maps::parse(&text, Dialect::Linux).map_err(Failure::Parse),
            Ok(false) => Err(self.ended()),
            Err(error) => Err(self.failure(error)),
        })
    }

    fn until_ordered(
        &self,
        attempts: u32,
        mut read: impl FnMut() -> Result<Table, Failure>,
    ) -> Result<Snapshot, Failure> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let table = read()?;
            let is_consistent = table.is_ordered();
            if is_consistent || attempt >= attempts {
                return Ok(Snapshot { table, attempts: attempt, is_consistent, without_memory: None });
            }
        }
    }

    /// Another descriptor of the process's directory.
    pub fn directory(&self) -> Result<OwnedFd, Failure> {
        self.process.directory.try_clone().map_err(|error| self.failure(error))
    }

    fn found(&self, answer: Result<Query, Errno>) -> Result<Option<Query>, Failure> {
        match answer {
            Ok(query) => Ok(Some(query)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.failure(errno.into())),
        }
    }

    fn failure(&self, error: io::Error) -> Failure {
        match Errno::from_io_error(&error) {
            Some(Errno::SRCH) => self.ended(),
            _ => self.process.failure("maps", error),
        }
    }

    fn ended(&self) -> Failure {
        Failure::Ended(self.process.path.clone())
    }
}

/// How a listing can be asked, and whether there is memory behind it.
fn probe(maps: &File) -> io::Result<(Backend, bool)> {
    match Query::ask(maps, 0, OR_NEXT, &mut [], &mut []) {
        Ok(_) | Err(Errno::NOENT) => Ok((Backend::Ioctl, true)),
        Err(Errno::SRCH) => Ok((Backend::Ioctl, false)),
        // An older kernel says ENOTTY; a filter of system calls and old emulators say something else.
        Err(_) => match maps.read_at(&mut [0], 0) {
            Err(error) if Errno::from_io_error(&error) == Some(Errno::SRCH) => Ok((Backend::Text, false)),
            read => Ok((Backend::Text, read? > 0)),
        },
    }
}

/// Whether the memory that was read is there still: once gone, it stays so.
///
/// By the ioctl if the kernel has it: to read one byte, it would have to make a page of the listing.
pub(crate) fn is_alive(listing: &File) -> io::Result<bool> {
    probe(listing).map(|(_, is_alive)| is_alive)
}

/// The mapping that holds an address in the process with this listing: opens, asks, closes.
pub fn query_once<'n>(listing: &str, address: u64, name: &'n mut [u8]) -> io::Result<Option<Row<'n>>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let maps = File::from(rustix::fs::open(listing, flags, Mode::empty())?);
    match Query::ask(&maps, address, 0, name, &mut []) {
        Ok(query) => Ok(Some(query.row(name))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}
