//! Native core of the Python package `procmaps`: text and processes in, rows out.
//!
//! | file | question |
//! |---|---|
//! | `format.rs` | what does a line look like? |
//! | `grammar.rs` | does this line look like that, and if not, where? |
//! | `maps.rs` | which rows does this text hold? |
//! | `table.rs` | which row holds this address? |
//! | `bulk.rs` | which rows hold these many addresses? |
//! | `fields.rs` | what does a line of smaps below one of maps say? |
//! | `smaps.rs` | which rows and fields does this text hold? |
//! | `usages.rs` | what does this row use? |
//! | `process.rs` | what does this process map? (Linux) |
//! | `memory.rs` | what does this process use? (Linux) |
//! | `text.rs` | what does the kernel print of this process, word for word? (Linux) |
//! | `query.rs` | which mapping of this process holds this address, now? (Linux) |
//! | `elf.rs` | how does this file want to be loaded? |
//! | `build_id.rs` | which build of a program is this file? |
//! | `host.rs` | what do all processes map? (Linux) |
//! | `selection.rs` | which rows are asked for? |
//! | `glob.rs` | does this name match this pattern? |
//! | `kind.rs` | what kind of memory does this name stand for? |
//! | `columns.rs` | what is in each column of a table of data? |
//! | `arrow.rs` | how do other libraries read these columns? |
//! | `packed.rs` | which numbers are in these rows, side by side? |
//! | `symbols/` | which symbols hold these addresses? |
//! | `demangle.rs` | which name did a compiler mangle into this symbol? |
//! | `python/` | how does Python see it? |
//!
//! Without the feature `python` it is an ordinary crate, for its own tests and for fuzzing.

pub mod arrow;
pub mod build_id;
pub mod bulk;
pub mod columns;
pub mod demangle;
pub mod elf;
pub mod fields;
/// The grammar of a line.
pub mod format {
    include!("format.rs");
}
pub mod glob;
mod grammar;
#[cfg(target_os = "linux")]
pub mod host;
pub mod kind;
pub mod maps;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod packed;
#[cfg(target_os = "linux")]
pub mod process;
#[cfg(target_os = "linux")]
pub mod query;
pub mod selection;
pub mod smaps;
pub mod symbols;
pub mod table;
#[cfg(target_os = "linux")]
pub mod text;
pub mod usages;

#[cfg(feature = "python")]
mod python;
