//! A second parser of listings, and what the kernel's layout is, written from proc_pid_maps(5) and
//! show_map_vma(): it splits and compares where `maps.rs` runs a DFA. The tests and the fuzz targets
//! compare the two.
#![allow(dead_code)] // Each test program uses a part of it.

use _procmaps::maps::Dialect;
use _procmaps::table::Row;

/// The rows of a listing, or the number of the first line that is none.
pub fn rows(text: &[u8], dialect: Dialect) -> Result<Vec<Row<'_>>, usize> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let lines = text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n');
    (1..).zip(lines).map(|(lineno, line)| row(line, dialect).ok_or(lineno)).collect()
}

fn row(line: &[u8], dialect: Dialect) -> Option<Row<'_>> {
    if line.contains(&0) {
        return None;
    }
    let Columns { begin, end, perms, offset, major, minor, inode, tail } = Columns::of(line)?;
    let (begin, end) = (hex(begin, 16)?, hex(end, 16)?);
    let name = without_blanks(tail);
    if end < begin || !is_perms(perms, dialect) || name.len() == tail.len() && !tail.is_empty() {
        return None;
    }
    Some(Row {
        begin,
        end,
        perms: perms.try_into().ok()?,
        offset: hex(offset, 16)?,
        dev_major: hex(major, 8)? as u32,
        dev_minor: hex(minor, 8)? as u32,
        inode: if inode.len() > 20 { None } else { std::str::from_utf8(inode).ok()?.parse().ok() }?,
        name: (!name.is_empty()).then_some(name),
    })
}

struct Columns<'t> {
    begin: &'t [u8],
    end: &'t [u8],
    perms: &'t [u8],
    offset: &'t [u8],
    major: &'t [u8],
    minor: &'t [u8],
    inode: &'t [u8],
    tail: &'t [u8],
}

impl<'t> Columns<'t> {
    fn of(line: &'t [u8]) -> Option<Columns<'t>> {
        let mut columns = line.splitn(5, |&byte| byte == b' ');
        let (begin, end) = cut(columns.next()?, b'-')?;
        let (perms, offset) = (columns.next()?, columns.next()?);
        let (major, minor) = cut(columns.next()?, b':')?;
        let rest = columns.next()?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (inode, tail) = rest.split_at(digits);
        Some(Columns { begin, end, perms, offset, major, minor, inode, tail })
    }
}

fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let middle = text.iter().position(|&byte| byte == at)?;
    Some((&text[..middle], &text[middle + 1..]))
}

fn without_blanks(tail: &[u8]) -> &[u8] {
    let blanks = tail.iter().take_while(|&&byte| byte == b' ').count();
    &tail[blanks..]
}

fn hex(digits: &[u8], at_most: usize) -> Option<u64> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() > at_most || !digits.iter().all(is_digit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn is_perms(perms: &[u8], dialect: Dialect) -> bool {
    let &[read, write, execute, shared] = perms else {
        return false;
    };
    let usual = b"r-".contains(&read) && b"w-".contains(&write) && b"x-".contains(&execute);
    match dialect {
        Dialect::Linux => usual && b"psS".contains(&shared),
        Dialect::Cygwin => (usual || &perms[..3] == b"===") && b"psg".contains(&shared),
    }
}

/// Whether a kernel with 64-bit pointers could have laid a listing out so.
pub fn is_kernel_layout(text: &[u8]) -> bool {
    text.split_inclusive(|&byte| byte == b'\n').all(|line| line.strip_suffix(b"\n").is_some_and(is_kernel_line))
}

fn is_kernel_line(line: &[u8]) -> bool {
    let Some(Columns { begin, end, offset, major, minor, inode, tail, .. }) = Columns::of(line) else {
        return false;
    };
    let blanks = tail.len() - without_blanks(tail).len();
    let head = line.len() - tail.len();
    let blanks_expected = if blanks == tail.len() { 1 } else { 73usize.saturating_sub(head).max(2) };
    [begin, end, offset].iter().all(|digits| is_padded(digits, 8))
        && [major, minor].iter().all(|digits| is_padded(digits, 2))
        && is_padded(inode, 1)
        && blanks == blanks_expected
}

fn is_padded(digits: &[u8], width: usize) -> bool {
    digits.len() == width || digits.len() > width && digits[0] != b'0'
}
