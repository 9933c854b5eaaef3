// The line of /proc/PID/maps, field by field. This file is the one description of the format: the
// parser (maps.rs) and the build script, which compiles it into DFAs, both take it from here.
//
//     begin-end perms offset major:minor inode [blanks name] LF
//
// Authority: show_map_vma() and show_vma_header_prefix() in fs/proc/task_mmu.c, nommu_vma_show() in
// fs/proc/task_nommu.c; proc_pid_maps(5).
//
// - Numbers are lower-case hexadecimal, the inode decimal. The kernel pads addresses and offset to
//   eight digits (sixteen on 64-bit 2.4), emulators do not, so widths are upper bounds only.
// - The device has 12 and 20 bits in the kernel; 32 each are taken, as PROCMAP_QUERY has them.
// - The fourth permission is "p", "s", or "S" on kernels without an MMU.
// - Between inode and name are as many blanks as reach a column that differs between word sizes; a
//   line without a name ends in one blank, in none (copies), or in many (emulators).
// - The name is everything up to the newline: any byte but NUL, blanks at its end included.

/// One field of a line: its name in Python, its pattern, and what to tell a person.
pub struct Field {
    /// The attribute of `Map` that it becomes.
    pub name: &'static str,
    /// A regular expression over bytes, with the separator that comes before the field.
    pub pattern: &'static str,
    /// What was expected, in words.
    pub expected: &'static str,
}

/// The fields before the name, in the order of the line, as Linux prints them.
pub const LINUX: [Field; 6] = [
    Field { name: "begin_address", pattern: "[0-9a-f]{1,16}", expected: "1 to 16 lower-case hexadecimal digits" },
    Field { name: "end_address", pattern: "-[0-9a-f]{1,16}", expected: "'-' and 1 to 16 lower-case hexadecimal digits" },
    Field { name: "perms", pattern: " [r-][w-][x-][psS]", expected: "a blank and permissions such as 'r-xp'" },
    Field { name: "offset", pattern: " [0-9a-f]{1,16}", expected: "a blank and 1 to 16 lower-case hexadecimal digits" },
    Field { name: "device", pattern: " [0-9a-f]{1,8}:[0-9a-f]{1,8}", expected: "a blank and a device such as '08:01', of at most 8 hexadecimal digits each" },
    Field { name: "inode", pattern: " [0-9]{1,20}", expected: "a blank and 1 to 20 decimal digits" },
];

/// Cygwin's own /proc: "===" for reserved memory, "g" for guard pages; all else as Linux.
pub const CYGWIN: [Field; 6] = {
    let [begin, end, _, offset, device, inode] = LINUX;
    let pattern = " (?:[r-][w-][x-]|===)[psg]";
    let perms = Field { name: "perms", pattern, expected: "a blank and permissions such as 'r-xp' or '===p'" };
    [begin, end, perms, offset, device, inode]
};
