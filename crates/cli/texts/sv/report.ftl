### Rapporten.

report-title = Ärende { $case }
report-dates = Öppnat { $opened }; per { $as-of }.
report-locked = Låset är verifierat.
report-released = Låset har släppts.
report-not-locked = Låset är inte verifierat.
report-settled = Avgjort: allt lästes om efter att den sista gamla token måste ha dött.
report-not-settled = Inte avgjort före { $time }: rent som det lästes, inte mer.
report-not-revoked = Ingen återkallelse besvarades: inte avgjort.
report-open = Vad som behöver en människa
report-gaps = Vad som inte lästes
report-final = Vad som inte kan ångras
report-held = Roller som hålls till återlämnandet
report-findings = Vad som bedömdes
report-steps = Vad som gjordes
report-timeline = Vad som hände

entry-case-opened = ärende öppnat
entry-commanded = kommando
entry-account-added = konto tillagt
entry-facet-read = läst
entry-logs-scanned = exporterade loggar lästa
entry-judged = bedömt
entry-overruled = en människa ändrade bedömningen
entry-plan-made = plan gjord
entry-plan-approved = plan godkänd
entry-step-started = steg påbörjat
entry-step-applied = steg besvarat
entry-step-unanswered = steg utan svar
entry-step-refused = steg nekat
entry-step-verified = steg verifierat
entry-step-contradicted = steg syntes inte i tid
entry-step-returned = steg blev ogjort
entry-step-dropped = steg struket
entry-manual-done = gjort av en människa
entry-watch-passed = bevakning
entry-handed-over = nytt lösenord överlämnat
entry-released = återlämnat
entry-closed = ärende stängt

entry-posture-told = klientorganisationen mättes
entry-posture-stated = en fråga i färdplanen besvarad
entry-posture-accepted = någon svarar för en punkt

prevent-title = Så att det inte händer igen
prevent-lead = Användes här: { $ways }. { $all ->
    [0] Ingen punkt i färdplanen hade stoppat det.
    [one] En punkt i färdplanen hade stoppat det; { $open ->
        [0] den är uppfylld.
       *[other] den är inte känd som uppfylld.
    }
   *[other] { $all } punkter i färdplanen hade stoppat det; { $open ->
        [0] alla är uppfyllda.
        [one] en av dem är inte känd som uppfylld.
       *[other] { $open } av dem är inte kända som uppfyllda.
    }
} Se *Så att det inte händer igen* nedan.
prevent-used = Användes här: { $ways }.
prevent-none-known = Hur de kom in är inte känt: inget som hittades visar det, och ingen har sagt det vid ett återlämnande.
prevent-stops = Vad som hade stoppat det
prevent-would-stop = Mot: { $ways }
prevent-not-measured = EJ MÄTT
prevent-lacking = Saknas: { $what }.
prevent-and-more = och { $count } till
prevent-standing = Hur klientorganisationen står sig
prevent-never = Klientorganisationen har aldrig mätts, så inget räknas som uppfyllt. Mät den: `regain posture`
prevent-unread = Minst ett protokoll kunde inte läsas, så inget räknas som uppfyllt: { $why }. Titta: `regain evidence verify`
prevent-measured = { $tenant }, mätt { $date } (protokoll { $record }). Mät igen: `regain posture`
prevent-phase = etapp
prevent-phase-days30 = de första 30 dagarna
prevent-phase-days90 = de första 90 dagarna
prevent-phase-beyond = därefter
prevent-changed = Vad som ändrats sedan { $date }
prevent-runs = Alla mätningar
prevent-run = mätt (UTC)
prevent-runs-more = { $count ->
    [one] och en före dem
   *[other] och { $count } före dem
}
label-prevent = FÖREBYGG
prevent-screen-measured = användes här: { $ways }. Av { $all } punkter som hade stoppat det är { $open ->
    [0] alla uppfyllda
    [one] 1 inte känd som uppfylld
   *[other] { $open } inte kända som uppfyllda
} (mätt { $date }): regain report { $case }
prevent-screen-never = användes här: { $ways }. { $all } punkter hade stoppat det; klientorganisationen har aldrig mätts: regain posture
prevent-screen-unread = användes här: { $ways }. { $all } punkter hade stoppat det; hur klientorganisationen står sig kunde inte läsas: regain report { $case }
prevent-screen-posture = mätt { $date }: { $met } av { $all } är på plats; { $changed } ändrade: regain report { $case }
