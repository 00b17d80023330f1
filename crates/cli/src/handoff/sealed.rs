//! A file that only the holders of age identities can read.
//!
//! Invariant: the file is whole or absent, for its owner alone, named without the account, and
//! never takes the place of another. The password is in clear only in memory that is wiped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use age::armor::{ArmoredWriter, Format};
use age::x25519::Recipient;
use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::secret::Secret;
use regain_ports::{Handoff, HandoffRefused};

use super::{Words, refused};

/// Seals each password into a file of its own.
pub struct SealedFile {
    recipients: Vec<Recipient>,
    directory: PathBuf,
    words: Words,
    /// What the names of one run have in common.
    run: String,
    next: AtomicU32,
}

/// Names that are tried before giving up.
const NAMES: u32 = 100;

impl SealedFile {
    /// To these readers (`age1…`), into this folder.
    pub fn new(recipients: &[String], directory: PathBuf, words: Words) -> Result<Self, HandoffRefused> {
        if recipients.is_empty() {
            return Err(refused("nobody is named who could open a sealed file"));
        }
        let read = |text: &String| {
            let recipient = text.trim().parse::<Recipient>();
            recipient.map_err(|why| refused(format!("{text:?} is not an age X25519 recipient (age1…): {why}")))
        };
        let recipients = recipients.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { recipients, directory, words, run: format!("{:08x}", rand::random::<u32>()), next: AtomicU32::new(1) })
    }

    fn seal(&self, account: &Account, password: &Secret) -> Result<Vec<u8>, HandoffRefused> {
        let failed = |error: &dyn std::fmt::Display| refused(format!("the password could not be sealed: {error}"));
        let text = self.words.around(account, password, "\n");
        let readers = self.recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(readers).map_err(|error| failed(&error))?;
        let write = || -> io::Result<Vec<u8>> {
            let armour = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
            let mut sealing = encryptor.wrap_output(armour)?;
            sealing.write_all(text.as_bytes())?;
            sealing.finish()?.finish()
        };
        write().map_err(|error| failed(&error))
    }

    fn keep(&self, bytes: &[u8]) -> io::Result<PathBuf> {
        for _ in 0..NAMES {
            let name = format!("regain-{}-{}.age", self.run, self.next.fetch_add(1, Ordering::Relaxed));
            let path = self.directory.join(name);
            match create(&path) {
                Ok(file) => return write(file, &path, bytes).map(|()| path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// On the disk when it returns; gone if that failed.
fn write(mut file: File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| sync_folder(path));
    if written.is_err() {
        // What is there is ours and sealed; the error that is told is the one before.
        let _ = fs::remove_file(path);
    }
    written
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A name is durable only with its folder.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[async_trait]
impl Handoff for SealedFile {
    /// Tries the folder: a password that has no place to go is lost.
    fn check(&self, _: usize) -> Result<(), HandoffRefused> {
        let failed = |error: io::Error| refused(format!("no file can be made in {}: {error}", self.directory.display()));
        let path = self.directory.join(format!(".regain-{}-{:08x}", self.run, rand::random::<u32>()));
        drop(create(&path).map_err(failed)?);
        fs::remove_file(&path).map_err(failed)
    }

    async fn hand_over(&self, account: &Account, password: &Secret) -> Result<String, HandoffRefused> {
        let sealed = self.seal(account, password)?;
        let path = self.keep(&sealed);
        let path = path.map_err(|error| refused(format!("no file could be made in {}: {error}", self.directory.display())))?;
        let readers =
            if self.recipients.len() == 1 { "1 reader".to_owned() } else { format!("{} readers", self.recipients.len()) };
        Ok(format!("file {}, sealed to {readers}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use age::x25519::Identity;

    use super::super::tests::{anna, password};
    use super::*;

    fn sealed(folder: &Path, identities: &[&Identity]) -> SealedFile {
        let recipients: Vec<String> = identities.iter().map(|identity| identity.to_public().to_string()).collect();
        SealedFile::new(&recipients, folder.to_owned(), Words::english()).unwrap()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths
    }

    #[tokio::test]
    async fn every_reader_and_nobody_else_can_open_it() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other, stranger) = (Identity::generate(), Identity::generate(), Identity::generate());
        let handoff = sealed(folder.path(), &[&one, &other]);
        handoff.check(500).unwrap();
        let way = handoff.hand_over(&anna(), &password()).await.unwrap();
        let [path] = files(folder.path()).try_into().unwrap();
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
        for reader in [&one, &other] {
            let text = String::from_utf8(age::decrypt(reader, &bytes).unwrap()).unwrap();
            assert!(text.contains("anna.berg@contoso.com") && text.contains(password().expose()), "{text}");
        }
        assert!(age::decrypt(&stranger, &bytes).is_err());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(way.contains(name) && way.ends_with("2 readers") && !way.contains(password().expose()), "{way}");
        assert!(!name.contains("anna") && !name.contains("contoso"));
    }

    #[tokio::test]
    async fn nothing_is_ever_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let reader = Identity::generate();
        let handoff = sealed(folder.path(), &[&reader]);
        let taken = folder.path().join(format!("regain-{}-1.age", handoff.run));
        fs::write(&taken, "somebody's").unwrap();
        handoff.hand_over(&anna(), &password()).await.unwrap();
        handoff.hand_over(&anna(), &password()).await.unwrap();
        assert_eq!(fs::read_to_string(&taken).unwrap(), "somebody's");
        assert_eq!(files(folder.path()).len(), 3);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let handoff = sealed(&folder.path().join("missing"), &[&Identity::generate()]);
        assert!(handoff.check(1).unwrap_err().why.contains("missing"));
        assert!(files(folder.path()).is_empty());
    }

    #[test]
    fn what_is_no_recipient_is_refused() {
        for wrong in ["ssh-ed25519 AAAA", "age1nonsense", ""] {
            assert!(SealedFile::new(&[wrong.to_owned()], "/tmp".into(), Words::english()).is_err(), "{wrong}");
        }
        assert!(SealedFile::new(&[], "/tmp".into(), Words::english()).is_err());
    }
}
