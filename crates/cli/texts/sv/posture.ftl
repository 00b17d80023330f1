# The posture: the frame.
action-change-setting = ändra { $target }
plan-harden = Plan för klientorganisationens inställningar
posture-head = { $tenant }    läge { $case }    { $date }
posture-used = ANVÄNT HÄR
posture-first = GÖR DETTA FÖRST
posture-closes-used = { $ways ->
    [one] hade stoppat en väg som användes här
   *[other] hade stoppat { $ways } vägar som användes här
}
posture-closes = { $ways ->
    [one] stänger en väg som inkräktare använder
   *[other] stänger { $ways } vägar som inkräktare använder
}
posture-effort-1 = ett reglage
posture-effort-2 = lite arbete
posture-effort-3 = ett projekt
posture-changed = ÄNDRAT SEDAN { $date }
posture-unchanged = Inget har ändrats sedan { $date }.
posture-changed-item = { $item }: { $was }, nu { $is }
posture-changed-within = { $item }: fortfarande { $is }, men det som brister är inte detsamma
posture-changed-met = { $item }: fortfarande { $is }, men det som sågs är inte detsamma
posture-worse = { $item }: { $was }, nu { $is }: SÄMRE
posture-phase-days30 = DE FÖRSTA 30 DAGARNA: { $met } av { $all } är på plats
posture-phase-days90 = DE FÖRSTA 90 DAGARNA: { $met } av { $all } är på plats
posture-phase-beyond = DÄREFTER: { $met } av { $all } är på plats
posture-state-met = uppfyllt
posture-state-partly = DELVIS
posture-state-not-met = EJ UPPFYLLT
posture-state-not-measurable = ej mätbart
posture-state-not-applicable = behövs inte
posture-state-open = en fråga
posture-state-stated-met = uppges vara så
posture-state-stated-not-met = uppges ej så
posture-state-accepted = accepterat
posture-and-more = och { $count } till: regain posture --all
posture-item = Namn: { $item }
posture-said-by = { $by }, { $date }{ $note }
posture-accepted-by = { $by } svarar för det till { $until }: { $why }
posture-no-such-item = färdplanen har ingen punkt { $item }. regain posture --all visar namnen
posture-no-such-item-near = färdplanen har ingen punkt { $item }; kanske { $near }. regain posture --all visar namnen
posture-no-question = { $item } mäts och är ingen fråga. Ska det inte uppfyllas kan någon svara för det: --accept { $item } --until DATUM --because SKÄL
posture-until-is-past = det datumet har passerat: ange ett senare med --until
posture-way-password = ett gissat eller återanvänt lösenord
posture-way-adversary-in-the-middle = en mellanhand som stjäl sessionen
posture-way-device-code = en enhetskod
posture-way-legacy-authentication = ett protokoll utan andra faktor
posture-way-stolen-token = en stulen token
posture-way-consent = medgivande till en app
posture-way-registered-method = en registrerad inloggningsmetod
posture-way-forwarding = vidarebefordran
posture-way-inbox-rules = inkorgsregler
posture-way-sending = utskick i ägarens namn
posture-way-admin-roles = administratörsroller
posture-way-applications = en app eller dess autentiseringsuppgift
posture-way-mail-flow = en regel i e-postflödet
posture-way-phishing = ett meddelande som ledde till en falsk sida
posture-way-unseen = inget loggades
posture-no-fix = { $item } har ingen inbyggd ändring. Gör det för hand: regain posture --all säger vad som saknas
posture-nothing-to-fix = Det finns inget att ändra härifrån. Det som fattas ovan får en människa göra: regain posture --all
posture-cannot-fix = { $fix } kan inte planeras: { $facet } lästes inte ({ $why })
posture-hindered-fix = { $fix } kan inte planeras: { $why }
posture-reach = RÄCKVIDD
ask-fix = [a] ändra  [annat] lämna:
label-settings = INSTÄLLN
settings-unchanged = ingen har ändrats. Hur de står: regain posture
undo-setting = kan ångras
value-yes = ja
value-no = nej
value-unset = tjänstens egen
block-leaves-out = utelämnade: { $who }
value-block-none = nej
value-block-reports = rapporteras bara{ $number ->
    [0] {""}
    [one] , en utelämnad
   *[other] , { $number } utelämnade
}
value-block-on = ja{ $number ->
    [0] {""}
    [one] , en utelämnad
   *[other] , { $number } utelämnade
}
kind-organisation = organisationen
case-posture = läge
