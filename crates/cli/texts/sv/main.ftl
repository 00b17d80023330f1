### Vad en människa läser: kort, enkelt, utan skuld.

error = fel
hint = härnäst
interrupted = Avbrutet. Inget ångras; `regain resume ÄRENDE` fortsätter.

word-case = ärende
label-target = KONTO
label-locked = LÅST
label-not-locked = INTE LÅST
label-released = SLÄPPT
label-failed = GICK EJ
label-stopped = STOPPAT
label-kept = KVAR
label-sending = SÄNDNING
label-gaps = LUCKOR
label-by-hand = FÖR HAND

kind-person = person
kind-shared-mailbox = delad postlåda
kind-resource = rum eller utrustning
kind-guest = gäst
kind-service-like = används av en apparat eller ett program
kind-directory-sync = katalogsynkroniseringens konto
kind-break-glass = konto för nödlägen
kind-operator = den identitet som verktyget kör som
home-cloud = molnkonto
home-synchronised = ägs av en lokal katalog
home-elsewhere = hemma i en annan klientorganisation

lock-blocked = inloggning spärrad
lock-revoked = { $count ->
    [one] sessioner återkallade
    [2] sessioner återkallade två gånger
   *[other] sessioner återkallade { $count } gånger
  }
lock-password = lösenordet utbytt (ingen har det)
lock-roles = { $count ->
    [one] 1 administratörsroll är tagen och hålls till återlämnandet
   *[other] { $count } administratörsroller är tagna och hålls till återlämnandet
  }
lock-in = på { $seconds } s: { $what }
lock-not-begun = låsningen är beordrad men inte påbörjad: regain resume { $case }
lock-partly = hittills: { $what }
released-sign-in = inloggningen gavs tillbaka { $time }
released-roles-held = { $count ->
    [one] 1 adminroll hålls kvar
   *[other] { $count } adminroller hålls kvar
  }
released-roles = Adminrollerna gavs tillbaka { $time }
not-settled = INTE AVGJORT före { $time }: en stulen token kan gälla i upp till en timme
settled = AVGJORT: allt lästes om efter { $time }
stopped-forwarding = vidarebefordran av all post till { $target } (kan ångras)
stopped-rule = inkorgsregeln "{ $target }" är avstängd (kan ångras)
removed-rule = inkorgsregeln "{ $target }" är borttagen
open-although-locked = FORTFARANDE ÖPPET fast kontot är låst
open = MISSTÄNKT
kept = { $names }: ofarliga, skälen visas av: regain check --verbose
sending-blocked = spärrad sedan { $since } ({ $why }); hävs när kontot återlämnas
sending-spam = utgående skräppost
sending-limit = sändningsgräns
gaps = { $facets }: inte läst, inte rent
head-digest = Protokoll: { $digest }

verdict-benign = ofarlig
verdict-undecided = ej avgjord
verdict-suspicious = misstänkt
verdict-malicious = skadlig

finding-rule = regeln "{ $name }"
finding-forwarding = vidarebefordran till { $name }
finding-facet = { $name }

facet-identity = identitet
facet-password = lösenord
facet-sessions = sessioner
facet-entra-roles = Entra-roller
facet-pim-roles = roller under PIM
facet-group-roles = grupper som bär roller
facet-exchange-roles = Exchange-rollgrupper
facet-purview-roles = Purview-rollgrupper
facet-forwarding = vidarebefordran
facet-inbox-rules = inkorgsregler
facet-sending-block = sändningsspärr
facet-domains = organisationens egna domäner

gap-denied = behörighet saknas: bevilja { $missing }
gap-unlicensed = organisationen saknar licens för det
gap-throttled = tjänsten bad oss vänta
gap-unreachable = inget svar
gap-incomplete = bara en del: { $detail }
gap-not-understood = inte förstått: { $detail }
gap-not-in-this-version = den här versionen läser det inte
gap-left-out = utelämnat med avsikt

action-block-sign-in = spärra inloggning
action-allow-sign-in = tillåt inloggning
action-replace-password = byt lösenordet
action-hand-over-password = sätt ett nytt lösenord och lämna över det
action-revoke-sessions = återkalla sessioner
action-withdraw-role = ta och håll { $target }
action-give-back-role = ge tillbaka { $target }
action-remove-forwarding = ta bort vidarebefordran till { $target }
action-restore-forwarding = återställ vidarebefordran till { $target }
action-disable-inbox-rule = stäng av inkorgsregeln "{ $target }"
action-enable-inbox-rule = slå på inkorgsregeln "{ $target }"
action-remove-inbox-rule = ta bort inkorgsregeln "{ $target }"
action-restore-inbox-rule = återställ inkorgsregeln "{ $target }"
action-lift-sending-block = häv sändningsspärren för { $target }

