### Det en människa läser av `doctor` och `tenant`: kort, enkelt, utan skuld.

doctor-label-tenant = organisation
doctor-label-identity = identitet
doctor-label-data = data
doctor-label-tried-on = prövat på
doctor-and = { $one } och { $other }
doctor-identity-app = { $duties }: appen { $app }
doctor-identity-person = { $duties }: en person, genom appen { $app }
doctor-service-sign-in = inloggning
doctor-service-graph = graph
doctor-service-exchange = exchange
doctor-answers = svarar, { $ms } ms
doctor-silent = SVARAR INTE: { $why }
doctor-not-asked = inte tillfrågad
doctor-writable = { $path }: går att skriva i
doctor-not-writable = { $path }: GÅR INTE ATT SKRIVA I: { $why }
doctor-tried-on-nobody = inget konto: ingen global administratör gick att läsa; ange ett konto med --account
doctor-missing = SAKNAS
doctor-unknown = OKÄNT
doctor-not-configured = INTE INSTÄLLT (ingen identitet är till för det)
doctor-not-licensed = LICENS SAKNAS (det finns kanske inget att läsa)
doctor-ok = I ORDNING
doctor-by-tried = prövat
doctor-by-token = enligt token
doctor-by-settings = enligt inställningarna
doctor-grant = bevilja { $what }
doctor-grant-role-app = katalogrollen { $role } åt appen
doctor-grant-role-person = katalogrollen { $role } åt personen
doctor-grant-wait = vänta några minuter om det beviljades nyss; låt annars en administratör ge medgivande på nytt
doctor-of-identity = { $what } (identiteten { $duties })
doctor-spare = BEVILJAT MEN BEHÖVS INTE av den här versionen
doctor-app = VÅR APP { $name } ({ $app }, { $duties })
doctor-new = NYTT  { $kind } { $name } ({ $id })
doctor-new-until = NYTT  { $kind } { $name } ({ $id }), gäller till { $until }
doctor-new-asked = lade ni till det? kör då: regain doctor --accept; annars: ta bort det och utgå från att någon har tagit över appen
doctor-known = { $count ->
    [one] 1 inloggningsuppgift eller ägare är känd sedan förut
   *[other] { $count } inloggningsuppgifter och ägare är kända sedan förut
  }
doctor-first = { $count ->
    [one] 1 inloggningsuppgift eller ägare sågs för första gången och är nu känd
   *[other] { $count } inloggningsuppgifter och ägare sågs för första gången och är nu kända
  }
doctor-gone = borta { $kind } { $name } ({ $id })
doctor-unread = INTE LÄST  { $part }: { $why }
doctor-next = allt som ska beviljas, och kommandona för det: regain doctor --setup

doctor-way-secret = hemlighet
doctor-way-certificate = certifikat
doctor-way-federated-credential = federerad inloggningsuppgift
doctor-way-owner = ägare
doctor-way-service-principal-secret = hemlighet på tjänstens huvudnamn
doctor-way-service-principal-certificate = certifikat på tjänstens huvudnamn
doctor-way-service-principal-owner = ägare av tjänstens huvudnamn
doctor-part-application = appregistreringen
doctor-part-owners = ägarna
doctor-part-federated-credentials = de federerade inloggningsuppgifterna
doctor-part-service-principal = tjänstens huvudnamn
doctor-part-owners-of-the-service-principal = ägarna av tjänstens huvudnamn

doctor-why-nobody = ingen av organisationens identiteter är till för det
doctor-why-read-first = det som måste läsas först nekades
doctor-why-token-silent = token säger inte vad identiteten får göra
doctor-why-purview-group = token nämner ingen sådan roll; en rollgrupp i Purview kan tillåta det
doctor-why-role-group = ingen sådan roll står i token; en rollgrupp i Exchange kan ändå tillåta det
doctor-why-no-read = rollen finns, men ingen läsning gick att pröva
doctor-why-nothing-to-try = det är beviljat, men det fanns inget att pröva det på
doctor-why-not-found = objektet finns inte

