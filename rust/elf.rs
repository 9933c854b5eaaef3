//! How does this ELF file want to be loaded? Its header, its segments, and what they say it is called.
//!
//! Format: the file header; the program headers, of which the segments of type PT_LOAD, PT_DYNAMIC and
//! PT_NOTE count; in the dynamic section DT_SONAME, DT_STRTAB and DT_STRSZ. Both word sizes and both
//! byte orders.
//!
//! Excluded: sections, which a file that is loaded need not have; symbols; more than 1024 segments, or 128
//! to be loaded.
//!
//! Guarantee: of any file no more is read than its header, a table of 1024 segments, 128 KiB of notes,
//! 64 KiB of dynamic section and 4 KiB of name, whatever it claims. Sums of its numbers do not overflow
//! 64 bits, or it is damaged.
//!
//! Authority: elf(5); System V ABI, chapter 5.

use crate::build_id;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NULL: u64 = 0;
const DT_STRTAB: u64 = 5;
const DT_STRSZ: u64 = 10;
const DT_SONAME: u64 = 14;
const MOST_SEGMENTS: u64 = 1024;
const MOST_LOADS: usize = 128;
const MOST_DYNAMIC_BYTES: u64 = 64 << 10;
const MOST_NAME_BYTES: u64 = 4096;

/// Gives a number of bytes from an offset on, or all there are.
pub type Source<'s> = dyn FnMut(u64, u64) -> io::Result<Vec<u8>> + 's;

/// Why a file cannot be taken for what it says it is.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be read.
    Io(io::Error),
    /// It is an ELF file, but a damaged one.
    Damaged(&'static str),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

/// What an ELF file says of itself.
#[derive(Debug, PartialEq)]
pub struct Elf {
    /// Its word size and byte order, its type and machine.
    pub header: Header,
    /// Its segments of type PT_LOAD that take memory, the lowest address first.
    pub loads: Vec<Segment>,
    /// Its segment of type PT_DYNAMIC.
    pub dynamic: Option<Segment>,
    /// The name that it asks to be known by: DT_SONAME.
    pub soname: Option<Vec<u8>>,
    /// Its build ID.
    pub build_id: Option<Vec<u8>>,
}

/// Opens a file to read it, if it is a regular one: to open a device can do things, to look at it does nothing.
pub(crate) fn open_regular(path: &Path) -> io::Result<Option<File>> {
    if !path.metadata()?.is_file() {
        return Ok(None);
    }
    let file = open(path)?;
    // It may be another one by now.
    Ok(file.metadata()?.is_file().then_some(file))
}

/// Opens a file to read it; for a FIFO that nobody writes to it does not wait.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.read(true).open(path)
}

/// What a file of a path says; `None` if it is no regular file or no ELF file.
pub fn of_file(path: &Path) -> Result<Option<Elf>, Failure> {
    let Some(mut file) = open_regular(path)? else { return Ok(None) };
    of_source(&mut |offset, size| read_at(&mut file, offset, size), None)
}

/// A part of a file in memory: its offset, its address, its size.
pub type Piece = (u64, u64, u64);

/// What a file says of which parts are in the memory that a path (`/proc/PID/mem`) leads to.
pub fn of_memory(path: &Path, pieces: &[Piece]) -> Result<Option<Elf>, Failure> {
    let mut memory = open(path)?;
    let origin = pieces.first().map(|&(offset, address, _)| address.wrapping_sub(offset));
    of_source(&mut |offset, size| read_piece(&mut memory, pieces, offset, size), origin)
}

/// Reads as much as one piece has of a part.
fn read_piece(memory: &mut File, pieces: &[Piece], offset: u64, size: u64) -> io::Result<Vec<u8>> {
    for &(begin, address, length) in pieces {
        if let Some(distance) = offset.checked_sub(begin).filter(|&distance| distance < length) {
            return read_at(memory, address.saturating_add(distance), size.min(length - distance));
        }
    }
    Ok(Vec::new())
}

