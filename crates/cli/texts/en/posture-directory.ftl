# The posture: remarks about the directory.
facet-security-defaults = security defaults
setting-security-defaults = security defaults
