//! What kind of memory does a name stand for?
//!
//! The kernel may print names that are not known here, which are "special". Authority:
//! proc_pid_maps(5).

/// The kernel's word for a name that is gone.
pub const DELETED: &[u8] = b" (deleted)";

/// What [`of`] can return.
pub const ALL: [&str; 20] = [
    "aio",
    "anon_inode",
    "anonymous",
    "ashmem",
    "dmabuf",
    "drm",
    "file",
    "heap",
    "hugepage",
    "memfd",
    "named",
    "secretmem",
    "shared",
    "socket",
    "special",
    "stack",
    "sysv",
    "vdso",
    "vsyscall",
    "vvar",
];

/// The kind of the memory of a name on a device with this major number.
pub fn of(name: Option<&[u8]>, dev_major: u32) -> &'static str {
    let Some(name) = name else { return "anonymous" };
    if name.first() != Some(&b'/') {
        return of_no_path(name);
    }
    if name.starts_with(b"/dev/ashmem") {
        return "ashmem";
    }
    if dev_major == 0 { of_internal(name).unwrap_or("file") } else { "file" }
}

/// Whether the kernel seems to say that the name of a file is gone, as `Map.is_deleted`.
pub fn is_deleted(name: Option<&[u8]>, dev_major: u32) -> bool {
    name.is_some_and(|name| name.ends_with(DELETED)) && of(name, dev_major) == "file"
}

fn of_no_path(name: &[u8]) -> &'static str {
    match name {
        b"[heap]" => "heap",
        b"[stack]" => "stack",
        b"[vdso]" => "vdso",
        b"[vvar]" | b"[vvar_vclock]" => "vvar",
        b"[vsyscall]" => "vsyscall",
        // [stack:TID], Linux 3.4 to 4.4.
        _ if name.starts_with(b"[stack:") => "stack",
        // prctl(PR_SET_VMA_ANON_NAME), Linux 5.17+; of shared memory 6.2+.
        _ if name.starts_with(b"[anon:") => "named",
        _ if name.starts_with(b"[anon_shmem:") => "shared",
        _ if name.starts_with(b"anon_inode:") => "anon_inode",
        _ if name.starts_with(b"socket:[") => "socket",
        _ => "special",
    }
}

/// The kind of memory in a file system of the kernel's own, on a device with major number 0. A file in the
/// root directory of another such file system could bear the same name.
fn of_internal(name: &[u8]) -> Option<&'static str> {
    if name.starts_with(b"/dmabuf:") {
        return Some("dmabuf");
    }
    match name.strip_suffix(DELETED)? {
        b"/dev/zero" => Some("shared"),
        b"/anon_hugepage" => Some("hugepage"),
        b"/secretmem" => Some("secretmem"),
        b"/[aio]" => Some("aio"),
        b"/drm mm object" | b"/i915" | b"/ttm swap" => Some("drm"),
        name if name.starts_with(b"/memfd:") => Some("memfd"),
        name if is_sysv(name) => Some("sysv"),
        _ => None,
    }
}

/// Whether it is /SYSV and the key of the segment, eight hexadecimal digits.
fn is_sysv(name: &[u8]) -> bool {
    name.len() == 13 && name.starts_with(b"/SYSV") && name[5..].iter().all(|b| b"0123456789abcdef".contains(b))
}
