//! Which line of which source is at this address, and which functions were inlined there?
//!
//! Format: DWARF 2 to 5, in the ELF file or in its separate debug file, with what that shares with
//! others (.gnu_debugaltlink), as it is or compressed (zlib). Not read: zstd, and .dwo and .dwp.
//!
//! Guarantee: no more than [`MOST_DEBUG`] is read, and time and memory are in proportion to what is:
//! see `metered.rs`. A unit is parsed when an address in it is first asked for; where its entries are
//! nested deeper than [`DEEPEST`], only the line is told, as the parser of inlined functions is recursive.
//!
//! Authority: the DWARF standard, <https://dwarfstd.org>.

use super::elf::{Elf, Read, Section};
use super::file::{self, Place};
use super::metered::{Allowance, Metered};
use addr2line::Context;
use gimli::{Dwarf, RunTimeEndian, SectionId};
use std::collections::HashMap;
use std::io;

/// Of what is compressed it counts twice: as it is stored, and as it is read.
const MOST_DEBUG: u64 = 1 << 30;
/// Compilers make what is compressed to a tenth; what was made to fill memory, to a thousandth.
const MOST_INFLATED: u64 = 100;
const INFLATED_FREELY: u64 = 1 << 20;
const DEEPEST: isize = 500;
const MOST_LINK: u64 = 4 << 10;

const COMPRESSED: u64 = object::elf::SHF_COMPRESSED.0;

/// What any file may be read; and for each of its bytes, as each is read for a few reasons.
const READINGS: usize = 16 << 20;
const READINGS_A_BYTE: usize = 8;

const REPEATED: &str = "its debug information says the same again and again";

/// The debug information of one file.
pub struct Lines {
    context: Context<Metered>,
    /// Whether the entries of a unit, by its offset, are nested no deeper than they may be.
    is_shallow: HashMap<usize, bool>,
    allowance: Allowance,
    problem: Option<String>,
}

/// A place in a source, and the function that it is of.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The name of the function as linkers have it, if it is told.
    pub function: Option<String>,
    /// The path of the source.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
}

/// The debug information of a file; `None` if there is none, or if it is no ELF file.
pub fn lines(place: &Place) -> io::Result<Option<Lines>> {
    let own = file::open(&place.path)?;
    let mut read = file::of_file(&own);
    let Some(elf) = Elf::parse(&mut read)? else { return Ok(None) };
    if has_lines(&elf) {
        return Lines::of(place, &elf, &mut read).map(Some);
    }
    let Some(separate) = file::separate(place, &elf, &mut read)? else { return Ok(None) };
    let mut read = file::of_file(&separate);
    match Elf::parse(&mut read)? {
        Some(elf) if has_lines(&elf) => Lines::of(place, &elf, &mut read).map(Some),
        _ => Ok(None),
    }
}

/// The debug information of an ELF file in memory.
pub fn lines_of_image(bytes: &[u8]) -> io::Result<Option<Lines>> {
    let mut read = super::elf::of_bytes(bytes);
    match Elf::parse(&mut read)? {
        Some(elf) if has_lines(&elf) => Lines::of(&Place::default(), &elf, &mut read).map(Some),
        _ => Ok(None),
    }
}

impl Lines {
    fn of(place: &Place, elf: &Elf, read: Read) -> io::Result<Lines> {
        let mut content = Content { left: MOST_DEBUG, allowance: Allowance::default() };
        content.allowance.add(READINGS);
        let mut dwarf = Dwarf::load(|id| content.section(elf, id, &mut *read))?;
        let (shared, problem) = match shared(place, elf, read) {
            Ok(shared) => (shared, None),
            Err(error) => {
                (None, Some(format!("what its debug information shares with others cannot be read: {error}")))
            }
        };
        if let Some(shared) = shared {
            let mut read = file::of_file(&shared);
            if let Some(elf) = Elf::parse(&mut read)? {
                dwarf.load_sup(|id| content.section(&elf, id, &mut read))?;
            }
        }
        let context = Context::from_dwarf(dwarf);
        if content.allowance.is_spent() {
            return Err(io::Error::other(REPEATED));
        }
        let context = context.map_err(io::Error::other)?;
        Ok(Lines { context, is_shallow: HashMap::new(), allowance: content.allowance, problem })
    }

    /// What could not be read in any answer so far, in words.
    pub fn problem(&self) -> Option<&str> {
        if self.allowance.is_spent() { Some(REPEATED) } else { self.problem.as_deref() }
    }

