# The sweep: every mailbox looked into.
sweep-head = { $tenant }    sweep { $case }
sweep-sums = { $all ->
    [one] 1 mailbox
   *[other] { $all } mailboxes
}: { $read } read, { $unread } not read. Something found in { $found }, undecided in { $undecided }.
sweep-earlier = The sweep that ended at { $time }. Nothing was looked into again; to sweep anew: regain posture --sweep
sweep-found = FOUND
sweep-undecided = UNDECIDED
sweep-unread = NOT READ, NOT CLEAN
sweep-and-more = and { $count } more
sweep-rest-not-asked = { $count } not asked, since the same would have been answered: { $why }
sweep-not-asked-yet = { $count } not asked yet: the sweep is not at its end
sweep-list-cut = there may be mailboxes that were not listed: { $why }
sweep-halted = The sweep came to a halt ({ $why }). What was read is kept: regain posture --sweep goes on from there, within a day.
sweep-case-opened = Case { $case } opened and read. Nothing was locked.
sweep-case-not-read = Case { $case } was opened, and not everything in it was read. Nothing was locked. To read it again: regain verify { $case }
sweep-case-held = { $upn } is in case { $case } already.
sweep-no-case = No case for { $upn }: { $why }
sweep-offer = Nothing was touched. To lock an account: regain contain { $upn }
sweep-offer-in-case = Nothing was touched. To lock an account: regain case add-account { $case } { $upn }
sweep-offer-cases = To open a case for the accounts found, by this sweep and within a day: regain posture --sweep --open-cases
sweep-not-recorded = The record holds no sweep, although one was made. Look: regain evidence verify
progress-sweep = { $asked } of { $all } mailboxes looked into, something found in { $found }
interrupted-sweep = Interrupted. What was read is kept: `regain posture --sweep` goes on from there, within a day.
interrupted-sweep-cases = Interrupted. What was read is kept: the same command goes on from there, within a day. A case that was opened stands in `regain case list`, and nothing in it is locked; `regain verify CASE` reads all of it.
gap-not-swept = no sweep has looked into every mailbox: regain posture --sweep
gap-sweep-unfinished = the sweep has looked into { $read } of { $of } mailboxes: regain posture --sweep goes on
posture-rule-found = { $who }: rule "{ $rule }"
posture-swept = every mailbox was looked into
posture-mailboxes-undecided = { $count ->
    [one] in 1 mailbox something could not be judged
   *[other] in { $count } mailboxes something could not be judged
}
posture-mailboxes-not-read = { $count } of { $all } mailboxes were not read: regain posture --sweep
posture-list-not-whole = the service did not list every mailbox
posture-sweep-is-old = the sweep is more than 30 days old: regain posture --sweep
posture-mailbox-forwards = { $who } forwards to { $to }
entry-sweep-begun = sweep begun
entry-sweep-resumed = sweep resumed
entry-sweep-read = mailboxes looked into
entry-sweep-ended = sweep finished
