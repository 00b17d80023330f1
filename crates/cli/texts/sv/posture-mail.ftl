# The posture: remarks about mail.
facet-audit-settings = granskningsinställningar
setting-unified-audit-log = granskningsloggen tar emot poster
setting-mailbox-audit-off = postlådegranskning är av för alla
posture-unified-audit-log-off = den enhetliga granskningsloggen är av
posture-mailbox-audit-off = postlådegranskning är av för alla
posture-audit-bypassed = det { $who } gör i postlådor loggas inte
facet-mail-settings = organisationens e-postinställningar
facet-mailbox-protocols = postlådornas protokoll
facet-mailbox-forwarding = postlådornas vidarebefordran
facet-outbound-policy = principer för utgående e-post
facet-mail-protection = skydd mot nätfiske, skräppost och skadlig kod
facet-advanced-protection = skydd för länkar och bilagor
facet-mail-flow = e-postflödets regler och anslutningar
facet-dkim = domäner och signering
facet-alert-policies = larmprinciper
facet-sharing-policies = delningsprinciper
facet-dns-records = DNS-poster för e-post
setting-smtp-auth-off = SMTP AUTH är av för organisationen
setting-direct-send-rejected = e-post i vårt eget namn från främmande servrar avvisas
setting-external-tag = Outlook märker e-post utifrån
setting-outbound-forwarding = vidarebefordran utåt, enligt en princip för utgående e-post
setting-remote-forwarding = vidarebefordran till en fjärrdomän
setting-alert-recipients = mottagare av ett larm
posture-smtp-auth-on = SMTP AUTH är på för organisationen
posture-smtp-auth-exception = { $who } får använda SMTP AUTH som undantag
posture-modern-authentication-off = modern autentisering är av
posture-pop-open = POP är öppet för { $number ->
    [one] en postlåda
   *[other] { $number } postlådor
  }
posture-imap-open = IMAP är öppet för { $number ->
    [one] en postlåda
   *[other] { $number } postlådor
  }
posture-direct-send-taken = e-post i vårt eget namn tas emot från vem som helst
posture-forwarding-automatic = principen { $policy } överlåter vidarebefordran utåt till tjänsten (Automatic)
posture-forwarding-allowed = principen { $policy } tillåter vidarebefordran utåt
posture-forwarding-unknown = principen { $policy } säger { $word } om vidarebefordran utåt, vilket den här versionen inte känner till
posture-remote-domain-forwards = vidarebefordran till fjärrdomänen { $domain } är tillåten
posture-limit-only-told = enligt principen { $policy } rapporteras bara ett konto som skickar för mycket
posture-limit-unknown = principen { $policy } säger { $word } om konton som skickar för mycket, vilket den här versionen inte känner till
posture-mailbox-forwards-outside = { $who } vidarebefordrar till { $to }
posture-mailbox-forwards-by-name = { $who } vidarebefordrar till { $to }, som kan vara en extern kontakt
posture-preset-covers = { $policy } är på för alla
posture-preset-none = ingen förinställning för e-post är på
posture-preset-without-links = ingen förinställning för länkar och bilagor är på
posture-preset-not-for-all = { $policy } är inte på för alla
posture-phishing-policy-none = ingen princip mot nätfiske är på
posture-phishing-spoof-off = { $policy } letar inte efter förfalskade avsändare
posture-phishing-dmarc-ignored = { $policy } följer inte det som avsändarnas domäner ber om (DMARC)
posture-phishing-users-off = { $policy } letar inte efter personer som härmas
posture-phishing-domains-off = { $policy } letar inte efter domäner som liknar våra egna
posture-phishing-mailboxes-off = { $policy } använder inte det som postlådor vet om sina kontakter
posture-links-no-policy = ingen princip för länkar
posture-links-not-checked = { $policy } kontrollerar inte länkar i e-post
posture-links-not-looked-at = { $policy } granskar inte sidorna bakom länkar
posture-links-click-through = { $policy } låter användare gå vidare till skadliga sidor
posture-links-reach-unknown = { $policy } är som den ska; för vem den är på lästes inte
posture-attachments-no-policy = ingen princip för bilagor
posture-attachments-off = { $policy } granskar inte bilagor
posture-attachments-let-through = { $policy } släpper igenom skadliga bilagor
posture-attachments-reach-unknown = { $policy } är som den ska; för vem den är på lästes inte
posture-files-elsewhere-off = filer i SharePoint, OneDrive och Teams granskas inte
posture-malware-policy-none = ingen princip mot skadlig kod
posture-malware-files-taken = { $policy } tar emot program som bilagor
posture-malware-not-taken-back = { $policy } tar inte tillbaka skadlig kod efter leverans
posture-phishing-not-taken-back = { $policy } tar inte tillbaka nätfiske efter leverans
posture-allowed-senders = { $policy } släpper igenom { $number ->
    [one] en avsändare
   *[other] { $number } avsändare
  } osedda
