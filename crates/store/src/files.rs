//! Files that only their owner may read, whatever the umask, and that are on the disk when we say so.
//!
//! Left to others: what stands in them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// The data folder, for its owner alone. One that existed and holds other things keeps its mode: it
/// is not ours to close, and every file of ours in it is private by itself.
pub(crate) fn data_folder(path: &Path) -> io::Result<()> {
    let others = path.is_dir() && !path.join(crate::sqlite::FILE).exists() && fs::read_dir(path)?.next().is_some();
    if others { Ok(()) } else { private_folder(path) }
}

/// A folder for its owner alone.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return set_mode(path, 0o700);
    }
    create_folder(path)?;
    set_mode(path, 0o700)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the file if it is missing, and its owner's alone in any case.
pub(crate) fn private_file(path: &Path) -> io::Result<()> {
    drop(private().append(true).create(true).open(path)?);
    set_mode(path, 0o600)
}

/// A new file; an existing one is an error.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().write(true).create_new(true).open(path)?;
    set_mode(path, 0o600)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts zeros in place of every byte, through to the disk. A disk that remaps its blocks may keep
/// the old ones: nothing that a program does from above reaches those.
pub(crate) fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::Read::take(io::repeat(0), length), &mut file)?;
    file.flush()?;
    file.sync_all()
}

#[cfg(unix)]
mod unix {
    use std::fs::{DirBuilder, File, OpenOptions, Permissions, set_permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    pub(crate) fn private() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.mode(0o600);
        options
    }

    pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    pub(crate) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
        set_permissions(path, Permissions::from_mode(mode))
    }

    /// A name that was made or removed is durable only with its folder.
    pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        File::open(path)?.sync_all()
    }
}

#[cfg(not(unix))]
mod other {
    use std::fs::OpenOptions;
    use std::io;
    use std::path::Path;

    // Elsewhere the profile's own access lists keep others out, and folders cannot be synced.

    pub(crate) fn private() -> OpenOptions {
        OpenOptions::new()
    }

    pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    pub(crate) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
use other::{create_folder, private, set_mode};
#[cfg(unix)]
use unix::{create_folder, private, set_mode};

#[cfg(not(unix))]
pub(crate) use other::sync_folder;
#[cfg(unix)]
pub(crate) use unix::sync_folder;

/// Waits until no other process is opening the same folder; free again when dropped. Two that turn
/// a new database to its write-ahead log at once would refuse each other.
pub(crate) fn opening(data_dir: &Path) -> io::Result<File> {
    let path = data_dir.join("opening.lock");
    private_file(&path)?;
    let file = OpenOptions::new().write(true).open(path)?;
    file.lock()?;
    Ok(file)
}
