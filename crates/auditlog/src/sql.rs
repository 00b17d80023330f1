//! The same model and the same questions as SQL for ClickHouse, over the exported files or Parquet,
//! where one machine is not enough (ClickHouse reference: "File", "JSON functions", "IPv6").
//!
//! A test runs every statement in an engine that nobody here wrote and compares with the local scan.

use std::fmt::Write as _;

use crate::address::microsoft_networks;
use crate::analysis::Seeds;
use crate::audit::{INTERRUPTED, INTERRUPTED_WORDS};

/// How the files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// CSV with a column `AuditData`.
    Csv,
    /// Audit records, one JSON object on each line.
    Lines,
    /// Parquet with a column `AuditData`.
    Parquet,
}

/// Seconds within which what an account does without an address, or from a service's, belongs to what
/// the intruder did in its name.
pub const NEAR_SECONDS: i64 = 180;

/// The table of events.
pub fn schema() -> String {
    "-- The model of regain, one row an event. The order of a ReplacingMergeTree makes repeats one.
CREATE TABLE IF NOT EXISTS events (
    id String,
    at DateTime64(6, 'UTC'),
    operation LowCardinality(String),
    workload LowCardinality(String),
    account String,
    mailbox String,
    address IPv6,
    says_where Bool,
    session String,
    agent String,
    client String,
    app String,
    target String,
    error Int32,
    failed Bool,
    service_noise Bool,
    record String
) ENGINE = ReplacingMergeTree ORDER BY (account, at, id);
"
    .to_owned()
}

