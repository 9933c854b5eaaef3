//! Which build of a program is this file? The build ID in the notes of an ELF file.
//!
//! Format: ELF(5); a note "GNU" of type NT_GNU_BUILD_ID in a segment of type PT_NOTE. Both word
//! sizes and both byte orders.
//!
//! Excluded: notes that only a section names; files that are mapped are found by their segments.
//!
//! Guarantee: of any file no more is read than a table of 1024 segments and 128 KiB of notes, and
//! what is no well-formed ELF file has no build ID.
//!
//! Authority: elf(5). The kernel's own, which PROCMAP_QUERY asks, is lib/buildid.c.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const PT_NOTE: u64 = 4;
const NT_GNU_BUILD_ID: u64 = 3;
const MOST_SEGMENTS: u64 = 1024;
const MOST_NOTE_BYTES: u64 = 128 << 10;

/// The build ID of a file; `None` if it is no regular file or has none.
pub fn of_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    find(|offset, size| {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(offset))?;
        (&file).take(size).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// The build ID of a file of which `read` gives a number of bytes from an offset on, or all there are.
pub fn find(mut read: impl FnMut(u64, u64) -> io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
    let Some(layout) = Layout::of(&read(0, 64)?) else { return Ok(None) };
    let mut left = MOST_NOTE_BYTES;
    for segment in read(layout.segments_at, layout.segments_size)?.chunks_exact(layout.segment_size) {
        let Some((offset, size, align)) = layout.notes_segment(segment) else { continue };
        let size = size.min(left);
        left -= size;
        // No file has a byte past the largest offset, and none is left to be read once all were.
        if size > 0 && i64::try_from(offset).is_ok() {
            let notes = read(offset, size)?;
            if let Some(build_id) = layout.build_id(&notes, align) {
                return Ok(Some(build_id.to_vec()));
            }
        }
    }
    Ok(None)
}

/// Where an ELF file has its numbers.
struct Layout {
    is_64: bool,
    is_big_endian: bool,
    segments_at: u64,
    segments_size: u64,
    segment_size: usize,
}

impl Layout {
    fn of(header: &[u8]) -> Option<Layout> {
        let (is_64, is_big_endian) = match header.get(..6)? {
            [0x7f, b'E', b'L', b'F', class @ 1..=2, order @ 1..=2] => (*class == 2, *order == 2),
            _ => return None,
        };
        let mut layout = Layout { is_64, is_big_endian, segments_at: 0, segments_size: 0, segment_size: 0 };
        let (place, size, count, usual_size) = if is_64 { (32, 54, 56, 56) } else { (28, 42, 44, 32) };
        layout.segments_at = layout.number(header, place, layout.word())?;
        layout.segment_size = layout.number(header, size, 2)? as usize;
        let count = layout.number(header, count, 2)?.min(MOST_SEGMENTS);
        layout.segments_size = count * usual_size;
        (layout.segment_size as u64 == usual_size && i64::try_from(layout.segments_at).is_ok()).then_some(layout)
    }

    /// The offset, size and alignment of a segment, if it holds notes.
    fn notes_segment(&self, segment: &[u8]) -> Option<(u64, u64, usize)> {
        let (offset, size, align) = if self.is_64 { (8, 32, 48) } else { (4, 16, 28) };
        let number = |at| self.number(segment, at, self.word());
        let align = if number(align)? == 8 { 8 } else { 4 };
        (self.number(segment, 0, 4)? == PT_NOTE).then_some((number(offset)?, number(size)?, align))
    }

    fn build_id<'n>(&self, mut notes: &'n [u8], align: usize) -> Option<&'n [u8]> {
        loop {
            let name_size = self.number(notes, 0, 4)? as usize;
            let size = self.number(notes, 4, 4)? as usize;
            let kind = self.number(notes, 8, 4)?;
            let name = notes.get(12..)?.get(..name_size)?;
            let begin = (12 + name_size).checked_next_multiple_of(align)?;
            let description = notes.get(begin..)?.get(..size)?;
            if kind == NT_GNU_BUILD_ID && name == b"GNU\0" && size > 0 {
                return Some(description);
            }
            notes = notes.get((begin + size).checked_next_multiple_of(align)?..)?;
        }
    }

    fn word(&self) -> usize {
        if self.is_64 { 8 } else { 4 }
    }

    fn number(&self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let digits = bytes.get(at..)?.get(..size)?;
        let add = |value, &byte: &u8| value << 8 | u64::from(byte);
        Some(if self.is_big_endian { digits.iter().fold(0, add) } else { digits.iter().rev().fold(0, add) })
    }
}
