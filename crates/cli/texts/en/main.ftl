### What a person reads: short, plain, without blame.

error = error
hint = next
interrupted = Interrupted. Nothing is undone; `regain resume CASE` goes on.

## Labels of the screen (eight columns)

word-case = case
label-target = TARGET
label-locked = LOCKED
label-not-locked = NOT LOCKED
label-released = RELEASED
label-failed = FAILED
label-stopped = STOPPED
label-kept = KEPT
label-sending = SENDING
label-gaps = GAPS
label-by-hand = BY HAND

kind-person = person
kind-shared-mailbox = shared mailbox
kind-resource = room or equipment
kind-guest = guest
kind-service-like = used by a device or a program
kind-directory-sync = account of directory synchronisation
kind-break-glass = account for emergencies
kind-operator = the identity that this tool runs as
home-cloud = cloud account
home-synchronised = owned by an on-premises directory
home-elsewhere = at home in another tenant

lock-blocked = sign-in blocked
lock-revoked = { $count ->
    [one] sessions revoked
    [2] sessions revoked twice
   *[other] sessions revoked { $count } times
  }
lock-password = password replaced (nobody has it)
lock-roles = { $count ->
    [one] 1 admin role taken and held until release
   *[other] { $count } admin roles taken and held until release
  }
lock-in = in { $seconds } s: { $what }
lock-not-begun = the lock was ordered and has not begun: regain resume { $case }
lock-partly = so far: { $what }
released-sign-in = sign-in was given back at { $time }
released-roles-held = { $count ->
    [one] 1 admin role is held still
   *[other] { $count } admin roles are held still
  }
released-roles = The admin roles were given back at { $time }
not-settled = NOT SETTLED until { $time }: a stolen token may work for up to an hour
settled = SETTLED: everything was read again after { $time }
stopped-forwarding = forwarding of all mail to { $target } (undoable)
stopped-rule = inbox rule "{ $target }" is switched off (undoable)
removed-rule = inbox rule "{ $target }" is removed
open-although-locked = STILL OPEN although the account is locked
open = SUSPICIOUS
kept = { $names }: benign, here is why: regain check --verbose
sending-blocked = blocked since { $since } ({ $why }); lifted when the account is released
sending-spam = outbound spam
sending-limit = sending limit
gaps = { $facets }: not read, not clean
head-digest = Record: { $digest }

verdict-benign = benign
verdict-undecided = undecided
verdict-suspicious = suspicious
verdict-malicious = malicious

finding-rule = rule "{ $name }"
finding-forwarding = forwarding to { $name }
finding-facet = { $name }

facet-identity = identity
facet-password = password
facet-sessions = sessions
facet-entra-roles = Entra roles
facet-pim-roles = roles under PIM
facet-group-roles = groups that carry roles
facet-exchange-roles = Exchange role groups
facet-purview-roles = Purview role groups
facet-forwarding = forwarding
facet-inbox-rules = inbox rules
facet-sending-block = sending block
facet-domains = the tenant's own domains

gap-denied = no permission: grant { $missing }
gap-unlicensed = the tenant has no licence for it
gap-throttled = the service asked to wait
gap-unreachable = no answer
gap-incomplete = only a part: { $detail }
gap-not-understood = not understood: { $detail }
gap-not-in-this-version = this version does not read it
gap-left-out = left out on purpose

## Steps

action-block-sign-in = block sign-in
action-allow-sign-in = allow sign-in
action-replace-password = replace the password
action-hand-over-password = set a fresh password and hand it over
action-revoke-sessions = revoke sessions
action-withdraw-role = take and hold { $target }
action-give-back-role = give back { $target }
action-remove-forwarding = remove forwarding to { $target }
action-restore-forwarding = restore forwarding to { $target }
action-disable-inbox-rule = switch off inbox rule "{ $target }"
action-enable-inbox-rule = switch on inbox rule "{ $target }"
action-remove-inbox-rule = remove inbox rule "{ $target }"
action-restore-inbox-rule = restore inbox rule "{ $target }"
action-lift-sending-block = lift the sending block of { $target }

