//! A PKI with a manifest, and pages that are served.

use crate::world::{Told, World};

/// A folder with a PKI that has the certificate `flb`.
pub(crate) struct Site {
    pub(crate) world: World,
}

/// The octets of the download: more than the buffers between a server and a client that reads no
/// more can hold.
const BODY: usize = 24 * 1024 * 1024;

impl Site {
    /// With `flb` issued from a manifest in which `more` stands in its entry. `FOLDER` in it is the
    /// folder.
    pub(crate) fn new(more: &str) -> Self {
        let world = World::new();
        std::fs::create_dir(world.path("pages")).unwrap();
        world.write("pages/small.txt", "fine\n");
        let site = Self { world };
        site.manifest(more);
        site.world.ok("apply");
        site
    }

    /// Writes the body of the downloads.
    pub(crate) fn with_body(self) -> Self {
        let body: Vec<u8> = (0..BODY / 4)
            .flat_map(|number| u32::try_from(number).unwrap().to_be_bytes())
            .collect();
        self.world.write("pages/body.bin", body);
        self
    }

    /// Writes the manifest.
    pub(crate) fn manifest(&self, more: &str) {
        let more = more.replace("FOLDER", &self.folder());
        self.world.write(
            "pki.toml",
            format!(
                "[ca.ca]\ncommon_name = 'testca.com'\nkey = 'p256'\npassphrase = 'none'\n\n\
                 [server.flb]\nsan = ['flb.example.com']\nkey = 'p256'\n{more}\n"
            ),
        );
    }

    pub(crate) fn folder(&self) -> String {
        self.world
            .path("")
            .display()
            .to_string()
            .trim_end_matches('/')
            .to_owned()
    }

    /// The serial number of a certificate in a file, as Python and HAProxy write it.
    pub(crate) fn serial_in(&self, file: &str) -> String {
        let said = self
            .world
            .accepts(&format!("openssl x509 -in {file} -noout -serial"));
        said.trim().trim_start_matches("serial=").to_owned()
    }

    /// The serial number of the current certificate.
    pub(crate) fn serial(&self) -> String {
        self.serial_in("pki/certs/flb/flb.crt")
    }

    /// Renews `flb`, which has to succeed; gives the serial numbers before and after.
    pub(crate) fn renew(&self) -> (String, String) {
        let before = self.serial();
        let document = self.world.ok("renew flb --json").document();
        assert_eq!(document["in_use"][0]["name"], "flb", "{document:#}");
        let after = self.serial();
        assert_ne!(before, after);
        (before, after)
    }

    /// Renews `flb`, which has to fail and to leave the certificate before in use.
    pub(crate) fn renew_in_vain(&self) -> Told {
        let before = self.serial();
        let told = self.world.run("renew flb");
        assert_eq!(told.code, 1, "{told:#?}");
        assert_eq!(self.serial(), before, "{told:#?}");
        assert!(told.stdout.contains("set aside"), "{told:#?}");
        told
    }
}