state-waiting = väntar
state-running = pågår
state-applied = besvarat, ännu inte sett
state-unknown = okänt: inget svar kom
state-verified = verifierat
state-failed = GICK INTE
state-returned = KOM TILLBAKA
state-dropped = struket

plan-lock = Låsplan
plan-clean = Städplan
plan-undo = Ångerplan
plan-release = Återlämningsplan
plan-digest = Kontrollsumma: { $digest }
plan-waits =
    En plan väntar. Visa den, godkänn den, utför den:
      regain plan show { $case }
      regain plan approve { $case } --digest { $digest }
      regain apply { $case }
plan-approved = Planen { $plan } är godkänd. Utför den: regain apply { $case }
not-approved = (inte godkänd)
undo-fully = kan ångras. Regler som gjorts i Outlook självt går förlorade när någon regel ändras
undo-partly = kan ångras, utom { $lost }
undo-by-release = kommer tillbaka vid återlämnandet
undo-no = kan inte ångras
nothing-to-apply = Inget godkänt väntar.
nothing-to-clean = Inget behöver städas.
nothing-to-undo = Inget kan ångras.

manual-short-last-global-administrator = för en människa: utse en global administratör till, lås sedan igen
manual-short-tell-home-tenant = för en människa: underrätta gästens hemorganisation
manual-short-reset-in-active-directory = för en människa: byt lösenordet i Active Directory
manual-last-global-administrator = Utan { $account } skulle ingen global administratör fungera, så inloggningen är inte spärrad och rollen är kvar. Lösenordet är nytt och sessionerna är återkallade. Utse en global administratör till och lås sedan kontot igen.
manual-tell-home-tenant = { $account } är gäst: bara hemorganisationen kan byta lösenordet. Underrätta dem.
manual-reset-in-active-directory = { $account } ägs av Active Directory: inaktivera kontot där och byt lösenordet två gånger där. Låset i molnet är en nödlösning.

left-out-rail-keeps-sign-in = inte spärrad, eftersom ingen global administratör skulle bli kvar: { $name }
left-out-rail-keeps-role = inte tagen, eftersom ingen global administratör skulle bli kvar: { $name }
left-out-role-is-an-activation = ges inte tillbaka, personen aktiverar den själv: { $name }
left-out-role-has-ended = ges inte tillbaka, slutdatum har passerat: { $name }
left-out-role-needs-naming = ges inte tillbaka, eftersom den är från händelsen eller ingen vet från när; nämn den med --give-back: { $name }
left-out-nothing-to-undo = inget att ångra: { $name }
left-out-comes-back-by-release = kommer bara tillbaka genom återlämnande: { $name }
left-out-cannot-be-undone = kan inte ångras: { $name }
left-out-conflict = ändrad av någon sedan dess, lös det för hand: { $name }

criterion-state-met = uppfyllt
criterion-state-not-met = EJ UPPFYLLT
criterion-state-not-checked = ej kontrollerat
criterion-settled = allt lästes om efter att den sista gamla token måste ha dött
criterion-nothing-open = varje fynd är besvarat och varje steg har slutat väl
criterion-no-gaps = allt lästes
criterion-sign-in-methods = inloggningsmetoderna har granskats
criterion-app-consents = appmedgivandena har granskats
criterion-devices = enheterna har granskats
criterion-no-sign-in-since-lock = ingen har loggat in sedan låset
criterion-cause-answered = det är känt hur inkräktaren kom in (--cause)
criterion-owner-proven = ägaren har visat vem den är (--proof)
criterion-sign-in-released = inloggningen har återlämnats tidigare
criterion-waited = ett dygn har gått sedan dess (tre för de högsta rollerna)
criterion-audit-complete = granskningsloggen är fullständig
criterion-strong-method = en stark inloggningsmetod är registrerad
criterion-other-accounts = inget annat konto i ärendet är öppet
release-barred = Inte återlämnat. Svara för dessa, eller åsidosätt dem en och en (--override KRITERIUM=SKÄL): { $criteria }

