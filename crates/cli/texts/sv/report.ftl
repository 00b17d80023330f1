### Rapporten.

report-title = Ärende { $case }
report-dates = Öppnat { $opened }; per { $as-of }.
report-locked = Låset är verifierat.
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