posture-allowed-addresses = { $policy } släpper igenom { $number ->
    [one] en adress
   *[other] { $number } adresser
  } osedda
posture-safe-list-on = { $policy } släpper igenom den som står på andras lista över säkra avsändare
posture-external-tag-off = e-post utifrån märks inte
posture-external-tag-spares = e-post från { $who } märks inte
posture-rule-bypasses = regeln { $rule } kringgår filtreringen
posture-rule-leads-outside = regeln { $rule } skickar e-post till { $to }
posture-rule-leads-to-name = regeln { $rule } skickar e-post till { $to }, som kan vara en extern kontakt
posture-journal-leads-outside = journalen { $rule } skickar kopior till { $to }
posture-connector-leads-all = anslutningen { $connector } leder all utgående e-post genom { $to }
posture-connectors-none = ingen anslutning är på
posture-connector-by-address = anslutningen { $connector } känner sina servrar bara på adressen
posture-connector-open = anslutningen { $connector } tar emot e-post från vem som helst
posture-connector-in-plain-text = anslutningen { $connector } tar emot e-post i klartext
posture-shared-with-all = { $policy } delar med alla: { $what }
posture-domains-only-microsofts = det finns bara Microsofts egna domäner
posture-dkim-off = e-post från { $domain } signeras inte
posture-dkim-not-valid = nycklarna för { $domain } hittades inte ({ $status })
posture-dkim-key-missing = ingen nyckel för { $domain } finns i domännamnssystemet, fast signeringen är på
posture-dmarc-missing = { $domain } har ingen DMARC-post
posture-dmarc-several = { $domain } har flera DMARC-poster, så ingen gäller
posture-dmarc-not-understood = DMARC-posten för { $domain } gick inte att förstå
posture-dmarc-none = DMARC-posten för { $domain } ber inte om något (none)
posture-dmarc-part = DMARC-posten för { $domain } gäller bara en del av e-posten
posture-dmarc-below-open = DMARC-posten för { $domain } ber inte om något för namn under den
posture-spf-missing = { $domain } har ingen SPF-post
posture-spf-several = { $domain } har flera SPF-poster, så ingen gäller
posture-spf-open = SPF-posten för { $domain } låter vilken server som helst skicka
posture-spf-soft = SPF-posten för { $domain } slutar mjukt (~all)
posture-spf-too-many = SPF-posten för { $domain } kräver fler än tio uppslag, så mottagare bortser från den
posture-spf-leads-nowhere = SPF-posten för { $domain } hänvisar till { $name }, som inte har exakt en SPF-post, så mottagare bortser från den
posture-domain-unread = { $name } gick inte att fråga om, så dess domän är inte bedömd
posture-alert-missing = det finns ingen larmprincip { $policy }
posture-alert-off = larmet { $policy } är av
posture-alert-silent = larmet { $policy } skickar ingen e-post
posture-alert-to-nobody = larmet { $policy } har inga mottagare
posture-alert-recipient-gone = larmet { $policy } går till { $who }, som inte finns
posture-alert-recipient-outside = larmet { $policy } går till { $who } utanför; om någon läser det går inte att se
posture-reach-mailboxes-forwarding = { $number ->
    [0] ingen postlåda vidarebefordrar utåt genom sin egen inställning; inkorgsregler granskades inte
    [one] en postlåda vidarebefordrar utåt och skulle sluta; inkorgsregler granskades inte
   *[other] { $number } postlådor vidarebefordrar utåt och skulle sluta; inkorgsregler granskades inte
  }
posture-reach-forwarding-unread = vilka postlådor som vidarebefordrar utåt lästes inte
posture-reach-smtp-auth-lost = { $number ->
    [one] en postlåda
   *[other] { $number } postlådor
  } skulle inte längre kunna använda SMTP AUTH
posture-reach-smtp-auth-kept = { $who } behåller SMTP AUTH som undantag
posture-reach-smtp-auth-unread = vilka postlådor som får använda SMTP AUTH lästes inte
posture-reach-direct-send = skrivare och program som skickar i vårt namn utan att logga in skulle avvisas; vilka det är går inte att läsa
posture-reach-external-tag = alla ser märkningen i Outlook inom någon dag eller två
posture-reach-audit-bypassed = { $who } förblir undantagen från postlådegranskning
posture-reach-alert-by-hand = larmet { $policy } är Microsofts eget: ange dess mottagare i Defender-portalen
