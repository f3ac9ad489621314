//! The PKI directory: files, lock and inventory.
