//! Conway's Game of Life on a board without edges: a set of living cells, each `(x, y)`, makes the next one.

use std::{
    collections::{HashMap, HashSet},
    error, fmt,
};

/// The place of a cell.
pub type Cell = (i64, i64);

/// The living cells.
pub type Cells = HashSet<Cell>;

/// A living cell whose neighbours no `i64` can number.
#[derive(Debug, PartialEq, Eq)]
pub struct TooFar(pub Cell);

impl fmt::Display for TooFar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the cell {:?} has neighbours that 64 bits cannot number", self.0)
    }
}

impl error::Error for TooFar {}

/// Return the next generation: a cell lives if 3 of its neighbours do, or if it does itself and 2 of them.
pub fn next(cells: &Cells) -> Result<Cells, TooFar> {
    let mut counts: HashMap<Cell, u8> = HashMap::new();
    for &cell in cells {
        for neighbour in neighbours(cell)? {
            *counts.entry(neighbour).or_default() += 1;
        }
    }
    let lives = |&(cell, count): &(Cell, u8)| count == 3 || count == 2 && cells.contains(&cell);
    Ok(counts.into_iter().filter(lives).map(|(cell, _)| cell).collect())
}

fn neighbours(cell @ (x, y): Cell) -> Result<[Cell; 8], TooFar> {
    let around = |n: i64| Some((n.checked_sub(1)?, n.checked_add(1)?));
    let (Some((left, right)), Some((above, below))) = (around(x), around(y)) else { return Err(TooFar(cell)) };
    Ok([(left, above), (x, above), (right, above), (left, y), (right, y), (left, below), (x, below), (right, below)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_row_turn() {
        let row = Cells::from([(-1, 0), (0, 0), (1, 0)]);
        let column = Cells::from([(0, -1), (0, 0), (0, 1)]);
        assert_eq!(next(&row), Ok(column.clone()));
        assert_eq!(next(&column), Ok(row));
    }

    #[test]
    fn the_last_number_has_no_neighbour() {
        for cell in [(i64::MAX, 0), (0, i64::MIN)] {
            assert_eq!(next(&Cells::from([cell])), Err(TooFar(cell)));
        }
    }
}