/// What a file says of which `read` gives a part; `None` if it is no ELF file.
///
/// `origin` is where the file begins in memory, if that is where it is read: a dynamic linker may have
/// put addresses of memory in place of those of the file.
pub fn of_source(read: &mut Source<'_>, origin: Option<u64>) -> Result<Option<Elf>, Failure> {
    let Some(header) = Header::of(&read(0, 64)?)? else { return Ok(None) };
    let segments = header.segments(read)?;
    let mut loads: Vec<Segment> =
        segments.iter().filter(|segment| segment.kind == PT_LOAD && segment.memory_size > 0).copied().collect();
    loads.sort_by_key(|load| load.address);
    // Those of real ones are a dozen at the most; a file with a thousand would keep busy who looks for each.
    if loads.len() > MOST_LOADS {
        return Err(Failure::Damaged("it has more segments to be loaded than a program can have"));
    }
    if !loads.iter().all(Segment::is_possible) {
        return Err(Failure::Damaged("a segment has a size that cannot be"));
    }
    let dynamic = segments.iter().find(|segment| segment.kind == PT_DYNAMIC).copied();
    let soname = match dynamic {
        Some(dynamic) => soname(&header.format, &loads, dynamic, origin, read)?,
        None => None,
    };
    let build_id = build_id::in_segments(&header.format, &segments, read)?;
    Ok(Some(Elf { header, loads, dynamic, soname, build_id }))
}

/// Reads a part of a file. No file has a byte past the largest offset.
pub fn read_at(file: &mut File, offset: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if i64::try_from(offset).is_ok() {
        file.seek(SeekFrom::Start(offset))?;
        file.take(size).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The file header.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// How it writes numbers.
    pub format: Format,
    /// Its type: 2 for a program of fixed addresses, 3 for what can be loaded anywhere.
    pub kind: u16,
    /// Its machine.
    pub machine: u16,
    segments_at: u64,
    segment_size: u64,
    segment_count: u64,
}

impl Header {
    /// The header that begins with some bytes, at most 64; `None` if they are not of an ELF file.
    pub fn of(bytes: &[u8]) -> Result<Option<Header>, Failure> {
        if !bytes.starts_with(b"\x7fELF") {
            return Ok(None);
        }
        let (Some(class @ 1..=2), Some(order @ 1..=2)) = (bytes.get(4), bytes.get(5)) else {
            return Err(Failure::Damaged("its word size or byte order is none that is known"));
        };
        let format = Format { is_64: *class == 2, is_big_endian: *order == 2 };
        Header::fields(format, bytes).ok_or(Failure::Damaged("its header is cut short")).map(Some)
    }

    fn fields(format: Format, bytes: &[u8]) -> Option<Header> {
        let (place, size, count) = if format.is_64 { (32, 54, 56) } else { (28, 42, 44) };
        Some(Header {
            kind: format.number(bytes, 16, 2)? as u16,
            machine: format.number(bytes, 18, 2)? as u16,
            segments_at: format.word(bytes, place)?,
            segment_size: format.number(bytes, size, 2)?,
            segment_count: format.number(bytes, count, 2)?,
            format,
        })
    }

    /// The program headers.
    pub fn segments(&self, read: &mut Source<'_>) -> Result<Vec<Segment>, Failure> {
        let usual_size = if self.format.is_64 { 56 } else { 32 };
        let count = self.segment_count.min(MOST_SEGMENTS);
        if count == 0 {
            return Ok(Vec::new());
        }
        if self.segment_size != usual_size || i64::try_from(self.segments_at).is_err() {
            return Err(Failure::Damaged("its program headers are not where or as large as they can be"));
        }
        let table = read(self.segments_at, count * usual_size)?;
        let segments = table.chunks_exact(usual_size as usize).map_while(|bytes| Segment::of(&self.format, bytes));
        let segments: Vec<Segment> = segments.collect();
        if segments.len() as u64 == count {
            Ok(segments)
        } else {
            Err(Failure::Damaged("its program headers are cut short"))
        }
    }
}

/// A part of the file, and of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// What it is.
    pub kind: u32,
    /// 1 executable, 2 writable, 4 readable.
    pub flags: u32,
    /// Where it is in the file.
    pub offset: u64,
    /// Where it says that it is in memory.
    pub address: u64,
    /// How much of it is in the file.
    pub file_size: u64,
    /// How much of it is in memory.
    pub memory_size: u64,
    /// What its address and offset are congruent by.
    pub align: u64,
}

