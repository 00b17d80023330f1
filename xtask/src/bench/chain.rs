//! What had to wait for what, from the emulator's record of requests.

use serde_json::Value;

/// One request with its answer, or one part of a batch with the times of the whole.
#[derive(Debug, Clone)]
pub struct Exchange {
    service: String,
    method: String,
    path: String,
    body: String,
    began: u64,
    ended: u64,
    at: String,
}

impl Exchange {
    /// Every request of the record, token requests aside; those of a batch one by one.
    pub fn all(record: &Value) -> Vec<Self> {
        let whole = record.as_array().into_iter().flatten().map(Self::of).filter(|one| one.service != "login");
        whole.flat_map(Self::parts).collect()
    }

    fn of(line: &Value) -> Self {
        let text = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
        let number = |member: &str| line[member].as_u64().unwrap_or_default();
        Self {
            service: text("service").to_ascii_lowercase(),
            method: text("method"),
            path: text("path"),
            body: text("request_body"),
            began: number("began"),
            ended: number("ended"),
            at: text("at"),
        }
    }

    fn parts(self) -> Vec<Self> {
        if !self.path.ends_with("/$batch") {
            return vec![self];
        }
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let part = |inner: &Value| {
            let text = |member: &str| inner[member].as_str().unwrap_or_default().to_owned();
            Self { method: text("method"), path: text("url"), body: inner["body"].to_string(), ..self.clone() }
        };
        body["requests"].as_array().into_iter().flatten().map(part).collect()
    }

    fn is_revocation(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/revokeSignInSessions")
    }

    /// A change that the lock makes and whose effect its last read shows.
    fn is_of_the_lock(&self) -> bool {
        let of_the_user =
            self.method == "PATCH" && (self.body.contains("accountEnabled") || self.body.contains("passwordProfile"));
        let of_a_role = self.method == "DELETE" && self.path.contains("/roleManagement/directory/roleAssignments/");
        self.is_revocation() || of_the_user || of_a_role
    }

    /// A read of an account itself, which shows block, password and sessions.
    fn is_look(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        let of_one_user =
            path.rsplit_once("/users/").is_some_and(|(_, key)| !key.is_empty() && !key.contains('/')) || path.ends_with("')");
        self.service == "graph" && self.method == "GET" && of_one_user
    }

    /// Seconds since midnight of the emulated clock.
    fn seconds(&self) -> Option<f64> {
        let (_, time) = self.at.split_once('T')?;
        let mut parts = time.trim_end_matches('Z').splitn(3, ':').map(|part| part.parse::<f64>().ok());
        let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
        Some(hours * 3600.0 + minutes * 60.0 + seconds)
    }
}

/// For each request, the longest chain that ends with it: each began after the one before ended.
fn depths(exchanges: &[Exchange]) -> Vec<usize> {
    let mut by_end: Vec<(u64, u64, usize)> = exchanges.iter().enumerate().map(|(at, one)| (one.ended, one.began, at)).collect();
    by_end.sort_unstable();
    let mut depths = vec![0; exchanges.len()];
    // The deepest chain that had ended, by the moment from which that is so.
    let mut deepest: Vec<(u64, usize)> = Vec::new();
    for (ended, began, at) in by_end {
        let before = deepest.partition_point(|(moment, _)| *moment < began).checked_sub(1).and_then(|last| deepest.get(last));
        let depth = before.map_or(0, |(_, depth)| *depth) + 1;
        if let Some(place) = depths.get_mut(at) {
            *place = depth;
        }
        if deepest.last().is_none_or(|(_, known)| *known < depth) {
            deepest.push((ended, depth));
        }
    }
    depths
}

/// The longest chain of all.
pub fn longest(exchanges: &[Exchange]) -> usize {
    depths(exchanges).into_iter().max().unwrap_or_default()
}

