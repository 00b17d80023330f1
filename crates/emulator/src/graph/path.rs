//! Paths as clients write them: doubled slashes, keys as segments or in parentheses, casts long or short.
//!
//! Invariant: all spellings of one resource come out as the same segments.

use super::operations::{ROWS, Row};
use crate::encoding::decode;

/// Operations that only beta has.
const BETA_ONLY: &[&str] = &[
    "/directory/recommendations",
    "/roleManagement/directory/transitiveRoleAssignments",
    "/users/{}/invalidateAllRefreshTokens",
];

/// Writes that only beta has, of something that v1.0 reads.
const BETA_WRITES: &[&str] = &["/policies/authenticationMethodsPolicy"];

/// The version and the decoded segments after it.
pub fn parse(raw: &str) -> Option<(&'static str, Vec<String>)> {
    let mut parts = raw.split('/').filter(|part| !part.is_empty());
    let version = match parts.next()? {
        part if part.eq_ignore_ascii_case("v1.0") => "v1.0",
        part if part.eq_ignore_ascii_case("beta") => "beta",
        _ => return None,
    };
    Some((version, parts.flat_map(|part| segment(&decode(part))).collect()))
}

/// `users('x')` is `users` and `x`; a cast loses its prefix.
fn segment(part: &str) -> Vec<String> {
    let short = |name: &str| name.strip_prefix("microsoft.").filter(|rest| rest.starts_with("graph.")).unwrap_or(name).to_owned();
    let Some((name, key)) = part.strip_suffix(')').and_then(|part| part.split_once('(')) else { return vec![short(part)] };
    if key.is_empty() {
        return vec![short(name)];
    }
    vec![short(name), unquote(key)]
}

fn unquote(key: &str) -> String {
    key.strip_prefix('\'').and_then(|key| key.strip_suffix('\'')).map_or_else(|| key.to_owned(), |key| key.replace("''", "'"))
}

/// The operation with the most literal segments, and the keys in its path.
pub fn find(method: &str, version: &str, segments: &[String]) -> Option<(&'static Row, Vec<String>)> {
    ROWS.iter()
        .filter(|row| row.method == method && (version == "beta" || !is_beta(row)))
        .filter_map(|row| matched(row.path, segments).map(|keys| (row, keys)))
        .min_by_key(|(_, keys)| keys.len())
}

fn is_beta(row: &Row) -> bool {
    BETA_ONLY.contains(&row.path) || row.method != "GET" && BETA_WRITES.contains(&row.path)
}

fn matched(template: &str, segments: &[String]) -> Option<Vec<String>> {
    let wanted: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
    if wanted.len() != segments.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (want, segment) in wanted.iter().zip(segments) {
        if *want == "{}" {
            keys.push(segment.clone());
        } else if !want.eq_ignore_ascii_case(segment) {
            return None;
        }
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::{find, parse};

    fn keys(method: &str, raw: &str) -> Option<(&'static str, Vec<String>)> {
        let (version, segments) = parse(raw)?;
        find(method, version, &segments).map(|(row, keys)| (row.path, keys))
    }

    #[test]
    fn all_spellings_find_the_same_operation() {
        let expected = Some(("/users/{}/revokeSignInSessions", vec!["ada@contoso.example".to_owned()]));
        for raw in [
            "/v1.0/users/ada@contoso.example/revokeSignInSessions",
            "/v1.0//users/ada%40contoso.example/revokeSignInSessions",
            "/v1.0/users('ada%40contoso.example')/revokeSignInSessions",
            "/beta/Users(%27ada%40contoso.example%27)/microsoft.graph.revokeSignInSessions"
                .replace("microsoft.graph.", "")
                .as_str(),
        ] {
            assert_eq!(keys("POST", raw), expected, "{raw}");
        }
    }

    #[test]
    fn casts_may_be_long_or_short() {
        for cast in ["graph.group", "microsoft.graph.group"] {
            assert_eq!(
                keys("GET", &format!("/v1.0/users/a/transitiveMemberOf/{cast}")).map(|(path, _)| path),
                Some("/users/{}/transitiveMemberOf/graph.group")
            );
        }
    }

    #[test]
    fn what_is_not_in_the_table_does_not_exist() {
        assert_eq!(keys("DELETE", "/v1.0/groups/a/members/b"), None);
        assert_eq!(keys("POST", "/v1.0/users/a/invalidateAllRefreshTokens"), None);
        assert_eq!(keys("GET", "/v2.0/users"), None);
    }
}
