//! What everyone types: `cargo xtask test|bench|gen`.
fn main() {}
