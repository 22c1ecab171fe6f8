//! The source of the master secret: the setting, or a file in the data folder that the first start
//! creates.

use std::io::Write as _;
use std::path::Path;

use xqr_auth::MasterSecret;

use crate::{Random, Settings, StartError};

/// The file's name.
const NAME: &str = "secret.key";

/// Reads the secret, and makes it where there is none.
///
/// # Errors
///
/// [`StartError`].
pub(crate) fn load(settings: &Settings, entropy: &dyn Random) -> Result<MasterSecret, StartError> {
    if !settings.secret.is_empty() {
        return settings
            .secret
            .parse::<MasterSecret>()
            .map_err(|_| StartError::SecretMalformed { place: "secret".to_owned() });
    }
    let path = settings.data_dir.join(NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => text.parse::<MasterSecret>().map_err(|_| malformed(&path)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path, entropy),
        Err(source) => Err(StartError::SecretFile { path, write: false, source }),
    }
}

/// Writes a new secret under its name in one step, so that of two programs that start at once both
/// have the same.
fn make(path: &Path, entropy: &dyn Random) -> Result<MasterSecret, StartError> {
    let failed = |source| StartError::SecretFile { path: path.to_owned(), write: true, source };
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let draft = folder.join(format!("{NAME}.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft).map_err(failed)?;
    file.write_all(MasterSecret::new(bytes).expose().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    // A link fails where another program was first; then its secret is the one.
    std::fs::hard_link(&draft, path)
        .or_else(|error| if path.exists() { Ok(()) } else { Err(error) })
        .map_err(failed)?;
    std::fs::remove_file(&draft).map_err(failed)?;
    let text = std::fs::read_to_string(path).map_err(failed)?;
    text.parse::<MasterSecret>().map_err(|_| malformed(path))
}

fn malformed(path: &Path) -> StartError {
    StartError::SecretMalformed { place: path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    #[test]
    fn the_first_start_makes_it_and_the_next_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().join("new");
        let made = load(&settings, &SeededRandom::new(1)).unwrap();
        let read = load(&settings, &SeededRandom::new(2)).unwrap();
        assert_eq!(made.derive("x"), read.derive("x"));
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(settings.data_dir.join(NAME)).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
        }
        settings.secret = "ab".repeat(32);
        assert_ne!(load(&settings, &SeededRandom::new(3)).unwrap().derive("x"), made.derive("x"));
        settings.secret = "short".to_owned();
        assert!(load(&settings, &SeededRandom::new(3)).is_err());
    }
}
