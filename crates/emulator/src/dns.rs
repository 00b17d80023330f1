//! A name server for the tenant's domains, on loopback: what the world is told about their mail (RFC 1035).
//!
//! Written from the standard, by hand and for this alone, so that it shares no misreading with the client's library. It can
//! answer as servers and forgers do that are up to no good.

pub mod message;
pub mod server;
pub mod zone;

pub use zone::Zone;
