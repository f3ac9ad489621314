//! Where a client certificate goes.

use crate::formats::pkcs12::Protection;

/// A kind of device or program that takes a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// Anything that reads the PKCS#12 of today; the steps of all systems.
    Modern,
    /// Anything old; the steps of all systems.
    Legacy,
    /// Windows and what uses its store: Edge, Chrome, Outlook.
    Windows,
    /// macOS.
    MacOs,
    /// iPhone and iPad.
    Ios,
    /// Android.
    Android,
    /// Firefox on every system, which has a store of its own.
    Firefox,
    /// Chromium and Chrome on Linux.
    Linux,
    /// Java programs.
    Java,
}

impl Destination {
    /// The word for it in the list of steps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::Legacy => "legacy",
            Self::Windows => "windows",
            Self::MacOs => "macos",
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Firefox => "firefox",
            Self::Linux => "linux",
            Self::Java => "java",
        }
    }

    /// Whether the steps of all systems are handed out.
    pub fn is_any(self) -> bool {
        matches!(self, Self::Modern | Self::Legacy)
    }

    /// How the PKCS#12 file is encrypted. Windows before 10 1709, macOS and iOS before 2024 and many
    /// an Android take a file with AES-256 for one with a wrong password; the one-time password is
    /// strong enough for 3DES, and nothing reads only AES.
    pub fn protection(self) -> Protection {
        match self {
            Self::Modern | Self::Firefox | Self::Linux | Self::Java => Protection::Modern,
            Self::Legacy | Self::Windows | Self::MacOs | Self::Ios | Self::Android => {
                Protection::Legacy
            }
        }
    }

    /// Whether it takes a configuration profile of Apple.
    pub fn takes_profile(self) -> bool {
        self.is_any() || matches!(self, Self::MacOs | Self::Ios)
    }
}
