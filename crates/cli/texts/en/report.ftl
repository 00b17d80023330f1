### The report.

report-title = Case { $case }
report-dates = Opened { $opened }; as of { $as-of }.
report-locked = The lock is verified.
report-released = The lock was given back.
report-not-locked = The lock is not verified.
report-settled = Settled: everything was read again after the last old token must have died.
report-not-settled = Not settled before { $time }: clean as read, and no more.
report-not-revoked = No revocation was answered: not settled.
report-open = What needs a person
report-gaps = What was not read
report-final = What cannot be undone
report-held = Roles held until release
report-findings = What was judged
report-steps = What was done
report-timeline = What happened

entry-case-opened = case opened
entry-commanded = command
entry-account-added = account added
entry-facet-read = read
entry-logs-scanned = exported logs read
entry-judged = judged
entry-overruled = a person overruled the judgement
entry-plan-made = plan made
entry-plan-approved = plan approved
entry-step-started = step begun
entry-step-applied = step answered
entry-step-unanswered = step without an answer
entry-step-refused = step refused
entry-step-verified = step verified
entry-step-contradicted = step not seen in time
entry-step-returned = step came undone
entry-step-dropped = step dropped
entry-manual-done = done by a person
entry-watch-passed = watch
entry-handed-over = fresh password handed over
entry-released = released
entry-closed = case closed

entry-posture-told = the tenant was measured
entry-posture-stated = a question of the roadmap answered
entry-posture-accepted = somebody answers for an item

prevent-title = So that it does not happen again
prevent-lead = Used here: { $ways }. { $all ->
    [0] No item of the roadmap would have stopped that.
    [one] One item of the roadmap would have stopped that; { $open ->
        [0] it is met.
       *[other] it is not known to be met.
    }
   *[other] { $all } items of the roadmap would have stopped that; { $open ->
        [0] all are met.
        [one] one of them is not known to be met.
       *[other] { $open } of them are not known to be met.
    }
} See *So that it does not happen again* below.
prevent-used = Used here: { $ways }.
prevent-none-known = How they got in is not known: nothing that was found tells it, and nobody has said it at a release.
prevent-stops = What would have stopped it
prevent-would-stop = Against: { $ways }
prevent-not-measured = NOT MEASURED
prevent-lacking = Lacking: { $what }.
prevent-and-more = and { $count } more
prevent-standing = How the tenant stands
prevent-never = This tenant was never measured, so nothing counts as met. Measure it: `regain posture`
prevent-unread = The records could not all be read, so nothing counts as met: { $why }. Look: `regain evidence verify`
prevent-measured = { $tenant }, measured on { $date } (record { $record }). Measure again: `regain posture`
prevent-phase = phase
prevent-phase-days30 = the first 30 days
prevent-phase-days90 = the first 90 days
prevent-phase-beyond = beyond
prevent-changed = What changed since { $date }
prevent-runs = Every measurement
prevent-run = measured at (UTC)
prevent-runs-more = { $count ->
    [one] and one before that
   *[other] and { $count } before that
}
label-prevent = PREVENT
prevent-screen-measured = used here: { $ways }. Of { $all } items that would have stopped it { $open ->
    [0] all are met
    [one] 1 is not known to be met
   *[other] { $open } are not known to be met
} (measured on { $date }): regain report { $case }
prevent-screen-never = used here: { $ways }. { $all } items would have stopped it; the tenant was never measured: regain posture
prevent-screen-unread = used here: { $ways }. { $all } items would have stopped it; how the tenant stands could not be read: regain report { $case }
prevent-screen-posture = measured on { $date }: { $met } of { $all } are in place; { $changed } changed: regain report { $case }
