//! ELF files made by hand, in every class and byte order.
#![allow(dead_code)] // each test uses its part

/// An ELF file of one class and byte order.
#[derive(Clone, Copy)]
pub struct Elf {
    pub is_64: bool,
    pub is_big_endian: bool,
}

/// All there are.
pub const ALL: [Elf; 4] = [
    Elf { is_64: true, is_big_endian: false },
    Elf { is_64: true, is_big_endian: true },
    Elf { is_64: false, is_big_endian: false },
    Elf { is_64: false, is_big_endian: true },
];

impl Elf {
    pub fn number(self, value: u64, size: usize) -> Vec<u8> {
        let mut bytes = value.to_le_bytes()[..size].to_vec();
        if self.is_big_endian {
            bytes.reverse();
        }
        bytes
    }

    pub fn word(self, value: u64) -> Vec<u8> {
        self.number(value, if self.is_64 { 8 } else { 4 })
    }

    pub fn header(self, segments_at: u64, segment_size: u64, count: u64) -> Vec<u8> {
        let mut header = b"\x7fELF".to_vec();
        header.extend([if self.is_64 { 2 } else { 1 }, if self.is_big_endian { 2 } else { 1 }, 1]);
        header.resize(16, 0);
        header.extend([3, 0, 62, 0, 1, 0, 0, 0]);
        header.extend(self.word(0)); // entry
        header.extend(self.word(segments_at));
        header.extend(self.word(0)); // sections
        header.extend([0; 4]); // flags
        header.extend(self.number(if self.is_64 { 64 } else { 52 }, 2));
        header.extend(self.number(segment_size, 2));
        header.extend(self.number(count, 2));
        header.resize(if self.is_64 { 64 } else { 52 }, 0);
        header
    }

    /// A program header of which only the place in the file matters.
    pub fn segment(self, kind: u64, offset: u64, size: u64, align: u64) -> Vec<u8> {
        self.program_header(kind, 0, [offset, 0, 0, size, size, align])
    }

    /// A program header: flags; offset, address, physical address, size in the file and in memory, alignment.
    pub fn program_header(self, kind: u64, flags: u64, words: [u64; 6]) -> Vec<u8> {
        let mut header = self.number(kind, 4);
        let flags = self.number(flags, 4);
        if self.is_64 {
            header.extend(&flags);
        }
        words[..5].iter().for_each(|&word| header.extend(self.word(word)));
        if !self.is_64 {
            header.extend(&flags);
        }
        header.extend(self.word(words[5]));
        header
    }

    pub fn segment_size(self) -> u64 {
        if self.is_64 { 56 } else { 32 }
    }

    pub fn note(self, name: &[u8], kind: u64, description: &[u8], align: usize) -> Vec<u8> {
        let mut note = self.number(name.len() as u64, 4);
        note.extend(self.number(description.len() as u64, 4));
        note.extend(self.number(kind, 4));
        for part in [name, description] {
            note.extend(part);
            note.resize(note.len().next_multiple_of(align), 0);
        }
        note
    }
}
