//! Permissions of the data folder. It holds password hashes, addresses of users and secrets, so no
//! other user of the machine may read it: the folder has mode 0700, its files 0600.

use std::io;
use std::path::Path;

use crate::Settings;

/// Makes the data folder if it is missing, and closes it, the SQLite file and uploaded files to
/// other users of the machine. A mount that the process does not own stays as it is.
pub(crate) fn close(settings: &Settings) -> io::Result<()> {
    let folder = &settings.data_dir;
    make_folder(folder)?;
    #[cfg(unix)]
    unix::repair(settings);
    Ok(())
}

/// Makes a folder, and those above it, for this user alone.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
mod unix {
    use std::fs::{Metadata, Permissions, read_dir, set_permissions, symlink_metadata};
    use std::io;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use xqr_store::Store;

    use crate::Settings;

    /// Permissions of the group and of other users.
    const OTHERS: u32 = 0o077;

    /// Closes files of earlier versions and of copies, and writes one line to the log if there were
    /// any.
    pub(super) fn repair(settings: &Settings) {
        let mut repaired = 0;
        let folder = &settings.data_dir;
        // A closed folder closes what is in it; its files follow all the same, because they may be
        // copied from here. Files of others in the folder stay as they are.
        let was_open = repair_one(folder, &mut repaired);
        let deep = *was_open.as_ref().unwrap_or(&false);
        let mut result = was_open.map(drop);
        for own in [folder.join("journal"), settings.assets_folder()] {
            if own.exists() {
                result = result.and(repair_tree(&own, deep, &mut repaired));
            }
        }
        let files = ["secret.key", "first.key"].map(|name| folder.join(name));
        for file in files.into_iter().chain(Store::files(&settings.database_url)) {
            result = result.and(repair_one(&file, &mut repaired).map(drop));
        }
        let folder = folder.display();
        match result {
            Ok(()) if repaired > 0 => {
                tracing::warn!(%folder, files = repaired, "files were open to other users; closed");
            }
            Ok(()) => {}
            Err(error) => tracing::warn!(%folder, %error, "cannot close files to other users"),
        }
    }

    /// Closes a folder and the files in it; with `deep`, the folders in it, too.
    fn repair_tree(folder: &Path, deep: bool, repaired: &mut u64) -> io::Result<()> {
        let was_open = repair_one(folder, repaired)?;
        for entry in read_dir(folder)? {
            let path: PathBuf = entry?.path();
            let is_folder = symlink_metadata(&path).is_ok_and(|known| known.is_dir());
            if is_folder {
                if deep || was_open || symlink_metadata(&path).is_ok_and(|known| is_open(&known)) {
                    repair_tree(&path, deep || was_open, repaired)?;
                }
            } else {
                repair_one(&path, repaired)?;
            }
        }
        Ok(())
    }

    /// Closes one file or folder, and returns whether it was open. Leaves a link as it is, and what
    /// is gone.
    fn repair_one(path: &Path, repaired: &mut u64) -> io::Result<bool> {
        let known = match symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            known => known?,
        };
        if known.is_symlink() || !is_open(&known) {
            return Ok(false);
        }
        let mode = known.permissions().mode() & !OTHERS;
        match set_permissions(path, Permissions::from_mode(mode)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            done => done?,
        }
        *repaired += 1;
        Ok(true)
    }

    fn is_open(known: &Metadata) -> bool {
        known.permissions().mode() & OTHERS != 0
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{Permissions, create_dir_all, metadata, set_permissions, write};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn open_files_are_closed_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let (data, elsewhere) = (folder.path().join("data"), folder.path().join("elsewhere"));
        create_dir_all(data.join("assets/ab/cd")).unwrap();
        create_dir_all(data.join("journal")).unwrap();
        create_dir_all(&elsewhere).unwrap();
        let files = [
            data.join("first.key"),
            data.join("secret.key"),
            data.join("journal/1.seg"),
            data.join("assets/ab/cd/file"),
            elsewhere.join("x.db"),
            elsewhere.join("x.db-wal"),
        ];
        for (file, mode) in files.iter().zip([0o644, 0o604, 0o640, 0o666, 0o664, 0o644]) {
            write(file, "").unwrap();
            set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
        write(data.join("notes.txt"), "").unwrap();
        set_permissions(data.join("notes.txt"), Permissions::from_mode(0o644)).unwrap();
        set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        set_permissions(&elsewhere, Permissions::from_mode(0o755)).unwrap();
        let mut settings = Settings::defaults();
        settings.data_dir = data.clone();
        settings.database_url = elsewhere.join("x.db").display().to_string();

        close(&settings).unwrap();
        for file in &files {
            assert_eq!(mode(file), 0o600, "{}", file.display());
        }
        for closed in ["", "journal", "assets", "assets/ab/cd"] {
            assert_eq!(mode(&data.join(closed)), 0o700, "{closed}");
        }
        assert_eq!(mode(&data.join("notes.txt")), 0o644, "the file of others stays");
        assert_eq!(mode(&elsewhere), 0o755, "the folder of others stays");

        settings.data_dir = data.join("new/deep");
        close(&settings).unwrap();
        assert_eq!(mode(&settings.data_dir), 0o700);
    }
}
