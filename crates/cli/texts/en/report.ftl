### The report.

report-title = Case { $case }
report-dates = Opened { $opened }; as of { $as-of }.
report-locked = The lock is verified.
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
