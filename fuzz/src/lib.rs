//! Fuzzing of everything that reads what others wrote. The promises stand in [`promises`], one file a kind of input, and
//! are kept by `tests/it/corpus.rs` too, of every input that is saved; this crate adds what libFuzzer needs: memory with
//! a bound, and panics that end the process.

mod memory;
pub mod promises;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;
use std::sync::{Mutex, Once};

#[global_allocator]
static BOUNDED: memory::Bounded = memory::Bounded;

/// What the last panic in a library said.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Runs a promise on one input. A panic in code of ours ends the process wherever it is caught, one in a library (whose
/// sources lie in cargo's registry) only where nothing catches it: readers may guard the decoders that they use.
pub fn hold(promise: promises::Promise, bytes: &[u8]) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // Handing over to another thread and back is time that no small input needs. Where the pool is there already it is
        // as good.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
        std::panic::set_hook(Box::new(|panic| {
            let of_library = panic.location().is_some_and(|location| location.file().contains("/registry/src/"));
            if !of_library {
                eprintln!("{panic}");
                abort();
            }
            if let Ok(mut said) = SAID.lock() {
                *said = panic.to_string();
            }
        }));
    });
    memory::start();
    if catch_unwind(AssertUnwindSafe(|| promise(bytes))).is_err() {
        let said = SAID.lock().map(|said| said.clone()).unwrap_or_default();
        eprintln!("not guarded: {said}");
        abort();
    }
}
