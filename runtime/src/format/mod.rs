//! Formats: bytes of records to rows and back.
