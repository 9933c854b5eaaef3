//! What each mapping of one listing uses, in rows that are as wide as there are known fields; and sums.

use crate::fields::{AMOUNTS, FIELDS};

/// What one mapping uses, as its fields say.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    values: [u64; FIELDS.len()],
    /// A bit for each field.
    present: u32,
}

impl Usage {
    /// Whether no field of [`FIELDS`] is there.
    pub fn is_empty(&self) -> bool {
        self.present == 0
    }

    /// The value of a field by its index in [`FIELDS`], `None` if there is no such line: bytes or a
    /// number; of flags an index for [`Usages::flags`].
    pub fn value(&self, field: usize) -> Option<u64> {
        self.has(field).then(|| self.values[field])
    }

    /// Whether there is such a line.
    pub fn has(&self, field: usize) -> bool {
        self.present >> field & 1 == 1
    }

    pub(crate) fn set(&mut self, field: usize, value: u64) {
        self.present |= 1 << field;
        self.values[field] = value;
    }
}

/// A field that is not in [`FIELDS`], as text.
pub struct Other {
    row: usize,
    /// What stands before the colon.
    pub label: Vec<u8>,
    /// What stands after it and the blanks.
    pub text: Vec<u8>,
}

/// What each mapping of a listing uses.
#[derive(Default)]
pub struct Usages {
    rows: Vec<Usage>,
    flags: Vec<Vec<u8>>,
    others: Vec<Other>,
}

impl Usages {
    /// Appends what a mapping uses.
    pub(crate) fn push(&mut self, usage: Usage) {
        self.rows.push(usage);
    }

    /// Appends a field that is not in [`FIELDS`], of the mapping that is pushed next.
    pub(crate) fn push_other(&mut self, label: &[u8], text: &[u8]) {
        self.others.push(Other { row: self.len(), label: label.to_vec(), text: text.to_vec() });
    }

    /// How many mappings there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What the mapping at an index uses.
    pub fn row(&self, index: usize) -> Option<&Usage> {
        self.rows.get(index)
    }

    /// The texts of flags that there are: codes and blanks.
    pub fn flags(&self) -> &[Vec<u8>] {
        &self.flags
    }

    /// The fields of a mapping that are not in [`FIELDS`].
    pub fn others(&self, row: usize) -> &[Other] {
        let from = self.others.partition_point(|other| other.row < row);
        let to = self.others.partition_point(|other| other.row <= row);
        &self.others[from..to]
    }

    /// Appends a text of flags, and returns its index.
    pub(crate) fn push_flags(&mut self, text: &[u8]) -> u64 {
        self.flags.push(text.to_vec());
        self.flags.len() as u64 - 1
    }

    /// The sum of each amount over some rows, `None` where no row has it and for what is no amount.
    pub fn totals(&self, rows: impl IntoIterator<Item = usize>) -> [Option<u128>; FIELDS.len()] {
        let mut totals = [None; FIELDS.len()];
        for usage in rows.into_iter().filter_map(|row| self.row(row)) {
            for (field, total) in totals.iter_mut().enumerate().take(AMOUNTS) {
                if let Some(value) = usage.value(field) {
                    *total = Some(total.unwrap_or(0) + u128::from(value));
                }
            }
        }
        totals
    }
}
