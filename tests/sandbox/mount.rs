//! Small file systems, for disks that are full or cannot be written.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
};

use tempfile::TempDir;

/// A file system in memory, gone with this value. Mounting needs root, as `tests/store` does.
pub(crate) struct Mount(TempDir);

impl Mount {
    pub(crate) fn tmpfs(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        mount(&["-t", "tmpfs", "-o", options, "tmpfs"], folder.path());
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn remount(&self, options: &str) {
        mount(&["-o", &format!("remount,{options}")], self.path());
    }

    /// Takes all room but so many octets.
    pub(crate) fn fill(&self, left: u64) {
        let mut ballast = File::create(self.path().join("ballast")).unwrap();
        while ballast.write_all(&[1; 4096]).is_ok() {}
        let size = ballast.metadata().unwrap().len();
        ballast.set_len(size.saturating_sub(left)).unwrap();
    }

    /// Gives back what [`Mount::fill`] took.
    pub(crate) fn free(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

fn mount(arguments: &[&str], folder: &Path) {
    let output = Command::new("mount")
        .args(arguments)
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "this test mounts a small file system, which needs root: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
