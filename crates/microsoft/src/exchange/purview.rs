//! Purview (Security & Compliance): the same envelope at hosts of its own. The first call answers with the host of a
//! region, which is remembered.
//!
//! Invariant: where a redirect leads is decided by the guard like every other address; only Purview's are followed.

use std::sync::{Mutex, PoisonError};

use regain_ports::ProviderErrorKind;
use reqwest::Url;

use crate::http::Answer;

/// Where Purview is.
pub(crate) struct Purview {
    base: Option<Url>,
    region: Mutex<Option<Url>>,
}

impl Purview {
    pub(crate) fn new(base: Option<Url>) -> Self {
        Self { base, region: Mutex::default() }
    }

    /// The region's host, or the one that knows it.
    pub(crate) fn base(&self) -> Result<Url, ProviderErrorKind> {
        let region = self.region.lock().unwrap_or_else(PoisonError::into_inner).clone();
        region.or_else(|| self.base.clone()).ok_or_else(|| ProviderErrorKind::Unreachable("this tenant names no Purview".into()))
    }

    pub(crate) fn remember(&self, address: &Url) {
        let mut root = address.clone();
        root.set_path("/");
        root.set_query(None);
        *self.region.lock().unwrap_or_else(PoisonError::into_inner) = Some(root);
    }
}

/// The same request at the host that a redirect names; its path is ours.
pub(crate) fn moved_to(answer: &Answer, asked: &Url) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 307 | 308) {
        return None;
    }
    let mut to = asked.join(&answer.header("location")?).ok()?;
    to.set_path(asked.path());
    to.set_query(asked.query());
    to.set_fragment(None);
    Some(to)
}
