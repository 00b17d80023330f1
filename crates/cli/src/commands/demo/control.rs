//! The emulated tenant's control endpoint, over HTTP: the verdict on each way in.

use anyhow::Context as _;
use serde::Deserialize;

/// Asks the control endpoint.
pub struct Control {
    base: String,
    http: reqwest::Client,
}

/// Each way in, tried alone.
#[derive(Debug, Clone, Deserialize)]
pub struct Verdicts {
    /// The ways, in the scenario's order.
    pub ways: Vec<Way>,
    /// What belongs to honest people.
    pub honest: Honest,
}

/// One way in.
#[derive(Debug, Clone, Deserialize)]
pub struct Way {
    /// Its name: `password`, `rule:sync`, and so on.
    pub way: String,
    /// What people call it.
    pub label: String,
    /// Whether it leads in.
    pub open: bool,
    /// What happened when it was tried.
    pub proof: String,
}

/// What belongs to honest people.
#[derive(Debug, Clone, Deserialize)]
pub struct Honest {
    /// Whether everything is as it was.
    pub kept: bool,
    /// What is not.
    pub touched: Vec<String>,
}

impl Way {
    /// Whether its name begins like one of `names`.
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.way.starts_with(name))
    }
}

impl Verdicts {
    /// Names of ways that are open, but for those whose name begins like one of `except`: sign-in
    /// and roles are open after they were given back, and sending is closed until then.
    pub fn open_ways(&self, except: &[&str]) -> Vec<String> {
        self.ways.iter().filter(|way| way.open && !way.is_one_of(except)).map(|way| way.way.clone()).collect()
    }
}

impl Control {
    /// The control endpoint at `base`, on loopback.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build().context("no HTTP client could be made")?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http })
    }

    /// Has every way in tried alone.
    #[expect(clippy::disallowed_methods, reason = "the control endpoint takes no token; the guard of the clients is not needed")]
    pub async fn verdict(&self) -> anyhow::Result<Verdicts> {
        let asked = self.http.get(format!("{}/verdict", self.base)).send().await;
        let answer = asked.context("the emulated tenant did not answer")?;
        answer.json().await.context("the emulated tenant's verdict was not understood")
    }
}
