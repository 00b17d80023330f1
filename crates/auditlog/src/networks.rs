//! Whose network an address is in, from files that the user names: CSV with the first and the last
//! address of each range, then what is known of it (number and name of the network, or a country), as
//! several public collections are written.
//!
//! Only a few addresses are asked for, so the file is gone through and never held. What it says is as
//! old as the file, and a country of a cloud is no evidence: both stand beside what is told.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::net::IpAddr;
use std::path::Path;

use crate::address::{self, Address};
use crate::analysis::Analysis;
use crate::csv::Cells;

/// Longer lines are no ranges.
const LINE_BYTES_MAX: u64 = 4096;

/// What a file says of these addresses.
pub fn look_up(path: &Path, wanted: &[Address]) -> io::Result<BTreeMap<Address, String>> {
    let mut found = BTreeMap::new();
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            return Ok(found);
        }
        let mut cells = Cells::of(line.trim_ascii_end(), b',');
        let (Some(first), Some(last)) = (cells.next(), cells.next()) else { continue };
        let (first, last) = (address::read(first.bytes), address::read(last.bytes));
        if first == Address::NONE || first > last {
            continue;
        }
        let inside = wanted.iter().filter(|address| (first..=last).contains(*address));
        for address in inside {
            let rest: Vec<String> =
                cells.clone().map(|cell| cell.decode().trim().to_owned()).filter(|text| !text.is_empty()).collect();
            found.insert(*address, rest.join(" "));
        }
    }
}

/// Writes beside each of the intruder's addresses what the files say, and of which day they are.
pub fn annotate(analysis: &mut Analysis, files: &[(&Path, String)]) -> io::Result<()> {
    let address = |value: &str| value.parse::<IpAddr>().ok().map(Address::from);
    let wanted: Vec<Address> =
        analysis.infrastructure.iter().filter(|one| one.kind == "address").filter_map(|one| address(&one.value)).collect();
    for (path, day) in files {
        let found = look_up(path, &wanted)?;
        for one in analysis.infrastructure.iter_mut().filter(|one| one.kind == "address") {
            let Some(said) = address(&one.value).and_then(|address| found.get(&address)) else { continue };
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let told = format!("{said} ({name}, {day})");
            one.network = Some(one.network.take().map_or_else(|| told.clone(), |before| format!("{before}; {told}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_its_range() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("asn.csv");
        std::fs::write(&path, "start,end,number\n1.0.0.0,1.0.0.255,13335,\"Cloud, Inc.\"\n62.149.0.0,62.149.255.255,31034,Host\n2001:db8::,2001:db8:ffff::,64500,Docs\n").unwrap();
        let wanted = ["62.149.20.10", "1.0.0.7", "9.9.9.9", "2001:db8::1"].map(|text| address::read(text.as_bytes()));
        let found = look_up(&path, &wanted).unwrap();
        let said: Vec<Option<&str>> = wanted.iter().map(|address| found.get(address).map(String::as_str)).collect();
        assert_eq!(said, [Some("31034 Host"), Some("13335 Cloud, Inc."), None, Some("64500 Docs")]);
    }
}
