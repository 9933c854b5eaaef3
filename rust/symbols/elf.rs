//! Where is what in this ELF file? Its sections and segments.
//!
//! Format: ELF(5), both word sizes and byte orders.
//!
//! Guarantee: of any file no more is read than the limits below.
//!
//! Authority: elf(5), the gABI.

use object::elf;
use object::endian::Endianness;
use object::pod;
use object::read::elf::{CompressionHeader, Dyn, FileHeader, ProgramHeader, SectionHeader};
use std::io;

const MOST_SECTIONS: u64 = 1 << 16;
const MOST_SEGMENTS: u64 = 1 << 10;
const MOST_SECTION_NAMES: u64 = 16 << 20;

/// Gives a number of bytes of a file from an offset on, or all there are.
pub type Read<'r> = &'r mut dyn FnMut(u64, u64) -> io::Result<Vec<u8>>;

/// A section, as far as it matters here.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: Vec<u8>,
    /// SHT_...
    pub kind: elf::SectionType,
    /// SHF_...
    pub flags: u64,
    /// Where it is in the ELF file's own numbering.
    pub address: u64,
    /// Where it is in the file.
    pub offset: u64,
    /// In bytes.
    pub size: u64,
    pub(super) link: u32,
}

pub(super) struct Segment {
    pub kind: elf::ProgramType,
    pub offset: u64,
    pub address: u64,
    pub file_size: u64,
    pub memory_size: u64,
}

/// An ELF file, of which the headers were read.
pub struct Elf {
    pub(super) is_64: bool,
    pub(super) order: Endianness,
    pub(super) machine: elf::Machine,
    /// The sections; none if they are stripped.
    pub sections: Vec<Section>,
    pub(super) segments: Vec<Segment>,
}

impl Elf {
    /// Reads the headers of a file; `None` if it is no ELF file.
    pub fn parse(read: Read) -> io::Result<Option<Elf>> {
        let header = read(0, 64)?;
        match header.get(..6) {
            Some([0x7f, b'E', b'L', b'F', 1, 1 | 2]) => Elf::of::<elf::FileHeader32<Endianness>>(&header, read),
            Some([0x7f, b'E', b'L', b'F', 2, 1 | 2]) => Elf::of::<elf::FileHeader64<Endianness>>(&header, read),
            _ => Ok(None),
        }
    }

    /// The section of a name.
    pub fn section(&self, name: &[u8]) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The byte order.
    pub fn is_big_endian(&self) -> bool {
        self.order == Endianness::Big
    }

    /// How a compressed section is so, its size without, and the size of the header that says it.
    pub fn compression(&self, bytes: &[u8]) -> Option<(u32, u64, usize)> {
        fn parsed<C: CompressionHeader<Endian = Endianness>>(
            bytes: &[u8],
            order: Endianness,
        ) -> Option<(u32, u64, usize)> {
            let (header, _) = pod::from_bytes::<C>(bytes).ok()?;
            Some((header.ch_type(order).0, header.ch_size(order).into(), size_of::<C>()))
        }
        if self.is_64 {
            parsed::<elf::CompressionHeader64<Endianness>>(bytes, self.order)
        } else {
            parsed::<elf::CompressionHeader32<Endianness>>(bytes, self.order)
        }
    }

    /// Tags and values of the dynamic segment, up to its end.
    pub(super) fn dynamic(&self, bytes: &[u8]) -> Vec<(elf::DynamicTag, u64)> {
        fn entries<D: Dyn<Endian = Endianness>>(bytes: &[u8], order: Endianness) -> Vec<(elf::DynamicTag, u64)> {
            let pairs = slice::<D>(bytes).iter().map(|entry| (entry.d_tag(order), entry.d_val(order).into()));
            pairs.take_while(|&(tag, _)| tag != elf::DT_NULL).collect()
        }
        if self.is_64 {
            entries::<elf::Dyn64<Endianness>>(bytes, self.order)
        } else {
            entries::<elf::Dyn32<Endianness>>(bytes, self.order)
        }
    }

    /// The offset in the file of an address.
    pub(super) fn file_offset(&self, address: u64) -> Option<u64> {
        let loaded = self.segments.iter().filter(|segment| segment.kind == elf::PT_LOAD);
        let holds = |segment: &&Segment| address.checked_sub(segment.address).is_some_and(|at| at < segment.file_size);
        loaded.clone().find(holds).and_then(|segment| segment.offset.checked_add(address - segment.address))
    }