    /// The places at an address in the file's own numbering: of the innermost inlined function first.
    ///
    /// Nothing if there are none; or if what tells of them cannot be read: see [`Lines::problem`].
    pub fn frames(&mut self, address: u64) -> Vec<Frame> {
        if self.is_shallow_at(address) {
            match self.all(address) {
                Ok(frames) => return frames,
                Err(error) => self.note(error),
            }
        }
        match self.line(address) {
            Ok(frame) => frame.into_iter().collect(),
            Err(error) => {
                self.note(error);
                Vec::new()
            }
        }
    }

    fn note(&mut self, error: gimli::Error) {
        self.problem.get_or_insert_with(|| format!("its debug information is malformed: {error}"));
    }

    fn all(&self, address: u64) -> gimli::Result<Vec<Frame>> {
        let mut found = self.context.find_frames(address).skip_all_loads()?;
        let mut frames = Vec::new();
        while let Some(frame) = found.next()? {
            let function = frame.function.and_then(|function| Some(function.raw_name().ok()?.into_owned()));
            frames.push(Frame { function, ..place(frame.location) });
        }
        Ok(frames)
    }

    fn line(&self, address: u64) -> gimli::Result<Option<Frame>> {
        Ok(self.context.find_location(address)?.map(|found| place(Some(found))))
    }

    fn is_shallow_at(&mut self, address: u64) -> bool {
        let Some(unit) = self.context.find_dwarf_and_unit(address).skip_all_loads() else { return true };
        let Some(offset) = unit.header.offset().as_debug_info_offset() else { return false };
        *self.is_shallow.entry(offset.0).or_insert_with(|| is_shallow(&unit).unwrap_or(false))
    }
}

/// Whether the entries of a unit are nested no deeper than they may be.
fn is_shallow(unit: &gimli::UnitRef<Metered>) -> gimli::Result<bool> {
    let mut entries = unit.entries_raw(None)?;
    while !entries.is_empty() {
        if entries.next_depth() > DEEPEST {
            return Ok(false);
        }
        if let Some(abbreviation) = entries.read_abbreviation()? {
            entries.skip_attributes(abbreviation.attributes())?;
        }
    }
    Ok(true)
}

fn place(location: Option<addr2line::Location>) -> Frame {
    let Some(location) = location else { return Frame::default() };
    // Line 0 is of no line of the source.
    Frame { function: None, file: location.file.map(str::to_owned), line: location.line.filter(|&line| line > 0) }
}

fn has_lines(elf: &Elf) -> bool {
    elf.section(b".debug_line").is_some_and(|section| section.kind != object::elf::SHT_NOBITS)
}

/// What is read of a file, and of the one that it shares with others.
struct Content {
    /// How many bytes may still be.
    left: u64,
    allowance: Allowance,
}

impl Content {
    fn section(&mut self, elf: &Elf, id: SectionId, read: Read) -> io::Result<Metered> {
        let order = if elf.is_big_endian() { RunTimeEndian::Big } else { RunTimeEndian::Little };
        let bytes = match elf.section(id.name().as_bytes()) {
            Some(section) if section.kind != object::elf::SHT_NOBITS => content(elf, section, read, &mut self.left)?,
            _ => Vec::new(),
        };
        self.allowance.add(READINGS_A_BYTE.saturating_mul(bytes.len()));
        Ok(Metered::new(bytes, order, &self.allowance))
    }
}

/// What a section holds, decompressed.
fn content(elf: &Elf, section: &Section, read: Read, left: &mut u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::other("there is too much debug information");
    *left = left.checked_sub(section.size).ok_or_else(too_large)?;
    let bytes = read(section.offset, section.size)?;
    if section.flags & COMPRESSED == 0 {
        return Ok(bytes);
    }
    let Some((kind, size, header)) = elf.compression(&bytes) else { return Ok(Vec::new()) };
    if kind != object::elf::ELFCOMPRESS_ZLIB.0 {
        return Err(io::Error::other("the debug information is compressed, and not with zlib"));
    }
    if size > INFLATED_FREELY + section.size.saturating_mul(MOST_INFLATED) {
        return Err(io::Error::other("its debug information is compressed to less than a hundredth"));
    }
    *left = left.checked_sub(size).ok_or_else(too_large)?;
    let size = usize::try_from(size).map_err(|_| too_large())?;
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&bytes[header..], size)
        .map_err(|error| io::Error::other(error.to_string()))
}

/// The file with what several debug files share.
fn shared(place: &Place, elf: &Elf, read: Read) -> io::Result<Option<std::fs::File>> {
    let Some(section) = elf.section(b".gnu_debugaltlink") else { return Ok(None) };
    let link = read(section.offset, section.size.min(MOST_LINK))?;
    let end = memchr::memchr(0, &link).unwrap_or(link.len());
    let name = std::str::from_utf8(&link[..end]).unwrap_or_default();
    file::shared(place, name, link.get(end + 1..).unwrap_or_default())
}
