//! Columns for other libraries in the same process: Arrow's C data interface and C stream interface.
//!
//! Authority: <https://arrow.apache.org/docs/format/CDataInterface.html>,
//! <https://arrow.apache.org/docs/format/CStreamInterface.html>.
//!
//! What is exported owns what it points to, and lets go of it in `release`. The structs are moved
//! by copying their bytes and marking the old place as released, so nothing here relies on where
//! they are, and dropping one does what whoever has it is to do: call `release`, unless it was moved
//! away.
//!
//! Excluded: reading what others export; dictionaries.

use crate::columns::{self, Bits, Cells, Type, Values};
use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::AtomicPtr;

/// A pointer that only others follow: this type is one in memory, and may go to other threads. Null by default.
type Pointer = AtomicPtr<()>;

/// `ArrowSchema`: the type of a column, or of all together.
#[repr(C)]
pub struct Schema {
    format: Pointer,
    name: Pointer,
    metadata: Pointer,
    flags: i64,
    n_children: i64,
    children: Pointer,
    dictionary: Pointer,
    release: Option<extern "C" fn(&mut Schema)>,
    owned: ManuallyDrop<Option<Box<SchemaOwned>>>,
}

struct SchemaOwned {
    _name: Vec<u8>,
    _metadata: Vec<u8>,
    _children: Vec<Schema>,
    _pointers: Vec<Pointer>,
}

/// `ArrowArray`: the cells of a column, or of all together.
#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: Pointer,
    children: Pointer,
    dictionary: Pointer,
    release: Option<extern "C" fn(&mut Array)>,
    owned: ManuallyDrop<Option<Box<ArrayOwned>>>,
}

struct ArrayOwned {
    _cells: Cells,
    _buffers: Vec<Pointer>,
    _children: Vec<Array>,
    _pointers: Vec<Pointer>,
}

/// `ArrowArrayStream`: the type, and the cells in batches.
#[repr(C)]
pub struct Stream {
    get_schema: extern "C" fn(&mut Stream, &mut MaybeUninit<Schema>) -> c_int,
    get_next: extern "C" fn(&mut Stream, &mut MaybeUninit<Array>) -> c_int,
    get_last_error: extern "C" fn(&mut Stream) -> *const c_char,
    release: Option<extern "C" fn(&mut Stream)>,
    owned: ManuallyDrop<Option<Box<StreamOwned>>>,
}

struct StreamOwned {
    signed: bool,
    with_usages: bool,
    batches: std::vec::IntoIter<Array>,
}

const NULLABLE: i64 = 2;

/// The type of the columns of `columns.rs`.
pub fn schema(signed: bool, with_usages: bool) -> Schema {
    let children = columns::types(signed, with_usages).into_iter().map(|Type { name, format, is_nullable }| {
        Schema::new(format, name, if is_nullable { NULLABLE } else { 0 }, Vec::new(), Vec::new())
    });
    let version = if with_usages { columns::USAGES } else { columns::MAPS };
    Schema::new(c"+s", CString::default(), 0, metadata(version), children.collect())
}

/// The cells of the columns of `columns.rs`: how many rows there are, and their cells, in batches.
pub fn stream(batches: Vec<(usize, Vec<Cells>)>, signed: bool, with_usages: bool) -> Stream {
    let batches = batches.into_iter().map(|(rows, cells)| {
        let columns = cells.into_iter().map(|cells| Array::column(cells, rows)).collect();
        Array::new(rows, Cells::default(), vec![Pointer::default()], columns)
    });
    let batches = batches.collect::<Vec<_>>().into_iter();
    Stream {
        get_schema,
        get_next,
        get_last_error,
        release: Some(release_stream),
        owned: ManuallyDrop::new(Some(Box::new(StreamOwned { signed, with_usages, batches }))),
    }
}

/// A pair of a key and a value, in the layout of the interface.
fn metadata(version: &str) -> Vec<u8> {
    let mut found = 1_i32.to_ne_bytes().to_vec();
    for text in ["procmaps.schema", version] {
        found.extend((text.len() as i32).to_ne_bytes());
        found.extend(text.as_bytes());
    }
    found
}

