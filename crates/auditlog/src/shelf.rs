//! A long list of bytes that lies in memory while it is short, and in a file without a name when it
//! is long. The file is gone with the process, however that ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bytes, appended and read from the start.
#[derive(Debug)]
pub struct Shelf {
    memory: Vec<u8>,
    memory_max: usize,
    file: Option<File>,
    written: u64,
}

/// What is collected before it is written, once there is a file.
const BUFFER: usize = 256 << 10;

impl Shelf {
    /// A list that takes `memory_max` bytes of memory before it goes to disk.
    pub fn new(memory_max: usize) -> Self {
        Self { memory: Vec::new(), memory_max, file: None, written: 0 }
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let most = if self.file.is_some() { BUFFER } else { self.memory_max };
        if self.memory.len() + bytes.len() > most && !self.memory.is_empty() {
            self.spill()?;
        }
        self.memory.extend_from_slice(bytes);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.memory)?;
        self.written += self.memory.len() as u64;
        self.memory.clear();
        self.memory.shrink_to(BUFFER);
        Ok(())
    }

    /// Bytes on disk.
    pub fn spilled(&self) -> u64 {
        self.written
    }

    /// All bytes.
    pub fn len(&self) -> u64 {
        self.written + self.memory.len() as u64
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads everything from the start.
    pub fn read(&self) -> io::Result<impl Read + '_> {
        let mut file = self.file.as_ref();
        if let Some(file) = &mut file {
            file.seek(SeekFrom::Start(0))?;
        }
        let on_disk = file.map(|file| io::BufReader::with_capacity(BUFFER, file.take(self.written)));
        Ok(Both { on_disk, in_memory: &self.memory })
    }
}

struct Both<'a, R> {
    on_disk: Option<R>,
    in_memory: &'a [u8],
}

impl<R: Read> Read for Both<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.on_disk {
            let count = file.read(into)?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            self.on_disk = None;
        }
        self.in_memory.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_read_in_its_order_wherever_it_lies() {
        for memory_max in [0, 10, 1000, 1 << 20] {
            let mut shelf = Shelf::new(memory_max);
            let mut meant = Vec::new();
            for number in 0..5_000_u32 {
                shelf.append(&number.to_le_bytes()).unwrap();
                meant.extend_from_slice(&number.to_le_bytes());
            }
            for _ in 0..2 {
                let mut read = Vec::new();
                shelf.read().unwrap().read_to_end(&mut read).unwrap();
                assert_eq!(read, meant, "{memory_max}");
            }
            assert_eq!(shelf.len(), 20_000);
        }
    }
}
