//! The mappings of one listing, in columns.
//!
//! Fifty-six bytes a mapping, and the names once: neighbours mostly belong to one file, so a name equal
//! to one of the two before is not stored again.

/// One mapping, in the order of its line. The name is the kernel's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row<'t> {
    /// First address.
    pub begin: u64,
    /// First address past it.
    pub end: u64,
    /// The four letters, for example `r-xp`.
    pub perms: [u8; 4],
    /// Offset in the file, bytes.
    pub offset: u64,
    /// Major number of the device.
    pub dev_major: u32,
    /// Minor number of the device.
    pub dev_minor: u32,
    /// The inode, 0 for none.
    pub inode: u64,
    /// The name as printed; `None` for none.
    pub name: Option<&'t [u8]>,
}

struct Rest {
    offset: u64,
    inode: u64,
    name: usize,
    dev_major: u32,
    dev_minor: u32,
    perms: [u8; 4],
}

/// The rows of a listing, in its order, and whether that order is the kernel's.
#[derive(Default)]
pub struct Table {
    begins: Vec<u64>,
    ends: Vec<u64>,
    rest: Vec<Rest>,
    /// The names, one behind the other, and where each ends. They are counted from 1; 0 is no name.
    names: Vec<u8>,
    name_ends: Vec<usize>,
    disordered: bool,
}

impl Table {
    /// An empty table with room for the rows of a text of so many bytes.
    pub fn with_capacity_for(text_len: usize) -> Table {
        // The shortest line of a 64-bit kernel has 50 bytes, the usual one 70 to 110. A text that
        // is no listing must not reserve more than it is worth: the room grows with what is found.
        Table::with_capacity((text_len / 80).min(1 << 16))
    }

    /// An empty table with room for so many rows.
    pub fn with_capacity(rows: usize) -> Table {
        Table {
            begins: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            rest: Vec::with_capacity(rows),
            ..Table::default()
        }
    }

    /// Gives back the room that was not needed.
    pub fn shrink_to_fit(&mut self) {
        self.begins.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rest.shrink_to_fit();
        self.names.shrink_to_fit();
        self.name_ends.shrink_to_fit();
    }

    /// Appends a row.
    pub fn push(&mut self, row: &Row<'_>) {
        self.disordered |= self.ends.last().is_some_and(|&end| row.begin < end);
        self.begins.push(row.begin);
        self.ends.push(row.end);
        let name = row.name.filter(|name| !name.is_empty()).map_or(0, |name| self.keep(name));
        self.rest.push(Rest {
            offset: row.offset,
            inode: row.inode,
            name,
            dev_major: row.dev_major,
            dev_minor: row.dev_minor,
            perms: row.perms,
        });
    }

    /// Stores a name, and returns its number.
    fn keep(&mut self, name: &[u8]) -> usize {
        let known = self.rest.iter().rev().take(2).map(|last| last.name).find(|&last| self.name(last) == Some(name));
        known.unwrap_or_else(|| {
            self.names.extend_from_slice(name);
            self.name_ends.push(self.names.len());
            self.name_ends.len()
        })
    }

    fn name(&self, number: usize) -> Option<&[u8]> {
        let end = self.name_ends[number.checked_sub(1)?];
        let start = if number == 1 { 0 } else { self.name_ends[number - 2] };
        Some(&self.names[start..end])
    }

    /// The number of a row's name, from 1 to [`Table::names_len`]; 0 if it has none, or there is no such row.
    pub fn name_number(&self, index: usize) -> usize {
        self.rest.get(index).map_or(0, |rest| rest.name)
    }

    /// How many names there are, neighbours' counted once.
    pub fn names_len(&self) -> usize {
        self.name_ends.len()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.begins.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.begins.is_empty()
    }

    /// Whether no mapping begins before the end of the one above it, as in every whole reading.
    pub fn is_ordered(&self) -> bool {
        !self.disordered
    }

    /// The first address of each row, and the first past it.
    pub fn ranges(&self) -> (&[u64], &[u64]) {
        (&self.begins, &self.ends)
    }

    /// The row at an index.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let rest = self.rest.get(index)?;
        Some(Row {
            begin: self.begins[index],
            end: self.ends[index],
            perms: rest.perms,
            offset: rest.offset,
            dev_major: rest.dev_major,
            dev_minor: rest.dev_minor,
            inode: rest.inode,
            name: self.name(rest.name),
        })
    }

    /// The index of the mapping that holds an address.
    ///
    /// O(log n). In a listing out of order, O(n), and the mapping printed last is the one: it was
    /// read latest.
    pub fn find(&self, address: u64) -> Option<usize> {
        let holds = |&index: &usize| self.begins[index] <= address && address < self.ends[index];
        if self.disordered {
            return (0..self.len()).rev().find(holds);
        }
        self.begins.partition_point(|&begin| begin <= address).checked_sub(1).filter(holds)
    }

    /// The indices, from and up to, of the mappings that share an address with `begin..end`.
    ///
    /// O(log n); `None` in a listing out of order, whose answer need not be one range.
    pub fn between(&self, begin: u64, end: u64) -> Option<(usize, usize)> {
        let from = self.ends.partition_point(|&last| last <= begin);
        let to = self.begins.partition_point(|&first| first < end);
        self.is_ordered().then_some((from, to.max(from)))
    }
}
