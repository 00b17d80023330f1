//! The emulated tenant as its clients meet it, from outside.

#[cfg(test)]
mod apps;
#[cfg(test)]
mod batch;
#[cfg(test)]
mod common;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod habits;
#[cfg(test)]
mod listeners;
#[cfg(test)]
mod posture;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod shipped;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod users;
#[cfg(test)]
mod ways;