doctor-does-find-account = hitta ett konto och läsa vems det är
doctor-does-mailbox-kind = skilja en persons postlåda från en delad eller ett rum
doctor-does-domains = skilja inne från ute: organisationens domäner
doctor-does-who-else = se vilka andra som loggade in som kontot gjorde
doctor-does-global-administrators = räkna de globala administratörer som skulle bli kvar
doctor-does-read-entra-roles = läsa katalogroller
doctor-does-read-pim-roles = läsa katalogroller under PIM
doctor-does-read-group-roles = läsa roller som kommer genom grupper
doctor-does-block-sign-in = spärra inloggning och släppa den igen
doctor-does-replace-password = byta ut lösenordet
doctor-does-lock-administrators = spärra konton med adminroller och byta deras lösenord
doctor-does-revoke-sessions = återkalla sessioner
doctor-does-change-entra-roles = ta katalogroller och ge tillbaka dem, även under PIM
doctor-does-change-group-roles = ta medlemskap i grupper som kan ha roller, och ge tillbaka det
doctor-does-change-group-owners = ta ägarskap av grupper som kan ha roller, och ge tillbaka det
doctor-does-own-app = se nya inloggningsuppgifter och ägare på våra egna appar
doctor-does-accepted-domains = läsa vilka domäner post tas emot för
doctor-does-read-forwarding = läsa vidarebefordran
doctor-does-change-forwarding = ta bort vidarebefordran och lägga tillbaka den
doctor-does-read-inbox-rules = läsa inkorgsregler, även dolda
doctor-does-change-inbox-rules = stänga av, ta bort och återställa inkorgsregler
doctor-does-read-sending-block = läsa vilka som är spärrade från att sända
doctor-does-lift-sending-block = häva en sändningsspärr
doctor-does-read-exchange-roles = läsa rollgrupper och roller i Exchange
doctor-does-change-exchange-roles = ta roller i Exchange och ge tillbaka dem
doctor-does-posture-policies = mäta principer: villkorsstyrd åtkomst, säkerhetsstandarder, medgivande, metoder
doctor-does-posture-administrators = mäta vilka som administrerar, och vilka enheter som står för sig
doctor-does-posture-methods = mäta vilka som har registrerat en andra faktor
doctor-does-posture-apps = mäta appar, deras autentiseringsuppgifter och rättigheter
doctor-does-posture-domains = mäta var folk i varje domän loggar in
doctor-does-posture-licences = mäta vilka licenser som finns
doctor-does-posture-score = mäta säkerhetspoängen
doctor-does-posture-mail = mäta inställningar för e-post och granskningsloggen
doctor-does-posture-mailboxes = mäta vilka postlådor som vidarebefordrar, och med vilka gamla protokoll de läses
doctor-does-posture-defender = mäta Safe Links och Safe Attachments
doctor-does-posture-alerts = mäta larmprinciper (Purview)
doctor-does-change-settings = ändra inställningar för e-post och granskningsloggen, och återställa dem (posture --fix)
doctor-does-change-alerts = ändra vart larm går (Purview; posture --fix alerts-reach-somebody)
doctor-does-change-consent = ändra vilka som får släppa in appar, registrera dem och bjuda in gäster, och återställa det (posture --fix)
doctor-does-change-access = blockera sätt att logga in med villkorsstyrd åtkomst, och återställa det (posture --fix)

setup-identity = IDENTITET { $duty }
setup-grant = BEVILJA appen, en gång (en administratör ger medgivande):
setup-roles = KATALOGROLLER på appen:
setup-commands = MED KOMMANDON:
setup-role-group = I STÄLLET FÖR en katalogroll för Exchange (i Exchange Online PowerShell, en gång):
setup-purview-group = I STÄLLET FÖR en katalogroll för Purview, och för att ändra vart larm går (i Security & Compliance PowerShell, en gång):
setup-role-locks = byter lösenord, och låser även administratörer
setup-role-mail = postlådor och roller i Exchange; eller rollgruppen nedan i stället
setup-role-reads = läser Exchange, men kanske inte inkorgsregler; hellre rollgruppen nedan
setup-role-alerts = läser larmprinciper i Purview, dit Exchange-administratör inte når
setup-one-app = EN APP FÖR ALLT behöver allt detta tillsammans: regain doctor --setup --json visar det. Tre är säkrare: en app som
    bara ser kan inte låsa, och en som låser behövs inte förrän något har hänt.
setup-administrators = FÖR ADMINISTRATÖRER: låt en person låsa i stället för en app, med rätt att aktivera Privileged Authentication
    Administrator när det behövs: regain tenant add NAMN --for lock --person --client-id ID
setup-parent = # om den överordnade rollen saknar en cmdlet: Get-ManagementRole -Cmdlet NAMN visar vilken roll som har den
setup-keep = Den som har hemligheten till en app som låser eller städar kan ta över hela organisationen: förvara den som en
    global administratörs lösenord.

tenant-added = { $name } är nu känd som { $id }; pröva med: regain doctor --tenant { $name }
tenant-forgotten = { $name } är glömd; ärendena finns kvar
tenant-none = ingen organisation är känd; regain tenant add NAMN --tenant-id ID --client-id ID --secret env:VARIABEL
tenant-app = appen { $app }
tenant-invalid = ogiltig
