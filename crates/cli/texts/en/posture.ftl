# The posture: the frame.
action-change-setting = change { $target }
plan-harden = Plan for the tenant's settings
posture-head = { $tenant }    posture { $case }    { $date }
posture-used = USED HERE
posture-first = WHAT TO DO FIRST
posture-closes-used = { $ways ->
    [one] would have stopped a way that was used here
   *[other] would have stopped { $ways } ways that were used here
}
posture-closes = { $ways ->
    [one] closes a way that intruders use
   *[other] closes { $ways } ways that intruders use
}
posture-effort-1 = a switch
posture-effort-2 = some work
posture-effort-3 = a project
posture-changed = CHANGED SINCE { $date }
posture-unchanged = Nothing has changed since { $date }.
posture-changed-item = { $item }: { $was }, now { $is }
posture-changed-within = { $item }: still { $is }, but what is lacking is not the same
posture-changed-met = { $item }: still { $is }, but what was seen is not the same
posture-worse = { $item }: { $was }, now { $is }: WORSE
posture-phase-days30 = THE FIRST 30 DAYS: { $met } of { $all } are so
posture-phase-days90 = THE FIRST 90 DAYS: { $met } of { $all } are so
posture-phase-beyond = BEYOND: { $met } of { $all } are so
posture-state-met = met
posture-state-partly = PARTLY
posture-state-not-met = NOT MET
posture-state-not-measurable = not measurable
posture-state-not-applicable = no need
posture-state-open = a question
posture-state-stated-met = said to be so
posture-state-stated-not-met = said not so
posture-state-accepted = accepted
posture-and-more = and { $count } more: regain posture --all
posture-item = Its name: { $item }
posture-said-by = { $by }, { $date }{ $note }
posture-accepted-by = { $by } answers for it until { $until }: { $why }
posture-no-such-item = the roadmap has no item { $item }. regain posture --all shows the names
posture-no-such-item-near = the roadmap has no item { $item }; maybe { $near }. regain posture --all shows the names
posture-no-question = { $item } is measured and not asked. If it is not to be met, somebody can answer for it: --accept { $item } --until DATE --because REASON
posture-until-is-past = that date has passed: name a later one with --until
posture-way-password = a guessed or reused password
posture-way-adversary-in-the-middle = a proxy that steals the session
posture-way-device-code = a device code
posture-way-legacy-authentication = a protocol without a second factor
posture-way-stolen-token = a stolen token
posture-way-consent = consent to an app
posture-way-registered-method = a registered sign-in method
posture-way-forwarding = forwarding
posture-way-inbox-rules = inbox rules
posture-way-sending = mail sent in the owner's name
posture-way-admin-roles = admin roles
posture-way-applications = an app or its credential
posture-way-mail-flow = a rule of the mail flow
posture-way-phishing = a message that led to a false page
posture-way-unseen = nothing was recorded
posture-no-fix = { $item } has no change built in. Do it by hand: regain posture --all says what is lacking
posture-nothing-to-fix = There is nothing to change from here. What is lacking above is left to a person: regain posture --all
posture-cannot-fix = { $fix } cannot be planned: { $facet } was not read ({ $why })
posture-hindered-fix = { $fix } cannot be planned: { $why }
posture-reach = REACH
ask-fix = [a] change  [anything else] leave:
label-settings = SETTING
settings-unchanged = none was changed. How they stand: regain posture
undo-setting = can be undone
value-yes = yes
value-no = no
value-unset = the service's own
block-leaves-out = left out: { $who }
value-block-none = no
value-block-reports = only reported{ $number ->
    [0] {""}
    [one] , one left out
   *[other] , { $number } left out
}
value-block-on = yes{ $number ->
    [0] {""}
    [one] , one left out
   *[other] , { $number } left out
}
kind-organisation = the organisation
case-posture = posture
