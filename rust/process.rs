//! The maps of a running process, whole and in order.
//!
//! The kernel makes the text page by page (and since Linux 6.17 locks each mapping by itself) while
//! the process goes on, so one reading can repeat or overlap mappings; and when the process exits or
//! execs, the file just ends early. What is done about it:
//!
//! - `/proc/PID` is opened once and `maps` is opened from it, so that a number given to another
//!   process meanwhile is an error (ESRCH), never that process.
//! - After the end, the beginning is asked for once more: the address space of a descriptor dies
//!   once and for all, so an answer proves that the end was the real one. So does the line of
//!   `[vsyscall]`, where there is one.
//! - A listing in which addresses go back or overlap is read again.
//! - `settled` reads until two texts in a row are the same, the only cure for a mapping that moved
//!   from one page of the listing to another.
//!
//! The directory may only stand for /proc, and be made to harm: only regular files are read, as all of
//! these are, and of a line without an end no more than a mebibyte or two.
//!
//! Authority: fs/proc/task_mmu.c (m_start, m_next), fs/seq_file.c, fs/proc/base.c.

use crate::maps::{self, Dialect, ParseError};
use crate::query;
use crate::table::Table;
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The kernel prints paths of any length, and whoever nests directories can make one: so long it is a burden only.
const LONGEST_LINE: usize = 1 << 20;

/// The directory of its threads in that of a process.
const THREADS: &str = "task";

/// More than any other file of a process that is read here.
const MOST_FACTS: u64 = 1 << 20;

/// What a file of /proc/PID with a block of lines a mapping becomes.
pub trait Listing: Default {
    /// The name of the file.
    const FILE: &'static str;

    /// Makes it of the text.
    fn parse(text: &[u8]) -> Result<Self, ParseError>;

    /// Whether no mapping begins before the end of the one above it.
    fn is_ordered(&self) -> bool;

    /// Whether nothing can come after this line, and only a live address space has it.
    fn is_end(_line: &[u8]) -> bool {
        false
    }
}

impl Listing for Table {
    const FILE: &'static str = "maps";

    fn parse(text: &[u8]) -> Result<Table, ParseError> {
        maps::parse(text, Dialect::Linux)
    }

    fn is_ordered(&self) -> bool {
        self.is_ordered()
    }

    /// The page that the kernel lends to every process is behind all mappings: m_next() in fs/proc/task_mmu.c.
    fn is_end(line: &[u8]) -> bool {
        cfg!(target_arch = "x86_64") && line.starts_with(b"ffffffffff600000-ffffffffff601000 ")
    }
}

/// A reading and what is known of it.
pub struct Snapshot<L = Table> {
    /// The mappings.
    pub table: L,
    /// How many times the listing was read.
    pub attempts: u32,
    /// Whether it passed the checks: if not, this is the last whole one of all the attempts allowed.
    pub is_consistent: bool,
    /// Why there is no mapping, where that is no accident.
    pub without_memory: Option<&'static str>,
}

/// Why there is no reading.
#[derive(Debug)]
pub enum Failure {
    /// The system refused a path.
    Io(PathBuf, io::Error),
    /// The process ended while it was read.
    Ended(PathBuf),
    /// The kernel printed what is not known to be a line.
    Parse(ParseError),
}

/// How often another thread is looked for where each that was found has ended by the time that it is read.
const SEARCHES: u32 = 20;

