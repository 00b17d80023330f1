//! The journal and the evidence in SQLite: chained, salted, encrypted for each case.
