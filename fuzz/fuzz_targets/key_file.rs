#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| certmint_fuzz::bodies::key_file(data));
