//! Which symbols does this file have, and the separate file that holds its debug information?
//!
//! The separate file is looked for as debuggers do, below each of some roots: by the build ID in
//! /usr/lib/debug/.build-id, and by .gnu_debuglink beside the file, in .debug there, and in
//! /usr/lib/debug. It is taken only if it has the build ID of the file, or, where that has none, the
//! checksum that the link tells.
//!
//! Files are read, never mapped: one that is cut short meanwhile is an error, not a signal. Nothing
//! but a regular file is ever opened for reading.
//!
//! Authority: "Debugging Information in Separate Files" in the manual of gdb.

use super::elf::{Elf, Read};
use super::table::{Builder, Table};
use crate::build_id;
use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const DEBUG: &str = "usr/lib/debug";
const MOST_LINK: u64 = 4 << 10;
const MOST_SUMMED: u64 = 4 << 30;

/// A file, and where the one with its debug information may be.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// A path that opens the file.
    pub path: PathBuf,
    /// Its path as seen from each of the roots; `None` if it has none.
    pub name: Option<PathBuf>,
    /// Directories below which to look for other files: `/`, `/proc/PID/root`.
    pub roots: Vec<PathBuf>,
}

/// The symbols of a file, and what could not be read.
pub struct Symbols {
    /// The symbols.
    pub table: Table,
    /// What could not be read, in words.
    pub notes: Vec<String>,
}

/// The symbols of a file; `None` if it is no ELF file.
pub fn symbols(place: &Place) -> io::Result<Option<Symbols>> {
    let file = open(&place.path)?;
    let mut read = of_file(&file);
    let Some(elf) = Elf::parse(&mut read)? else { return Ok(None) };
    let mut builder = Builder::default();
    elf.collect(&mut read, &mut builder)?;
    if builder.names.iter().all(|names| names.source != "symtab") {
        if let Err(error) = add_separate(place, &elf, &mut read, &mut builder) {
            builder.notes.push(format!("its debug file cannot be read: {error}"));
        }
    }
    Ok(Some(Symbols::of(builder)))
}

/// The symbols of an ELF file in memory, such as the vDSO; `None` if it is none.
pub fn symbols_of_image(bytes: &[u8]) -> io::Result<Option<Symbols>> {
    let mut read = super::elf::of_bytes(bytes);
    let Some(elf) = Elf::parse(&mut read)? else { return Ok(None) };
    let mut builder = Builder::default();
    elf.collect(&mut read, &mut builder)?;
    Ok(Some(Symbols::of(builder)))
}

impl Symbols {
    fn of(mut builder: Builder) -> Symbols {
        let notes = std::mem::take(&mut builder.notes);
        Symbols { table: builder.build(), notes }
    }
}

/// The file with the debug information of an ELF file.
pub fn separate(place: &Place, elf: &Elf, read: Read) -> io::Result<Option<File>> {
    let build_id = build_id::find(&mut *read)?;
    if let Some(path) = build_id.as_deref().and_then(path_by_build_id) {
        let file = first_below(place, &[path], |file| has(file, &build_id))?;
        if file.is_some() {
            return Ok(file);
        }
    }
    let Some((link, checksum)) = debug_link(elf, read)? else { return Ok(None) };
    let Some(directory) = place.name.as_deref().and_then(Path::parent) else { return Ok(None) };
    let directory = directory.strip_prefix("/").unwrap_or(directory);
    let paths =
        [directory.join(&link), directory.join(".debug").join(&link), Path::new(DEBUG).join(directory).join(&link)];
    first_below(
        place,
        &paths,
        |file| {
            if build_id.is_some() { has(file, &build_id) } else { has_checksum(file, checksum) }
        },
    )
}

/// The file with what several debug files share: of a build ID, at its place or at a path.
pub fn shared(place: &Place, path: &str, build_id: &[u8]) -> io::Result<Option<File>> {
    let build_id = Some(build_id.to_vec());
    let by_build_id = build_id.as_deref().and_then(path_by_build_id);
    let as_told = Path::new(path).strip_prefix("/").ok().map(Path::to_owned);
    let paths: Vec<PathBuf> = by_build_id.into_iter().chain(as_told).collect();
    first_below(place, &paths, |file| has(file, &build_id))
}

/// The first file at one of some paths below each root that is the right one.
///
/// An error if there is none, and the system cannot look below a root.
fn first_below(place: &Place, paths: &[PathBuf], is_right: impl Fn(&File) -> bool) -> io::Result<Option<File>> {
    let mut unsupported = None;
    for (root, path) in place.roots.iter().flat_map(|root| paths.iter().map(move |path| (root, path))) {
        match open_below(root, path) {
            Ok(file) if is_right(&file) => return Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => unsupported = Some(error),
            _ => {}
        }
    }
    unsupported.map_or(Ok(None), Err)
}

