//! Native core of the Python package `procmaps`: text and processes in, rows out.
//!
//! | file | question |
//! |---|---|
//! | `format.rs` | what does a line look like? |
//! | `grammar.rs` | does this line look like that, and if not, where? |
//! | `maps.rs` | which rows does this text hold? |
//! | `table.rs` | which row holds this address? |
//! | `process.rs` | what does this process map? (Linux) |
//! | `python/` | how does Python see it? |
//!
//! Without the feature `python` it is an ordinary crate, for its own tests and for fuzzing.

/// The grammar of a line.
pub mod format {
    include!("format.rs");
}
mod grammar;
pub mod maps;
#[cfg(target_os = "linux")]
pub mod process;
pub mod table;

#[cfg(feature = "python")]
mod python;
