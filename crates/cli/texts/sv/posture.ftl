# The posture: the frame.
action-change-setting = ändra { $target }
plan-harden = Plan för klientorganisationens inställningar
