//! How much of a listing an answer holds.
//!
//! Without a result size the first thousand come, with a warning and no link: whoever overlooks the warning has
//! not read everything. With `Unlimited` pages come, and a link that may already be dead.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::parameters::Parameters;
use super::reply::{Exception, Output, Row};
use super::state::Behaviour;

const DEFAULT_LIMIT: usize = 1000;
const DEFAULT_WARNING: &str = "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the \
                               number of items returned. To return all items, specify \"-ResultSize Unlimited\".";
const MORE_WARNING: &str = "There are more results available than are currently displayed. To view them, increase the value for \
                            the ResultSize parameter.";

/// A page of the output, and the token of the next one.
#[derive(Debug)]
pub struct Page {
    pub rows: Vec<Row>,
    pub warnings: Vec<String>,
    pub next: Option<String>,
}

/// What the request says about pages.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// From `Prefer: odata.maxpagesize`.
    pub page_size: Option<usize>,
    /// From the link.
    pub token: Option<&'a str>,
}

/// Cuts the output to what this answer holds.
pub fn cut(
    output: Output,
    parameters: &Parameters,
    sized: bool,
    wanted: &Wanted,
    behaviour: &Behaviour,
    now: Timestamp,
) -> Result<Page, Exception> {
    let Output { mut rows, mut warnings } = output;
    if sized {
        warnings.extend(limit(&mut rows, parameters, behaviour));
    }
    let page = match wanted.token {
        None => 1,
        Some(token) => page_of(token, behaviour, now).ok_or_else(expired)?,
    };
    let size = wanted.page_size.unwrap_or(behaviour.page_size).clamp(1, behaviour.page_size.max(1));
    let from = (page - 1).saturating_mul(size).min(rows.len());
    let to = from.saturating_add(size).min(rows.len());
    let next = (to < rows.len()).then(|| token(page + 1, now));
    Ok(Page { rows: rows.drain(from..to).collect(), warnings, next })
}

fn limit(rows: &mut Vec<Row>, parameters: &Parameters, behaviour: &Behaviour) -> Option<String> {
    let asked = parameters.text("ResultSize");
    let (limit, warning) = match asked.map(str::parse::<usize>) {
        None => (behaviour.page_size.min(DEFAULT_LIMIT), DEFAULT_WARNING),
        Some(Ok(number)) => (number, MORE_WARNING),
        Some(Err(_)) => return None,
    };
    let more = rows.len() > limit;
    rows.truncate(limit);
    more.then(|| warning.to_owned())
}

fn token(page: usize, now: Timestamp) -> String {
    URL_SAFE_NO_PAD.encode(json!({"Page": page, "Issued": now.as_second()}).to_string())
}

fn page_of(token: &str, behaviour: &Behaviour, now: Timestamp) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let token: Value = serde_json::from_slice(&bytes).ok()?;
    let issued = Timestamp::from_second(token["Issued"].as_i64()?).ok()?;
    let alive = behaviour.next_link_works && now.duration_since(issued) < SignedDuration::from_mins(30);
    let page = usize::try_from(token["Page"].as_u64()?).ok()?;
    (alive && page > 0).then_some(page)
}

fn expired() -> Exception {
    Exception {
        status: 400,
        code: "",
        kind: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        text: "Expired or Invalid pagination request. Default Expiry time is 00:30:00".into(),
    }
}
