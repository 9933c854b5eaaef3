//! Which symbols does this ELF file define?
//!
//! They are those of .symtab; those of .dynsym if there are more of them, found by the sections or, where
//! these are stripped, by the dynamic segment; and those of .gnu_debugdata ("mini-debuginfo": an ELF file in xz).
//!
//! Left out: what is defined elsewhere; constants (SHN_ABS); thread-local variables, and what is in
//! sections that are not loaded, whose values are no addresses; sections and source files; the marks
//! of Arm, AArch64 and RISC-V for code and data (`$x`). The lowest bit of a function of 32-bit Arm says
//! Thumb, and is no part of its address. A function of 64-bit PowerPC with ABI 1 is where its
//! descriptor is (.opd), not where its code is.
//!
//! Guarantee: of any file no more is read than the limits below, and what is no well-formed ELF file
//! has no symbols.
//!
//! Authority: elf(5), the gABI; for the hash table of GNU the sources of its linkers.

use super::elf::{Elf, Read, of_bytes, slice};
use super::table::{Builder, Names, Symbol};
use object::elf;
use object::endian::Endianness;
use object::read::elf::Sym;
use std::io::{self, Read as _};

const ALLOCATED: u64 = elf::SHF_ALLOC.0;

const MOST_SYMBOLS: u64 = 256 << 20;
const MOST_NAMES: u64 = 512 << 20;
const MOST_DYNAMIC: u64 = 1 << 20;
const MOST_HASHES: u64 = 64 << 20;
const MOST_COMPRESSED: u64 = 64 << 20;
const MOST_DECOMPRESSED: u64 = 256 << 20;
const LARGEST_DICTIONARY: usize = 64 << 20;

impl Elf {
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

    fn add_bounds(&self, builder: &mut Builder) {
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
        if section != elf::SHN_XINDEX && !self.is_loaded(section.0.into()) {
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

    /// Whether a section is in memory; also true if the sections are stripped.
    fn is_loaded(&self, section: usize) -> bool {
        self.sections.get(section).is_none_or(|section| section.flags & ALLOCATED != 0)
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