state-waiting = waiting
state-running = under way
state-applied = answered, not yet seen
state-unknown = unknown: no answer came
state-verified = verified
state-failed = FAILED
state-returned = CAME BACK
state-dropped = dropped

plan-lock = Lock plan
plan-clean = Clean plan
plan-undo = Undo plan
plan-release = Release plan
plan-digest = Digest: { $digest }
plan-waits =
    A plan waits. Show it, approve it, apply it:
      regain plan show { $case }
      regain plan approve { $case } --digest { $digest }
      regain apply { $case }
plan-approved = Plan { $plan } is approved. Carry it out: regain apply { $case }
not-approved = (not approved)
undo-fully = can be undone. Rules made in Outlook itself are lost by any change to a rule
undo-partly = can be undone, but for { $lost }
undo-by-release = comes back by release
undo-no = cannot be undone
nothing-to-apply = Nothing that is approved waits.
nothing-to-clean = Nothing calls for cleaning.
nothing-to-undo = Nothing can be undone.

manual-short-last-global-administrator = work for a person: make another Global Administrator, then contain again
manual-short-tell-home-tenant = work for a person: tell the guest's home tenant
manual-short-reset-in-active-directory = work for a person: reset the password in Active Directory
manual-last-global-administrator = Without { $account } no Global Administrator would work, so sign-in is not blocked and its role stays. Its password is new and its sessions are revoked. Make another Global Administrator, then contain this account again.
manual-tell-home-tenant = { $account } is a guest: only its home tenant can reset its password. Tell them.
manual-reset-in-active-directory = { $account } is owned by Active Directory: disable it there and reset its password twice there. The lock in the cloud is a stop-gap.

left-out-rail-keeps-sign-in = not blocked, since no Global Administrator would be left: { $name }
left-out-rail-keeps-role = not taken, since no Global Administrator would be left: { $name }
left-out-role-is-an-activation = not given back, the person activates it again: { $name }
left-out-role-has-ended = not given back, its end has passed: { $name }
left-out-role-needs-naming = not given back, since it dates from the incident or nobody knows from when; name it with --give-back: { $name }
left-out-nothing-to-undo = nothing to undo: { $name }
left-out-comes-back-by-release = comes back by release only: { $name }
left-out-cannot-be-undone = cannot be undone: { $name }
left-out-conflict = changed by somebody since, settle it by hand: { $name }

criterion-state-met = met
criterion-state-not-met = NOT MET
criterion-state-not-checked = not checked
criterion-settled = everything was read again after the last old token must have died
criterion-nothing-open = every finding is answered and every step has ended well
criterion-no-gaps = everything was read
criterion-sign-in-methods = sign-in methods were looked at
criterion-app-consents = app consents were looked at
criterion-devices = devices were looked at
criterion-no-sign-in-since-lock = nobody signed in since the lock
criterion-cause-answered = it is known how the intruder got in (--cause)
criterion-owner-proven = the owner proved who they are (--proof)
criterion-sign-in-released = sign-in was given back before
criterion-waited = a day has passed since (three for the highest roles)
criterion-audit-complete = the audit log is complete
criterion-strong-method = a strong sign-in method is registered
criterion-other-accounts = no other account of the case is open
release-barred = Not released. Answer for these, or override them one by one (--override CRITERION=REASON): { $criteria }

## Talk

