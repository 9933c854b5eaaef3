//! Native core of the Python package `game_of_life`: `life.rs` has the rules, `python.rs` shows them to Python.

pub mod life;
#[cfg(feature = "python")]
mod python;
