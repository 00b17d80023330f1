//! One place inside the tenant's settings, as the control endpoint names it: `graph/policies/…/member`.
//!
//! Invariant: a place that is not there is an error, never made on the way; only the last member may be new.

use serde_json::Value;

/// Where to set something, and what; nothing takes the thing away.
pub struct Place<'a> {
    /// The segments that are still to go.
    pub path: &'a [&'a str],
    /// What to put there.
    pub value: Option<&'a Value>,
}

/// Members by which an item of a list is named.
const NAMES: [&str; 7] = ["id", "Identity", "Name", "DomainName", "Domain", "Guid", "ExternalDirectoryObjectId"];

/// Sets a value below this one.
pub fn set_at(own: &mut Value, place: &Place) -> Result<(), String> {
    let Some((first, rest)) = place.path.split_first() else {
        let value = place.value.ok_or("the whole cannot be taken away")?;
        *own = value.clone();
        return Ok(());
    };
    let below = Place { path: rest, value: place.value };
    match own {
        Value::Object(members) => match members.get_mut(*first) {
            Some(_) if rest.is_empty() && place.value.is_none() => drop(members.remove(*first)),
            Some(member) => return set_at(member, &below),
            None if rest.is_empty() => {
                let value = place.value.ok_or_else(|| format!("{first} is not there"))?;
                members.insert((*first).to_owned(), value.clone());
            }
            None => return Err(format!("{first} is not there")),
        },
        Value::Array(items) => {
            let found = items.iter().position(|item| is_called(item, first)).or_else(|| first.parse().ok());
            match found {
                Some(at) if at < items.len() && rest.is_empty() && place.value.is_none() => drop(items.remove(at)),
                Some(at) => return set_at(items.get_mut(at).ok_or_else(|| format!("no item {first}"))?, &below),
                None if rest.is_empty() && place.value.is_some_and(Value::is_object) => items.extend(place.value.cloned()),
                // A list of one thing is that thing: `TransportConfig/SmtpClientAuthenticationDisabled`.
                None if items.len() == 1 => return items.first_mut().map_or(Ok(()), |one| set_at(one, place)),
                None => return Err(format!("no item {first}")),
            }
        }
        _ => return Err(format!("{first} is below something that has no members")),
    }
    Ok(())
}

fn is_called(item: &Value, name: &str) -> bool {
    NAMES.iter().any(|member| item[*member].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Place, set_at};

    #[test]
    fn a_place_is_found_by_member_by_name_and_in_a_list_of_one() {
        let mut all = json!({"a": {"b": 1}, "list": [{"id": "x", "on": false}, {"id": "y"}], "one": [{"Setting": true}]});
        let mut set = |path: &[&str], value| set_at(&mut all, &Place { path, value: Some(&value) });
        set(&["a", "b"], json!(2)).unwrap();
        set(&["list", "x", "on"], json!(true)).unwrap();
        set(&["one", "Setting"], json!(false)).unwrap();
        assert!(set(&["nothing", "here"], json!(0)).is_err());
        assert_eq!(all, json!({"a": {"b": 2}, "list": [{"id": "x", "on": true}, {"id": "y"}], "one": [{"Setting": false}]}));
        set_at(&mut all, &Place { path: &["list", "y"], value: None }).unwrap();
        assert_eq!(all["list"].as_array().map(Vec::len), Some(1));
    }
}
