//! Carries plans out: a machine that decides and a driver that obeys.
