//! The same analysis, byte for byte, whatever the order of records and files and the number of threads.

use proptest::prelude::*;
use regain_auditlog::analysis::Seeds;

use crate::scene::{ANNA, AWAY, HOME, Record, STRANGE, Scene, analysed, record, sign_in};

const ACCOUNTS: [&str; 5] = [ANNA, "bo@contoso.com", "cia@contoso.com", "dan@contoso.com", "eva@contoso.com"];

fn any_record() -> impl Strategy<Value = Record> {
    let addresses = prop::sample::select(vec![HOME, AWAY, "192.0.2.7", "20.190.160.96", ""]);
    let agents = prop::sample::select(vec![STRANGE, "axios/1.7", "python-requests/2", "Edge", ""]);
    let sessions = prop::sample::select(vec!["", "s1", "s2"]);
    let kind = 0..7_usize;
    // On a grid of a minute, so that times collide.
    ((0..40_i64, 0..60_i64), prop::sample::select(ACCOUNTS.to_vec()), addresses, agents, sessions, kind).prop_map(
        |((day, minute), account, address, agent, session, kind)| {
            let at = day * 86_400 + minute * 60;
            let made = match kind {
                0 => sign_in(at, account, address, agent),
                1 => sign_in(at, account, address, agent).refused(50126),
                2 => {
                    record(at, account, "New-InboxRule").set(&[("Name", "."), ("DeleteMessage", "True"), ("From", "x@y.example")])
                }
                3 => record(at, account, "Consent to application.").on("11111111-1111-4111-8111-111111111111"),
                4 => record(at, account, "MailItemsAccessed").app("11111111-1111-4111-8111-111111111111"),
                5 => record(at, account, "Send"),
                _ => record(at, account, "Add member to role.").on("bo@contoso.com"),
            };
            made.from(address).by(agent).session(session)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn order_files_and_threads_do_not_matter(
        records in prop::collection::vec(any_record(), 1..120),
        turn in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut scene = Scene::default();
        for record in records {
            scene.add(record);
        }
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, lines: &[String]| {
            let path = folder.path().join(name);
            std::fs::write(&path, lines.concat()).unwrap();
            path
        };
        let lines: Vec<String> = scene.records.iter().map(|record| format!("{}\n", record.0)).collect();
        let mut turned = lines.clone();
        turned.rotate_left(turn.index(lines.len()));
        turned.reverse();
        let (head, tail) = turned.split_at(cut.index(lines.len()));
        let one = [write("one.jsonl", &lines)];
        let two: Vec<_> = [("b.jsonl", head), ("a.jsonl", tail)]
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(name, lines)| write(name, lines))
            .collect();
        for seeds in [Seeds::default(), Seeds { addresses: vec![AWAY.parse().unwrap()], ..Seeds::default() }] {
            let meant = serde_json::to_string_pretty(&analysed(&one, 1, &seeds)).unwrap();
            for threads in [1, 3] {
                let other = serde_json::to_string_pretty(&analysed(&two, threads, &seeds)).unwrap();
                let differs = meant.lines().zip(other.lines()).find(|(meant, other)| meant != other);
                prop_assert_eq!(differs, None);
                prop_assert_eq!(meant.len(), other.len());
            }
        }
    }
}
