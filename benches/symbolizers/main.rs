//! What blazesym takes for the addresses of a process, and what it answers.
//!
//! `symbolizers PID ROUNDS` reads addresses from standard input, u64 in native order, and prints a line
//! of nanoseconds: those with a new symbolizer, then those of each further round with the same one. Then
//! a line for each address: the name and the offset, or `-`.
//!
//! Names are not demangled, and neither lines nor inlined functions are looked for.

use blazesym::symbolize::source::{Process, Source};
use blazesym::symbolize::{Input, Symbolized, Symbolizer};
use std::io::{Read, Write};
use std::time::Instant;

fn main() {
    let arguments: Vec<u32> = std::env::args().skip(1).map(|word| word.parse().expect("a number")).collect();
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).expect("standard input");
    let addresses: Vec<u64> = bytes.chunks_exact(8).map(|b| u64::from_ne_bytes(b.try_into().unwrap())).collect();

    let mut process = Process::new(arguments[0].into());
    process.debug_syms = false;
    process.perf_map = false;
    let source = Source::Process(process);
    let begin = Instant::now();
    let symbolizer =
        Symbolizer::builder().enable_code_info(false).enable_inlined_fns(false).enable_demangling(false).build();
    let mut times = Vec::new();
    let mut answers = symbolizer.symbolize(&source, Input::AbsAddr(&addresses)).expect("symbols");
    times.push(begin.elapsed().as_nanos());
    for _ in 0..arguments[1] {
        let begin = Instant::now();
        answers = symbolizer.symbolize(&source, Input::AbsAddr(&addresses)).expect("symbols");
        times.push(begin.elapsed().as_nanos());
    }

    let mut out = std::io::BufWriter::new(std::io::stdout());
    let times: Vec<String> = times.iter().map(u128::to_string).collect();
    writeln!(out, "{}", times.join(" ")).unwrap();
    for answer in answers {
        match answer {
            Symbolized::Sym(symbol) => writeln!(out, "{} {}", symbol.name, symbol.offset).unwrap(),
            Symbolized::Unknown(_) => writeln!(out, "-").unwrap(),
        }
    }
}
