//! What the tests of this crate share: a clock that is moved by sleeping, an account, a leave to act.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use regain_incident::Timestamp;
use regain_incident::account::{Account, Kind};
use regain_incident::ids::Seq;
use regain_incident::journal::{Entry, Recorded};
use regain_ports::{Clock, Intent};

use crate::{Human, Prompt};

/// Time passes only when somebody waits for it.
pub(crate) struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-02T02:00:00Z".parse().unwrap())))
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
    async fn sleep_until(&self, until: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = until.max(*now);
    }
}

pub(crate) fn account() -> Account {
    Account {
        id: "a1000000-0000-4000-8000-000000000001".parse().unwrap(),
        upn: "alex.berg@contoso.com".to_owned(),
        name: "Alex Berg".to_owned(),
        kind: Kind::Person,
        synchronised: false,
    }
}

pub(crate) fn intent() -> Intent {
    let recorded = Recorded {
        case: "2026-0412".parse().unwrap(),
        seq: Seq(1),
        at: "2026-11-02T02:00:00Z".parse().unwrap(),
        actor: "test".to_owned(),
        entry: Entry::StepStarted { step: "p1.1".parse().unwrap(), before: None },
    };
    Intent::of(&recorded).unwrap()
}

/// Where no person is expected.
pub(crate) fn nobody() -> Human {
    struct Nobody;
    impl Prompt for Nobody {
        fn visit(&self, _: &str) {
            panic!("nobody is here to visit a page");
        }
        fn enter(&self, _: &str, _: &str) {
            panic!("nobody is here to type a code");
        }
        fn page(&self, _: bool) -> String {
            String::new()
        }
    }
    Human { prompt: Arc::new(Nobody), device_code: false, cache: None }
}
