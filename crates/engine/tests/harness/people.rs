//! Who lives in the tenant, and what they have.

use std::collections::BTreeMap;

use regain_incident::Timestamp;
use regain_incident::facet::FacetName;
use regain_incident::facets::forwarding::{Forwarding, Recipient};
use regain_incident::facets::identity::{Identity, MailboxPurpose, UserType};
use regain_incident::facets::inbox_rules::{InboxRule, SendsAs, SendsTo, Words};
use regain_incident::facets::roles::{GLOBAL_ADMINISTRATOR, GrantKind, Named, RoleGrant};
use regain_incident::facets::sending_block::Block;
use regain_incident::ids::{AccountId, CaseId, TenantId};
use regain_incident::tenant::TenantReading;

/// The first case of a stage.
pub const CASE: CaseId = CaseId { year: 2026, number: 1 };

/// An account and everything of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub identity: Identity,
    pub password: String,
    pub roles: Vec<RoleGrant>,
    pub forwarding: Forwarding,
    pub rules: Vec<InboxRule>,
    pub block: Option<Block>,
    /// What the tenant is set to, if this stands for the organisation.
    pub settings: BTreeMap<FacetName, TenantReading>,
    pub has_mailbox: bool,
    /// We may neither block nor reset it while it holds a role.
    pub outranks_us: bool,
}

/// The tenant.
pub fn tenant_id() -> TenantId {
    "b0000000-0000-4000-8000-000000000000".parse().expect("an id")
}

/// A time.
pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Three days before the clock's beginning.
pub fn incident_since() -> Timestamp {
    time("2026-11-21T02:00:00Z")
}

/// The object id of the n-th account.
pub fn id(n: u32) -> AccountId {
    format!("a1000000-0000-4000-8000-{n:012}").parse().expect("an id")
}

/// The n-th account: a member with a mailbox and nothing odd about it.
pub fn person(n: u32) -> Person {
    let upn = format!("person{n}@contoso.com");
    let identity = Identity {
        account: id(n),
        upn: upn.clone(),
        name: format!("Person {n}"),
        job_title: None,
        mail: Some(upn.clone()),
        addresses: vec![upn],
        enabled: true,
        user_type: UserType::Member,
        synchronised: false,
        management_restricted: false,
        password_never_expires: false,
        licensed: true,
        purpose: MailboxPurpose::User,
        created: Some(time("2022-01-01T00:00:00Z")),
        password_changed: Some(time("2025-06-01T00:00:00Z")),
        sessions_valid_from: Some(time("2025-06-01T00:00:00Z")),
    };
    Person {
        identity,
        password: "its-own".to_owned(),
        roles: vec![],
        forwarding: Forwarding::default(),
        rules: vec![],
        block: None,
        settings: BTreeMap::new(),
        has_mailbox: true,
        outranks_us: false,
    }
}

/// Every way in which power is held.
pub const KINDS: &[GrantKind] = &[
    GrantKind::Direct,
    GrantKind::PimActive,
    GrantKind::PimActivated,
    GrantKind::PimEligible,
    GrantKind::GroupMember,
    GrantKind::GroupOwner,
    GrantKind::GroupPimActiveMember,
    GrantKind::GroupPimActiveOwner,
    GrantKind::GroupEligibleMember,
    GrantKind::GroupEligibleOwner,
    GrantKind::ExchangeGroup,
    GrantKind::ExchangeDirect,
];

/// A grant of `kind`, of long ago.
pub fn grant(kind: GrantKind) -> RoleGrant {
    let role = Named { id: "29232cdf-9323-42fd-ade2-1d097af3e4de".to_owned(), name: "Exchange Administrator".to_owned() };
    let is_group = kind.facet() == FacetName::GroupRoles;
    RoleGrant {
        kind,
        assignment: format!("assignment-{kind:?}"),
        of: if is_group { Named { id: format!("group-{kind:?}"), name: "Mail team".to_owned() } } else { role.clone() },
        scope: "/".to_owned(),
        app_scope: None,
        since: Some(time("2024-03-01T00:00:00Z")),
        until: None,
        gives: if is_group { vec![role] } else { vec![] },
    }
}

/// Global Administrator, held directly.
pub fn global_administrator() -> RoleGrant {
    let of = Named { id: GLOBAL_ADMINISTRATOR.to_owned(), name: "Global Administrator".to_owned() };
    RoleGrant { of, assignment: "assignment-global".to_owned(), ..grant(GrantKind::Direct) }
}

/// Global Administrator, through a group.
pub fn global_by_group() -> RoleGrant {
    let gives = vec![Named { id: GLOBAL_ADMINISTRATOR.to_owned(), name: "Global Administrator".to_owned() }];
    RoleGrant { gives, ..grant(GrantKind::GroupMember) }
}

/// Mail of everybody goes to the intruder.
pub fn forwarded() -> Forwarding {
    Forwarding {
        recipient: Some(Recipient {
            name: "Colleague".to_owned(),
            address: Some("colleague@contoso.com".to_owned()),
            id: Some("colleague@contoso.com".to_owned()),
        }),
        smtp: Some("intruder@evil.example".to_owned()),
        keeps_copy: true,
    }
}

/// A rule that does nothing but hold the place `priority`; its words tell it from every other.
pub fn rule(n: u32, name: &str, priority: u32) -> InboxRule {
    let words = Words { place: "subject".to_owned(), words: vec![format!("newsletter {n}")] };
    let mut copy = BTreeMap::new();
    copy.insert("SubjectContainsWords".to_owned(), serde_json::json!([format!("newsletter {n}")]));
    copy.insert("MoveToFolder".to_owned(), serde_json::json!("Inbox/Letters"));
    InboxRule {
        id: format!("{}", 15_394_007_230_974_000_000_u64 + u64::from(n)),
        name: name.to_owned(),
        priority,
        enabled: true,
        hidden: false,
        system: false,
        readable: true,
        in_error: false,
        words: vec![words],
        from: vec![],
        size_bytes_min: None,
        narrowed_by: vec![],
        has_conditions: true,
        has_exceptions: false,
        moves_to: Some("Letters".to_owned()),
        deletes: false,
        marks_read: false,
        stops: false,
        sends_to: vec![],
        copy,
        lost_if_removed: vec![],
    }
}

/// An intruder's rule: named ".", sends invoices outside and deletes them.
pub fn bad_rule(n: u32, priority: u32) -> InboxRule {
    let address = format!("drop{n}@evil.example");
    let to = Recipient { name: address.clone(), address: Some(address.clone()), id: Some(address.clone()) };
    let mut bad = rule(n, ".", priority);
    bad.words = vec![Words { place: "subject".to_owned(), words: vec!["invoice".to_owned(), "payment".to_owned()] }];
    bad.moves_to = None;
    bad.deletes = true;
    bad.stops = true;
    bad.sends_to = vec![SendsTo { way: SendsAs::Redirect, to }];
    bad.copy = BTreeMap::from([
        ("SubjectContainsWords".to_owned(), serde_json::json!(["invoice", "payment"])),
        ("RedirectTo".to_owned(), serde_json::json!([address])),
        ("DeleteMessage".to_owned(), serde_json::json!(true)),
        ("StopProcessingRules".to_owned(), serde_json::json!(true)),
    ]);
    bad
}

/// May not send since yesterday.
pub fn blocked(upn: &str) -> Block {
    Block { address: upn.to_owned(), reason: BTreeMap::new(), since: Some(time("2026-11-23T23:58:00Z")), temporary: false }
}
