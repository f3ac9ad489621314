//! Says so when a build does not have the settings that stand beside this file: cargo reads those
//! only where it is started in a checkout, and not for `cargo install` from elsewhere.

fn main() {
    const SETTING: &str = "AWS_LC_SYS_NO_JITTER_ENTROPY";
    println!("cargo::rerun-if-changed=.cargo/build.rs");
    println!("cargo::rerun-if-env-changed={SETTING}");
    if std::env::var(SETTING).as_deref() != Ok("1") {
        println!(
            "cargo::warning=each start of this certmint will take 25 ms longer than needed (docs/security.md, Randomness): build it with {SETTING}=1"
        );
    }
}