case-opened = Case { $case }.
nobody-watches = Nobody watches after this: regain watch { $case }
many-accounts = { $count } accounts were named. Say --expect { $count } if that is what you mean.
ask-kind = { $upn } is a { $kind }. Type its name again to lock it:
kind-not-confirmed = { $upn } is a { $kind } and was not locked. Say --kind { $flag } if you mean it.
ask-privileged = { $upn } holds admin roles. Type its name again to lock it:
privileged-not-confirmed = { $upn } holds admin roles and was not locked. Say --privileged { $upn } if you mean it.
plan-first-no-terminal = Nothing was changed: --plan-first asks at a terminal before the first change.
ask-lock-now = [a] lock now  [anything else] leave:
no-such-item = There is no item { $item } in this case.
ask-clean = [a] clean { $count } (undoable; rules made in Outlook itself will be lost)  [d] details  [k] keep/add  [f] false alarm  [q] leave:
ask-again = Type a, d, k, f or q.
ask-items = Items to keep (-ITEM) or to clean too (+ITEM):
ask-undo = [a] undo  [anything else] leave:
false-alarm-how = Give everything back: regain release { $case } --to sign-in --false-alarm "REASON"
verified = Read again: { $returned } came back, { $new } new.
check-nothing = Nothing suspicious was found.
check-something = Something is suspicious, undecided or unread. To lock the account: regain contain
watch-waits = Somebody works on this case. The watch goes on when they are done.
watch-next = Next pass at { $time }.
watch-quiet = { $time }: nothing came back.
watch-returned = { $time }: { $returned } came back, { $new } new. The case is open again.
watch-over = A month has passed; the watch is over.
case-open = open
case-closed = closed
case-forgotten = forgotten
case-holds = holds { $roles } role(s) and { $sign-in } sign-in(s) for { $hours } h
case-is-closed = Case { $case } is closed.
close-refused = Case { $case } still holds { $count } thing(s). Release them first: regain release { $case } --to sign-in
ask-forget = Type { $case } again to destroy its key; what it holds can never be read again:
forget-not-confirmed = Case { $case } was not forgotten. Say --confirm { $case } if you mean it.
case-is-forgotten = The key of case { $case } is destroyed. Its chain still verifies.
not-a-manual-step = Step { $step } is no work for a person, so it cannot be ticked off.
evidence-whole = The record is whole: { $entries } entries, { $blobs } pieces of evidence.
evidence-damaged = THE RECORD IS DAMAGED in { $damage } place(s), of { $entries } entries and { $blobs } pieces of evidence:

## Hints

hint-grant = grant { $missing }, then run `regain doctor`
hint-network = check the network and the proxy; nothing is lost, and `regain resume CASE` goes on with a case that was begun
hint-throttled = wait, then run the same command again
hint-unknown-account = check the spelling and the tenant (`regain tenant list`); a deleted account has no sign-in to block
hint-ambiguous-account = name the object id instead
hint-refused-account = if this account is compromised, act by hand and with a second person; policy.toml says which accounts are kept for emergencies
hint-busy = wait until the other one has ended, or see who works on it; then run the same command again
hint-plan-make = make a plan: regain plan make CASE
hint-apply = carry it out: regain apply CASE
hint-plan-show = look at the plan as it is now: regain plan show CASE
hint-handoff = run this at a terminal, or seal the password to a file: --seal-to age1… --seal-dir DIR
hint-case-list = see which cases there are: regain case list
hint-upgrade = use a newer regain; this one leaves the database alone
hint-forgotten = only its chain can be checked: regain evidence verify
hint-damaged = check the record, and keep a copy before anything else: regain evidence verify
hint-storage = free some space or check the rights of the data folder; nothing more was changed in the tenant

## Signing in as a person

sign-in-visit = SIGN IN in a browser on this machine, within five minutes:
    { $address }
sign-in-enter = SIGN IN on any device: open { $address } and type { $code }
    Type it only because you began this yourself, just now: whoever asks you for such a code wants to be let in.
sign-in-language = en
sign-in-done = You are signed in
sign-in-done-text = Close this page and go back to the terminal.
sign-in-failed = You are not signed in
sign-in-failed-text = Nothing was done. The terminal says why.

## Tenants

tenant-remembered = remembered { $count } credentials and owners of its apps; `regain doctor` says what is new
tenant-not-looked = what its apps can be signed in to with was not read ({ $why }); the first `regain doctor` remembers it
