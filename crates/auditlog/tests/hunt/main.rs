//! Logs in which somebody did something, made up record by record, and what the analysis says of them.

#[cfg(test)]
mod access;
#[cfg(test)]
mod pivots;
#[cfg(test)]
mod same;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod story;