/// Loads exported files: `files` as the engine names them.
pub fn load(shape: Shape, files: &str) -> String {
    let files = quoted(files);
    let (column, source) = match shape {
        Shape::Csv => ("AuditData", format!("file({files}, 'CSVWithNames')")),
        Shape::Lines => ("line", format!("file({files}, 'LineAsString')")),
        Shape::Parquet => ("AuditData", format!("file({files}, 'Parquet')")),
    };
    let networks: Vec<String> = microsoft_networks().map(|network| format!("'{network}'")).collect();
    format!(
        "-- What is no record (empty, broken, without time or operation) is left out; each id is loaded once.
INSERT INTO events
WITH
    [{networks}] AS services,
    (text -> if(startsWith(text, '['), extract(text, '^\\\\[([^\\\\]]+)\\\\]'),
        if(match(text, '^[0-9.]+(:[0-9]+)?$'), splitByChar(':', text)[1], text))) AS without_port,
    ((name, list) -> JSONExtractString(arrayFirst(pair -> JSONExtractString(pair, 'Name') = name, list), 'Value')) AS named,
    JSONExtractString(record, 'ClientInfoString') AS client_text,
    JSONExtractArrayRaw(record, 'ExtendedProperties') AS extended,
    JSONExtractArrayRaw(record, 'DeviceProperties') AS device,
    JSONExtractRaw(record, 'AppAccessContext') AS context,
    arrayFilter(ip -> ip NOT IN (toIPv6('::'), toIPv6('0.0.0.0'), toIPv6('255.255.255.255')), arrayMap(
        member -> toIPv6OrDefault(without_port(trimBoth(JSONExtractString(record, member)))),
        ['ClientIP', 'ClientIPAddress', 'ActorIpAddress'])) AS addresses,
    (ip -> startsWith(toString(ip), '::ffff:') ? substring(toString(ip), 8) : toString(ip)) AS shown,
    (ip -> arrayExists(network -> (position(network, ':') > 0) = (position(shown(ip), ':') > 0)
        AND isIPAddressInRange(shown(ip), network), services)) AS is_service,
    (ip -> arrayExists(network -> (position(network, ':') > 0) = (position(shown(ip), ':') > 0)
        AND isIPAddressInRange(shown(ip), network), {local})) AS is_local,
    arrayFirst(ip -> NOT is_service(ip) AND NOT is_local(ip), addresses) AS place,
    if(place != toIPv6('::'), place, if(empty(addresses), toIPv6('::'), addresses[1])) AS first_address,
    if(startsWith(client_text, 'Client='), substring(client_text, position(client_text, ';') + 1), client_text) AS after_client,
    if(position(client_text, ';') > 0 AND position(after_client, '/') > 0 AND NOT startsWith(after_client, 'Client=')
        AND NOT startsWith(after_client, 'Action='), after_client, '') AS program,
    (texts -> arrayFirst(text -> text != '', texts)) AS first_text
SELECT
    JSONExtractString(record, 'Id') AS id,
    parseDateTime64BestEffort(JSONExtractString(record, 'CreationTime'), 6, 'UTC') AS at,
    trimBoth(JSONExtractString(record, 'Operation')) AS operation,
    JSONExtractString(record, 'Workload') AS workload,
    lowerUTF8(trimBoth(JSONExtractString(record, 'UserId'))) AS account,
    lowerUTF8(trimBoth(JSONExtractString(record, 'MailboxOwnerUPN'))) AS mailbox,
    first_address AS address,
    place != toIPv6('::') AS says_where,
    first_text([JSONExtractString(record, 'SessionId'), JSONExtractString(context, 'AADSessionId'), named('SessionId', device)])
        AS session,
    trim(BOTH '; ' FROM first_text([JSONExtractString(record, 'UserAgent'), named('UserAgent', extended), program])) AS agent,
    client_text AS client,
    lower(trimBoth(first_text([JSONExtractString(record, 'ClientAppId'), JSONExtractString(context, 'ClientAppId'),
        JSONExtractString(record, 'ApplicationId'), JSONExtractString(record, 'AppId')]))) AS app,
    JSONExtractString(record, 'ObjectId') AS target,
    toInt32OrZero(JSONExtractString(record, 'ErrorNumber')) AS error,
    if(operation = 'UserLoginFailed',
        NOT (JSONHas(record, 'ErrorNumber') AND error = 0) AND error NOT IN ({interrupted})
            AND lower(JSONExtractString(record, 'LogonError')) NOT IN ({words}),
        lower(JSONExtractString(record, 'ResultStatus')) IN ('failed', 'failure', 'false')) AS failed,
    startsWith(client_text, 'Client=REST;Client=RESTSystem') AS service_noise,
    record
FROM (SELECT ifNull({column}, '') AS record FROM {source} WHERE isValidJSON(record))
WHERE operation != '' AND JSONExtractString(record, 'CreationTime') != ''
LIMIT 1 BY id;
",
        networks = networks.join(", "),
        interrupted = INTERRUPTED.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
        words = INTERRUPTED_WORDS.iter().map(|word| quoted(&word.to_lowercase())).collect::<Vec<_>>().join(", "),
        local = "['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fe80::/10', 'fc00::/7']",
    )
}

/// Who was where: accounts with their first and last event.
pub fn accounts() -> String {
    "SELECT account, count() AS events, min(at) AS first, max(at) AS last FROM events WHERE account != ''
GROUP BY account ORDER BY account;
"
    .to_owned()
}

