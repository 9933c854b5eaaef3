//! Which symbols does this ELF file define?
//!
//! Format: ELF(5), both word sizes and byte orders. The symbols are those of .symtab; those of
//! .dynsym if there are more of them, found by the sections or, where these are stripped, by the
//! dynamic segment; and those of .gnu_debugdata ("mini-debuginfo": an ELF file in xz).
//!
//! Left out: what is defined elsewhere; constants (SHN_ABS); thread-local variables, whose values are
//! no addresses; sections and source files; the marks of Arm, AArch64 and RISC-V for code and data
//! (`$x`). The lowest bit of a function of 32-bit Arm says Thumb, and is no part of its address. A
//! function of 64-bit PowerPC with ABI 1 is where its descriptor is (.opd), not where its code is.
//!
//! Guarantee: of any file no more is read than the limits below, and what is no well-formed ELF file
//! has no symbols.
//!
//! Authority: elf(5), the gABI; for the hash table of GNU the sources of its linkers.

use super::table::{Builder, Names, Symbol};
use object::elf;
use object::endian::Endianness;
use object::pod;
use object::read::elf::{CompressionHeader, Dyn, FileHeader, ProgramHeader, SectionHeader, Sym};
use std::io::{self, Read as _};

const MOST_SECTIONS: u64 = 1 << 16;
const MOST_SEGMENTS: u64 = 1 << 10;
const MOST_SECTION_NAMES: u64 = 16 << 20;
const MOST_SYMBOLS: u64 = 256 << 20;
const MOST_NAMES: u64 = 512 << 20;
const MOST_DYNAMIC: u64 = 1 << 20;
const MOST_HASHES: u64 = 64 << 20;
const MOST_COMPRESSED: u64 = 64 << 20;
const MOST_DECOMPRESSED: u64 = 256 << 20;
const LARGEST_DICTIONARY: usize = 64 << 20;

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
    link: u32,
}

struct Segment {
    kind: elf::ProgramType,
    offset: u64,
    address: u64,
    file_size: u64,
    memory_size: u64,
}

/// An ELF file, of which the headers were read.
pub struct Elf {
    is_64: bool,
    order: Endianness,
    machine: elf::Machine,
    /// The sections; none if they are stripped.
    pub sections: Vec<Section>,
    segments: Vec<Segment>,
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

    /// Adds the symbols, and what bounds those without a size.
    pub fn collect(&self, read: Read, builder: &mut Builder) -> io::Result<()> {
        self.add_bounds(builder);
        self.add_section(elf::SHT_SYMTAB, "symtab", read, builder)?;
        let symtab = builder.symbols.len();
        self.add_dynamic(read, builder, symtab)?;
        if symtab > 0 { Ok(()) } else { self.add_mini(read, builder) }
    }

