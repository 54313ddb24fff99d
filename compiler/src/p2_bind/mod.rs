//! Pass 2: statements → names and types resolved.
