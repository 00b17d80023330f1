# Why something is suspicious, or is not. One for each code of `regain_incident::judge::REASON_CODES`.
# Each goes on from the name of a rule or of forwarding, and stands on a line of its own.

## Forwarding, and rules that send

reason-target-outside = sends mail to { $target }, outside your organisation
reason-target-free-mail = sends mail to { $target }, at a provider where anybody can get an address
reason-target-own-free-mail = sends mail to { $target }, a private address that bears the owner's name
reason-target-looks-like-ours = the address { $target } can be mistaken for one in { $own-domain }
reason-target-bears-our-name = the address { $target } bears the name of { $own-domain } under another ending
reason-target-names-company = the address { $target } uses the name of { $own-domain } before the at sign
reason-no-copy-kept = keeps no copy: mail goes to { $target } and never reaches the mailbox
reason-second-forwarding = a second address, { $target }, waits behind the first
reason-sends-and-deletes = sends mail to { $target } and deletes it here
reason-redirects-and-stops = redirects mail to { $target } and stops every later rule

## What a rule is called

reason-name-empty = has no name that can be seen
reason-name-only-signs = is named "{ $name }": only signs
reason-name-short = is named "{ $name }": one or two letters
reason-hidden-rule = is hidden from Outlook
reason-poses-as-system = is named like a rule of the service, "{ $name }", but sends mail away

## Where a rule puts mail

reason-hiding-folder = moves mail to "{ $folder }", where nobody looks
reason-folder-not-for-mail = moves mail to "{ $folder }", which is no place for mail
reason-junk-folder = moves mail to "{ $folder }"
reason-deleted-folder = moves mail to "{ $folder }", which is emptied
reason-archive-folder = moves mail to "{ $folder }", past the inbox
reason-deletes = deletes mail
reason-marks-read = marks it as read, so that nothing looks new
reason-stops-other-rules = keeps later rules from running

## What a rule looks for

reason-telling-words = looks for words that intruders look for: { $words }
reason-takes-everything = takes every message: it has no condition
reason-size-takes-everything = takes every message: the least size is { $size } bytes
reason-words-take-everything = takes every message: the words "{ $words }" stand in all of them

## What speaks for the owner

reason-target-inside = sends to { $target }, inside your organisation
reason-target-approved = sends to { $target }, which your policy approves
reason-target-bears-owner-name = { $target } may be the owner's own address: ask
reason-date-unknown = nobody knows when it was made: it may be older than the incident
reason-files-into-own-folder = files mail into "{ $folder }", a folder of the owner's, and leaves it unread
reason-leaves-mail-where-it-is = neither moves, deletes nor sends mail
reason-switched-off = is switched off
reason-broken = is broken, says the service, and may not act
