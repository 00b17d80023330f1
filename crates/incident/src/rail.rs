//! The rail under the Global Administrators: a tenant is never left without one that works.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::AccountId;

/// Somebody who holds Global Administrator, and what decides whether he could work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub account: AccountId,
    /// His sign-in name.
    pub upn: String,
    /// May sign in.
    pub enabled: bool,
    /// Not a guest.
    pub member: bool,
    /// When the account was made.
    pub created: Option<Timestamp>,
    /// When its password was last set.
    pub password_changed: Option<Timestamp>,
}

impl Candidate {
    /// Active, enabled, a member, no target of the case, and neither made nor changed within the
    /// incident window. One without a date of making is not counted: it may be the intruder's.
    pub fn works(&self, targets: &BTreeSet<AccountId>, incident_since: Timestamp) -> bool {
        let made_before = self.created.is_some_and(|created| created < incident_since);
        let changed_since = self.password_changed.is_some_and(|changed| changed >= incident_since);
        self.enabled && self.member && made_before && !changed_since && !targets.contains(&self.account)
    }
}

/// Who would still work when every target of the case is taken away, all together.
pub fn left_working<'a>(
    candidates: &'a [Candidate],
    targets: &BTreeSet<AccountId>,
    incident_since: Timestamp,
) -> Vec<&'a Candidate> {
    candidates.iter().filter(|candidate| candidate.works(targets, incident_since)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(last: u8) -> AccountId {
        format!("a1000000-0000-4000-8000-0000000000{last:02}").parse().unwrap()
    }

    fn candidate(last: u8) -> Candidate {
        Candidate {
            account: id(last),
            upn: format!("admin{last}@contoso.com"),
            enabled: true,
            member: true,
            created: Some("2024-01-01T00:00:00Z".parse().unwrap()),
            password_changed: Some("2025-01-01T00:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn targets_are_subtracted_together() {
        let since = "2026-11-01T00:00:00Z".parse().unwrap();
        let both = [candidate(1), candidate(2)];
        assert_eq!(left_working(&both, &BTreeSet::from([id(1)]), since).len(), 1);
        assert!(left_working(&both, &BTreeSet::from([id(1), id(2)]), since).is_empty());
    }

    #[test]
    fn who_cannot_work_does_not_count() {
        let since: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let breakers: [fn(&mut Candidate); 5] = [
            |c| c.enabled = false,
            |c| c.member = false,
            |c| c.created = Some("2026-11-01T12:00:00Z".parse().unwrap()),
            |c| c.created = None,
            |c| c.password_changed = Some("2026-11-01T12:00:00Z".parse().unwrap()),
        ];
        for broken in breakers {
            let mut one = candidate(1);
            broken(&mut one);
            assert!(!one.works(&BTreeSet::new(), since), "{one:?}");
        }
    }
}
