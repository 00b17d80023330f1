//! A Microsoft 365 tenant on loopback, with its attacker.
