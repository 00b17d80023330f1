### Demonstrationen.

demo-before = Vad angriparen har
demo-before-about = En efterbildad organisation har startat på den här datorn. Anna Berg på ekonomi skrev sitt lösenord på en falsk sida. Varje väg in prövas nu för sig.
demo-contain = Lås genast, läs allt annat under tiden
demo-contain-about = Inloggningen spärras, sessionerna återkallas, lösenordet byts mot ett som ingen har, och administratörsroller tas och hålls. Sedan läses och bedöms postlådan.
demo-undo = Ångra: varje städsteg kan tas tillbaka
demo-undo-about = Allt som städades återställs ur protokollet, läses igen, och städas igen.
demo-watch = Bevaka: en stulen token kan leva en timme till
demo-watch-about = Klockan hoppar från titt till titt. Angriparen har kvar en åtkomsttoken, och använder den.
demo-verdict = Avgjort: varje väg in, prövad för sig med alla andra lås öppna
demo-verdict-about = Den sista gamla token måste ha dött, och allt lästes om. Bara ägaren kan ännu inte skicka: det ges tillbaka vid återlämnandet.
demo-release = Återlämna: först inloggningen
demo-release-about = Varje kriterium läses ur protokollet. Vad den här versionen inte läser sägs, och en människa svarar för det.
demo-roles = Återlämna: administratörsroller senare, precis som de var
demo-roles-about = Ett dygn senare, tre för de högsta rollerna, går de hållna rollerna tillbaka.
demo-approve = En människa godkänner den här planen genom dess kontrollsumma.
demo-it-came-back = Något kom tillbaka. Det är samma sak igen, och en ny plan svarar på det.
demo-go-on = [Enter]
demo-override = demonstration: den här versionen läser det inte
demo-honest = Ägarens egna regler och inställningar är orörda.
demo-honest-touched = RÖRT fast det är ägarens eget: { $touched }
demo-record = Protokollet kontrollerat: { $entries } poster, { $head }
demo-all-closed = Varje väg in är stängd, var och en prövad för sig. Inloggningen är ägarens igen.
demo-open = FORTFARANDE ÖPPET: { $open } (hederligt som rördes: { $touched })

way-open = ÖPPEN
way-closed = stängd
way-password = logga in med det stulna lösenordet
way-refresh-token = en ny åtkomsttoken av den stulna uppdateringstoken
way-access-token = den stulna åtkomsttoken
way-sign-in = logga in över huvud taget
way-forwarding = vidarebefordran på postlådan
way-rule = inkorgsregeln "{ $name }"
way-role = administratörsmakt: { $name }
way-sending = ägaren kan inte skicka
