//! Which rows are asked for? Decided before Python has objects of them.
//!
//! Means what the properties of `Map` mean; tests hold the two together.

use crate::glob::Glob;
use crate::kind;
use crate::table::Row;
use std::collections::HashSet;

/// A file as the kernel prints it: major and minor number of the device, inode.
pub type File = (u32, u32, u64);

/// What a row must have. What is not said is any.
#[derive(Default)]
pub struct Selection {
    /// Places of the permissions and the letters there: one of these must hold, if there are any.
    pub perms: Option<Vec<Vec<(usize, u8)>>>,
    /// The name matches one of these, or the file is one of `files`; if both are `None`, it is any.
    pub names: Option<Vec<Glob>>,
    /// See `names`.
    pub files: Option<HashSet<File>>,
    /// Kinds of memory: see `kind.rs`.
    pub kinds: Option<Vec<String>>,
    /// Whether the kernel seems to say that the file is deleted.
    pub deleted: Option<bool>,
    /// Whether there is no name.
    pub anonymous: Option<bool>,
}

impl Selection {
    /// Whether a row is asked for.
    pub fn has(&self, row: &Row<'_>) -> bool {
        let has_letters = |letters: &Vec<(usize, u8)>| letters.iter().all(|&(at, letter)| row.perms[at] == letter);
        self.perms.as_ref().is_none_or(|perms| perms.iter().any(has_letters))
            && self.anonymous.is_none_or(|anonymous| row.name.is_none() == anonymous)
            && self.deleted.is_none_or(|deleted| kind::is_deleted(row.name, row.dev_major) == deleted)
            && self
                .kinds
                .as_ref()
                .is_none_or(|kinds| kinds.iter().any(|kind| kind == kind::of(row.name, row.dev_major)))
            && self.has_file(row)
    }

    fn has_file(&self, row: &Row<'_>) -> bool {
        if self.names.is_none() && self.files.is_none() {
            return true;
        }
        let file = (row.dev_major, row.dev_minor, row.inode);
        self.files.as_ref().is_some_and(|files| files.contains(&file))
            || row.name.is_some_and(|name| self.names.iter().flatten().any(|glob| glob.matches(name)))
    }
}
