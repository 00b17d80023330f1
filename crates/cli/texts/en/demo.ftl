### The demonstration.

demo-before = What the attacker holds
demo-before-about = An emulated tenant has started on this machine. Anna Berg, who works in finance, typed her password into a false page. Each way in is now tried by itself.
demo-contain = Contain: lock at once, read everything else meanwhile
demo-contain-about = Sign-in is blocked, sessions are revoked, the password is replaced by one that nobody has, and admin roles are taken and held. Then the mailbox is read and judged.
demo-undo = Undo: every cleaning step can be taken back
demo-undo-about = Everything that was cleaned is brought back from the journal, read again, and cleaned again.
demo-watch = Watch: a stolen token may live for another hour
demo-watch-about = The clock jumps from pass to pass. The attacker still holds an access token, and uses it.
demo-verdict = Settled: each way in, tried alone with every other lock lifted
demo-verdict-about = The last old token must have died, and everything was read again. Only the owner cannot send yet: that is given back at release.
demo-release = Release: sign-in first
demo-release-about = Every criterion is read from the record. What this version does not read is said, and a person answers for it.
demo-roles = Release: admin roles later, exactly as they were
demo-roles-about = A day later, three for the highest roles, the held roles go back.
demo-approve = A person approves this plan by its digest.
demo-it-came-back = Something came back. It is the same thing again, and a new plan answers it.
demo-go-on = [Enter]
demo-override = demonstration: this version does not read it
demo-honest = The owner's own rules and settings are untouched.
demo-honest-touched = TOUCHED although it is the owner's own: { $touched }
demo-record = Record checked: { $entries } entries, head { $head }
demo-all-closed = Every way in is closed, each tried alone. Sign-in is the owner's again.
demo-open = STILL OPEN: { $open } (honest things touched: { $touched })

way-open = OPEN
way-closed = closed
way-password = signing in with the stolen password
way-refresh-token = a new access token from the stolen refresh token
way-access-token = the stolen access token
way-sign-in = signing in at all
way-forwarding = forwarding on the mailbox
way-rule = inbox rule "{ $name }"
way-role = admin power: { $name }
way-sending = the owner cannot send
