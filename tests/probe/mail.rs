//! STARTTLS: Postfix, Dovecot, OpenLDAP and PostgreSQL.
