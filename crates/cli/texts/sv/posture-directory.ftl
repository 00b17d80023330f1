# The posture: remarks about the directory.
facet-security-defaults = säkerhetsstandarder
setting-security-defaults = säkerhetsstandarder
