//! An allocator that counts, so that an input of a few kilobytes can't ask for memory without bound.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much more than before one input may hold, in bytes. A workbook inflates to a thousand times its size.
const MOST: usize = 256 << 20;

static HELD: AtomicUsize = AtomicUsize::new(0);
static BEFORE: AtomicUsize = AtomicUsize::new(0);

/// The bound counts from here.
pub fn start() {
    BEFORE.store(HELD.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// The system's allocator within the bound; past it there is no memory, and the process ends with a line that says so.
pub struct Bounded;

impl Bounded {
    fn has_room(size: usize) -> bool {
        let held = HELD.fetch_add(size, Ordering::Relaxed) + size;
        let fits = held.saturating_sub(BEFORE.load(Ordering::Relaxed)) <= MOST;
        if !fits {
            HELD.fetch_sub(size, Ordering::Relaxed);
        }
        fits
    }
}

// SAFETY: every call is handed to the system's allocator as it came, or refused with null.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if Bounded::has_room(layout.size()) { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Bounded::has_room(layout.size()) { unsafe { System.alloc_zeroed(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !Bounded::has_room(size) {
            return std::ptr::null_mut();
        }
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}
