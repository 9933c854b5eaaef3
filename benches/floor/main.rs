//! The floor of every reader of a live process: to have the kernel make the text, and nothing else.
//!
//! Speaks as `worker.py` does: a line `JOB PID NUMBER` is answered with the nanoseconds of a call. Each
//! job is to read another file.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::time::Instant;

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    let jobs = r#"["kernel", "kernel_smaps", "kernel_rollup"]"#;
    writeln!(out, r#"{{"name": "kernel", "version": null, "jobs": {jobs}}}"#)?;
    out.flush()?;
    // The kernel gives at most a page a read, whatever the size of the buffer.
    let mut buffer = vec![0; 16 << 10];
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split(' ');
        let file = match words.next() {
            Some("kernel_smaps") => "smaps",
            Some("kernel_rollup") => "smaps_rollup",
            _ => "maps",
        };
        let path = format!("/proc/{}/{file}", words.next().unwrap_or_default());
        let number: u32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(1);
        let start = Instant::now();
        for _ in 0..number {
            let mut file = File::open(&path)?;
            while file.read(&mut buffer)? > 0 {}
        }
        writeln!(out, "{}", start.elapsed().as_nanos() as f64 / f64::from(number))?;
        out.flush()?;
    }
    Ok(())
}