case-opened = Ärende { $case }.
nobody-watches = Ingen bevakar efter det här: regain watch { $case }
many-accounts = { $count } konton nämndes. Säg --expect { $count } om det är vad du menar.
ask-kind = { $upn } är: { $kind }. Skriv namnet igen för att låsa:
kind-not-confirmed = { $upn } är: { $kind }, och låstes inte. Säg --kind { $flag } om du menar det.
ask-privileged = { $upn } har administratörsroller. Skriv namnet igen för att låsa:
privileged-not-confirmed = { $upn } har administratörsroller och låstes inte. Säg --privileged { $upn } om du menar det.
plan-first-no-terminal = Inget ändrades: --plan-first frågar vid en terminal före första ändringen.
ask-lock-now = [a] lås nu  [annat] lämna:
no-such-item = Det finns inget { $item } i det här ärendet.
ask-clean = [a] städa { $count } (kan ångras; regler gjorda i Outlook självt går förlorade)  [d] detaljer  [k] behåll/lägg till  [f] falskt larm  [q] lämna:
ask-again = Skriv a, d, k, f eller q.
ask-items = Vad som ska behållas (-POST) eller också städas (+POST):
ask-undo = [a] ångra  [annat] lämna:
false-alarm-how = Ge tillbaka allt: regain release { $case } --to sign-in --false-alarm "SKÄL"
verified = Läst igen: { $returned } kom tillbaka, { $new } nya.
check-nothing = Inget misstänkt hittades.
check-something = Något är misstänkt, ej avgjort eller oläst. För att låsa kontot: regain contain
watch-waits = Någon arbetar med ärendet. Bevakningen fortsätter när de är klara.
watch-next = Nästa titt { $time }.
watch-quiet = { $time }: inget kom tillbaka.
watch-returned = { $time }: { $returned } kom tillbaka, { $new } nya. Ärendet är öppet igen.
watch-over = En månad har gått; bevakningen är slut.
case-open = öppet
case-closed = stängt
case-forgotten = glömt
case-holds = håller { $roles } roll(er) och { $sign-in } inloggning(ar) sedan { $hours } h
case-is-closed = Ärende { $case } är stängt.
close-refused = Ärende { $case } håller fortfarande { $count } sak(er). Återlämna dem först: regain release { $case } --to sign-in
ask-forget = Skriv { $case } igen för att förstöra dess nyckel; innehållet kan aldrig läsas igen:
forget-not-confirmed = Ärende { $case } glömdes inte. Säg --confirm { $case } om du menar det.
case-is-forgotten = Nyckeln till ärende { $case } är förstörd. Kedjan går fortfarande att kontrollera.
not-a-manual-step = Steg { $step } är inget en människa ska göra, så det kan inte bockas av.
evidence-whole = Protokollet är helt: { $entries } poster, { $blobs } bevis.
evidence-damaged = PROTOKOLLET ÄR SKADAT på { $damage } ställe(n), av { $entries } poster och { $blobs } bevis:

hint-grant = bevilja { $missing } och kör sedan `regain doctor`
hint-network = kontrollera nätverket och proxyn; inget är förlorat, och `regain resume ÄRENDE` fortsätter ett påbörjat ärende
hint-throttled = vänta och kör samma kommando igen
hint-unknown-account = kontrollera stavningen och organisationen (`regain tenant list`); ett borttaget konto har ingen inloggning att spärra
hint-ambiguous-account = ange objekt-id i stället
hint-refused-account = om kontot är kapat: agera för hand och två personer; policy.toml säger vilka konton som är till för nödlägen
hint-busy = vänta tills den andra är klar, eller se vem som arbetar med det; kör sedan samma kommando igen
hint-plan-make = gör en plan: regain plan make ÄRENDE
hint-apply = utför den: regain apply ÄRENDE
hint-plan-show = se planen som den är nu: regain plan show ÄRENDE
hint-handoff = kör det här vid en terminal, eller försegla lösenordet i en fil: --seal-to age1… --seal-dir KATALOG
hint-case-list = se vilka ärenden som finns: regain case list
hint-upgrade = använd en nyare regain; den här lämnar databasen orörd
hint-forgotten = bara kedjan kan kontrolleras: regain evidence verify
hint-damaged = kontrollera protokollet, och ta en kopia före allt annat: regain evidence verify
hint-storage = frigör utrymme eller kontrollera rättigheterna till datakatalogen; inget mer ändrades i organisationen

## Logga in som person

sign-in-visit = LOGGA IN i en webbläsare på den här datorn, inom fem minuter:
    { $address }
sign-in-enter = LOGGA IN på valfri enhet: öppna { $address } och skriv { $code }
    Skriv den bara om du själv började, alldeles nyss: den som ber dig om en sådan kod vill bli insläppt.
sign-in-language = sv
sign-in-done = Du är inloggad
sign-in-done-text = Stäng sidan och gå tillbaka till terminalen.
sign-in-failed = Du är inte inloggad
sign-in-failed-text = Inget har ändrats. Terminalen säger varför.

## Organisationer

tenant-remembered = minns { $count } inloggningsuppgifter och ägare för dess appar; `regain doctor` säger vad som är nytt
tenant-not-looked = vad dess appar kan loggas in med kunde inte läsas ({ $why }); första `regain doctor` lägger det på minnet
