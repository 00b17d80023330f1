# Varför något är misstänkt, eller inte. En för varje kod i `regain_incident::judge::REASON_CODES`.
# Var och en fortsätter efter namnet på en regel eller en vidarebefordran och står på egen rad.

## Vidarebefordran, och regler som skickar

reason-target-outside = skickar e-post till { $target }, utanför organisationen
reason-target-free-mail = skickar e-post till { $target }, hos en leverantör där vem som helst kan skaffa en adress
reason-target-own-free-mail = skickar e-post till { $target }, en privat adress med ägarens namn
reason-target-looks-like-ours = adressen { $target } kan förväxlas med en i { $own-domain }
reason-target-bears-our-name = adressen { $target } har samma namn som { $own-domain } men en annan ändelse
reason-target-names-company = adressen { $target } använder namnet från { $own-domain } före snabel-a
reason-no-copy-kept = sparar ingen kopia: e-posten går till { $target } och når aldrig brevlådan
reason-second-forwarding = en andra adress, { $target }, väntar bakom den första
reason-sends-and-deletes = skickar e-post till { $target } och tar bort den här
reason-redirects-and-stops = omdirigerar e-post till { $target } och stoppar alla senare regler

## Vad en regel heter

reason-name-empty = har inget namn som syns
reason-name-only-signs = heter ”{ $name }”: bara tecken
reason-name-short = heter ”{ $name }”: en eller två bokstäver
reason-hidden-rule = är dold i Outlook
reason-poses-as-system = heter som en av tjänstens egna regler, ”{ $name }”, men skickar iväg e-post

## Var en regel lägger e-post

reason-hiding-folder = flyttar e-post till ”{ $folder }”, där ingen tittar
reason-folder-not-for-mail = flyttar e-post till ”{ $folder }”, som inte är till för e-post
reason-junk-folder = flyttar e-post till ”{ $folder }”
reason-deleted-folder = flyttar e-post till ”{ $folder }”, som töms
reason-archive-folder = flyttar e-post till ”{ $folder }”, förbi inkorgen
reason-deletes = tar bort e-post
reason-marks-read = markerar den som läst, så att inget ser nytt ut
reason-stops-other-rules = hindrar senare regler från att köras

## Vad en regel letar efter

reason-telling-words = letar efter ord som inkräktare letar efter: { $words }
reason-takes-everything = tar alla meddelanden: den har inget villkor
reason-size-takes-everything = tar alla meddelanden: minsta storlek är { $size } byte
reason-words-take-everything = tar alla meddelanden: orden ”{ $words }” finns i alla

## Vad som talar för ägaren

reason-target-inside = skickar till { $target }, inom organisationen
reason-target-approved = skickar till { $target }, som er policy godkänner
reason-target-bears-owner-name = { $target } kan vara ägarens egen adress: fråga
reason-date-unknown = ingen vet när den gjordes: den kan vara äldre än händelsen
reason-files-into-own-folder = sorterar e-post till ”{ $folder }”, ägarens egen mapp, och lämnar den oläst
reason-leaves-mail-where-it-is = varken flyttar, tar bort eller skickar e-post
reason-switched-off = är avstängd
reason-broken = är trasig enligt tjänsten och gör kanske ingenting