/// Reads the maps of `root/pid`, or of this process, or another listing, at most `attempts` times.
///
/// To find out that the first thread has ended, and to find another, is no attempt.
pub fn read<L: Listing>(root: &Path, pid: Option<u32>, attempts: u32, settled: bool) -> Result<Snapshot<L>, Failure> {
    let process = Process::open(directory(root, pid))?;
    let mut file = PathBuf::from(L::FILE);
    let mut last_whole = L::default();
    let mut before = Vec::new();
    let mut text = Vec::with_capacity(16 << 10);
    let (mut attempt, mut searches) = (0, 0);
    while attempt < attempts {
        attempt += 1;
        if settled {
            std::mem::swap(&mut before, &mut text);
        }
        if !process.read_whole::<L>(&file, &mut text)? {
            match process.next(L::FILE)? {
                Next::Reading(other) if other != file && searches < SEARCHES => {
                    file = other;
                    searches += 1;
                    attempt -= 1;
                }
                Next::Reading(other) => file = other,
                Next::WithoutMemory(_) if !text.is_empty() => return Err(Failure::Ended(process.path)),
                Next::WithoutMemory(why) => return Ok(Snapshot::empty(attempt, why)),
            }
            text.clear();
            continue;
        }
        let table = L::parse(&text).map_err(Failure::Parse)?;
        if table.is_ordered() && (!settled || text == before) {
            return Ok(Snapshot { table, attempts: attempt, is_consistent: true, without_memory: None });
        }
        last_whole = table;
    }
    Ok(Snapshot { table: last_whole, attempts, is_consistent: false, without_memory: None })
}

/// The directory of a process, or of this one.
pub(crate) fn directory(root: &Path, pid: Option<u32>) -> PathBuf {
    root.join(pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string()))
}

/// Reads a listing from its beginning; whether its end was the end of the listing and not of the process.
pub(crate) fn read_listing<L: Listing>(file: &File, text: &mut Vec<u8>) -> io::Result<bool> {
    Ok(read_up_to(file, text, L::is_end)? || query::is_alive(file)?)
}

/// Reads a file of /proc of any length; EFBIG if it has a line that is longer than [`LONGEST_LINE`].
pub(crate) fn read_lines(file: &File, text: &mut Vec<u8>) -> io::Result<()> {
    read_up_to(file, text, |_| false).map(drop)
}

/// The same, but no further than a line that is the last one; whether there was one.
fn read_up_to(file: &File, text: &mut Vec<u8>, is_last: fn(&[u8]) -> bool) -> io::Result<bool> {
    text.clear();
    loop {
        // The kernel gives a page at a time.
        text.reserve(1 << 12);
        let (at, room) = (text.len(), text.capacity() - text.len());
        // With the place, there is nothing to rewind.
        let read = match rustix::io::pread(file, rustix::buffer::spare_capacity(text), at as u64) {
            Ok(0) => return Ok(false),
            Ok(read) => read,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno.into()),
        };
        let ended = text.strip_suffix(b"\n");
        let lines = ended.unwrap_or(text);
        let line = &lines[memchr::memrchr(b'\n', lines).map_or(0, |end| end + 1)..];
        if line.len() > LONGEST_LINE {
            return Err(Errno::FBIG.into());
        }
        // A file that only stands for that of the kernel may go on: then it has filled all the room.
        if ended.is_some() && read < room && is_last(line) {
            return Ok(true);
        }
    }
}

impl<L: Listing> Snapshot<L> {
    pub(crate) fn empty(attempts: u32, why: &'static str) -> Snapshot<L> {
        Snapshot { table: L::default(), attempts, is_consistent: true, without_memory: Some(why) }
    }
}

/// What became of a process whose descriptors answer no more.
enum Fate {
    Alive,
    WithoutMemory(&'static str),
}

/// What follows a reading that ended with its address space.
pub(crate) enum Next {
    /// Another one, of this file.
    Reading(PathBuf),
    WithoutMemory(&'static str),
}

impl Failure {
    /// Whether there was no thread any more whose file this is: of the process, that says nothing.
    pub(crate) fn is_of_thread(&self, file: &Path) -> bool {
        let Failure::Io(_, error) = self else { return false };
        file.starts_with(THREADS) && matches!(Errno::from_io_error(error), Some(Errno::NOENT | Errno::SRCH))
    }
}

/// A process, pinned by its directory.
pub(crate) struct Process {
    pub(crate) path: PathBuf,
    pub(crate) directory: OwnedFd,
}

impl Process {
    pub(crate) fn open(path: PathBuf) -> Result<Process, Failure> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat(CWD, &path, flags, Mode::empty()) {
            Ok(directory) => Ok(Process { path, directory }),
            Err(errno) => Err(Failure::Io(path, errno.into())),
        }
    }

