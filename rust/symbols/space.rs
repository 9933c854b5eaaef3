//! Which symbols hold these addresses of a process? Its mappings, and the tables of their files.

use super::table::Table;
use std::sync::Arc;

/// A range of addresses at which a file is mapped, or code that has symbols of its own.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// The first address.
    pub begin: u64,
    /// The first address past it.
    pub end: u64,
    /// What to take from an address to have it in the file's own numbering.
    pub bias: u64,
    /// The number of what is mapped there.
    pub module: u32,
}

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The number of a symbol: see [`Space::known`]; and the distance from its begin.
    Symbol(u32, u64),
    /// In no area.
    Nowhere,
    /// In a module of which no table was loaded.
    Unread,
    /// In a module, and no symbol of it holds the address.
    Between,
}

/// The mappings of a process, the tables of symbols, and the symbols that were found.
#[derive(Default)]
pub struct Space {
    areas: Vec<Area>,
    modules: Vec<Module>,
    known: Vec<(u32, u32)>,
}

#[derive(Default)]
struct Module {
    table: Option<Arc<Table>>,
    /// The number that each symbol was given, plus one; 0 for none yet.
    numbers: Vec<u32>,
}

impl Space {
    /// Makes it of areas that do not overlap; of those that do, the one that begins last counts.
    pub fn new(mut areas: Vec<Area>) -> Space {
        areas.sort_unstable_by_key(|area| area.begin);
        let count = areas.iter().map(|area| area.module as usize + 1).max().unwrap_or(0);
        Space { areas, modules: std::iter::repeat_with(Module::default).take(count).collect(), known: Vec::new() }
    }

    /// Gives a module its symbols, if it has none yet.
    pub fn load(&mut self, module: u32, table: Arc<Table>) {
        if let Some(place @ Module { table: None, .. }) = self.modules.get_mut(module as usize) {
            *place = Module { numbers: vec![0; table.len()], table: Some(table) };
        }
    }

    /// The modules that hold some of these addresses, and have no table yet.
    pub fn unloaded(&self, addresses: impl Iterator<Item = u64>) -> Vec<u32> {
        let mut is_met = vec![false; self.modules.len()];
        for area in addresses.filter_map(|address| self.area(address)) {
            is_met[area.module as usize] = true;
        }
        let numbers = (0..).zip(is_met).filter(|&(_, is_met)| is_met).map(|(number, _)| number);
        numbers.filter(|&number: &u32| self.modules[number as usize].table.is_none()).collect()
    }

    /// What an address is.
    pub fn find(&mut self, address: u64) -> Answer {
        let Some(&Area { bias, module, .. }) = self.area(address) else { return Answer::Nowhere };
        let place = &mut self.modules[module as usize];
        let Some(table) = &place.table else { return Answer::Unread };
        let elf_address = address.wrapping_sub(bias);
        let Some(index) = table.find(elf_address) else { return Answer::Between };
        let Some(symbol) = table.symbol(index) else { return Answer::Between };
        let number = &mut place.numbers[index];
        if *number == 0 {
            self.known.push((module, index as u32));
            *number = self.known.len() as u32;
        }
        Answer::Symbol(*number - 1, elf_address - symbol.begin)
    }

    /// How many symbols were found so far.
    pub fn known_count(&self) -> usize {
        self.known.len()
    }

    /// The module, the table and the index in it of a symbol that was found.
    pub fn known(&self, number: usize) -> Option<(u32, &Arc<Table>, usize)> {
        let &(module, index) = self.known.get(number)?;
        Some((module, self.modules.get(module as usize)?.table.as_ref()?, index as usize))
    }

    fn area(&self, address: u64) -> Option<&Area> {
        let index = self.areas.partition_point(|area| area.begin <= address).checked_sub(1)?;
        self.areas.get(index).filter(|area| address < area.end)
    }
}
