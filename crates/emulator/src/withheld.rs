//! Members that are taken out of answers, so that a test can prove that somebody reads them.
//!
//! A check that still passes when its source is missing checks nothing.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::message::{Answer, Request, Service};
use crate::{encoding, graph};

/// One member of the answers of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// As `GET /users/{}`, a cmdlet's name, or `POST token`.
    operation: String,
    /// Names from the outside in, between dots; lists are passed through. `header.NAME` is a header.
    member: String,
}

impl FromStr for Withheld {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (operation, member) = text.rsplit_once(':').ok_or("OPERATION:MEMBER is wanted")?;
        if operation.is_empty() || member.is_empty() {
            return Err("OPERATION:MEMBER is wanted");
        }
        Ok(Self { operation: operation.to_owned(), member: member.to_owned() })
    }
}

/// Takes out what is withheld from the answer to a request.
pub fn withhold(all: &[Withheld], request: &Request, answer: &mut Answer) {
    if all.is_empty() {
        return;
    }
    let operation = operation_of(request);
    for one in all.iter().filter(|one| operation.as_deref() == Some(one.operation.as_str())) {
        if let Some(name) = one.member.strip_prefix("header.") {
            answer.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            continue;
        }
        let mut body = answer.value();
        if remove(&mut body, &one.member) {
            answer.body = body.to_string().into_bytes();
        }
    }
}

/// Whether something was there to be removed. A name may hold dots itself, as `@odata.nextLink` does.
fn remove(value: &mut Value, path: &str) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().map(|item| remove(item, path)).filter(|found| *found).count() > 0,
        Value::Object(members) => members.remove(path).is_some() || remove_inside(members, path),
        _ => false,
    }
}

fn remove_inside(members: &mut Map<String, Value>, path: &str) -> bool {
    path.match_indices('.').any(|(at, _)| {
        let (name, rest) = (&path[..at], &path[at + 1..]);
        members.get_mut(name).is_some_and(|inner| remove(inner, rest))
    })
}

/// The operation of a request, in the form that `emulate --operations` lists.
pub fn operation_of(request: &Request) -> Option<String> {
    match request.service {
        Service::Graph => graph::operation_of(request),
        Service::Exchange | Service::Purview => Some(request.json()?["CmdletInput"]["CmdletName"].as_str()?.to_owned()),
        Service::Login => {
            let path = encoding::decode(&request.path);
            let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            Some(format!("{} {last}", request.method))
        }
        Service::Control => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Withheld, withhold};
    use crate::message::{Answer, Request, Service};
    use serde_json::json;

    #[test]
    fn a_member_goes_from_every_item_and_from_no_other_operation() {
        let all = ["GET /users:value.id", "GET /users:header.x", "GET /users:@odata.nextLink"];
        let all: Vec<Withheld> = all.iter().map(|text| text.parse().unwrap()).collect();
        let body = json!({"@odata.nextLink": "more", "value": [{"id": "1", "n": 1}, {"id": "2"}]});
        let answer = |target: &str| {
            let mut answer = Answer::json(200, &body).with_header("X", "1");
            withhold(&all, &Request::new(Service::Graph, "GET", target), &mut answer);
            (answer.value(), answer.header("x").map(str::to_owned))
        };
        assert_eq!(answer("/v1.0//users?$top=2"), (json!({"value": [{"n": 1}, {}]}), None));
        assert_eq!(answer("/v1.0/groups"), (body.clone(), Some("1".to_owned())));
        assert!("GET /users".parse::<Withheld>().is_err());
    }
}
