//! Query options as Graph reads them: names decoded first, values parsed, ceilings kept.
//!
//! Invariant: an option that is not understood is a 400, never ignored.

use serde_json::{Map, Value};

use super::filter::{Expression, parse};
use crate::encoding;
use crate::message::{Answer, Request};

/// The query options of one request.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Property names asked for; none means the default set.
    pub select: Vec<String>,
    /// The filter.
    pub filter: Option<Expression>,
    /// Navigation properties to show, with their own options still unread.
    pub expand: Vec<(String, String)>,
    /// Page size asked for.
    pub top: Option<usize>,
    /// Property to sort by, and whether from the last.
    pub order: Option<(String, bool)>,
    /// Whether the number of all is wanted.
    pub count: bool,
    /// Opaque place to go on from.
    pub skip_token: Option<String>,
    /// `ConsistencyLevel: eventual`.
    pub eventual: bool,
    /// Whether the resource has anything to expand.
    pub can_expand: bool,
}

/// A 400 for a query that is not understood.
pub fn bad(message: &str) -> Answer {
    Answer::graph_error(400, "Request_BadRequest", message)
}

/// A 400 for a query that is understood and not supported.
pub fn unsupported(message: &str) -> Answer {
    Answer::graph_error(400, "Request_UnsupportedQuery", message)
}

impl Query {
    /// Reads the options. `ceiling` is the biggest `$top`.
    pub fn read(request: &Request, ceiling: usize) -> Result<Self, Answer> {
        let eventual = request.header("consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        let mut query = Self { eventual, can_expand: can_expand(request), ..Self::default() };
        for (name, value) in encoding::pairs(&request.query) {
            query.take(&name.to_ascii_lowercase(), &value, ceiling)?;
        }
        if query.filter.as_ref().is_some_and(Expression::is_advanced) && !(query.eventual && query.count) {
            return Err(unsupported(
                "Operator or function needs the header ConsistencyLevel: eventual and the query parameter $count=true.",
            ));
        }
        if query.count && !query.eventual {
            return Err(bad("$count is not currently supported without ConsistencyLevel: eventual."));
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str, ceiling: usize) -> Result<(), Answer> {
        match name.trim_start_matches('$') {
            "select" => self.select = names(value),
            "filter" => self.filter = Some(parse(value).map_err(|problem| bad(&format!("Invalid filter clause: {problem}")))?),
            "expand" if self.can_expand => self.expand = expansions(value),
            "expand" => return Err(unsupported("The query parameter '$expand' is not supported on this resource.")),
            "orderby" => self.order = Some(order(value)),
            "top" => self.top = Some(top(value, ceiling)?),
            "count" => self.count = value.eq_ignore_ascii_case("true"),
            "skiptoken" => self.skip_token = Some(value.to_owned()),
            "format" => {}
            _ if name.starts_with('$') => return Err(bad(&format!("The query parameter '{name}' is not supported."))),
            _ => {}
        }
        Ok(())
    }
}

/// Only role management has anything to expand here.
fn can_expand(request: &Request) -> bool {
    let path = request.path.to_ascii_lowercase();
    ["/rolemanagement/", "/policies/", "/privilegedaccess/"].iter().any(|part| path.contains(part))
}

fn order(value: &str) -> (String, bool) {
    let mut words = value.split_whitespace();
    let name = words.next().unwrap_or_default().to_owned();
    (name, words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc")))
}

fn top(value: &str, ceiling: usize) -> Result<usize, Answer> {
    match value.parse::<usize>() {
        Ok(number) if (1..=ceiling).contains(&number) => Ok(number),
        _ => Err(bad(&format!("Invalid page size specified: '{value}'. Must be between 1 and {ceiling} inclusive."))),
    }
}

fn names(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Splits `a($select=x,y),b` at the outer commas.
fn expansions(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut depth, mut current) = (0_u32, String::new());
    for character in value.chars().chain([',']) {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let item = std::mem::take(&mut current);
                let (name, options) = item.trim().split_once('(').unwrap_or((item.trim(), ""));
                if !name.is_empty() {
                    found.push((name.to_owned(), options.trim_end_matches(')').to_owned()));
                }
                continue;
            }
            _ => {}
        }
        current.push(character);
    }
    found
}

/// The names in a nested `$select`.
pub fn nested_select(options: &str) -> Vec<String> {
    let select = options.split(';').find_map(|option| option.trim().strip_prefix("$select="));
    select.map(names).unwrap_or_default()
}

/// Keeps the named properties; what the object lacks comes as null, control members stay.
///
/// With no names the whole object stays.
pub fn project(object: &Value, names: &[String]) -> Value {
    let Some(members) = object.as_object() else { return object.clone() };
    if names.is_empty() || names.iter().any(|name| name == "*") {
        return object.clone();
    }
    let mut kept: Map<String, Value> =
        members.iter().filter(|(name, _)| name.starts_with('@')).map(|(name, value)| (name.clone(), value.clone())).collect();
    for name in names {
        let found = members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
        if let Some((member, value)) = found {
            kept.insert(member.clone(), value.clone());
        }
    }
    Value::Object(kept)
}
