# The posture: the frame.
action-change-setting = change { $target }
plan-harden = Plan for the tenant's settings
