//! Lists, page by page, to their end. A page may be empty and still not the last.

use std::collections::BTreeSet;

use regain_ports::{ProviderError, ProviderErrorKind, Urgency};
use serde_json::Value;

use super::{Graph, error};
use crate::call::Doing;
use crate::guard::Guard;
use crate::redact;

/// More pages than any list here can have: a service that goes round in circles ends.
const PAGES: usize = 1_000;

/// A whole list, and the pages that it came in.
#[derive(Debug, Default, Clone)]
pub(crate) struct List {
    pub(crate) rows: Vec<Value>,
    pub(crate) raw: Vec<String>,
}

impl Graph {
    /// The list that begins with `first`.
    pub(crate) async fn whole(
        &self,
        doing: Doing,
        urgency: Urgency,
        first: Value,
        eventual: bool,
    ) -> Result<List, ProviderError> {
        let mut list = List::default();
        let mut page = first;
        let mut seen = BTreeSet::new();
        loop {
            list.raw.push(redact::part(&page));
            let Some(rows) = page.get("value").and_then(Value::as_array) else {
                return Err(error::of(doing, 1, ProviderErrorKind::Surprise("a list without `value`".into())));
            };
            list.rows.extend(rows.iter().cloned());
            let Some(link) = page.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned) else {
                return Ok(list);
            };
            let url =
                Guard::next(&self.base, &link).map_err(|why| error::of(doing, 1, ProviderErrorKind::Surprise(why.into())))?;
            if !seen.insert(link) || seen.len() > PAGES {
                return Err(incomplete(doing, "its pages have no end"));
            }
            page = match self.get(doing, urgency, url, eventual).await {
                Ok(heard) => heard.body,
                Err(broken) if error::is_gone(&broken) || error::is_refused(&broken) => {
                    return Err(incomplete(doing, "a later page was refused"));
                }
                Err(broken) => return Err(broken),
            };
        }
    }
}

fn incomplete(doing: Doing, why: &str) -> ProviderError {
    error::of(doing, 1, ProviderErrorKind::Incomplete { detail: format!("{}: {why}", doing.what) })
}
