//! Many addresses at once: which rows of a table hold them.
//!
//! A binary search waits at each step for the one before it. So the first addresses of the rows are laid out
//! as a tree, level by level, the children of node `k` at `2k` and `2k + 1`, and several addresses go
//! down side by side: while one waits for memory the others go on, and no step is a guess of the
//! processor's, which would be wrong every other time. `Table::find` gives the same answers.

use crate::table::Table;

/// How many addresses go down at once: so many have room in registers, and twice as many where to wait for
/// memory takes longer.
const FEW: usize = 8;
const MANY: usize = 16;
/// A tree of so many nodes is no longer in the first cache.
const LARGE: usize = 4096;

/// A search for many addresses.
pub struct Bulk<'t> {
    table: &'t Table,
    /// Of the first addresses of the rows; None to search for one address after the other.
    tree: Option<Vec<u64>>,
}

impl<'t> Bulk<'t> {
    /// A search for so many addresses. O(n) if there are at least as many as rows.
    pub fn new(table: &'t Table, count: usize) -> Bulk<'t> {
        let pays_off = table.is_ordered() && count >= table.len();
        Bulk { table, tree: pays_off.then(|| tree(table.ranges().0)) }
    }

    /// Finds the rows that hold addresses: u64 in, i64 out (-1 for none), packed, in native order.
    ///
    /// `found` is as long as `addresses`. O(log n) each.
    pub fn find_packed(&self, addresses: &[u8], found: &mut [u8]) {
        match &self.tree {
            None => self.find_each(addresses, found),
            Some(tree) if tree.len() < LARGE => self.find_abreast::<FEW>(tree, addresses, found),
            Some(tree) => self.find_abreast::<MANY>(tree, addresses, found),
        }
    }

    fn find_each(&self, addresses: &[u8], found: &mut [u8]) {
        for (address, found) in addresses.chunks_exact(8).zip(found.chunks_exact_mut(8)) {
            found.copy_from_slice(&packed(self.table.find(unpacked(address))));
        }
    }

    fn find_abreast<const N: usize>(&self, tree: &[u64], addresses: &[u8], found: &mut [u8]) {
        let (_, ends) = self.table.ranges();
        let mut addresses = addresses.chunks_exact(8 * N);
        let mut found = found.chunks_exact_mut(8 * N);
        for (group, found) in addresses.by_ref().zip(found.by_ref()) {
            let group: [u64; N] = std::array::from_fn(|lane| unpacked(&group[8 * lane..8 * lane + 8]));
            let below = count_below(tree, &group);
            for lane in 0..N {
                let index = below[lane].wrapping_sub(1);
                let is_held = ends.get(index).is_some_and(|&end| group[lane] < end);
                let index = if is_held { index as i64 } else { -1 };
                found[8 * lane..8 * lane + 8].copy_from_slice(&index.to_ne_bytes());
            }
        }
        self.find_each(addresses.remainder(), found.into_remainder());
    }
}

/// An index as it is packed.
pub fn packed(index: Option<usize>) -> [u8; 8] {
    index.map_or(-1, |index| index as i64).to_ne_bytes()
}

/// How many rows begin at each address or below it.
fn count_below<const N: usize>(tree: &[u64], addresses: &[u64; N]) -> [usize; N] {
    let last = tree.len() - 1;
    let mut nodes = [1; N];
    for _ in 0..tree.len().trailing_zeros() {
        for lane in 0..N {
            // The mask changes nothing: it spares a check.
            nodes[lane] = 2 * nodes[lane] + usize::from(tree[nodes[lane] & last] <= addresses[lane]);
        }
    }
    // Below the last level there is a place for each of the ranges between rows, in their order.
    nodes.map(|node| node - tree.len())
}

/// The tree of numbers in order. Its length is a power of two; there is no node 0.
fn tree(numbers: &[u64]) -> Vec<u64> {
    let len = (numbers.len() + 1).next_power_of_two();
    let node = |k: usize| {
        let level = k.checked_ilog2()?;
        let width = len >> level;
        numbers.get((k - (1 << level)) * width + width / 2 - 1).copied()
    };
    // What is beyond the last number is above every address, but for one that no mapping can hold.
    (0..len).map(|k| node(k).unwrap_or(u64::MAX)).collect()
}

fn unpacked(address: &[u8]) -> u64 {
    address.try_into().map_or(0, u64::from_ne_bytes)
}
