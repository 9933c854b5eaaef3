//! The floor of every reader of a whole host: to have the kernel make all texts, and nothing else.
//!
//! `host THREADS`: a line of numbers of processes is answered with the nanoseconds that it took to read the
//! maps of all.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

fn main() -> io::Result<()> {
    let threads: usize = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1);
    for line in io::stdin().lock().lines() {
        let line = line?;
        let paths: Vec<_> = line.split(' ').map(|pid| format!("/proc/{pid}/maps")).collect();
        let start = Instant::now();
        read_all(&paths, threads);
        writeln!(io::stdout(), "{}", start.elapsed().as_nanos())?;
    }
    Ok(())
}

fn read_all(paths: &[String], threads: usize) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0; 16 << 10];
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Ok(mut file) = File::open(path) else { continue };
            while file.read(&mut buffer).is_ok_and(|read| read > 0) {}
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}
