#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    groundswell_fuzz::hold(groundswell_fuzz::promises::census::keeps, bytes)
});