/// The round trip by which the last revocation of the lock was answered.
pub fn revocation_answered(exchanges: &[Exchange]) -> Option<usize> {
    let with_depth = exchanges.iter().zip(depths(exchanges));
    with_depth.filter(|(one, _)| one.is_revocation()).map(|(_, depth)| depth).max()
}

/// The round trip by which the first revocation was answered, after which no stolen refresh token works.
pub fn first_revocation_answered(exchanges: &[Exchange]) -> Option<usize> {
    let with_depth = exchanges.iter().zip(depths(exchanges));
    with_depth.filter(|(one, _)| one.is_revocation()).map(|(_, depth)| depth).min()
}

/// The look that began after every change of the lock was answered: the first of them.
fn last_look(exchanges: &[Exchange]) -> Option<usize> {
    let locked = exchanges.iter().filter(|one| one.is_of_the_lock()).map(|one| one.ended).max()?;
    let looks = exchanges.iter().enumerate().filter(|(_, one)| one.is_look() && one.began > locked);
    looks.min_by_key(|(_, one)| one.ended).map(|(at, _)| at)
}

/// The round trip by which the lock was verified.
pub fn lock_verified(exchanges: &[Exchange]) -> Option<usize> {
    let look = last_look(exchanges)?;
    depths(exchanges).get(look).copied()
}

/// When the look that verified the last lock was answered, in the order of the record.
pub fn lock_verified_at(exchanges: &[Exchange]) -> Option<u64> {
    exchanges.get(last_look(exchanges)?).map(|look| look.ended)
}

/// From the first request to the look that verified the last lock, by the emulated clock, which runs
/// as fast as the real one here.
pub fn seconds_until_locked(exchanges: &[Exchange]) -> Option<f64> {
    let look = exchanges.get(last_look(exchanges)?)?.seconds()?;
    let first = exchanges.iter().filter_map(Exchange::seconds).reduce(f64::min)?;
    Some(look - first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(method: &str, path: &str, body: &str, began: u64, ended: u64) -> Value {
        json!({"service": "graph", "method": method, "path": path, "request_body": body, "began": began, "ended": ended, "at": format!("2026-11-02T09:00:{:02}.5Z", ended)})
    }

    fn record() -> Vec<Exchange> {
        let batch = json!({"requests": [{"method": "GET", "url": "/users/a?$select=id"}, {"method": "GET", "url": "/users/a/mailboxSettings"}]});
        Exchange::all(&json!([
            {"service": "login", "method": "POST", "path": "/t/oauth2/v2.0/token", "began": 1, "ended": 2},
            line("POST", "/v1.0/$batch", &batch.to_string(), 3, 4),
            line("PATCH", "/v1.0/users/a", "{\"accountEnabled\":false}", 5, 8),
            line("POST", "/v1.0/users/a/revokeSignInSessions", "", 6, 9),
            line("PATCH", "/v1.0/users/a", "{\"passwordProfile\":{}}", 7, 10),
            line("POST", "/v1.0/users/a/revokeSignInSessions", "", 11, 12),
            line("POST", "/v1.0/$batch", &batch.to_string(), 13, 14),
            line("GET", "/v1.0/domains", "", 15, 16),
        ]))
    }

    #[test]
    fn the_lock_is_found_in_the_record() {
        let exchanges = record();
        assert_eq!(first_revocation_answered(&exchanges), Some(2));
        assert_eq!(revocation_answered(&exchanges), Some(3));
        assert_eq!(lock_verified(&exchanges), Some(4));
        assert_eq!(longest(&exchanges), 5);
        assert_eq!(seconds_until_locked(&exchanges), Some(10.0));
    }

    #[test]
    fn what_never_happened_is_not_counted() {
        let exchanges: Vec<Exchange> = record().into_iter().filter(|one| !one.is_revocation()).collect();
        assert_eq!(revocation_answered(&exchanges), None);
        assert_eq!(longest(&[]), 0);
        assert_eq!(lock_verified(&[]), None);
    }
}