impl Schema {
    fn new(format: &'static CStr, name: CString, flags: i64, metadata: Vec<u8>, mut children: Vec<Schema>) -> Schema {
        // A Vec, unlike a CString, leaves pointers to what is in it as they are when it is moved.
        let name = name.into_bytes_with_nul();
        let pointers = pointers_to(&mut children);
        Schema {
            format: pointer(format.to_bytes_with_nul()),
            name: pointer(&name),
            metadata: if metadata.is_empty() { Pointer::default() } else { pointer(&metadata) },
            flags,
            n_children: children.len() as i64,
            children: pointer(&pointers),
            dictionary: Pointer::default(),
            release: Some(release_schema),
            owned: ManuallyDrop::new(Some(Box::new(SchemaOwned {
                _name: name,
                _metadata: metadata,
                _children: children,
                _pointers: pointers,
            }))),
        }
    }
}

impl Array {
    fn column(cells: Cells, rows: usize) -> Array {
        let mut buffers = vec![cells.valid.as_ref().map_or_else(Pointer::default, |valid| pointer(&valid.bytes))];
        match &cells.values {
            Values::Numbers(values) => buffers.push(pointer(values)),
            Values::Shorts(values) => buffers.push(pointer(values)),
            Values::Truths(values) => buffers.push(pointer(&values.bytes)),
            Values::Strings(ends, bytes) => buffers.extend([pointer(ends), pointer(bytes)]),
        }
        Array::new(rows, cells, buffers, Vec::new())
    }

    fn new(rows: usize, cells: Cells, buffers: Vec<Pointer>, mut children: Vec<Array>) -> Array {
        let pointers = pointers_to(&mut children);
        Array {
            length: rows as i64,
            null_count: cells.valid.as_ref().map_or(0, |Bits { zeros, .. }| *zeros as i64),
            offset: 0,
            n_buffers: buffers.len() as i64,
            n_children: children.len() as i64,
            buffers: pointer(&buffers),
            children: pointer(&pointers),
            dictionary: Pointer::default(),
            release: Some(release_array),
            owned: ManuallyDrop::new(Some(Box::new(ArrayOwned {
                _cells: cells,
                _buffers: buffers,
                _children: children,
                _pointers: pointers,
            }))),
        }
    }

    /// What stands for the end of a stream.
    fn released() -> Array {
        let mut array = Array::new(0, Cells::default(), Vec::new(), Vec::new());
        release_array(&mut array);
        array
    }
}

fn pointer<T>(items: &[T]) -> Pointer {
    Pointer::new(items.as_ptr().cast_mut().cast())
}

/// Pointers to items that stay where they are, and are written to by others.
fn pointers_to<T>(items: &mut Vec<T>) -> Vec<Pointer> {
    let first = items.as_mut_ptr();
    (0..items.len()).map(|index| Pointer::new(first.wrapping_add(index).cast())).collect()
}

extern "C" fn get_schema(stream: &mut Stream, out: &mut MaybeUninit<Schema>) -> c_int {
    let (signed, with_usages) = stream.owned.as_ref().map_or((false, false), |owned| (owned.signed, owned.with_usages));
    out.write(schema(signed, with_usages));
    0
}

extern "C" fn get_next(stream: &mut Stream, out: &mut MaybeUninit<Array>) -> c_int {
    let batch = stream.owned.as_mut().and_then(|owned| owned.batches.next());
    out.write(batch.unwrap_or_else(Array::released));
    0
}

/// Nothing fails.
extern "C" fn get_last_error(_: &mut Stream) -> *const c_char {
    std::ptr::null()
}

extern "C" fn release_schema(schema: &mut Schema) {
    schema.release = None;
    schema.owned.take();
}

extern "C" fn release_array(array: &mut Array) {
    array.release = None;
    array.owned.take();
}

extern "C" fn release_stream(stream: &mut Stream) {
    stream.release = None;
    stream.owned.take();
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(self);
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(self);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            release(self);
        }
    }
}
