//! The core: accounts, snapshots, findings, plans, the journal and its folds; pure and synchronous.
