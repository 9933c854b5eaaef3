//! Which symbol holds an address: the table against the rule, said plainly, for small tables of any kind.

mod random;

use _procmaps::symbols::table::{Builder, LONGEST_NAME, Names, Symbol, Table};
use random::Random;

const TEXT: &[u8] = b"a\0b\0__c\0_dd\0eee\0";
const NAMES: [u32; 5] = [0, 2, 4, 8, 12];

fn symbol(begin: u64, size: u64, name: usize) -> Symbol {
    Symbol { begin, size, name: NAMES[name], names: 0, rank: 0, is_label: false }
}

fn builder(symbols: &[Symbol], bounds: &[(u64, u64)]) -> Builder {
    let names = Names { source: "symtab", text: TEXT.to_vec(), end: 0 };
    Builder { symbols: symbols.to_vec(), names: vec![names], bounds: bounds.to_vec(), notes: Vec::new() }
}

fn name_at(table: &Table, address: u64) -> Option<String> {
    let symbol = table.symbol(table.find(address)?)?;
    Some(String::from_utf8_lossy(table.name(symbol)).into_owned())
}

fn names_at(table: &Table, addresses: &[u64]) -> Vec<String> {
    addresses.iter().map(|&address| name_at(table, address).unwrap_or_else(|| "-".to_owned())).collect()
}

#[test]
fn of_two_that_overlap_the_inner_one_holds_the_address() {
    let table = builder(&[symbol(10, 30, 0), symbol(20, 5, 1)], &[]).build();
    assert_eq!(names_at(&table, &[9, 10, 19, 20, 24, 25, 39, 40]), ["-", "a", "a", "b", "b", "a", "a", "-"]);
}

#[test]
fn of_two_at_one_address_the_better_one_holds_it() {
    let ranked = |name, rank| Symbol { rank, ..symbol(10, 5, name) };
    let table = builder(&[ranked(0, 2), ranked(4, 0), ranked(1, 1)], &[]).build();
    assert_eq!(names_at(&table, &[10, 14, 15]), ["eee", "eee", "-"]);
    let table = builder(&[symbol(10, 5, 2), symbol(10, 5, 3), symbol(10, 5, 4)], &[]).build();
    assert_eq!(names_at(&table, &[10]), ["eee"], "the fewest underscores");
    let table = builder(&[symbol(10, 5, 4), symbol(10, 5, 1), symbol(10, 5, 0)], &[]).build();
    assert_eq!(names_at(&table, &[10]), ["a"], "the shortest, and the first of the alphabet");
    assert_eq!(table.aliases(1), 0..3);
    let table = builder(&[symbol(10, 0, 0), Symbol { rank: 5, ..symbol(10, 2, 1) }], &[]).build();
    assert_eq!(names_at(&table, &[10]), ["b"], "one with a size");
}

#[test]
fn one_without_a_size_ends_at_the_next_one_or_with_its_section() {
    let table = builder(&[symbol(10, 0, 0), symbol(20, 4, 1), symbol(30, 0, 4)], &[(5, 35)]).build();
    assert_eq!(names_at(&table, &[10, 19, 20, 23, 24, 30, 34, 35]), ["a", "a", "b", "b", "-", "eee", "eee", "-"]);
    let table = builder(&[symbol(10, 0, 0)], &[]).build();
    assert_eq!(names_at(&table, &[10, 11]), ["a", "-"], "of no section that is known it is one address");
}

#[test]
fn one_without_a_size_holds_no_more_than_its_address_within_another() {
    let label = Symbol { is_label: true, ..symbol(15, 0, 4) };
    let table = builder(&[symbol(10, 10, 0), symbol(12, 0, 1), label], &[(0, 100)]).build();
    assert_eq!(names_at(&table, &[11, 12, 13, 15, 19, 20]), ["a", "b", "a", "a", "a", "eee"]);
}

#[test]
fn of_code_that_replaced_other_code_the_later_holds_the_address() {
    let table = builder(&[symbol(10, 20, 0), symbol(5, 10, 1), symbol(12, 1, 4)], &[]).build_latest();
    assert_eq!(names_at(&table, &[5, 11, 12, 13, 14, 15, 29]), ["b", "b", "eee", "b", "b", "a", "a"]);
}

