//! What every service serves: page shell, i18n, sign-in, extractors, problem+json, limits, telemetry and configuration.
