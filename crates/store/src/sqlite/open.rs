//! Opening the database: private files first, then SQLite, then the schema.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use regain_ports::{BoxError, JournalError};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Mutex;

use super::{FILE, Store, schema};
use crate::fault::storage;
use crate::files;
use crate::keys::Keys;

/// What tests set otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Tuning {
    /// How long a writer waits for one in another process.
    pub(crate) busy: Duration,
    /// How many may read at once.
    pub(crate) readers: u32,
    /// The greatest size of the database, in pages; a full disk in small.
    pub(crate) pages_max: Option<u32>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { busy: Duration::from_secs(10), readers: 4, pages_max: None }
    }
}

impl Store {
    /// Opens the store in a folder, and makes what is missing: the folder (0700), the database and
    /// the folder of keys. An older database is brought up to date.
    pub async fn open(data_dir: &Path) -> Result<Self, JournalError> {
        Self::open_tuned(data_dir, Tuning::default()).await
    }

    /// Opens a copy to look at. Nothing in the folder is changed, unless the copy was taken with a
    /// write-ahead log beside it, which SQLite can only read with its index next to it.
    pub async fn open_read_only(data_dir: &Path) -> Result<Self, JournalError> {
        let database = data_dir.join(FILE);
        let settled = !data_dir.join(format!("{FILE}-wal")).exists();
        let options = SqliteConnectOptions::new().filename(&database).read_only(true).immutable(settled);
        let mut store = Self::connect(data_dir, options, 1).await?;
        store.read_only = true;
        store.check_version().await?;
        Ok(store)
    }

    pub(crate) async fn open_tuned(data_dir: &Path, tuning: Tuning) -> Result<Self, JournalError> {
        let alone = prepare(data_dir).await?;
        let mut options = SqliteConnectOptions::new()
            .filename(data_dir.join(FILE))
            .create_if_missing(false) // `prepare` made it, with its mode; the log inherits that
            .busy_timeout(tuning.busy)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "ON") // on macOS a plain sync stops in the drive's cache
            .pragma("temp_store", "MEMORY")
            .pragma("secure_delete", "ON"); // a lease names its holder
        if let Some(pages) = tuning.pages_max {
            options = options.pragma("max_page_count", pages.to_string());
        }
        let store = Self::connect(data_dir, options, tuning.readers).await?;
        store.bring_up_to_date().await?;
        drop(alone);
        Ok(store)
    }

    async fn connect(data_dir: &Path, options: SqliteConnectOptions, readers: u32) -> Result<Self, JournalError> {
        let database = data_dir.join(FILE);
        let writer = pool_of(1).connect_lazy_with(options.clone());
        let readers = pool_of(readers).connect_with(options);
        let readers = readers.await.map_err(storage("open the database"))?;
        Ok(Self { readers, writer, turn: Mutex::new(()), keys: Keys::at(data_dir), database, read_only: false })
    }

    async fn bring_up_to_date(&self) -> Result<(), JournalError> {
        let mut db = self.readers.acquire().await.map_err(storage("open the database"))?;
        // Before any lock: whoever only finds out that we are too old need not wait for it.
        if schema::version(&mut db).await? == schema::known() {
            return Ok(());
        }
        drop(db);
        let mut db = self.writing().await?;
        schema::migrate(&mut db).await?;
        db.commit().await.map_err(storage("bring the database up to date"))
    }

    async fn check_version(&self) -> Result<(), JournalError> {
        let mut db = self.readers.acquire().await.map_err(storage("open the database"))?;
        if schema::version(&mut db).await? == schema::known() {
            return Ok(());
        }
        Err(storage("read a database of an older version, which it may not change")(BoxError::from("open it for writing once")))
    }
}

/// A pool that does not take back a connection whose transaction would not end. SQLite ends one by
/// itself when the disk is full, and what counts on our side would then be wrong for good.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).after_release(|connection, _| {
        Box::pin(async move {
            connection.ping().await?; // behind the roll-back that a dropped transaction left
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Makes folder and files. The answer, while it is kept, keeps other processes from opening too.
async fn prepare(data_dir: &Path) -> Result<File, JournalError> {
    let data_dir = data_dir.to_owned();
    // Waiting for another process must not hold up the tasks of this one.
    let prepared = tokio::task::spawn_blocking(move || {
        files::data_folder(&data_dir)?;
        let alone = files::opening(&data_dir)?;
        files::private_file(&data_dir.join(FILE))?;
        Keys::at(&data_dir).prepare()?;
        files::sync_folder(&data_dir)?;
        Ok::<_, std::io::Error>(alone)
    });
    prepared.await.map_err(storage("make the data folder"))?.map_err(storage("make the data folder"))
}