    pub(crate) fn file(&self, name: impl AsRef<Path>) -> Result<File, Failure> {
        // In a directory that only stands for /proc it can be a FIFO, for which one would wait for ever.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        rustix::fs::openat(&self.directory, name.as_ref(), flags, Mode::empty())
            .and_then(|file| match FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode) {
                FileType::RegularFile => Ok(File::from(file)),
                _ => Err(Errno::INVAL),
            })
            .map_err(|errno| self.failure(name, errno.into()))
    }

    /// What a short file holds, or the beginning of a long one.
    pub(crate) fn content(&self, name: impl AsRef<Path>) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        let read = self.file(&name)?.take(MOST_FACTS).read_to_end(&mut text);
        read.map(|_| text).map_err(|error| self.failure(name, error))
    }

    pub(crate) fn failure(&self, name: impl AsRef<Path>, error: io::Error) -> Failure {
        Failure::Io(self.path.join(name), error)
    }

    /// As [`read_listing`], of a file opened for it.
    fn read_whole<L: Listing>(&self, name: &Path, text: &mut Vec<u8>) -> Result<bool, Failure> {
        let read = |file: File| read_listing::<L>(&file, text).map_err(|error| self.failure(name, error));
        match self.file(name).and_then(read) {
            Err(failure) if failure.is_of_thread(name) => Ok(false),
            other => other,
        }
    }

    /// Where a listing is to be read again that had nothing, or not all.
    pub(crate) fn next(&self, file: &str) -> Result<Next, Failure> {
        Ok(match self.fate()? {
            Fate::Alive => Next::Reading(file.into()),
            Fate::WithoutMemory(why) => self.living_thread(file).map_or(Next::WithoutMemory(why), Next::Reading),
        })
    }

    /// The same file of a thread that goes on although the first one has ended (pthread_exit(3)): the
    /// process then looks like a zombie, but its memory is there.
    fn living_thread(&self, file: &str) -> Option<PathBuf> {
        for _ in 0..SEARCHES {
            let threads = self.threads().ok()?;
            let is_last = threads.len() < 2;
            let mut files = threads.into_iter().map(|thread| thread.join(file));
            let found =
                files.find(|path| self.file(path).is_ok_and(|file| file.read_at(&mut [0], 0).is_ok_and(|n| n > 0)));
            // If there were some, they can have begun others before they ended.
            if found.is_some() || is_last {
                return found;
            }
        }
        None
    }

    /// The directories of its threads, the first one included even after its end.
    fn threads(&self) -> io::Result<Vec<PathBuf>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let tasks = rustix::fs::Dir::new(rustix::fs::openat(&self.directory, THREADS, flags, Mode::empty())?)?;
        let names = tasks.filter_map(|entry| Some(entry.ok()?.file_name().to_bytes().to_vec()));
        let is_thread = |name: &Vec<u8>| !name.starts_with(b".");
        Ok(names.filter(is_thread).map(|name| Path::new(THREADS).join(OsStr::from_bytes(&name))).collect())
    }

    /// What became of a process whose address space is gone. See proc_pid_stat(5).
    fn fate(&self) -> Result<Fate, Failure> {
        const PF_EXITING: u64 = 0x4;
        const PF_KTHREAD: u64 = 0x20_0000;
        let stat = self.content("stat")?;
        // The command name is in parentheses and may hold any byte; the fields follow the last one.
        let fields = stat.rsplit(|&byte| byte == b')').next().unwrap_or_default();
        let mut fields = fields.split(|&byte| byte == b' ').skip(1);
        let state = fields.next().unwrap_or_default();
        let flags = fields.nth(5).and_then(|flags| std::str::from_utf8(flags).ok()?.parse().ok());
        Ok(match flags.unwrap_or(0u64) {
            flags if flags & PF_KTHREAD != 0 => Fate::WithoutMemory("kernel thread"),
            flags if flags & PF_EXITING != 0 || matches!(state, b"Z" | b"X") => Fate::WithoutMemory("zombie"),
            _ => Fate::Alive,
        })
    }
}
