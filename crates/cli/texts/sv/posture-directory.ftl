# The posture: remarks about the directory.
facet-security-defaults = säkerhetsstandarder
setting-security-defaults = säkerhetsstandarder
setting-user-consent = vilka medgivanden användare får ge
setting-risky-consent = användare får släppa in riskabla appar
setting-users-register-apps = användare får registrera program
setting-guest-invites = vem som får bjuda in gäster
setting-guests-read = vad gäster får läsa
setting-joins-by-mail = vem som helst med en adress hos oss får gå med
setting-block-device-code = inloggning med enhetskod är blockerad
setting-block-legacy-authentication = äldre autentisering är blockerad
facet-conditional-access = villkorsstyrd åtkomst
facet-methods-policy = policyn för inloggningsmetoder
facet-authorization-policy = vad användare får göra som standard
facet-administrators = vilka som har katalogroller
facet-registration = registrerade inloggningsmetoder
facet-applications = program
facet-federation = domäner och var folk loggar in
facet-licences = licenser
facet-people = alla konton
facet-secure-score = säkerhetspoängen
facet-administrative-units = administrativa enheter
posture-administrator-without-second-factor = { $who } administrerar utan andra faktor{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-administrators-without-second-factor = ingen administratör krävs på en andra faktor{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-administrator-phishable = { $who } administrerar med en andra faktor som kan nätfiskas{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-administrators-phishable = ingen administratör krävs på en metod som inte kan nätfiskas{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-without-second-factor = { $who } kommer in utan andra faktor{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-nobody-with-second-factor = ingen krävs på en andra faktor{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-defaults-decide = säkerhetsstandarder kräver en andra faktor när Microsoft anser det behövas, och inte alltid
posture-legacy-not-blocked = { $who } kommer in med ett äldre protokoll{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-legacy-blocked-for-nobody = äldre protokoll är inte blockerade för någon{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-device-code-not-blocked = { $who } kommer in med enhetskod{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-device-code-blocked-for-nobody = enhetskod är inte blockerad för någon{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-sign-in-risk-unanswered = en riskabel inloggning för { $who } släpps igenom{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-sign-in-risk-unanswered-for-all = riskabla inloggningar släpps igenom, för alla{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-user-risk-unanswered = { $who } får fortsätta när kontot har hög risk{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-user-risk-unanswered-for-all = konton med hög risk får fortsätta, alla{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-registration-open = { $who } kan registrera en inloggningsmetod varifrån som helst med bara lösenordet{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-registration-open-for-all = alla kan registrera en inloggningsmetod varifrån som helst med bara lösenordet{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-session-can-be-stolen = { $who } loggar in med det som en mellanhand kan föra vidare{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-session-can-be-stolen-of-all = alla loggar in med det som en mellanhand kan föra vidare{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-continuous-access-off = { $policy } stänger av kontinuerlig åtkomstutvärdering
posture-no-token-protection = ingen princip binder token till enheten
posture-administrator-stays-signed-in = { $who } administrerar och förblir inloggad utan slut
posture-set-lacks-legacy-authentication = äldre protokoll är inte blockerade för alla
posture-set-lacks-device-code = enhetskod är inte blockerad för alla
posture-set-lacks-risk = risk besvaras inte för alla
posture-set-lacks-administrators = inte alla administratörer krävs på en andra faktor
posture-set-lacks-guests = inte alla gäster krävs på en andra faktor
posture-set-lacks-registration = registrering av inloggningsmetoder är inte skyddad för alla
posture-administrator-on-any-device = { $who } administrerar från vilken enhet som helst{ $how ->
    [excluded] : undantagen i { $policy }
    [not-included] : { $policy } omfattar inte kontot
    [alternative] : { $policy } godtar något annat i stället
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-administrators-on-any-device = alla som administrerar får göra det från vilken enhet som helst{ $how ->
    [only-reported] : { $policy } bara rapporterar
    [off] : { $policy } är avstängd
   *[none] {""}
}
posture-administrators-on-any-managed-device = administration kräver en hanterad enhet, och vilken som helst duger
posture-administrators-by-device-filter = { $policy } anger enheterna
posture-administrator-with-mailbox = { $who } administrerar och har postlåda
posture-administrator-synchronised = { $who } administrerar och kommer från den egna katalogen
posture-administrator-guest = { $who } administrerar och är gäst
posture-global-administrators-few = { $count ->
    [0] det finns ingen global administratör
    [one] det finns bara en global administratör
   *[other] det finns bara { $count } globala administratörer
}
posture-global-administrators-many = det finns { $count } globala administratörer: { $names }
posture-global-administrator-application = programmet { $who } är global administratör
posture-standing-role = { $who } är alltid { $role }
posture-no-pim = ingen licens för roller som aktiveras vid behov
posture-emergency-none-named = inget nödkonto är angivet i policy.toml (break-glass)
posture-emergency-one-only = det finns bara ett nödkonto
posture-emergency-not-found = nödkontot { $who } finns inte eller får inte logga in
posture-emergency-not-global = nödkontot { $who } är inte alltid global administratör
posture-emergency-synchronised = nödkontot { $who } kommer från den egna katalogen
posture-emergency-blocked = nödkontot { $who } kommer inte in
posture-emergency-not-excluded = { $policy } undantar inget av nödkontona
posture-emergency-without-key = nödkontot { $who } har ingen säkerhetsnyckel
posture-consent-to-anything = användare får släppa in vilken app som helst
posture-consent-to-risky = användare får släppa in appar som Microsoft anser vara riskabla
posture-consent-requests-off = användare kan inte be en administratör om en app
posture-consent-without-reviewers = ingen besvarar begäran om appar
posture-users-register-apps = användare får registrera program
posture-app-credential-endless = en autentiseringsuppgift för { $app } har inget slut
posture-app-credential-long = en hemlighet för { $app } gäller till { $date }
posture-app-credential-on-foreign = { $app } är inte ert och har en hemlighet i den här klientorganisationen
posture-app-reads-all-mail = { $app } har { $right } för alla postlådor
posture-unverified-app-let-in = { $app }, från en overifierad utgivare, har släppts in av { $count ->
    [one] en person
   *[other] { $count } personer
}
posture-method-sms = sms är tillåtet som metod
posture-method-voice = samtal är tillåtet som metod
posture-method-email = koder via e-post är tillåtet som metod
posture-methods-older-policies = de äldre metodpolicyerna gäller fortfarande
posture-authenticator-hides-application = autentiseringsappen visar inte alltid vilken app som frågar
posture-authenticator-hides-place = autentiseringsappen visar inte alltid varifrån
posture-authenticator-off = autentiseringsappen används inte
posture-temporary-pass-off = tillfälliga åtkomstkort är av
posture-temporary-pass-long = ett tillfälligt åtkomstkort får gälla i { $hours } timmar
posture-no-second-factor-registered = { $who } har inte registrerat någon andra faktor
posture-anybody-invites = vem som helst får bjuda in gäster, även gäster
posture-members-invite = alla medlemmar får bjuda in gäster
posture-guests-read-like-members = gäster läser katalogen som medlemmar
posture-anybody-joins-by-mail = vem som helst med en adress i era domäner får ansluta sig
posture-stale-account = { $who } har inte loggat in { $when ->
    [never] alls
   *[other] sedan { $date }
}
posture-stale-account-licensed = { $who } har licens och har inte loggat in { $when ->
    [never] alls
   *[other] sedan { $date }
}
posture-shared-mailbox-signs-in = den delade postlådan { $who } får logga in
posture-no-restricted-unit = det finns ingen enhet med begränsad hantering
posture-not-under-restricted-management = { $who } står inte under begränsad hantering
posture-score = { $per-cent } % den { $date }: { $reached } av { $most } poäng
posture-no-score = ingen poäng har räknats än
posture-score-to-be-had = { $points } poäng: { $title }
posture-records-for-a-year = poster sparas i ett år för dem med licensen
posture-records-for-half-a-year = poster är borta efter 180 dagar
posture-no-cloud-apps-licence = ingen licens för Defender for Cloud Apps
posture-no-federation = alla loggar in här
posture-second-factor-elsewhere = för { $domain } gäller en andra faktor som visats någon annanstans
posture-sign-in-unknown = var folk i { $domain } loggar in är inte känt
posture-reach-consents-stay = { $number ->
    [0] hittills har ingen användare släppt in någon app
    [one] ett medgivande som en användare gav står kvar: regain posture namnger appar från okända tillverkare
   *[other] { $number } medgivanden som användare gav står kvar: regain posture namnger appar från okända tillverkare
}
posture-reach-consents-unread = vad användare har släppt in hittills lästes inte, och står kvar
posture-reach-requests-by-hand = begäran till en administratör slås på för hand: Entra admin center, Företagsprogram, Medgivande och behörigheter, Inställningar för administratörsmedgivande
posture-reach-registered-apps-stay = program som användare har registrerat förblir deras; den som gör program i arbetet behöver rollen Application Developer från och med nu
posture-reach-guests = { $number ->
    [0] det finns inga gäster; medlemmar bjuder inte längre in några
    [one] en gäst läser mindre från och med nu; medlemmar bjuder inte längre in andra
   *[other] { $number } gäster läser mindre från och med nu; medlemmar bjuder inte längre in andra
}
posture-reach-guests-unread = hur många gäster som finns lästes inte
posture-block-without-emergency-account = inget nödkonto är känt, och ett måste lämnas utanför. Skriv dess inloggningsnamn i policy.toml: break-glass = ["NAMN"]
posture-block-emergency-not-found = { $who } är nödkonto enligt policy.toml, men inget konto i klientorganisationen heter så. Namnge varje konto för sig där, som det stavas i katalogen
posture-block-emergency-off = inget nödkonto får logga in. Aktivera ett, eller namnge ett annat i policy.toml
posture-block-operator-unknown = det framgår inte av token vem du är, och du måste lämnas utanför. Logga in igen
posture-block-operator-not-found = du ({ $who }) har inget konto i klientorganisationen som kan lämnas utanför. Logga in med ett konto i den
posture-block-under-security-defaults = säkerhetsstandarder är på, och villkorsstyrd åtkomst kan bara aktiveras utan dem. De blockerar äldre autentisering, men inga enhetskoder. Ersätt allt de gör med principer, stäng av dem och planera sedan igen
posture-block-policy-changed = någon har ändrat eller kopierat principen { $policy }. Återställ den eller ta bort den för hand: Entra admin center, Villkorsstyrd åtkomst
posture-reach-block-reports = ingen nekas än: principen rapporterar bara. Titta i inloggningsloggen efter en vecka (fliken Endast rapport) och kör sedan samma rad igen för att slå på den
posture-reach-block-on = principen slås på: den som kommer den här vägen nekas från och med då. Vem den skulle ha nekat hittills står i inloggningsloggen (fliken Endast rapport)
posture-reach-block-mended = { $who } togs bort ur principens undantag och läggs tillbaka. Ta reda på vem som gjorde det och kör sedan samma rad igen
posture-reach-block-people = { $number ->
    [0] ingen kommer den här vägen ohindrad i dag
    [one] ett konto får komma den här vägen i dag och skulle nekas
   *[other] { $number } konton får komma den här vägen i dag och skulle nekas
}
posture-reach-block-person = { $who } skulle nekas
posture-reach-block-service-account = { $who } används av en enhet eller ett program och skulle nekas
posture-reach-block-unread = vem den skulle neka lästes inte
posture-reach-block-emergency = { $who } lämnas utanför: nödkonto
posture-reach-block-operator = { $who } lämnas utanför: det är du
posture-reach-block-left-out = { $who } lämnas utanför: varje princip för alla lämnar den här globala administratören utanför. Är det ett nödkonto, namnge det i policy.toml
posture-reach-block-no-operator = regain loggar in här som en app, och en sådan princip når ingen app. Av människor undantas bara de ovan: finns du inte bland dem gäller den även dig
