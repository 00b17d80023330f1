//! Recorded traffic against Microsoft's published description.
//!
//! A run of the tests leaves what the clients asked and what the emulated tenant answered, one exchange in a line.
//! Here each is held against the OpenAPI documents of Graph (path, method, parameters, body, status, answer), and
//! against the parameter lists and example bodies of the Exchange cmdlets, and against the collected answers of sign-in. Neither the clients nor the emulator
//! are used: a misreading that sits in both does not sit here as well.
//!
//! Invariant: what may differ stands in [`exempt`], a row each, and is counted; a row that nothing needs is a
//! failure, and so is a request that is marked as wrong on purpose and is not wrong.

pub mod cmdlets;
pub mod description;
pub mod exchange;
pub mod exempt;
pub mod graph;
pub mod headers;
mod names;
pub mod report;
pub mod schema;
pub mod shape;
pub mod sign_in;

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result};

use cmdlets::Cmdlets;
use exchange::{Exchange, Service};
use graph::Graph;
use report::Report;
use sign_in::SignIn;

/// Everything that traffic is held against.
pub struct Wire {
    graph: Graph,
    cmdlets: Cmdlets,
    sign_in: SignIn,
}

impl Wire {
    /// Reads `graph-v1.0.openapi.json`, `graph-beta.openapi.json`, `exchange/cmdlets.json`,
    /// `exchange/examples/*.json` and `entra/examples.json` below a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let sign_in = SignIn::read(&folder.join("entra/examples.json"))?;
        Ok(Self { graph: Graph::read(folder)?, cmdlets: Cmdlets::read(&folder.join("exchange"))?, sign_in })
    }

    /// Checks every line of every file below a folder of traffic. `served` is what the emulator lists as served.
    pub fn check(&self, traffic: &Path, served: &str) -> Result<Report> {
        let mut report = Report::default();
        self.graph.cover(served, &mut report);
        let mut seen = HashSet::new();
        exchange::each(traffic, |exchange| self.one(&exchange, &mut seen, &mut report))?;
        Ok(report)
    }

    /// Checks one exchange, unless one like it was checked before.
    pub fn one(&self, exchange: &Exchange, seen: &mut HashSet<u64>, report: &mut Report) {
        if exchange.withheld {
            report.withheld += 1;
            return;
        }
        report.count(exchange);
        if !seen.insert(shape::of(exchange)) {
            return;
        }
        match exchange.service {
            Service::Graph => self.graph.check(exchange, report),
            Service::Exchange | Service::Purview => self.cmdlets.check(exchange, report),
            Service::Login => self.sign_in.check(exchange, report),
            Service::Control => {}
        }
    }
}

/// Reads a JSON file.
pub(crate) fn json(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
}