/// Opens a file, if it is a regular one.
pub fn open(path: &Path) -> io::Result<File> {
    open_below(Path::new(""), path)
}

/// Reads from a file as [`Read`] says.
pub fn of_file(mut file: &File) -> impl FnMut(u64, u64) -> io::Result<Vec<u8>> + '_ {
    move |offset, size| {
        let there = file.metadata()?.len().saturating_sub(offset).min(size);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(usize::try_from(there).map_err(io::Error::other)?)?;
        if there > 0 {
            file.seek(SeekFrom::Start(offset))?;
            file.take(there).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }
}

fn add_separate(place: &Place, elf: &Elf, read: Read, builder: &mut Builder) -> io::Result<()> {
    let Some(file) = separate(place, elf, read)? else { return Ok(()) };
    let mut read = of_file(&file);
    match Elf::parse(&mut read)? {
        Some(debug) => debug.collect_symtab("debug file", &mut read, builder),
        None => Ok(()),
    }
}

/// `usr/lib/debug/.build-id/xx/yyyy.debug`.
fn path_by_build_id(build_id: &[u8]) -> Option<PathBuf> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (first, rest) = build_id.split_first()?;
    let is_sane = (1..64).contains(&rest.len());
    is_sane.then(|| Path::new(DEBUG).join(".build-id").join(hex(&[*first])).join(hex(rest) + ".debug"))
}

/// The name of the file with the debug information, and its checksum.
fn debug_link(elf: &Elf, read: Read) -> io::Result<Option<(PathBuf, u32)>> {
    let Some(section) = elf.section(b".gnu_debuglink") else { return Ok(None) };
    let bytes = read(section.offset, section.size.min(MOST_LINK))?;
    Ok(parsed_link(&bytes, elf.is_big_endian()))
}

fn parsed_link(bytes: &[u8], is_big_endian: bool) -> Option<(PathBuf, u32)> {
    let end = memchr::memchr(0, bytes)?;
    let checksum = bytes.get((end + 1).next_multiple_of(4)..)?.get(..4)?.try_into().ok()?;
    let checksum = if is_big_endian { u32::from_be_bytes(checksum) } else { u32::from_le_bytes(checksum) };
    let name = std::str::from_utf8(&bytes[..end]).ok()?;
    let is_name = !name.is_empty() && name != ".." && name != "." && !name.contains('/');
    is_name.then(|| (PathBuf::from(name), checksum))
}

fn has(file: &File, build_id: &Option<Vec<u8>>) -> bool {
    build_id.is_some() && build_id::find(of_file(file)).is_ok_and(|found| found == *build_id)
}

/// Whether a file is worth reading whole, and has a checksum. To read some files of /proc waits for ever.
fn has_checksum(file: &File, checksum: u32) -> bool {
    let is_small = file.metadata().is_ok_and(|status| (1..=MOST_SUMMED).contains(&status.len()));
    let is_elf = || of_file(file)(0, 4).is_ok_and(|begin| begin == b"\x7fELF");
    is_small && is_elf() && checksum_of(file).is_ok_and(|found| found == checksum)
}

/// CRC-32, as .gnu_debuglink has it.
fn checksum_of(mut file: &File) -> io::Result<u32> {
    let mut checksum = !0;
    let mut block = vec![0; 64 << 10];
    file.rewind()?;
    let mut file = file.take(MOST_SUMMED);
    loop {
        let size = file.read(&mut block)?;
        if size == 0 {
            return Ok(!checksum);
        }
        checksum = block[..size].iter().fold(checksum, |sum, &byte| CRC[usize::from(sum as u8 ^ byte)] ^ (sum >> 8));
    }
}

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

/// Opens a file below a root, in which links lead no further; as it is, if the root is empty or `/`.
#[cfg(target_os = "linux")]
fn open_below(root: &Path, path: &Path) -> io::Result<File> {
    use rustix::fs::{self, CWD, Mode, OFlags, ResolveFlags};
    use std::os::fd::AsRawFd;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let found = if root == Path::new("") || root == Path::new("/") {
        fs::openat(CWD, root.join(path), flags, Mode::empty())?
    } else {
        let top = fs::openat(CWD, root, flags | OFlags::DIRECTORY, Mode::empty())?;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        match fs::openat2(top, path, flags, Mode::empty(), resolve) {
            // Linux before 5.6, or a filter that does not know it. Otherwise links would lead out of the root.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                let text = "it was not looked for below another root, as openat2(2) is refused here";
                return Err(io::Error::new(io::ErrorKind::Unsupported, text));
            }
            other => other?,
        }
    };
    // To open a device can do things; to look at it with O_PATH does nothing.
    let found = File::from(found);
    if !found.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    File::open(format!("/proc/self/fd/{}", found.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
fn open_below(root: &Path, path: &Path) -> io::Result<File> {
    let file = File::open(root.join(path))?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    Ok(file)
}
