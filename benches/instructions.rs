//! Does one thing to a fixed listing, so many times: `instructions JOB TIMES`. See instructions.py.

use _procmaps::maps::{self, Dialect};
use _procmaps::table::Table;
use std::hint::black_box;
use std::io::Write;

/// How many lines the listing has.
const LINES: u64 = 1_000;
const BEGIN: u64 = 0x7f00_0000_0000;
const SIZE: u64 = 0x1000;

fn main() {
    let mut words = std::env::args().skip(1);
    let job = words.next().unwrap_or_default();
    let times: u64 = words.next().and_then(|word| word.parse().ok()).expect("a number of times");
    let (usual, short) = (listing(BEGIN, 73), listing(0x1000_0000, 49));
    let table = maps::parse(&usual, Dialect::Linux).expect("it is a listing");
    for time in 0..times {
        match job.as_str() {
            "parse" => drop(black_box(maps::parse(black_box(&usual), Dialect::Linux))),
            "parse, 32 bits" => drop(black_box(maps::parse(black_box(&short), Dialect::Linux))),
            "print" => drop(black_box(printed(black_box(&table)))),
            "find" => find_each(black_box(&table), time),
            other => panic!("no job {other:?}"),
        }
    }
}

/// Libraries of four mappings and their variables, as a process with many has them.
fn listing(begin: u64, column: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for i in 0..LINES {
        let (library, part) = (i / 5, i % 5);
        let (begin, end) = (begin + i * SIZE, begin + (i + 1) * SIZE);
        let perms = ["r--p", "r-xp", "r--p", "rw-p", "rw-p"][part as usize];
        let name = format!("/usr/lib/python3/site-packages/package/_module_{library}.cpython-311-x86_64-linux-gnu.so");
        let line = match part {
            4 => format!("{begin:08x}-{end:08x} {perms} 00000000 00:00 0 "),
            _ => {
                let head = format!("{begin:08x}-{end:08x} {perms} {:08x} fe:01 {} ", part * SIZE, 131_072 + library);
                format!("{head:column$}{name}")
            }
        };
        writeln!(text, "{line}").expect("a Vec takes what is written to it");
    }
    text
}

fn printed(table: &Table) -> Vec<u8> {
    let mut text = Vec::new();
    for row in (0..table.len()).filter_map(|index| table.row(index)) {
        maps::print(&row, 64, &mut text);
        text.push(b'\n');
    }
    text
}

/// As many searches as there are lines, in no order.
fn find_each(table: &Table, time: u64) {
    for i in 0..LINES {
        let address = BEGIN + (i * 7_919 + time) % LINES * SIZE;
        assert!(black_box(table.find(black_box(address))).is_some());
    }
}
