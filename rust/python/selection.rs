//! Conditions, as the facade tells them.

use crate::glob::Glob;
use crate::selection::{File, Selection};

/// Permissions by place, globs, files, kinds, whether deleted, whether without a name: see `Selection`.
pub type Wanted = (
    Option<Vec<Vec<(usize, char)>>>,
    Option<Vec<Vec<u8>>>,
    Option<Vec<File>>,
    Option<Vec<String>>,
    Option<bool>,
    Option<bool>,
);

/// What they are for rows.
pub fn selected((perms, names, files, kinds, deleted, anonymous): Wanted) -> Selection {
    let letters =
        |pattern: Vec<(usize, char)>| pattern.into_iter().map(|(at, letter)| (at.min(3), letter as u8)).collect();
    Selection {
        perms: perms.map(|perms| perms.into_iter().map(letters).collect()),
        names: names.map(|names| names.iter().map(|name| Glob::new(name)).collect()),
        files: files.map(|files| files.into_iter().collect()),
        kinds,
        deleted,
        anonymous,
    }
}