/// The five pivots from what is known of the intruder: address, session, program, application, and the
/// same account within seconds where no address tells. Each record comes with its reasons.
///
/// The owner is told apart as the local scan does it ([`crate::pivot`]): where there are seven days of
/// history, by an address and a program that the account used a day before the intruder came. How far a
/// program leads is asked more plainly here: to every account.
pub fn pivots(seeds: &Seeds) -> String {
    let addresses: Vec<String> = seeds.addresses.iter().map(|address| format!("toIPv6('{address}')")).collect();
    let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
    let since =
        seeds.since.map_or_else(String::new, |since| format!(" AND at >= parseDateTime64BestEffort('{since}', 6, 'UTC')"));
    let apps: Vec<String> = seeds.apps.iter().map(|app| app.to_lowercase()).collect();
    let mut text = String::from(
        "-- The intruder's records, with the reasons. A record from a place and with a program that are old habits is the owner's.\n",
    );
    let _ = write!(
        text,
        "WITH
    e AS (SELECT *, replaceRegexpOne(agent, '([+]Preload)+$', '') AS program,
        (address IN ({addresses}) AND says_where) AS by_address FROM events),
    sessions AS (SELECT DISTINCT session FROM e WHERE session != '' AND NOT failed
        AND (by_address OR session IN ({sessions})){since}),
    starts AS (SELECT account, min(at) AS start FROM e
        WHERE (by_address OR session IN sessions OR (app != '' AND app IN ({apps}))){since} GROUP BY account),
    places AS (SELECT account, address, min(at) AS first FROM e WHERE says_where AND NOT failed GROUP BY account, address),
    programs AS (SELECT account, program, min(at) AS first FROM e
        WHERE says_where AND NOT failed AND program != '' GROUP BY account, program),
    owners AS (SELECT e.id AS id FROM e INNER JOIN starts AS s ON e.account = s.account
        INNER JOIN places AS p ON e.account = p.account AND e.address = p.address
        LEFT JOIN programs AS t ON e.account = t.account AND e.program = t.program
        WHERE e.says_where AND s.start >= (SELECT min(at) FROM events) + INTERVAL 7 DAY AND p.first <= s.start - INTERVAL 1 DAY
            AND (e.program = '' OR (t.program != '' AND t.first <= s.start - INTERVAL 1 DAY))),
    placed AS (SELECT * FROM e WHERE (by_address OR session IN sessions) AND id NOT IN owners{since}),
    agents AS (SELECT DISTINCT program FROM placed WHERE program != '' AND says_where),
    direct AS (SELECT * FROM e WHERE (id IN (SELECT id FROM placed) OR program IN agents OR (app != '' AND app IN ({apps}))){since}),
    apps AS (SELECT DISTINCT lower(target) AS app FROM events WHERE operation = 'Consent to application.'
        AND match(target, '^[0-9a-fA-F-]{{36}}$') AND (id IN (SELECT id FROM direct) OR lower(target) IN (SELECT app FROM direct))),
    by_app AS (SELECT * FROM e WHERE (id IN (SELECT id FROM direct) OR app IN apps OR (operation IN ({grants}) AND lower(target) IN apps)){since}),
    near AS (SELECT DISTINCT e.id AS id FROM e INNER JOIN by_app AS s ON e.account = s.account
        WHERE NOT e.says_where AND NOT e.service_noise AND abs(date_diff('microsecond', e.at, s.at)) <= {near})
SELECT id, account, at, operation,
    arrayFilter(reason -> reason != '', [
        if(by_address AND id NOT IN owners, 'address', ''),
        if(session IN sessions AND id NOT IN owners, 'session', ''),
        if(program IN agents, 'agent', ''),
        if(app IN apps OR app IN ({apps}), 'app', ''),
        if(id IN near, 'near', '')]) AS reasons
FROM e WHERE (id IN (SELECT id FROM by_app) OR id IN near){since}
ORDER BY at, id;
",
        addresses = or_nothing(&addresses.join(", "), "toIPv6('::')"),
        sessions = or_nothing(&list(&seeds.sessions), "''"),
        apps = or_nothing(&list(&apps), "''"),
        grants = GRANTS,
        near = NEAR_SECONDS * 1_000_000,
    );
    text
}

/// Operations that give an application its rights.
const GRANTS: &str = "'Consent to application.', 'Add app role assignment grant to user.', 'Add delegated permission grant.', \
     'Add OAuth2PermissionGrant.'";

fn or_nothing(list: &str, nothing: &str) -> String {
    if list.is_empty() { nothing.to_owned() } else { list.to_owned() }
}

/// A string literal; what is in it stays in it.
fn quoted(text: &str) -> String {
    let inner: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("'{}'", inner.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_stays_inside_its_quotes() {
        let seeds = Seeds { sessions: vec!["x') OR 1=1; DROP TABLE events; --\\".to_owned()], ..Seeds::default() };
        let text = pivots(&seeds);
        assert!(text.contains("'x\\') OR 1=1; DROP TABLE events; --\\\\'"), "{text}");
    }
}
