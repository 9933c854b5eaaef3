//! The fields of smaps: what they are called, and what their text says.
//!
//! ```text
//! label ":" blanks digits " kB"         an amount
//! label ":" blanks digits               THPeligible, ProtectionKey
//! "VmFlags:" { " " letter letter }
//! ```
//!
//! The kernel pads labels to sixteen columns and amounts to eight; Linux 5.0 to 5.9 puts tabs before
//! the number of THPeligible. A kB is 1024 bytes. Emulators print other columns.
//!
//! Authority: __show_smap() and show_smap_vma_flags() in fs/proc/task_mmu.c; proc_pid_smaps(5).

/// One field of a mapping.
pub struct Field {
    /// The attribute of `Usage` that it becomes.
    pub name: &'static str,
    /// What the kernel calls it.
    pub label: &'static str,
    /// What it is.
    pub unit: Unit,
}

/// What the text of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// An amount of memory.
    Kilobytes,
    /// A number of something else.
    Number,
    /// Two-letter codes.
    Flags,
}

/// The fields that are known, in the order in which kernels print them.
pub const FIELDS: [Field; 29] = [
    kilobytes("size", "Size"),
    kilobytes("kernel_page_size", "KernelPageSize"),
    kilobytes("mmu_page_size", "MMUPageSize"),
    kilobytes("rss", "Rss"),
    kilobytes("pss", "Pss"),
    kilobytes("pss_dirty", "Pss_Dirty"),
    // The roll-up only.
    kilobytes("pss_anon", "Pss_Anon"),
    kilobytes("pss_file", "Pss_File"),
    kilobytes("pss_shmem", "Pss_Shmem"),
    kilobytes("shared_clean", "Shared_Clean"),
    kilobytes("shared_dirty", "Shared_Dirty"),
    kilobytes("private_clean", "Private_Clean"),
    kilobytes("private_dirty", "Private_Dirty"),
    kilobytes("referenced", "Referenced"),
    kilobytes("anonymous", "Anonymous"),
    kilobytes("ksm", "KSM"),
    kilobytes("lazy_free", "LazyFree"),
    kilobytes("anon_huge_pages", "AnonHugePages"),
    kilobytes("shmem_pmd_mapped", "ShmemPmdMapped"),
    kilobytes("file_pmd_mapped", "FilePmdMapped"),
    kilobytes("shared_hugetlb", "Shared_Hugetlb"),
    kilobytes("private_hugetlb", "Private_Hugetlb"),
    kilobytes("swap", "Swap"),
    kilobytes("swap_pss", "SwapPss"),
    kilobytes("locked", "Locked"),
    kilobytes("nonlinear", "Nonlinear"),
    Field { name: "thp_eligible", label: "THPeligible", unit: Unit::Number },
    Field { name: "protection_key", label: "ProtectionKey", unit: Unit::Number },
    Field { name: "vm_flags", label: "VmFlags", unit: Unit::Flags },
];

const fn kilobytes(name: &'static str, label: &'static str) -> Field {
    Field { name, label, unit: Unit::Kilobytes }
}

/// How many of them, from the first, are amounts.
pub const AMOUNTS: usize = FIELDS.len() - 3;
const LABEL_WIDTH: usize = 16;
const DIGITS: usize = 8;
const UNIT: &[u8; 4] = b" kB\n";
const LINE_WIDTH: usize = LABEL_WIDTH + DIGITS + UNIT.len();

/// The labels of the amounts, padded as the kernel does it.
const LABELS: [[u8; LABEL_WIDTH]; AMOUNTS] = {
    let mut labels = [[b' '; LABEL_WIDTH]; AMOUNTS];
    let mut i = 0;
    while i < AMOUNTS {
        let label = FIELDS[i].label.as_bytes();
        let mut at = 0;
        while at < label.len() {
            labels[i][at] = label[at];
            at += 1;
        }
        labels[i][at] = b':';
        i += 1;
    }
    labels
};

/// Reads a line from the start of a text if it is a certain field, an amount, and in the columns in
/// which kernels print it: its bytes, and the text after it. [`FIELDS`] and [`Unit::value`] say the same.
#[inline]
pub fn usual_amount(text: &[u8], field: usize) -> Option<(u64, &[u8])> {
    let (line, rest) = text.split_first_chunk::<LINE_WIDTH>()?;
    let (label, amount) = line.split_first_chunk::<LABEL_WIDTH>()?;
    let (digits, unit) = amount.split_first_chunk::<DIGITS>()?;
    if label != LABELS.get(field)? || unit != UNIT {
        return None;
    }
    Some((right_aligned(*digits)? << 10, rest))
}

impl Unit {
    /// The value of what stands after the colon: bytes, or a number; `None` if it is neither.
    pub fn value(self, text: &[u8]) -> Option<u64> {
        match self {
            Unit::Kilobytes => number(text, b" kB")?.checked_mul(1024),
            Unit::Number => number(text, b""),
            Unit::Flags => None,
        }
    }

    /// What is expected after the colon, in words.
    pub fn expected(self) -> &'static str {
        match self {
            Unit::Kilobytes => "a number of kB, less than 2**64 bytes, such as '4 kB'",
            Unit::Number => "a number below 2**64",
            Unit::Flags => "codes of two characters, with blanks between them",
        }
    }
}

/// Whether what stands after the colon is codes, or nothing, as qemu-user prints it.
pub fn are_flags(text: &[u8]) -> bool {
    let mut codes = text.split(|&byte| byte == b' ').filter(|code| !code.is_empty());
    codes.all(|code| code.len() == 2 && code.iter().all(u8::is_ascii_graphic))
}

/// What stands after the colon and the blanks.
pub fn without_padding(text: &[u8]) -> &[u8] {
    let padding = text.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    &text[padding..]
}

/// Reads blanks, digits and a unit, in any columns.
fn number(text: &[u8], unit: &[u8]) -> Option<u64> {
    let digits = without_padding(text).strip_suffix(unit)?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Reads eight columns of blanks and then digits, all at once; `None` for anything else.
fn right_aligned(columns: [u8; DIGITS]) -> Option<u64> {
    // A digit becomes its value, a blank 0x10.
    let columns = u64::from_be_bytes(columns) ^ 0x3030_3030_3030_3030;
    let blanks = (columns ^ 0x1010_1010_1010_1010).leading_zeros() / 8;
    let digits = columns & u64::MAX.checked_shr(8 * blanks)?;
    // Above 9, a byte or its sum with 0x76 has the highest bit.
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Neighbours together three times: tens and ones, hundreds and the rest, and so on.
    let twos = (digits >> 8 & 0x00ff_00ff_00ff_00ff) * 10 + (digits & 0x00ff_00ff_00ff_00ff);
    let fours = (twos >> 16 & 0x0000_ffff_0000_ffff) * 100 + (twos & 0x0000_ffff_0000_ffff);
    Some((fours >> 32) * 10_000 + (fours & 0xffff_ffff))
}
