//! Conditions, as the facade tells them.

use super::names::Encoding;
use crate::glob::Glob;
use crate::selection::{File, Selection};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Permissions by place, globs, files, kinds, whether deleted, whether without a name: see `Selection`.
pub type Wanted<'py> = (
    Option<Vec<Vec<(usize, char)>>>,
    Option<Vec<Bound<'py, PyString>>>,
    Option<Vec<File>>,
    Option<Vec<String>>,
    Option<bool>,
    Option<bool>,
);

/// What they are for rows whose names are in an encoding.
pub fn selected(
    (perms, names, files, kinds, deleted, anonymous): Wanted<'_>,
    encoding: &Encoding,
) -> PyResult<Selection> {
    let glob = |name: &Bound<'_, PyString>| Ok(Glob::new(&encoding.encode(name)?));
    let letters =
        |pattern: Vec<(usize, char)>| pattern.into_iter().map(|(at, letter)| (at.min(3), letter as u8)).collect();
    Ok(Selection {
        perms: perms.map(|perms| perms.into_iter().map(letters).collect()),
        names: names.map(|names| names.iter().map(glob).collect::<PyResult<_>>()).transpose()?,
        files: files.map(|files| files.into_iter().collect()),
        kinds,
        deleted,
        anonymous,
    })
}