impl Segment {
    fn of(format: &Format, bytes: &[u8]) -> Option<Segment> {
        let word = |index: usize| format.word(bytes, if format.is_64 { 8 * index } else { 4 * index });
        // The flags come second where words have 64 bits.
        let (flags_at, align) = if format.is_64 { (4, 6) } else { (24, 7) };
        Some(Segment {
            kind: format.number(bytes, 0, 4)? as u32,
            flags: format.number(bytes, flags_at, 4)? as u32,
            offset: word(1)?,
            address: word(2)?,
            file_size: word(4)?,
            memory_size: word(5)?,
            align: word(align)?,
        })
    }

    fn is_possible(&self) -> bool {
        let has_end = |begin: u64, size: u64| begin.checked_add(size).is_some();
        self.file_size <= self.memory_size
            && has_end(self.offset, self.file_size)
            && has_end(self.address, self.memory_size)
    }

    /// The offset in the file of an address, if it is in this segment.
    fn offset_of(&self, address: u64) -> Option<u64> {
        let distance = address.checked_sub(self.address)?;
        (distance < self.file_size).then(|| self.offset + distance)
    }
}

/// How a file writes numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Whether words have 64 bits, or 32.
    pub is_64: bool,
    /// Whether the first byte is the highest.
    pub is_big_endian: bool,
}

impl Format {
    /// The number of some bytes at a place.
    pub fn number(&self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let digits = bytes.get(at..)?.get(..size)?;
        let add = |value, &byte: &u8| value << 8 | u64::from(byte);
        Some(if self.is_big_endian { digits.iter().fold(0, add) } else { digits.iter().rev().fold(0, add) })
    }

    /// The word at a place.
    pub fn word(&self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, self.word_size())
    }

    fn word_size(&self) -> usize {
        if self.is_64 { 8 } else { 4 }
    }
}

fn soname(
    format: &Format,
    loads: &[Segment],
    dynamic: Segment,
    origin: Option<u64>,
    read: &mut Source<'_>,
) -> io::Result<Option<Vec<u8>>> {
    let entries = read(dynamic.offset, dynamic.file_size.min(MOST_DYNAMIC_BYTES))?;
    let Some((table, index, size)) = name_place(format, &entries) else { return Ok(None) };
    // What is read in memory can have addresses of memory here.
    let bias =
        origin.zip(loads.first()).map(|(origin, load)| origin.wrapping_sub(load.address.wrapping_sub(load.offset)));
    let offset_of = |address| loads.iter().find_map(|load| load.offset_of(address));
    let begin = offset_of(table).or_else(|| offset_of(table.wrapping_sub(bias?)));
    let Some(begin) = begin else { return Ok(None) };
    let Some(begin) = begin.checked_add(index).filter(|_| index < size) else { return Ok(None) };
    let name = read(begin, MOST_NAME_BYTES.min(size - index))?;
    let end = name.iter().position(|&byte| byte == 0);
    Ok(end.filter(|&end| end > 0).map(|end| name[..end].to_vec()))
}

/// The address of the table of names, where in it the name is, and its size.
fn name_place(format: &Format, entries: &[u8]) -> Option<(u64, u64, u64)> {
    let (mut table, mut index, mut size) = (None, None, u64::MAX);
    for entry in entries.chunks_exact(2 * format.word_size()) {
        let value = format.word(entry, format.word_size());
        match format.word(entry, 0)? {
            DT_NULL => break,
            DT_STRTAB => table = value,
            DT_SONAME => index = value,
            DT_STRSZ => size = value?,
            _ => {}
        }
    }
    Some((table?, index?, size))
}
