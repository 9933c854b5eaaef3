//! The headers of any bytes are read within what is promised, or refused, and say nothing that cannot
//! be: in a file, and in memory.
#![no_main]

use _procmaps::build_id;
use _procmaps::elf::{self, Elf};
use libfuzzer_sys::fuzz_target;

/// The header, 1024 program headers, the notes, the dynamic section, a name.
const MOST: u64 = 64 + 1024 * 56 + (128 << 10) + (64 << 10) + 4096;

fuzz_target!(|file: &[u8]| {
    let build_id = build_id::find(|offset, size| Ok(part(file, offset, size))).expect("no reading fails");
    // In memory it is anywhere: where the last bytes say.
    let page = file.iter().rev().take(4).fold(0, |number, &byte| number << 8 | u64::from(byte));
    for origin in [None, Some(page << 12)] {
        let mut read = 0;
        let found = elf::of_source(
            &mut |offset, size| {
                read += size;
                Ok(part(file, offset, size))
            },
            origin,
        );
        assert!(read <= MOST, "{read} bytes");
        if let Ok(Some(elf)) = &found {
            is_possible(elf, file);
            assert_eq!(elf.build_id, build_id);
        }
    }
});

fn part(file: &[u8], offset: u64, size: u64) -> Vec<u8> {
    let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(file.len());
    let end = begin.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)).min(file.len());
    file[begin..end].to_vec()
}

fn is_possible(elf: &Elf, file: &[u8]) {
    for load in &elf.loads {
        assert!(load.file_size <= load.memory_size && load.memory_size > 0);
        assert!(load.address.checked_add(load.memory_size).is_some());
        assert!(load.offset.checked_add(load.file_size).is_some());
    }
    assert!(elf.loads.windows(2).all(|pair| pair[0].address <= pair[1].address));
    for text in [&elf.soname, &elf.build_id].into_iter().flatten() {
        assert!(!text.is_empty() && file.windows(text.len()).any(|part| part == text));
    }
    assert!(elf.soname.iter().flatten().all(|&byte| byte != 0));
}
