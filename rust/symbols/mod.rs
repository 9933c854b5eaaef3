//! Which symbol is at this address? Tables of symbols, each made once a file, and asked in bulk.
//!
//! | file | question |
//! |---|---|
//! | `table.rs` | which symbol holds this address? |
//! | `elf.rs` | where is what in this ELF file? |
//! | `defined.rs` | which symbols does it define? |
//! | `file.rs` | which symbols does this file have, and the one that has its debug information? |
//! | `perf_map.rs` | which symbols has code that was made at run time? |
//! | `space.rs` | which symbols hold these addresses of a process? |
//! | `lines.rs` | which line of which source is at this address? |
//! | `metered.rs` | how much of debug information may be read? |

mod defined;
pub mod elf;
pub mod file;
#[cfg(feature = "lines")]
pub mod lines;
#[cfg(feature = "lines")]
mod metered;
pub mod perf_map;
pub mod space;
pub mod table;