#[test]
fn the_end_of_the_address_space_is_no_end() {
    let table = builder(&[symbol(u64::MAX - 1, 10, 0), symbol(u64::MAX, 0, 1)], &[]).build();
    assert_eq!(names_at(&table, &[u64::MAX - 2, u64::MAX - 1]), ["-", "a"]);
    table.find(u64::MAX);
}

#[test]
fn names() {
    let table = builder(&[Symbol { name: 99, ..symbol(1, 1, 0) }], &[]).build();
    assert_eq!(names_at(&table, &[1]), [""]);
    let names = Names { source: "symtab", text: vec![b'x'; LONGEST_NAME + 5], end: 0 };
    assert_eq!(names.name(0).len(), LONGEST_NAME);
    let versioned = Names { source: "symtab", text: b"memcpy@@GLIBC_2.14\0".to_vec(), end: 0 };
    let table =
        Builder { symbols: vec![Symbol { name: 0, ..symbol(1, 1, 0) }], names: vec![versioned], ..Builder::default() };
    let table = table.build();
    assert_eq!(names_at(&table, &[1]), ["memcpy"]);
    assert_eq!(table.named(b"memcpy"), [0]);
    assert!(table.named(b"memcpy@@GLIBC_2.14").is_empty());
}

#[test]
fn the_same_symbol_of_two_sources_is_one() {
    let mut both = builder(&[symbol(10, 5, 0), Symbol { names: 1, ..symbol(10, 5, 0) }], &[]);
    both.names.push(Names { source: "dynsym", text: TEXT.to_vec(), end: 0 });
    let table = both.build();
    assert_eq!(table.len(), 1);
}

/// The rule of the module, said without thought of time.
fn holder(symbols: &[Symbol], bounds: &[(u64, u64)], address: u64) -> Option<u64> {
    let sized = |symbol: &&Symbol| symbol.size > 0 && symbol.begin <= address && address - symbol.begin < symbol.size;
    let exact = |symbol: &&Symbol| symbol.size == 0 && !symbol.is_label && symbol.begin == address;
    let inner = symbols.iter().filter(|symbol| sized(symbol) || exact(symbol)).map(|symbol| symbol.begin).max();
    let nearest = symbols.iter().map(|symbol| symbol.begin).filter(|&begin| begin <= address).max();
    let is_sizeless = |begin: u64| symbols.iter().any(|symbol| symbol.begin == begin && symbol.size == 0);
    let bound = |begin: u64| bounds.iter().rfind(|bound| bound.0 <= begin).map_or(0, |bound| bound.1);
    let reaches = |begin: u64| address == begin || address < bound(begin);
    inner.or_else(|| nearest.filter(|&begin| is_sizeless(begin) && reaches(begin)))
}

#[test]
fn any_table_is_as_the_rule_says() {
    let mut random = Random::new(11);
    for _ in 0..3_000 {
        let count = 1 + random.below(12);
        let symbols: Vec<Symbol> = (0..count)
            .map(|_| {
                let size = if random.below(3) == 0 { 0 } else { random.below(20) };
                let is_label = size == 0 && random.below(2) == 0;
                Symbol {
                    is_label,
                    rank: *random.one_of(&[0, 1, 2]),
                    ..symbol(random.below(50), size, random.below(5) as usize)
                }
            })
            .collect();
        let bounds = [(0, 20 + random.below(10)), (32, 60)];
        let table = builder(&symbols, &bounds).build();
        for address in 0..70 {
            let found = table.find(address).and_then(|index| table.symbol(index)).map(|symbol| symbol.begin);
            assert_eq!(found, holder(&symbols, &bounds, address), "{address} in {symbols:?}");
        }
    }
}

#[test]
fn long_names_for_one_place_are_no_burden() {
    let text = [vec![b'x'; 1 << 20], vec![0]].concat();
    let symbols: Vec<Symbol> = (0..20_000).map(|name| Symbol { name, ..symbol(1, 1, 0) }).collect();
    let names = || Names { source: "symtab", text: text.clone(), end: 0 };
    let table = Builder { symbols, names: vec![names(), names()], ..Builder::default() }.build();
    assert!(table.find(1).is_some());
    assert!(table.named(b"y").is_empty());
}
