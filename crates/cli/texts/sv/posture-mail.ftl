# The posture: remarks about mail.
facet-audit-settings = granskningsinställningar
setting-unified-audit-log = granskningsloggen tar emot poster
setting-mailbox-audit-off = postlådegranskning är av för alla
posture-unified-audit-log-off = den enhetliga granskningsloggen är av
posture-mailbox-audit-off = postlådegranskning är av för alla
posture-audit-bypassed = det { $who } gör i postlådor loggas inte
