//! The crate procfs, for a program in Rust: its structs, and no Python.
//!
//! Speaks as `worker.py` does: a line `JOB PID NUMBER` is answered with the nanoseconds of a call, or with the
//! checksum of the ranges.

use procfs::process::{MemoryMaps, Process};
use procfs::{FromBufRead, ProcResult};
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::stdout();
    writeln!(out, r#"{{"name": "procfs", "version": "0.18.0, Rust", "jobs": ["check", "read", "parse_only"]}}"#)?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let [job, pid, number] = words[..] else { return Err("expected JOB PID NUMBER".into()) };
        let (pid, number): (i32, u32) = (pid.parse()?, number.parse()?);
        let answer = match job {
            "check" => f64::from(checksum(&read(pid)?)),
            "read" => nanoseconds(number, || read(pid))?,
            _ => {
                let text = std::fs::read(format!("/proc/{pid}/maps"))?;
                nanoseconds(number, || MemoryMaps::from_buf_read(&text[..]))?
            }
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn read(pid: i32) -> ProcResult<MemoryMaps> {
    Process::new(pid)?.maps()
}

fn nanoseconds(number: u32, call: impl Fn() -> ProcResult<MemoryMaps>) -> ProcResult<f64> {
    let start = Instant::now();
    for _ in 0..number {
        black_box(call()?);
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(number))
}

/// That of the other readers: of the ranges as Python prints a list of them.
fn checksum(maps: &MemoryMaps) -> u32 {
    let ranges: Vec<String> = maps.iter().map(|m| format!("({}, {})", m.address.0, m.address.1)).collect();
    crc32fast::hash(format!("[{}]", ranges.join(", ")).as_bytes())
}
