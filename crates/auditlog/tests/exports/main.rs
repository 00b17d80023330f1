//! The readers on whole files: every shape, damage of every kind, records that other people collected, and
//! the same questions in another engine.

#[cfg(test)]
mod clickhouse;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod written;