    /// The word of 32 bits at a place.
    pub(super) fn word(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let word = bytes.get(at..)?.get(..4)?.try_into().ok()?;
        Some(if self.is_big_endian() { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
    }

    fn of<E: FileHeader<Endian = Endianness>>(bytes: &[u8], read: Read) -> io::Result<Option<Elf>> {
        let Ok((header, _)) = pod::from_bytes::<E>(bytes) else { return Ok(None) };
        let Ok(order) = header.endian() else { return Ok(None) };
        let (machine, is_64) = (header.e_machine(order), header.is_class_64());
        let mut file = Elf { is_64, order, machine, sections: Vec::new(), segments: Vec::new() };
        if usize::from(header.e_phentsize(order)) == size_of::<E::ProgramHeader>() {
            let size = u64::from(header.e_phnum(order)).min(MOST_SEGMENTS) * size_of::<E::ProgramHeader>() as u64;
            file.segments = segments::<E>(&read(header.e_phoff(order).into(), size)?, order);
        }
        if usize::from(header.e_shentsize(order)) == size_of::<E::SectionHeader>() {
            file.read_sections::<E>(header, read)?;
        }
        Ok(Some(file))
    }

    fn read_sections<E: FileHeader<Endian = Endianness>>(&mut self, header: &E, read: Read) -> io::Result<()> {
        let offset: u64 = header.e_shoff(self.order).into();
        if offset == 0 {
            return Ok(());
        }
        let size = size_of::<E::SectionHeader>() as u64;
        let mut count = u64::from(header.e_shnum(self.order));
        let mut names_index = u32::from(header.e_shstrndx(self.order).0);
        if count == 0 || names_index == u32::from(elf::SHN_XINDEX.0) {
            // More than the header can tell: the first section, which is none, tells it.
            let first = read(offset, size)?;
            let Ok((first, _)) = pod::from_bytes::<E::SectionHeader>(&first) else { return Ok(()) };
            count = if count == 0 { first.sh_size(self.order).into() } else { count };
            names_index =
                if names_index == u32::from(elf::SHN_XINDEX.0) { first.sh_link(self.order) } else { names_index };
        }
        let bytes = read(offset, count.min(MOST_SECTIONS) * size)?;
        let headers = slice::<E::SectionHeader>(&bytes);
        let names = match headers.get(names_index as usize) {
            Some(names) => {
                read(names.sh_offset(self.order).into(), names.sh_size(self.order).into().min(MOST_SECTION_NAMES))?
            }
            None => Vec::new(),
        };
        self.sections = headers.iter().map(|header| section::<E>(header, self.order, &names)).collect();
        Ok(())
    }
}

/// Reads from bytes as from a file.
pub fn of_bytes(bytes: &[u8]) -> impl FnMut(u64, u64) -> io::Result<Vec<u8>> + '_ {
    |offset, size| {
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        Ok(rest[..rest.len().min(usize::try_from(size).unwrap_or(usize::MAX))].to_vec())
    }
}

fn segments<E: FileHeader<Endian = Endianness>>(bytes: &[u8], order: Endianness) -> Vec<Segment> {
    let segment = |header: &E::ProgramHeader| Segment {
        kind: header.p_type(order),
        offset: header.p_offset(order).into(),
        address: header.p_vaddr(order).into(),
        file_size: header.p_filesz(order).into(),
        memory_size: header.p_memsz(order).into(),
    };
    slice::<E::ProgramHeader>(bytes).iter().map(segment).collect()
}

fn section<E: FileHeader<Endian = Endianness>>(header: &E::SectionHeader, order: Endianness, names: &[u8]) -> Section {
    let name = names.get(header.sh_name(order) as usize..).unwrap_or_default();
    // None that is looked for is longer.
    let name = &name[..name.len().min(64)];
    Section {
        name: name[..memchr::memchr(0, name).unwrap_or(name.len())].to_vec(),
        kind: header.sh_type(order),
        flags: header.sh_flags(order).0,
        address: header.sh_addr(order).into(),
        offset: header.sh_offset(order).into(),
        size: header.sh_size(order).into(),
        link: header.sh_link(order),
    }
}

/// As many as are there in full.
pub(super) fn slice<T: pod::Pod>(bytes: &[u8]) -> &[T] {
    pod::slice_from_bytes(bytes, bytes.len() / size_of::<T>()).map_or(&[], |(all, _)| all)
}
