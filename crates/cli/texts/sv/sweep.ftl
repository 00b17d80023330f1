# The sweep: every mailbox looked into.
sweep-head = { $tenant }    genomsökning { $case }
sweep-sums = { $all ->
    [one] 1 postlåda
   *[other] { $all } postlådor
}: { $read } lästa, { $unread } ej lästa. Fynd i { $found }, ej avgjort i { $undecided }.
sweep-earlier = Genomsökningen som blev klar { $time }. Inget granskades på nytt; för en ny genomsökning: regain posture --sweep
sweep-found = FYND
sweep-undecided = EJ AVGJORT
sweep-unread = EJ LÄST, EJ FRIAT
sweep-and-more = och { $count } till
sweep-rest-not-asked = { $count } tillfrågades inte, eftersom svaret hade blivit detsamma: { $why }
sweep-not-asked-yet = { $count } har inte tillfrågats än: genomsökningen är inte klar
sweep-list-cut = det kan finnas postlådor som inte räknades upp: { $why }
sweep-halted = Genomsökningen stannade ({ $why }). Det som lästs är kvar: regain posture --sweep fortsätter därifrån, inom ett dygn.
sweep-case-opened = Ärende { $case } öppnat och läst. Inget har låsts.
sweep-case-not-read = Ärende { $case } öppnades, men allt i det lästes inte. Inget har låsts. För att läsa det igen: regain verify { $case }
sweep-case-held = { $upn } finns redan i ärende { $case }.
sweep-no-case = Inget ärende för { $upn }: { $why }
sweep-offer = Inget har rörts. För att låsa ett konto: regain contain { $upn }
sweep-offer-in-case = Inget har rörts. För att låsa ett konto: regain case add-account { $case } { $upn }
sweep-offer-cases = För att öppna ett ärende för kontona med fynd, efter den här genomsökningen och inom ett dygn: regain posture --sweep --open-cases
sweep-not-recorded = Protokollet innehåller ingen genomsökning, fast en gjordes. Titta: regain evidence verify
progress-sweep = { $asked } av { $all } postlådor granskade, fynd i { $found }
interrupted-sweep = Avbrutet. Det som lästs är kvar: `regain posture --sweep` fortsätter därifrån, inom ett dygn.
interrupted-sweep-cases = Avbrutet. Det som lästs är kvar: samma kommando fortsätter därifrån, inom ett dygn. Ett ärende som öppnats står i `regain case list`, och inget i det är låst; `regain verify ÄRENDE` läser allt i det.
gap-not-swept = ingen genomsökning har granskat varje postlåda: regain posture --sweep
gap-sweep-unfinished = genomsökningen har granskat { $read } av { $of } postlådor: regain posture --sweep fortsätter
posture-rule-found = { $who }: regeln "{ $rule }"
posture-swept = varje postlåda granskades
posture-mailboxes-undecided = { $count ->
    [one] i 1 postlåda kunde något inte bedömas
   *[other] i { $count } postlådor kunde något inte bedömas
}
posture-mailboxes-not-read = { $count } av { $all } postlådor lästes inte: regain posture --sweep
posture-list-not-whole = tjänsten räknade inte upp varje postlåda
posture-sweep-is-old = genomsökningen är mer än 30 dagar gammal: regain posture --sweep
posture-mailbox-forwards = { $who } vidarebefordrar till { $to }
entry-sweep-begun = genomsökning påbörjad
entry-sweep-resumed = genomsökning återupptagen
entry-sweep-read = postlådor granskade
entry-sweep-ended = genomsökning klar
