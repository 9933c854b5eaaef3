//! Which build of a program is this file? The build ID in the notes of an ELF file.
//!
//! Format: ELF(5); a note "GNU" of type NT_GNU_BUILD_ID in a segment of type PT_NOTE. Both word
//! sizes and both byte orders.
//!
//! Excluded: notes that only a section names; files that are mapped are found by their segments.
//!
//! Guarantee: of any file no more is read than its header, a table of 1024 segments and 128 KiB of
//! notes, and what is no well-formed ELF file has no build ID.
//!
//! Authority: elf(5). The kernel's own, which PROCMAP_QUERY asks, is lib/buildid.c.

use crate::elf::{self, Failure, Format, Header, Segment, Source};
use std::io;
use std::path::Path;

const PT_NOTE: u32 = 4;
const NT_GNU_BUILD_ID: u64 = 3;
const MOST_NOTE_BYTES: u64 = 128 << 10;

/// The build ID of a file; `None` if it is no regular file or has none.
pub fn of_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = elf::open_regular(path)? else { return Ok(None) };
    find(|offset, size| elf::read_at(&mut file, offset, size))
}

/// The build ID of a file of which `read` gives a number of bytes from an offset on, or all there are.
pub fn find(mut read: impl FnMut(u64, u64) -> io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
    match in_file(&mut read) {
        Ok(found) => Ok(found),
        Err(Failure::Io(error)) => Err(error),
        Err(Failure::Damaged(_)) => Ok(None),
    }
}

fn in_file(read: &mut Source<'_>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(header) = Header::of(&read(0, 64)?)? else { return Ok(None) };
    let segments = header.segments(read)?;
    Ok(in_segments(&header.format, &segments, read)?)
}

/// The build ID in the notes of some segments.
pub fn in_segments(format: &Format, segments: &[Segment], read: &mut Source<'_>) -> io::Result<Option<Vec<u8>>> {
    let mut left = MOST_NOTE_BYTES;
    for segment in segments.iter().filter(|segment| segment.kind == PT_NOTE) {
        let size = segment.file_size.min(left);
        left -= size;
        // No file has a byte past the largest offset, and none is left to be read once all were.
        if size > 0 && i64::try_from(segment.offset).is_ok() {
            let notes = read(segment.offset, size)?;
            if let Some(build_id) = in_notes(format, &notes, if segment.align == 8 { 8 } else { 4 }) {
                return Ok(Some(build_id.to_vec()));
            }
        }
    }
    Ok(None)
}

fn in_notes<'n>(format: &Format, mut notes: &'n [u8], align: usize) -> Option<&'n [u8]> {
    loop {
        let name_size = format.number(notes, 0, 4)? as usize;
        let size = format.number(notes, 4, 4)? as usize;
        let kind = format.number(notes, 8, 4)?;
        let name = notes.get(12..)?.get(..name_size)?;
        let begin = (12 + name_size).checked_next_multiple_of(align)?;
        let description = notes.get(begin..)?.get(..size)?;
        if kind == NT_GNU_BUILD_ID && name == b"GNU\0" && size > 0 {
            return Some(description);
        }
        notes = notes.get((begin + size).checked_next_multiple_of(align)?..)?;
    }
}