    /// Adds the symbols of .symtab alone, as from a separate debug file.
    pub fn collect_symtab(&self, source: &'static str, read: Read, builder: &mut Builder) -> io::Result<()> {
        self.add_bounds(builder);
        self.add_section(elf::SHT_SYMTAB, source, read, builder)
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

    fn add_bounds(&self, builder: &mut Builder) {
        const ALLOCATED: u64 = elf::SHF_ALLOC.0;
        let sections = self.sections.iter().filter(|section| section.flags & ALLOCATED != 0 && section.address != 0);
        builder.bounds =
            sections.map(|section| (section.address, section.address.saturating_add(section.size))).collect();
        if builder.bounds.is_empty() {
            let loaded = self.segments.iter().filter(|segment| segment.kind == elf::PT_LOAD);
            builder.bounds =
                loaded.map(|segment| (segment.address, segment.address.saturating_add(segment.memory_size))).collect();
        }
    }

    /// Adds the symbols of the sections of a kind.
    fn add_section(
        &self,
        kind: elf::SectionType,
        source: &'static str,
        read: Read,
        builder: &mut Builder,
    ) -> io::Result<()> {
        let Some(section) = self.sections.iter().find(|section| section.kind == kind) else { return Ok(()) };
        let Some(strings) = self.sections.get(section.link as usize) else { return Ok(()) };
        if section.size > MOST_SYMBOLS || strings.size > MOST_NAMES {
            builder.notes.push(format!("its {source} is too large, and was not read whole"));
        }
        let symbols = read(section.offset, section.size.min(MOST_SYMBOLS))?;
        let names = read(strings.offset, strings.size.min(MOST_NAMES))?;
        self.add(&symbols, names, source, builder);
        Ok(())
    }

    /// Adds the dynamic symbols, if they are more than there are others.
    fn add_dynamic(&self, read: Read, builder: &mut Builder, others: usize) -> io::Result<()> {
        let size = if self.is_64 { size_of::<elf::Sym64<Endianness>>() } else { size_of::<elf::Sym32<Endianness>>() };
        match self.sections.iter().find(|section| section.kind == elf::SHT_DYNSYM) {
            Some(section) if section.size / size as u64 <= others as u64 => Ok(()),
            Some(_) => self.add_section(elf::SHT_DYNSYM, "dynsym", read, builder),
            None if others > 0 => Ok(()),
            None => self.add_dynamic_segment(size as u64, read, builder),
        }
    }

    /// Adds the dynamic symbols as the dynamic linker finds them.
    fn add_dynamic_segment(&self, symbol_size: u64, read: Read, builder: &mut Builder) -> io::Result<()> {
        let Some(dynamic) = self.segments.iter().find(|segment| segment.kind == elf::PT_DYNAMIC) else { return Ok(()) };
        let entries = self.dynamic(&read(dynamic.offset, dynamic.file_size.min(MOST_DYNAMIC))?);
        let value = |tag: elf::DynamicTag| entries.iter().find(|&&(found, _)| found == tag).map(|&(_, value)| value);
        let offset = |tag: elf::DynamicTag| value(tag).and_then(|address| self.file_offset(address));
        let (Some(symbols), Some(strings)) = (offset(elf::DT_SYMTAB), offset(elf::DT_STRTAB)) else { return Ok(()) };
        let count = if let Some(hash) = offset(elf::DT_HASH) {
            self.count_by_hash(&read(hash, 16)?)
        } else if let Some(hash) = offset(elf::DT_GNU_HASH) {
            self.count_by_gnu_hash(hash, read)?
        } else {
            0
        };
        let symbols = read(symbols, count.saturating_mul(symbol_size).min(MOST_SYMBOLS))?;
        let names = read(strings, value(elf::DT_STRSZ).unwrap_or(0).min(MOST_NAMES))?;
        self.add(&symbols, names, "dynsym", builder);
        Ok(())
    }

    /// Tags and values of the dynamic segment, up to its end.
    fn dynamic(&self, bytes: &[u8]) -> Vec<(elf::DynamicTag, u64)> {
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

    /// How many symbols a hash table of System V knows. Its words have 32 bits, but for two machines.
    fn count_by_hash(&self, header: &[u8]) -> u64 {
        let has_long_words = self.is_64 && matches!(self.machine, elf::EM_ALPHA | elf::EM_S390);
        let at = match (has_long_words, self.is_big_endian()) {
            (false, _) => 4,
            (true, false) => 8,
            (true, true) => 12,
        };
        self.word(header, at).unwrap_or(0).into()
    }

    /// How many symbols a hash table of GNU knows: the last one is at the end of the last chain.
    fn count_by_gnu_hash(&self, hash: u64, read: Read) -> io::Result<u64> {
        let header = read(hash, 16)?;
        let field = |index: usize| self.word(&header, index * 4).map_or(0, u64::from);
        let (buckets, first, bloom) = (field(0), field(1), field(2));
        let buckets_at = hash.saturating_add(16).saturating_add(bloom * if self.is_64 { 8 } else { 4 });
        let chains_at = buckets_at.saturating_add(buckets * 4);
        let buckets = read(buckets_at, (buckets * 4).min(MOST_HASHES))?;
        let last = (0..buckets.len() / 4).filter_map(|index| self.word(&buckets, index * 4)).max().map_or(0, u64::from);
        if last < first {
            return Ok(first);
        }
        let chain_at = chains_at.saturating_add((last - first) * 4);
        let mut walked = 0;
        while walked < MOST_HASHES {
            let chain = read(chain_at.saturating_add(walked), 4 << 10)?;
            let end = (0..chain.len() / 4).find(|index| self.word(&chain, index * 4).is_some_and(|word| word & 1 == 1));
            if let Some(end) = end {
                return Ok(last + walked / 4 + end as u64 + 1);
            }
            if chain.len() < 4 << 10 {
                break;
            }
            walked += 4 << 10;
        }
        Ok(0)
    }

    /// Adds the symbols of the ELF file that is in .gnu_debugdata.
    fn add_mini(&self, read: Read, builder: &mut Builder) -> io::Result<()> {
        let Some(section) = self.section(b".gnu_debugdata") else { return Ok(()) };
        let inner = match decompressed(read(section.offset, section.size.min(MOST_COMPRESSED))?) {
            Ok(inner) => inner,
            Err(error) => {
                builder.notes.push(format!("its .gnu_debugdata cannot be decompressed: {error}"));
                return Ok(());
            }
        };
        let mut read_inner = of_bytes(&inner);
        if let Some(file) = Elf::parse(&mut read_inner)? {
            file.add_section(elf::SHT_SYMTAB, "debugdata", &mut read_inner, builder)?;
        }
        Ok(())
    }

    fn add(&self, symbols: &[u8], text: Vec<u8>, source: &'static str, builder: &mut Builder) {
        let names = Names { source, text, end: 0 };
        let is_whole = if self.is_64 {
            self.add_all(slice::<elf::Sym64<Endianness>>(symbols), &names, builder)
        } else {
            self.add_all(slice::<elf::Sym32<Endianness>>(symbols), &names, builder)
        };
        if !is_whole {
            builder.notes.push(format!("the names of its {source} are too long together, and were not read whole"));
        }
        builder.names.push(names);
    }

    /// Whether it added all. Names may overlap, so a small file can have any number of long ones.
    fn add_all<S: Sym<Endian = Endianness>>(&self, symbols: &[S], names: &Names, builder: &mut Builder) -> bool {
        let number = builder.names.len() as u8;
        let mut left = MOST_NAMES;
        builder.symbols.reserve(symbols.len());
        for symbol in symbols.iter().filter_map(|symbol| self.symbol(symbol, &names.text, number)) {
            let Some(rest) = left.checked_sub(names.name(symbol.name).len() as u64) else { return false };
            left = rest;
            builder.symbols.push(symbol);
        }
        true
    }

    fn symbol<S: Sym<Endian = Endianness>>(&self, symbol: &S, text: &[u8], names: u8) -> Option<Symbol> {
        let section = symbol.st_shndx(self.order);
        let (kind, binding) = (symbol.st_type(), symbol.st_bind());
        let is_function = matches!(kind, elf::STT_FUNC | elf::STT_GNU_IFUNC);
        if section == elf::SHN_UNDEF || section == elf::SHN_ABS || section == elf::SHN_COMMON {
            return None;
        }
        if !is_function && !matches!(kind, elf::STT_OBJECT | elf::STT_NOTYPE) {
            return None;
        }
        let (name, size) = (symbol.st_name(self.order), symbol.st_size(self.order).into());
        let is_label = binding == elf::STB_LOCAL && size == 0;
        match text.get(name as usize) {
            None | Some(0) => return None,
            Some(b'$') if is_label && kind == elf::STT_NOTYPE && self.is_mark(text.get(name as usize + 1..)?) => {
                return None;
            }
            _ => {}
        }
        let mut begin: u64 = symbol.st_value(self.order).into();
        if is_function && self.machine == elf::EM_ARM {
            begin &= !1;
        }
        let rank = match binding {
            elf::STB_LOCAL => Symbol::LOCAL,
            elf::STB_WEAK => 2,
            _ => 0,
        };
        Some(Symbol { begin, size, name, names, rank: rank + u8::from(!is_function), is_label })
    }

    /// Whether what follows a `$` makes it a mark that separates code from data.
    fn is_mark(&self, rest: &[u8]) -> bool {
        let letters: &[u8] = match self.machine {
            elf::EM_ARM => b"atd",
            elf::EM_AARCH64 | elf::EM_RISCV => b"xd",
            _ => return false,
        };
        rest.first().is_some_and(|letter| letters.contains(letter))
            && (self.machine == elf::EM_RISCV || rest.get(1).is_some_and(|&byte| matches!(byte, 0 | b'.')))
    }

    fn file_offset(&self, address: u64) -> Option<u64> {
        let loaded = self.segments.iter().filter(|segment| segment.kind == elf::PT_LOAD);
        let holds = |segment: &&Segment| address.checked_sub(segment.address).is_some_and(|at| at < segment.file_size);
        loaded.clone().find(holds).and_then(|segment| segment.offset.checked_add(address - segment.address))
    }

    fn word(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let word = bytes.get(at..)?.get(..4)?.try_into().ok()?;
        Some(if self.is_big_endian() { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
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
fn slice<T: pod::Pod>(bytes: &[u8]) -> &[T] {
    pod::slice_from_bytes(bytes, bytes.len() / size_of::<T>()).map_or(&[], |(all, _)| all)
}

fn decompressed(compressed: Vec<u8>) -> io::Result<Vec<u8>> {
    let decoder = xz4rust::XzDecoder::in_heap_with_alloc_dict_size(1 << 16, LARGEST_DICTIONARY);
    let size = std::num::NonZeroUsize::new(1 << 16).unwrap_or(std::num::NonZeroUsize::MIN);
    let reader = xz4rust::XzReader::new_with_buffer_size_and_decoder(io::Cursor::new(compressed), size, decoder);
    let mut bytes = Vec::new();
    reader.take(MOST_DECOMPRESSED + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_DECOMPRESSED {
        return Err(io::Error::other("it is too large"));
    }
    Ok(bytes)
}
