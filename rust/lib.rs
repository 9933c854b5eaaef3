//! Native core of the Python package `procmaps`: text and processes in, rows out.
//!
//! | file | question |
//! |---|---|
//! | `format.rs` | what does a line look like? |
//! | `grammar.rs` | does this line look like that, and if not, where? |
//! | `maps.rs` | which rows does this text hold? |
//! | `table.rs` | which row holds this address? |
//! | `process.rs` | what does this process map? (Linux) |
//! | `query.rs` | which mapping of this process holds this address, now? (Linux) |
//! | `build_id.rs` | which build of a program is this file? |
//! | `python/` | how does Python see it? |
//!
//! Without the feature `python` it is an ordinary crate, for its own tests and for fuzzing.

pub mod build_id;
/// The grammar of a line.
pub mod format {
    include!("format.rs");
}
mod grammar;
pub mod maps;
#[cfg(target_os = "linux")]
pub mod process;
#[cfg(target_os = "linux")]
pub mod query;
pub mod table;

#[cfg(feature = "python")]
mod python;
