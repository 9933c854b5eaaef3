//! Any bytes, read as an ELF file: its symbols and lines are read within bounds, and what holds an address
//! is there. The same bytes as a perf map: what is found is a line of it.
#![no_main]

use _procmaps::symbols::file::symbols_of_image;
use _procmaps::symbols::lines::lines_of_image;
use _procmaps::symbols::perf_map;
use _procmaps::symbols::table::Table;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let symbols = symbols_of_image(bytes).expect("bytes can be read");
    if let Some(symbols) = symbols {
        // Symbols have 16 bytes in a file at least, and twice as many ranges; names can be there three times.
        if !bytes.windows(6).any(|part| part == b"\xfd7zXZ\0") {
            assert!(symbols.table.memory() <= 16 * bytes.len() + 4096, "{} of {}", symbols.table.memory(), bytes.len());
        }
        is_possible(&symbols.table);
    }
    // A parser of DWARF may refuse it.
    if let Ok(Some(mut lines)) = lines_of_image(bytes) {
        for address in addresses(bytes) {
            assert!(lines.frames(address).len() <= bytes.len());
        }
    }
    let (table, left_out) = perf_map::parse(bytes.to_vec());
    assert!(table.len() + left_out.malformed + left_out.surplus <= bytes.iter().filter(|&&byte| byte == b'\n').count() + 1);
    is_possible(&table);
});

/// Some numbers that are in the file.
fn addresses(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(8).take(64).map(|word| word.try_into().map_or(0, u64::from_le_bytes))
}

fn is_possible(table: &Table) {
    for index in 0..table.len() {
        let symbol = table.symbol(index).expect("it is one of the table");
        assert!(table.aliases(index).contains(&index));
        for address in [symbol.begin, symbol.begin.saturating_add(symbol.size / 2)] {
            let Some(holder) = table.find(address).and_then(|found| table.symbol(found)) else {
                assert!(address == u64::MAX || symbol.size == 0, "{symbol:?}");
                continue;
            };
            assert!(holder.begin <= address);
            assert!(holder.size == 0 || address - holder.begin < holder.size);
        }
    }
}
