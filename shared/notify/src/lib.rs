//! Messages to people: templates, channels (SMTP, demo outbox) and their delivery.
